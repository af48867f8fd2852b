"""The observatory's pages and API, on a real log."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from nats.aio.client import Client

from deploy.host.root_app import root_of
from deploy.sample.plan import OWN
from services.observatory.app import OBSERVATORY
from services.observatory.figures.observatory import of as observatory_of
from shared.base.settings import Settings
from shared.contract.directory.casework import MediaCoverageNoted
from shared.contract.directory.structures import ContactAdded, StructureListed, StructureRegistered
from shared.contract.membership.members import CollegeOpened, MemberJoined
from shared.kernel.eventlog.event_log import Unit, Write
from shared.kernel.stores.sqlite import SqliteStore
from shared.runtime.service import Service, Surroundings
from tests.fixtures.observatory_history import History, named, someone
from tests.fixtures.signing_in import operator

pytestmark = pytest.mark.slow

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
async def service(nc: Client, network: str, tmp_path: Path) -> AsyncIterator[Service]:
    store = SqliteStore(tmp_path / "views.sqlite")
    around = Surroundings(
        network=network, nc=nc, settings=Settings(data=tmp_path).with_own(OWN), data=tmp_path, store=store, broker={}
    )
    service = Service(OBSERVATORY, around)
    await service.start()
    yield service
    await service.stop()


@pytest.fixture
async def front(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    root = root_of({"observatory": service}, service.settings)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=root), base_url="http://localhost", headers=operator(service)
    ) as client:
        yield client


async def write(service: Service, history: History) -> int:
    """Appends a history to the log of a service; returns the last sequence."""
    seq = 0
    expected: dict[str, int] = {}
    for message in history.messages:
        subject = message.subject.replace("test.", f"{service.network}.", 1)
        body = message.body.replace(b'"/test/', f'"/{service.network}/'.encode())
        entity = subject.rpartition(".")[0]
        seq = await service.log.append(
            Unit([Write(subject, str(named(f"{message.seq}")), body)], {entity: expected.get(entity, 0)})
        )
        expected[entity] = seq
    assert await observatory_of(service).table.wait_for(seq)
    return seq


def small() -> History:
    h = History()
    h.say(
        StructureRegistered(name=f"A {HOSTILE}", kind="association", department="31"),
        "a",
        "2015-01-01",
        known="2017-11-20",
    )
    h.say(StructureListed(), "a", "2016-01-01", known="2017-12-20")
    h.say(
        ContactAdded(structure=named("structure/a"), name=someone(), role="Présidence"),
        "c",
        "2016-02-01",
        known="2018-01-20",
    )
    h.say(MediaCoverageNoted(structure=named("structure/a"), medium=HOSTILE), "m", "2016-02-01", known="2018-01-20")
    h.say(CollegeOpened(college="associative", title="Associatif"), "x", "2012-01-01", known="2018-01-20")
    h.say(
        MemberJoined(college="associative", charter_version=1, structure=named("structure/a"), name="A"),
        "a",
        "2016-03-01",
        known="2018-01-20",
    )
    return h


PAGES = (
    "/", "/observatory/", "/observatory/review", "/observatory/review?as_of=2015-06-30&known_at=2017-12-01",
    "/observatory/review/figures", "/observatory/review/events?path=directory.structures_total.value",
    "/observatory/indicators", "/observatory/indicators/aper_oc",
    "/observatory/indicators/members_by_college?as_of=2016-12-31", "/observatory/journal", "/observatory/journal/void",
    "/observatory/journal?service=directory&type=StructureListed", "/observatory/journal?entity=nobody",
    "/observatory/docs",
)  # fmt: skip


@pytest.mark.parametrize("lang", ["fr", "en"])
async def test_every_page_stands_with_an_empty_log_and_with_a_small_one(
    front: httpx2.AsyncClient, service: Service, lang: str
) -> None:
    async def read() -> dict[str, str]:
        found = {}
        for path in PAGES:
            answer = await front.get(f"{path}{'&' if '?' in path else '?'}lang={lang}")
            assert answer.status_code == 200, (path, answer.text[:500])
            assert "<script" not in answer.text
            assert "Undefined" not in answer.text and "{{" not in answer.text
            found[path] = answer.text
        return found

    empty = await read()
    assert ("Bienvenue" if lang == "fr" else "Welcome") in empty["/"]
    await write(service, small())
    full = await read()
    assert ("Le réseau aujourd’hui" if lang == "fr" else "The network today") in full["/"]
    assert "&lt;script&gt;" in full["/observatory/journal"]


@pytest.mark.parametrize("lang", ["fr", "en"])
async def test_the_page_of_an_indicator_names_its_figures(
    front: httpx2.AsyncClient, service: Service, lang: str
) -> None:
    await write(service, small())
    path = "/observatory/indicators/members_by_college?as_of=2016-12-31"
    page = (await front.get(f"{path}&lang={lang}")).text
    named = re.findall(r">([^<>]+)<br><code[^>]*>([^<]+)</code>", page)
    assert len(named) == page.count("<code class=") > 1, "each path has a name"
    assert len({label for label, _ in named}) == len(named), "and each another"
    assert not any("_" in label or label == path for label, path in named)


async def test_the_api_lists_no_programme_of_one_network_but_to_who_asks(front: httpx2.AsyncClient) -> None:
    listed, also = [
        {one["name"] for one in (await front.get(f"/observatory/api/indicators{query}")).json()}
        for query in ("", "?earlier=true")
    ]
    assert {"aper_oc", "departmental_tour"} <= also - listed and "gatherings_held" in listed < also


async def test_the_review_says_each_figure_with_what_it_rests_on(front: httpx2.AsyncClient, service: Service) -> None:
    last = await write(service, small())
    found = (await front.get("/observatory/api/review", params={"sequences": "true"})).json()
    assert (found["as_of"], found["known"], found["sequence"]) == ("2017-10-31", last, last)
    rows = {row["path"]: row for row in found["figures"]}
    assert len(rows) == 120
    one = rows["directory.structures_by_department.values.31"]
    assert (one["value"], one["published"], one["equal"], one["events"], one["sequences"]) == (1, 891, False, 1, [1])
    assert rows["directory.structures_by_department.values.48"]["value"] == 0
    assert rows["membership.colleges_by_year.associative.2016"]["value"] == 1


async def test_known_at_a_day_leaves_out_what_was_learnt_later(front: httpx2.AsyncClient, service: Service) -> None:
    await write(service, small())
    listed = "directory.structures_listed_in_public_directory.value"
    for known_at, value in (("2017-12-19", 0), ("2017-12-20", 1)):
        found = (await front.get(f"/observatory/api/review?as_of=2016-12-31&known_at={known_at}")).json()
        assert {row["path"]: row["value"] for row in found["figures"]}[listed] == value
        assert found["known_at"] == known_at
    page = (await front.get("/observatory/review?as_of=2016-12-31&known_at=2017-12-19")).text
    assert 'class="when travel"' in page and "31/12/2016" in page and "19/12/2017" in page


async def test_a_figure_leads_to_its_events_and_an_event_to_its_message(
    front: httpx2.AsyncClient, service: Service
) -> None:
    await write(service, small())
    behind = (await front.get("/observatory/review/events?path=directory.contacts_total.value")).text
    assert 'href="/observatory/journal/3"' in behind and "ContactAdded" in behind
    page = (await front.get("/observatory/journal/3")).text
    assert "Contact ajouté" in page and "Présidence" in page
    assert "c2VhbGVk" not in page, "what is sealed is not shown"
    body = (await front.get("/observatory/api/events/3")).json()
    assert body["data"]["name"] == {"sealed": True} and body["seq"] == 3 and body["type"] == "ContactAdded"
    listed = (await front.get("/observatory/api/events?after=2&limit=1")).json()["events"]
    assert [(e["seq"], e["type"], e["data"]["name"]) for e in listed] == [(3, "ContactAdded", {"sealed": True})]
    assert listed[0]["subject"].startswith("contact/") and listed[0]["time"] == "2016-02-01T11:00:00Z"


async def test_what_is_void_is_shown(front: httpx2.AsyncClient, service: Service) -> None:
    await write(service, small())
    await service.around.nc.jetstream().publish(f"{service.network}.directory.structure.x.StructureClosed", b"junk")
    assert await observatory_of(service).table.wait_for(7)
    assert "1\u00a0message nul" in (await front.get("/observatory/journal")).text
    page = (await front.get("/observatory/journal/void")).text
    assert "Ce n’est pas un événement." in page and 'href="/observatory/journal/7"' in page
    assert "nul" in (await front.get("/observatory/journal/7")).text
    assert (await front.get("/observatory/api/events/7")).json()["void"] == "not-an-event"


async def test_figures_that_are_asked_for_at_once_are_counted_once(service: Service, front: httpx2.AsyncClient) -> None:
    await write(service, small())
    answers = await asyncio.gather(*(front.get("/observatory/api/review") for _ in range(20)))
    assert len({answer.text for answer in answers}) == 1
    assert len(observatory_of(service)._answers) == 1


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/observatory/api/review?as_of=hier", 422), ("/observatory/api/review?known_at=2016-02-30", 422),
        ("/observatory/api/review?as_of=99999-01-01", 422), ("/observatory/review?as_of=0001-01-01", 422),
        ("/observatory/review?as_of=" + "9" * 500, 422), ("/observatory/api/indicators/none", 404),
        ("/observatory/api/indicators/aper_oc?first=twenty", 422),
        ("/observatory/api/indicators/aper_oc?first=99999999999", 422),
        ("/observatory/api/events?after=-1", 422), ("/observatory/api/events?limit=100000", 422),
        ("/observatory/api/events?service=nobody", 422), ("/observatory/api/events?type=Robert';--", 422),
        ("/observatory/api/events/0", 404), ("/observatory/api/events/9999999999999999999999", 404),
        ("/observatory/api/events/x", 422), ("/observatory/journal/0", 404), ("/observatory/journal/-1", 404),
        ("/observatory/journal/99999999999999999999", 404), ("/observatory/journal?before=0", 422),
        ("/observatory/journal?since=hier", 422),
        ("/observatory/journal?type=zz", 422), ("/observatory/review/events", 422),
        ("/observatory/review/events?path=zz", 404),
        ("/observatory/review/events?path=zz&indicator=structures_total", 404), ("/observatory/indicators/zz", 404),
    ],
)  # fmt: skip
async def test_a_bad_question_is_answered_with_a_sentence(front: httpx2.AsyncClient, address: str, status: int) -> None:
    answer = await front.get(address)
    assert answer.status_code == status
    if "/api/" in address:
        assert answer.json()["message"].endswith(".")
    else:
        assert "<h1" in answer.text
