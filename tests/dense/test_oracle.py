"""Figures, lists, badges, exports and past pages over HTTP beside a plain loop over the events over HTTP: as of many
days, as known on many."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from services.observatory.figures.observatory import of as observatory_of
from shared.kernel.eventlog.event_log import Unit, Write
from shared.runtime.nats.embedded_server import NatsServer
from tests.dense.history import FIRST, LAST, LEARNT, Dense, dense
from tests.fixtures.figures_oracle import ORACLE, Said, known, members
from tests.fixtures.four_services import PATIENCE, Four, opened
from tests.fixtures.lists_oracle import Record, badges, records, structure_of

pytestmark = pytest.mark.slow
CORRECTIONS = ("EventStruck", "StrikeLifted", "EventRedated")
SOME = [name for name in ORACLE if not name.startswith("agora") and name != "structures_by_region"]
"""Who came to an agora is checked in by name in a dense log, and the region is another one: of that the plain loop
knows nothing."""
OPEN = ("structures_total", "structures_by_department", "individual_support", "support_kinds")
"""Those of them that are open data for any day, since they count no persons"""
MERGED = frozenset({"StructuresMerged", "StructureAbsorbed"})
"""Half a merge is none, so merges are said by their command"""
AT_ONCE = 250  # messages of one decision
PAGES = 4  # past pages of structures at each moment
LEAST = {"figures": 7, "open data": 4, "lists": 4, "identified": 3, "past pages": 1}
"""Answers of each sort at each moment, at least"""
COLLEGES = {"public": "public", "associative": "associatif", "economic": "économique"}
DEPARTMENTS = {"31": "Haute-Garonne", "34": "Hérault", "81": "Tarn"}
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture
async def four(nats_server: NatsServer, tmp_path: Path) -> AsyncIterator[Four]:
    async with opened(nats_server, tmp_path) as found:
        yield found


async def written(four: Four, log: Dense) -> None:
    """The log of the services holds these messages, under its own network; then some structures are merged, by the
    API, and some of the merges are noted by mistake."""
    directory, network = four.services["directory"], four.services["directory"].network
    writes = []
    for message in log.messages:
        of = message.subject.partition(".")[0]
        subject = message.subject.replace(of, network, 1)
        body = message.body.replace(f'"/{of}/'.encode(), f'"/{network}/'.encode())
        writes.append(Write(subject, json.loads(body)["id"], body))
    for start in range(0, len(writes), AT_ONCE):
        some = writes[start : start + AT_ONCE]
        last = {one.entity: n for n, one in enumerate(writes[:start], 1)}
        await directory.log.append(Unit(some, {one.entity: last.get(one.entity, 0) for one in some}))
    await four.shown()
    random, merged = Random(5), 0
    there = records(await told(four), LAST, len(writes))
    kept = sorted(key for key, one in there.items() if one.found)
    while merged < 6 and len(kept) > 1:
        a, b = kept.pop(random.randrange(len(kept))), kept.pop(random.randrange(len(kept)))
        done = await four.say("directory merge-structures", f"{LAST}", structure=a, merged=b)
        merged += done.said == "done"
        if done.said == "done" and merged % 3 == 0:
            fact = await four.fact(a, type="StructuresMerged")
            assert (await four.correct("strike-events", "directory", "structure", a, fact)).said == "done"
    assert merged >= 3


async def told(four: Four) -> list[Said]:
    """The story that the API tells."""
    story: list[Said] = []
    seqs: dict[str, int] = {}
    while True:
        after = story[-1].seq if story else 0
        events = (await four.get("/observatory/api/events", after=after, limit=1000))["events"]
        if not events:
            return story
        for one in events:
            seqs[one["id"]] = one["seq"]
            data = dict(one["data"])
            if one["type"] in CORRECTIONS:
                data |= {"about": seqs[data["event"]], "day": data.get("day") and date.fromisoformat(data["day"])}
            story.append(Said(one["seq"], one["type"], one["subject"].rpartition("/")[2], _day(one["time"]), data))


def _day(time: str) -> date:
    """The day in Paris of an instant."""
    return datetime.fromisoformat(time).astimezone(ZoneInfo("Europe/Paris")).date()


class Compared:
    """Answers beside the oracle's, each counted by its sort; those that differ."""

    def __init__(self, four: Four, story: list[Said]) -> None:
        self.four, self.story, self.last = four, story, story[-1].seq
        self.number = Counter[str]()
        self.different: list[Any] = []

    def add(self, sort: str, asked: Any, found: Any, wanted: Any) -> None:
        self.number[sort] += 1
        if found != wanted:
            self.different.append((sort, asked, _apart(found, wanted)))

    async def at(self, as_of: date, known_at: date, random: Random) -> None:
        """All that may be asked at a moment."""
        asked = {"as_of": as_of, "known_at": known_at}
        known = await self.figures(asked)
        await self.open_data(asked, known)
        await self.identified(asked, known)
        await self.lists(as_of)
        await self.past_pages(as_of, random)

    async def figures(self, asked: Mapping[str, date]) -> int:
        known = 0
        for name in SOME:
            answer = await self.four.get(f"/observatory/api/indicators/{name}", **asked)
            known = answer["known"]
            wanted = ORACLE[name](self.story, asked["as_of"], known)
            self.add("figures", (name, asked), _like(name, answer["values"], wanted), wanted)
        return known

    async def open_data(self, asked: Mapping[str, date], known: int) -> None:
        for name in OPEN:
            wanted = ORACLE[name](self.story, asked["as_of"], known)
            document = await self.four.get(f"/observatory/open-data/{name}.json", **asked)
            table = rows_of(await self.four.get(f"/observatory/open-data/{name}.csv", **asked), ",")
            lines = [{"path": one["path"], "value": float(one["value"] or "nan")} for one in table]
            for sort, some in (("json", document["figures"]), ("csv", lines)):
                self.add("open data", (name, sort, asked), _like(name, some, wanted), wanted)

    async def identified(self, asked: Mapping[str, date], known: int) -> None:
        """The structures that are there, those that are members, those of a department: as CSV and as a workbook."""
        there, colleges = (one(self.story, asked["as_of"], known) for one in (records, badges))
        open_ones = {key for key, one in there.items() if one.found}
        kept = {key for key, one in there.items() if one.into is None}  # a closed one is a member until it leaves
        for more, wanted in (
            ({}, open_ones),
            ({"member": "yes"}, kept & colleges.keys()),
            ({"department": "31"}, {key for key in open_ones if there[key].department == "31"}),
        ):
            found = await self.four.get("/observatory/identification/export.csv", **asked, **more)
            self.add("identified", (more, asked), ids_of(found), wanted)
        sheet = await self.workbook("/observatory/identification/export.xlsx", **asked)
        self.add("identified", ("xlsx", asked), ids_of("\n".join(map(str, sheet))), open_ones)

    async def lists(self, as_of: date | None) -> None:
        """The directory on a day: its list, and its three exports; as known now."""
        day, upto = as_of or date.max, self.last
        there = {key: one for key, one in records(self.story, day, upto).items() if one.into is None}
        past: dict[str, Any] = {"as_of": as_of} if as_of else {}
        wanted = {key: one.department for key, one in there.items() if one.found}
        exported = await self.four.get("/directory/export.json", **past)
        self.add("lists", ("json", as_of), {one["id"]: one["department"] for one in exported}, wanted)
        table = rows_of(await self.four.get("/directory/export.csv", **past, lang="fr"))
        found = {one["Identifiant"]: one["Code du département"] or None for one in table}
        self.add("lists", ("csv", as_of), found, wanted)
        head, *lines = await self.workbook("/directory/export.xlsx", **past, lang="fr")
        id, department = head.index("Identifiant"), head.index("Code du département")
        self.add("lists", ("xlsx", as_of), {line[id]: line[department] or None for line in lines}, wanted)
        closed = await self.four.get("/directory/export.json", **past, state="closed")
        self.add(
            "lists", ("closed", as_of), {one["id"] for one in closed}, {k for k, one in there.items() if one.closed}
        )
        page = unescape(await self.four.get("/directory/", **past, department="31"))
        number = re.search(r'id="h-found">([\d\s]+)\sstructure', page)
        in_31 = sum(department == "31" for department in wanted.values())
        self.add("lists", ("page", as_of), int(number[1]) if number else 0, in_31)
        colleges = badges(self.story, day, upto)
        members_then = wanted.keys() & colleges.keys()
        self.add("badges", ("json", as_of), {one["id"] for one in exported if one["member"]}, members_then)
        yes = {one["Identifiant"] for one in table if one["Adhérent"] == "oui"}
        self.add("badges", ("csv", as_of), yes, members_then)
        asked_for = await self.four.get("/directory/export.json", **past, member="yes")
        self.add("badges", ("member=yes", as_of), {one["id"] for one in asked_for}, there.keys() & colleges.keys())

    async def past_pages(self, as_of: date, random: Random) -> None:
        there = records(self.story, as_of, self.last)
        for key in random.sample(sorted(there), min(PAGES, len(there))):
            head = await self.head(f"/directory/structures/{key}", as_of=str(as_of))
            self.add("past pages", (key, as_of), _shown(head), (there[key].closed, there[key].department))

    async def today(self) -> None:
        """What has no past: who is a member by the list and by the page of each record, and the directory now."""
        await self.lists(None)
        now, of = members(self.story, date.max, self.last), structure_of(self.story)
        listed = await self.documents("/membership/api/members", status="current")
        self.add("members", "current", {one["key"]: one["college"] for one in listed}, now)
        for college in {*now.values(), *COLLEGES}:
            wanted = [key for key, one in now.items() if one == college]
            listed = await self.documents("/membership/api/members", status="current", college=college)
            self.add("members", college, {one["key"] for one in listed}, set(wanted))
            page = unescape(await self.four.get("/membership/members", status="current", college=college))
            number = re.search(r'id="h-found">([\d\s]+)\sadhérent', page)
            self.add("members", ("page", college), int(number[1]) if number else 0, len(wanted))
        former = await self.documents("/membership/api/members", status="former")
        joined = {said.thing for said in self.story if said.kind == "MemberJoined"}
        self.add("members", "nobody twice", {one["key"] for one in former} & now.keys(), set())
        self.add("members", "nobody else", {one["key"] for one in former} - joined, set())
        told_by_events = await self.documents("/events/api/member_structures")
        self.add(
            "members",
            "events",
            {one["key"] for one in told_by_events if one.get("member")},
            {k for k in now if k in of},
        )
        colleges = badges(self.story, date.max, self.last)
        for key, one in records(self.story, date.max, self.last).items():
            if one.into is None:
                await self.badge(key, one, colleges.get(key, set()))

    async def badge(self, key: str, one: Record, colleges: set[str]) -> None:
        """The head of a record's page today: closed or not, in which college."""
        head = await self.head(f"/directory/structures/{key}")
        said = re.search(r"adhérente, collège ([\w ]+)", head)
        wanted = {name.lower() for college in colleges for name in self.called(college)}
        college = said[1].strip().lower() if said else None
        self.add("badges", (key, sorted(wanted)), college in wanted if wanted else college is None, True)
        self.add("badges", key, _shown(head), (one.closed, one.department))

    def called(self, college: str) -> set[str]:
        """What a college is called today: as the network said last, and the earlier ones by the product's words too."""
        names = {COLLEGES.get(college, college)}
        for said in known(self.story, date.max, self.last):
            if said.kind in ("CollegeOpened", "CollegeRevised") and said.data["college"] == college:
                own = {COLLEGES[college]} if college in COLLEGES else set()
                names = {said.data.get("titles", {}).get("fr") or said.data["title"]} | own
        return names

    async def head(self, path: str, **asked: str) -> str:
        """The head of a page; of none that is there none."""
        got = await self.four.client.get(path, params=asked)
        assert got.status_code in (200, 303, 404), (path, asked, got.text[:300])  # 303: to the facts of a mistake
        return (
            unescape(got.text).partition('<div class="head">')[2].partition('<div class="sided')[0]
            if got.status_code == 200
            else ""
        )

    async def documents(self, path: str, **asked: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            page = await self.four.get(path, size=500, page=len(found) // 500 + 1, **asked)
            found += page["documents"]
            if len(found) >= page["total"]:
                return found

    async def workbook(self, path: str, **asked: Any) -> list[list[str]]:
        """The lines of a workbook's sheets."""
        got = await self.four.client.get(path, params={name: str(value) for name, value in asked.items()})
        assert got.status_code == 200, got.text[:300]
        book = openpyxl.load_workbook(io.BytesIO(got.content), read_only=True)
        return [
            [str(cell or "") for cell in row] for sheet in book.worksheets for row in sheet.iter_rows(values_only=True)
        ]


def _like(name: str, values: Iterable[Mapping[str, Any]], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Path → value. The oracle knows two departments."""
    found = {one["path"]: one["value"] for one in values}
    if "department" in name:  # where there is none, nothing need be said
        return dict.fromkeys(wanted, 0) | {path: value for path, value in found.items() if path in wanted}
    return found


def _shown(head: str) -> tuple[bool, str | None]:
    """Whether the head of a record says that it is closed, and its department."""
    department = next((code for code, name in DEPARTMENTS.items() if name in head), None)
    return "Fiche close" in head, department


def ids_of(text: str) -> set[str]:
    """The records that a file names, by their ids and in the addresses of their pages."""
    return set(ID.findall(text))


def rows_of(text: str, delimiter: str = ";") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=delimiter))


def _apart(found: Any, wanted: Any) -> Any:
    """What differs, shortly."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        names = [name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name)]
        return [(name, found.get(name), wanted.get(name)) for name in names[:5]]
    if isinstance(found, set) and isinstance(wanted, set):
        return {"more": sorted(found - wanted)[:5], "less": sorted(wanted - found)[:5]}
    return found, wanted


async def compared(four: Four, log: Dense, moments: int) -> Counter[str]:
    """Compares at so many moments; how many answers of each sort there were. Each that differs is named."""
    await written(four, log)
    story = await told(four)
    assert len(story) > len(log.messages)
    assert await observatory_of(four.services["observatory"]).table.wait_for(story[-1].seq, PATIENCE)
    random, found = Random(7), Compared(four, story)
    for _ in range(moments):
        as_of = FIRST + timedelta(days=random.randrange((LAST - FIRST).days + 1))
        known_at = LEARNT.date() + timedelta(days=random.randrange(len(log.messages) // 96 + 1))
        await found.at(as_of, known_at, random)
    await found.today()

    assert found.different == [], (len(found.different), found.different[:12])
    assert all(found.number[sort] >= least * moments for sort, least in LEAST.items()), found.number
    assert found.number["badges"] > 20 and found.number["members"] > 5
    await a_mistaken_oracle_is_found(four, story)
    return found.number


async def a_mistaken_oracle_is_found(four: Four, story: list[Said]) -> None:
    """There is something to compare in answers of each sort: an oracle that ignores strikes differs in all."""
    mistaken = Compared(four, [said for said in story if said.kind != "EventStruck"])
    await mistaken.at(LAST, _now(), Random(3))
    await mistaken.today()
    differ = {sort for sort, _, _ in mistaken.different}
    assert differ >= {*LEAST, "badges", "members"} - {"past pages"}, differ  # of which a few are looked at


def _now() -> date:
    return datetime.now(ZoneInfo("Europe/Paris")).date()


async def test_answers_over_http_are_those_of_a_plain_loop(four: Four) -> None:
    number = await compared(four, dense(23, 160, but=MERGED), 4)
    assert number.total() > 150


@pytest.mark.drill
@pytest.mark.timeout(3600)
async def test_two_thousand_answers_over_http(four: Four) -> None:
    number = await compared(four, dense(22, 250, but=MERGED), 74)
    print("\nanswers compared:", dict(number))
    assert number.total() >= 2_000
