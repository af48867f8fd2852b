"""What was noted by mistake and struck, at whatever hour, after however long, over HTTP: figures, open data, lists,
searches, exports, records and past pages are as if it had never been; those that may be asked so are, as known before,
unchanged; the journal, lives and the histories of records tell that it was struck."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from uuid import UUID, uuid4

import orjson
import pytest

from shared.contract import EVENTS
from shared.contract.envelope import Message
from shared.kernel.eventlog.event_log import Unit, Write
from shared.runtime.nats.embedded_server import NatsServer
from shared.web.counted.counted import TABLE
from tests.dense.readers import DECIDERS
from tests.dense.undone import DAY, DELAYS, LONG_AGO, Undone, undone
from tests.fixtures.four_services import Four, opened

pytestmark = pytest.mark.slow
DAYS = (LONG_AGO - timedelta(days=1), LONG_AGO, DAY, date(2016, 12, 31), date(2018, 12, 31))
KNOWN = DAY
"""A day at whose end the facts are known, and struck are only those that were at once"""
OF_NOW_ONLY = {"membership.NameNetwork", "membership.AdoptCharter"}
"""Commands of days whose facts are never struck"""
LISTS = {
    "directory": "/ /?q=exemple /supports /coverages /projects /?state=closed",
    "membership": "/members /members?status=former /colleges /charter /board /groups /peers /team /volunteers "
    "/civic-service",
    "events": "/ /gatherings /trainings /projects /tandems",
}
RECORDS = {
    "structure": "/directory/structures/{} /directory/structures/{}.vcf /directory/structures/{}.jsonld",
    "cooperation-project": "/directory/projects/{}",
    "request": "/directory/requests/{}",
    "member": "/membership/members/{}",
    "group": "/membership/groups/{}",
    "gathering": "/events/gatherings/{} /events/gatherings/{}/registrations",
    "tandem": "/events/tandems/{}",
}
"""Pages of a record, by the kind of its entity: all that have one of their own"""
TOLD = re.compile(
    r'<li class="[^"]*"><p>(?:<s>(?:(?!</li>).)*noté par erreur</span>|Noté par erreur</p>)(?:(?!</li>).)*</li>',
    re.DOTALL,
)
"""What the history of a record says of what was struck, and of the strike: no reader forgets it (ADR 42), so it stands
on the pages of whatever day, crossed out"""
UNTOLD = re.compile(r"Sans \d+ événements? sur les inscriptions")
"""How many events the history of a gathering leaves out, struck ones and their strikes among them"""
OPEN = ("structures_total", "structures_by_department", "individual_support", "support_kinds")
"""Open data that counts no persons: what does is released by a clock that events vouch for"""
NOTHING = b"-"
AT_ONCE = 250  # messages of one decision
Answers = Mapping[str, str]


@pytest.fixture(scope="module")
def log() -> Undone:
    return undone()


def test_every_command_of_a_day_is_among_them(log: Undone) -> None:
    """Whoever adds one finds here that it can't be undone for each reader, or that the test does not reach it."""
    reached = {case.kind.type_name() for case in log.cases}
    of_days = {
        f"{place.partition('.')[0]}.{command.__name__}": decider
        for place, decider in DECIDERS.items()
        for command in decider.decisions
        if decider.takes_day(command)
    }
    said: dict[str, list[str]] = orjson.loads(TABLE.read_bytes())["commands"]
    assert of_days.keys() - said.keys() == OF_NOW_ONLY - said.keys(), "`make contract` writes what each may say"
    for name in sorted(of_days.keys() & said.keys()):
        strikable = {type for type in said[name] if of_days[name].strikable(EVENTS[type].model_construct())}
        assert strikable <= reached, name
        assert strikable or name in OF_NOW_ONLY, name


@asynccontextmanager
async def telling(server: NatsServer, folder: Path, messages: Sequence[Message]) -> AsyncIterator[Four]:
    """Four services on a log that holds these messages, at these sequences."""
    async with opened(server, folder) as four:
        log = four.services["directory"].log
        writes = []
        for message in messages:
            of = message.subject.partition(".")[0]
            body = message.body.replace(f'"/{of}/'.encode(), f'"/{log.network}/'.encode())
            id = str(uuid4()) if body == NOTHING else orjson.loads(body)["id"]
            writes.append(Write(message.subject.replace(of, log.network, 1), id, body))
        last: dict[str, int] = {}
        for start in range(0, len(writes), AT_ONCE):
            some = writes[start : start + AT_ONCE]
            await log.append(Unit(some, {one.entity: last.get(one.entity, 0) for one in some}))
            last |= {one.entity: n for n, one in enumerate(some, start + 1)}
        assert await four.shown() == len(messages)
        yield four


def text_of(page: str) -> str:
    """What a page says, without its address and what is about the page itself."""
    main = page.partition("<main")[2].partition("</main>")[0] or page
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


async def asked(four: Four, paths: Iterable[str]) -> dict[str, str]:
    """Path → the status and what the page says, but for what its history tells of strikes."""
    found = {}
    for path in paths:
        got = await four.client.get(path)
        found[path] = f"{got.status_code} {UNTOLD.sub('', text_of(TOLD.sub('', got.text)))}"
    return found


def of_moments(names: Iterable[str], known: str) -> list[str]:
    """What is asked as of a day and as known on one: each indicator, open data, who is identified."""
    found = []
    for day in DAYS:
        when = f"as_of={day}{known}"
        found += [f"/observatory/api/indicators/{name}?{when}" for name in names]
        found += [f"/observatory/open-data/{name}.csv?{when}" for name in names if name in OPEN]
        found += [f"/observatory/identification/export.csv?{when}{more}" for more in ("", "&member=yes")]
    return found


async def figures(four: Four, known: str = "") -> Answers:
    names = [one["name"] for one in await four.get("/observatory/api/indicators?earlier=true")]
    told = await asked(four, of_moments(names, known))
    # which day it is known on, and how far the log is read, is no figure; nor is the day of the last clock that was
    # believed
    plain = {path: re.sub(r'"(known|known_at|sequence)":\s?(null|"?[\d-]+"?)', "", text) for path, text in told.items()}
    return {
        path.replace(known, ""): re.sub(r"(,\d{4}(-\d\d){2}),\d{4}(-\d\d){2},", r"\1,", text)
        for path, text in plain.items()
    }


async def shown(four: Four, log: Undone) -> Answers:
    """Lists, searches and exports, of today and of past days; all records of today, those of structures as of days."""
    paths = [f"/{service}{path}" for service, some in LISTS.items() for path in some.split()]
    paths += [f"/directory/export.{ending}" for ending in ("csv", "json", "geojson")]
    paths += [
        path.format(case.entity.id)
        for case in log.cases
        for path in RECORDS.get(case.entity.decider.entity, "").split()
    ]
    for day in DAYS:
        paths += [f"/directory/?as_of={day}", f"/directory/export.csv?as_of={day}&state=open&state=closed"]
        paths += [f"/directory/structures/{key}?as_of={day}" for key in structures(log)]
    return await asked(four, paths)


def structures(log: Undone) -> list[UUID]:
    return [case.entity.id for case in log.cases if case.entity.decider.entity == "structure"]


async def histories_tell(four: Four, log: Undone) -> None:
    """The page of a record of whatever day since crosses out what was struck."""
    crossed = 0
    for case in [case for case in log.cases if case.entity.id in structures(log) and case.entity.said]:
        for day, stands in zip(DAYS, (False, False, True, True, True), strict=True):
            page = (await four.client.get(f"/directory/structures/{case.entity.id}?as_of={day}")).text
            assert bool(TOLD.search(page)) == stands, (case, day)
            crossed += stands
    assert crossed > 50


def differing(one: Answers, other: Answers) -> list[tuple[str, str, str]]:
    """The first answers that differ, from where they do."""
    found = []
    for path in [path for path in one if one[path] != other.get(path)][:8]:
        left, right = one[path], other.get(path, "")
        at = max(0, next((n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), 0) - 60)
        found.append((path, left[at : at + 200], right[at : at + 200]))
    return found


@pytest.mark.timeout(3600)
async def test_every_reader_over_http(log: Undone, nats_server: NatsServer, tmp_path: Path) -> None:
    cut = log.before + sum(case.delay == 0 for case in log.cases)
    async with telling(nats_server, tmp_path / "said", log.said) as four:
        said, said_before = await figures(four), await figures(four, f"&known_at={KNOWN}")
        pages = await shown(four, log)
        await tells_the_strikes(four, log)
        await histories_tell(four, log)
    async with telling(nats_server, tmp_path / "never", log.never) as four:
        assert differing(said, await figures(four)) == []
        assert differing(but_of_what_never_was(pages, log), but_of_what_never_was(await shown(four, log), log)) == []
    async with telling(nats_server, tmp_path / "cut", log.said[:cut]) as four:
        assert differing(said_before, await figures(four)) == [], "as it was known before"
    assert len(differing(said, said_before)) > 5, "there is something to tell apart"


def but_of_what_never_was(pages: Answers, log: Undone) -> Answers:
    """Without the records that were struck from their birth on: their address leads to their facts (303), where that
    can be taken back, and nothing is said there of a record; of one that was never begun there is nothing (404)."""
    never = {str(case.entity.id) for case in log.cases if not case.entity.said}
    found = {}
    for path, said in pages.items():
        if never.intersection(re.findall(r"[0-9a-f-]{36}", path)):
            assert said[:4] in ("303 ", "404 "), (path, said[:200])
        else:
            found[path] = said
    return found


async def tells_the_strikes(four: Four, log: Undone) -> None:
    """The life of each thing says of the fact that it was struck, and by what; and of the moment before, that it was
    not. So does the journal."""
    assert {case.delay for case in log.cases} == set(DELAYS)
    for case in log.cases[:: len(DELAYS) + 1]:  # each delay and each hour comes in turn
        (struck,) = [
            one
            for one in (await four.get(f"/observatory/api/life/{case.entity.id}"))["events"]
            if one["event"]["type"] == case.kind.type_name() and one["undone"] is not None
        ]
        word = await four.get(f"/observatory/api/events/{struck['undone']}")
        assert (word["type"], word["data"]["event"]) == ("EventStruck", struck["event"]["id"])
        if case.delay:
            before = (await four.get(f"/observatory/api/life/{case.entity.id}", known_at=KNOWN))["events"]
            (then,) = [one for one in before if one["event"]["id"] == struck["event"]["id"]]
            assert then["undone"] is None, case
        page = unescape(await four.get(f"/observatory/journal/{struck['event']['seq']}"))
        assert str(struck["undone"]) in page
