"""The facts of a record: listed, noted by mistake, restored, put on another day; by pages and by API."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from nats.aio.client import Client

from services.membership.app import MEMBERSHIP
from services.membership.members.domain.college import CloseCollege, OpenCollege, college_id
from services.membership.members.domain.member import ChangeCollege, JoinNetwork, LeaveNetwork
from services.membership.members.views import MEMBERS
from shared.base.settings import Settings
from shared.kernel.decider import Command
from shared.kernel.eventlog.event_log import Unit
from shared.kernel.stores.sqlite import SqliteStore
from shared.notions.structure_on_record import member_of
from shared.runtime.service import Service, Surroundings
from shared.web.app import service_app
from tests.fixtures.log_writing import write
from tests.fixtures.signing_in import operator
from tests.fixtures.statutes import founded

STRUCTURE = UUID("6f3cbb52-0c5c-4f0e-8c6c-6e1c5a3f2b11")
MEMBER = member_of(STRUCTURE)
PAGE = f"/history/member/{MEMBER}"


@pytest.fixture
async def service(nc: Client, network: str, tmp_path: Path) -> AsyncIterator[Service]:
    """Membership, with its colleges and its charter, whose directory has one structure."""
    store = SqliteStore(tmp_path / "views.sqlite")
    around = Surroundings(
        network=network, nc=nc, settings=Settings(data=tmp_path), data=tmp_path, store=store, broker={}
    )
    one = Service(MEMBERSHIP, around)
    await one.start()
    await founded(one.execute)
    known = write(one.network, STRUCTURE)
    assert await one.runner.wait_for(await one.log.append(Unit([known], {known.entity: 0})))
    yield one
    await one.stop()


@pytest.fixture
async def front(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=service_app(service))
    headers = {**operator(service), "Sec-Fetch-Site": "same-origin"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        yield client


async def do(service: Service, command: Command, day: date) -> None:
    outcome = await service.execute(command, id=uuid4(), actor="staff:test", at=day)
    assert await service.runner.wait_for(outcome.seq)


async def a_member(service: Service) -> None:
    join = JoinNetwork(structure=STRUCTURE, name="Kynarou", college="associative", charter_version=1)
    await do(service, join, date(2012, 3, 1))
    await do(service, ChangeCollege(member=MEMBER, college="economic"), date(2014, 3, 1))
    await do(service, LeaveNetwork(member=MEMBER, reason="withdrawal"), date(2016, 6, 1))


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def facts(page: str) -> list[tuple[str, bool]]:
    """What the page lists: the day, and whether the fact is struck."""
    found = re.findall(r'<li id="[^"]+" class="dye-membership( undone)?">.*?<time datetime="([\d-]+)"', page, re.S)
    return [(day, bool(undone)) for undone, day in found]


async def act(front: httpx2.AsyncClient, nth: int, do: str, **given: Any) -> httpx2.Response:
    page = unescape((await front.get(PAGE)).text)
    links = [link for link in re.findall(r'href="/membership(/history/[^"#]+)', page) if f"do={do}" in link]
    form = (await front.get(links[nth])).text
    return await front.post(PAGE, data={**hidden(form), "reason": "saisi deux fois", **given})


async def test_a_leaving_that_was_a_mistake_is_struck_and_restored(service: Service, front: httpx2.AsyncClient) -> None:
    await a_member(service)
    assert facts((await front.get(PAGE)).text) == [("2012-03-01", False), ("2014-03-01", False), ("2016-06-01", False)]
    answer = await act(front, 2, "strike")
    assert answer.status_code == 303 and "done=" in answer.headers["location"], answer.text
    page = (await front.get(PAGE)).text
    assert facts(page)[2] == ("2016-06-01", True) and "saisi deux fois" in page and "noté par erreur" in page
    document = await service.store.get(MEMBERS, str(MEMBER))
    assert document is not None and (document["status"], document["college"]) == ("current", "economic")
    assert (await act(front, 0, "lift")).status_code == 303
    document = await service.store.get(MEMBERS, str(MEMBER))
    assert document is not None and document["status"] == "former" and document["version"] == 5
    assert (await service.runner.verify(MEMBERS)).equal


async def test_what_rests_on_a_fact_is_offered_with_it(service: Service, front: httpx2.AsyncClient) -> None:
    await a_member(service)
    refused = await act(front, 0, "strike")
    assert refused.status_code == 422 and refused.text.count('name="also"') == 2
    also = re.findall(r'name="also" value="([^"]+)"', refused.text)
    done = await front.post(PAGE, data={**hidden(refused.text), "reason": "jamais membre", "also": also})
    assert done.status_code == 303
    assert [struck for _, struck in facts((await front.get(PAGE)).text)] == [True] * 3
    assert await service.store.get(MEMBERS, str(MEMBER)) is None


async def test_a_day_is_corrected_and_says_what_it_was(service: Service, front: httpx2.AsyncClient) -> None:
    await a_member(service)
    assert (await act(front, 2, "redate", day="2015-06-01")).status_code == 303
    page = (await front.get(PAGE)).text
    assert facts(page)[2] == ("2015-06-01", False) and "noté d’abord au" in page
    document = await service.store.get(MEMBERS, str(MEMBER))
    assert document is not None and document["left_on"].startswith("2015-06-01")
    wrong = await act(front, 2, "redate", day="2013-06-01")
    assert wrong.status_code == 422 and 'role="alert"' in wrong.text and 'value="2013-06-01"' in wrong.text
    assert (await act(front, 2, "redate", day="31/02/2015")).status_code == 422
    same = await act(front, 2, "redate", day="2015-06-01")
    assert same.status_code == 303 and "unchanged" in same.headers["location"]


async def test_the_api_corrects_and_says_whether_anything_changed(service: Service, front: httpx2.AsyncClient) -> None:
    await a_member(service)
    event = (await service.execute.history("member", MEMBER)).events[2]
    body = {"kind": "member", "about": str(MEMBER), "events": [event.id], "reason": "saisi deux fois"}
    first = (await front.post("/api/commands/strike-events", json=body)).json()
    assert (first["events"], first["changed"]) == (["EventStruck"], True)
    again = (await front.post("/api/commands/strike-events", json=body)).json()
    assert (again["events"], again["changed"], again["repeated"]) == ([], False, False)


async def test_a_fact_calls_a_term_of_the_lists_as_it_was_called_then(
    service: Service, front: httpx2.AsyncClient
) -> None:
    await do(service, CloseCollege(college="associative", reason="Statuts"), date(2015, 1, 1))
    await do(service, OpenCollege(college="associative", title="Autre nom"), date(2018, 1, 1))
    page = unescape((await front.get(f"/history/college/{college_id('associative')}")).text)
    closed = re.search(r"Collège fermé[^<]*", page)
    opened = re.findall(r"Collège ouvert[^<]*", page)
    assert closed is not None and "Autre nom" not in closed[0] and "Autre nom" in opened[-1], (closed, opened)
    assert await service.lists.now() and "Autre nom" in (await service.lists.now()).title(
        "college", "associative", "fr"
    )


async def test_there_is_no_history_of_what_there_is_not(service: Service, front: httpx2.AsyncClient) -> None:
    for path in (f"/history/member/{uuid4()}", f"/history/planet/{MEMBER}", "/history/member/x"):
        assert (await front.get(path)).status_code in (404, 422)
    assert (
        await front.post(PAGE, data={"do": "erase", "fact": str(uuid4()), "command_id": str(uuid4()), "version": "1"})
    ).status_code == 400
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=service_app(service)), base_url="http://test"
    ) as nobody:
        assert (await nobody.get(PAGE)).status_code in (303, 401)


async def test_what_stands_against_a_correction_in_another_record_is_named(
    service: Service, front: httpx2.AsyncClient
) -> None:
    """The college that it joined had been closed by the day that its joining is put on."""
    await a_member(service)
    await do(service, CloseCollege(college="associative", reason="Statuts"), date(2013, 1, 1))
    page = await act(front, 0, "redate", day="2013-06-01")
    said = unescape(page.text)
    assert page.status_code == 422 and "ce collège n’était pas ouvert" in said and "Ce qui s’y oppose" in said
    assert "01/01/2013" in said
    (event, *_) = (await service.execute.history("member", MEMBER)).events
    redate = {"kind": "member", "about": str(MEMBER), "events": [event.id], "reason": "erreur", "day": "2013-06-01"}
    refused = await front.post("/api/commands/redate-events", json=redate)
    assert (refused.status_code, refused.json()["error"]) == (422, "reference-college-closed")
    assert refused.json()["against"]["type"] == "CollegeClosed" and refused.json()["against"]["day"] == "01/01/2013"
    assert (await act(front, 0, "redate", day="2012-06-01")).status_code == 303
