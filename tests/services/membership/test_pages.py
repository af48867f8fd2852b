"""Membership's own pages and forms, on a real log, with the sample in it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from html import unescape
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from nats.aio.client import Client

from deploy.sample import membership as sample
from deploy.sample.plan import ACTOR, Stage
from deploy.sample.structures import SampleStructure, structures
from services.membership.app import MEMBERSHIP
from shared.base.settings import Settings
from shared.contract.directory.structures import StructureRegistered
from shared.contract.membership.team import StaffPostChanged, StaffPostRestored
from shared.kernel.eventlog.event_log import Unit
from shared.kernel.stores.sqlite import SqliteStore
from shared.notions.structure_on_record import member_of
from shared.runtime.service import Service, Surroundings
from shared.web.app import service_app
from tests.fixtures.log_writing import write
from tests.fixtures.signing_in import operator

pytestmark = pytest.mark.slow

OUTSIDER = next(s for s in structures() if s.invented and s.kind == "company")


@pytest.fixture
async def service(nc: Client, network: str, tmp_path: Path) -> AsyncIterator[Service]:
    store = SqliteStore(tmp_path / "views.sqlite")
    settings = Settings(data=tmp_path)
    around = Surroundings(network=network, nc=nc, settings=settings, data=tmp_path, store=store, broker={})
    service = Service(MEMBERSHIP, around)
    await service.start()
    yield service
    await service.stop()


@pytest.fixture
async def front(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=service_app(service))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=operator(service)) as client:
        yield client


async def executed(service: Service, stages: Sequence[Stage]) -> None:
    """All steps of these stages; the structures that they name are in the directory."""
    said = [getattr(step.command, f, None) for stage in stages for step in stage for f in step.command.refers]
    named = {one for one in said if not isinstance(one, list)}  # a list is one of codes
    await known_to_the_directory(service, *(s for s in structures() if s.id in named))
    for stage in stages:
        await asyncio.gather(*(service.execute(step.command, id=step.id, actor=ACTOR, at=step.at) for step in stage))
    assert await service.runner.wait_for(await service.log.last())


async def known_to_the_directory(service: Service, *found: SampleStructure) -> None:
    for s in found:
        if (await service.log.load("directory", "structure", s.id)).events:
            continue
        fact = StructureRegistered(name=s.name, kind=s.kind, department=s.department)
        item = write(service.network, s.id, event=fact)
        await service.log.append(Unit([item], {item.entity: 0}))
    assert await service.runner.wait_for(await service.log.last())


def text(page: httpx2.Response) -> str:
    assert page.status_code == 200, page.text[:500]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.text)))


def form(page: httpx2.Response) -> dict[str, str]:
    """The hidden answers of the page's form."""
    assert page.status_code == 200, page.text[:500]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text)
    return {name: unescape(value) for name, value in found}


async def sent(front: httpx2.AsyncClient, link: str, **answers: Any) -> httpx2.Response:
    """Opens the form that a link leads to, answers it, sends it."""
    link = unescape(link).removeprefix("/membership")
    page = await front.get(link)
    path = link.partition("?")[0]
    return await front.post(path, data={**form(page), **answers})


async def test_a_network_where_nothing_happened_has_pages_that_say_so(front: httpx2.AsyncClient) -> None:
    for path in (
        "/",
        "/members",
        "/join",
        "/charter",
        "/colleges",
        "/board",
        "/groups",
        "/team",
        "/volunteers",
        "/civic-service",
        "/peers",
    ):
        for lang in ("fr", "en"):
            page = await front.get(path, params={"lang": lang})
            assert page.status_code == 200, path
    assert "Aucun collège" in text(await front.get("/?lang=fr"))


async def test_the_sample_shows_the_figures_of_the_review(service: Service, front: httpx2.AsyncClient) -> None:
    await executed(service, sample.stages())
    start = text(await front.get("/"))
    assert "179 adhérents aujourd’hui, dans 4 collèges" in start
    for figure in (
        "Public 12",
        "Associatif 158",
        "Économique 9",
        "Personnalités qualifiées 0",
        "17 sièges",
        "11 réseaux",
        "3,8",
    ):
        assert figure in start, figure
    members = (await front.get("/api/members", params={"status": "current", "size": 1})).json()
    assert members["total"] == 179
    team = text(await front.get("/team"))
    for year, count in {2012: 21, 2013: 53, 2014: 56, 2015: 42, 2016: 47}.items():
        assert f"{year} {count}" in team
    assert "2017 non mesuré" in team
    verdicts = [await service.runner.verify(view) for view in MEMBERSHIP.views]
    assert all(verdict.equal for verdict in verdicts)
    await executed(service, sample.stages())
    assert (await front.get("/api/members")).json()["total"] == len(sample.members())


async def test_a_structure_is_found_welcomed_and_cannot_be_welcomed_twice(
    service: Service, front: httpx2.AsyncClient
) -> None:
    await executed(service, sample.stages()[:2])
    await known_to_the_directory(service, OUTSIDER)
    page = await front.get("/join", params={"q": OUTSIDER.name})
    (link,) = re.findall(r'href="([^"]+/do/JoinNetwork\?[^"]*)"', page.text)
    proposed = (await front.get(unescape(link).removeprefix("/membership"))).text
    assert '<option value="economic" selected>' in proposed
    assert '<option value="2" selected>' in proposed
    answers = {"name": OUTSIDER.name, "college": "economic", "charter_version": "2"}
    done = await sent(front, link, **answers)
    assert done.status_code == 303
    record = f"/membership/members/{member_of(OUTSIDER.id)}"
    assert done.headers["location"].startswith(record)
    assert "collège économique" in text(await front.get(record.removeprefix("/membership")))
    twice = await sent(front, link, **answers)
    assert twice.status_code == 422
    assert "court déjà ce jour-là" in unescape(twice.text)
    assert "Voir sa fiche" in text(await front.get("/join", params={"q": OUTSIDER.name}))


async def test_where_there_is_no_college_and_no_charter_the_way_out_is_shown(
    service: Service, front: httpx2.AsyncClient
) -> None:
    """By the page of welcoming, by the form and by the API: what to do first, each with its page or its command."""

    def ways(page: httpx2.Response) -> list[str]:
        return [path for path in ("/membership/colleges", "/membership/charter") if f'<p><a href="{path}"' in page.text]

    await known_to_the_directory(service, OUTSIDER)
    assert ways(await front.get("/join")) == ["/membership/colleges", "/membership/charter"]
    fields = {"structure": str(OUTSIDER.id), "name": OUTSIDER.name, "college": "economic", "charter_version": 1}
    api = await front.post("/api/commands/join-network", json=fields)
    assert (api.status_code, api.json()["error"]) == (422, "unknown-college") and "open-college" in api.text
    assert list(api.json()["fields"]) == ["college"]
    sending = await sent(front, "/membership/do/JoinNetwork", **fields)
    assert sending.status_code == 422 and "page des collèges" in unescape(sending.text)
    opened = await front.post("/api/commands/open-college", json={"college": "economic", "title": "Acteurs"})
    assert opened.status_code == 200
    assert ways(await front.get("/join")) == ["/membership/charter"]
    api = await front.post("/api/commands/join-network", json=fields)
    assert (api.status_code, api.json()["error"]) == (422, "unknown-charter") and "adopt-charter" in api.text
    sending = await sent(front, "/membership/do/JoinNetwork", **fields)
    assert sending.status_code == 422 and "page de la charte" in unescape(sending.text)
    charter = {"title": "Charte", "principles": ["Agir ensemble."]}
    assert (await front.post("/api/commands/adopt-charter", json=charter)).status_code == 200
    assert ways(await front.get("/join")) == []
    assert (await front.post("/api/commands/join-network", json=fields)).status_code == 200


async def test_a_departure_of_2015_learnt_today_is_dated_shown_and_undone(
    service: Service, front: httpx2.AsyncClient
) -> None:
    await executed(service, sample.stages()[:3])
    one = next(m for m in sample.members() if m.left is None and m.joined.year == 2013)
    record = f"/members/{one.id}"
    link = f"/membership/do/LeaveNetwork?member={one.id}"
    assert one.structure.name in text(await front.get(link.removeprefix("/membership")))
    done = await sent(front, link, reason="withdrawal", happened_on="2015-05-04")
    assert done.status_code == 303
    assert "A quitté le réseau le 04/05/2015" in text(await front.get(record))
    (undo,) = re.findall(r'href="/membership(/history/[^"#]+)[^"]*">Défaire le départ', (await front.get(record)).text)
    shown = (await front.get(unescape(undo))).text
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown))
    facts_page = record.replace("/members/", "/history/member/")
    assert (await front.post(facts_page, data={**form, "reason": "erreur de nom"})).status_code == 303
    after = text(await front.get(record))
    assert "Renouveler" in after and "A quitté le réseau" not in after
    facts = await front.get(record.replace("/members/", "/history/member/"))
    assert "noté par erreur" in text(facts)


async def test_a_form_that_others_overtook_is_refused(service: Service, front: httpx2.AsyncClient) -> None:
    await executed(service, sample.stages()[:2])
    one = sample.members()[0]
    (link,) = re.findall(r'href="([^"]+/do/ChangeCollege[^"]*)"', (await front.get(f"/members/{one.id}")).text)
    assert (await sent(front, link, college="economic")).status_code == 303
    assert (await sent(front, link, college="associative")).status_code == 409


async def test_a_persons_name_is_opened_on_pages_and_nowhere_else(service: Service, front: httpx2.AsyncClient) -> None:
    await executed(service, sample.stages()[:2])
    done = await sent(front, "/membership/do/JoinNetworkAsPerson", person="Personne inventée 7777", charter_version="2")
    assert done.status_code == 303
    record = done.headers["location"].removeprefix("/membership")
    page = await front.get(record)
    assert "Personne inventée 7777" in text(page)
    assert "7777" not in re.findall(r"<title>(.*?)</title>", page.text)[0]
    assert "7777" not in record
    assert "7777" not in (await front.get("/api/members", params={"college": "qualified_persons"})).text
    async for run in service.log.read():
        assert all("Personne inventée" not in message.body.decode() for message in run)


async def test_an_event_of_a_post_that_was_never_created_breaks_no_page(
    service: Service, front: httpx2.AsyncClient
) -> None:
    """Nobody but a holder of membership's key can say such; the pages still stand."""
    for fact in (StaffPostChanged(fte=0.5), StaffPostRestored()):
        item = write(service.network, uuid4(), event=fact)
        await service.log.append(Unit([item], {item.entity: 0}))
    assert await service.runner.wait_for(await service.log.last())
    for path in ("/", "/team", "/volunteers", "/groups", "/board"):
        assert (await front.get(path)).status_code == 200, path
    assert "0 poste," in text(await front.get("/"))


async def test_unknown_records_are_not_found_and_odd_filters_do_no_harm(front: httpx2.AsyncClient) -> None:
    assert (await front.get(f"/members/{uuid4()}")).status_code == 404
    assert (await front.get("/groups/nothing")).status_code == 404
    assert (await front.get("/members", params={"college": "none", "status": "'--", "q": "%_\\"})).status_code == 200
    assert (await front.get("/members", params={"page": "0"})).status_code == 422
    assert (await front.get("/members", params={"since": "x" * 50})).status_code == 422
    for page, name in (("/members", "since"), ("/members", "charter"), ("/volunteers", "year")):
        for odd in ("9" * 23, "-1", str(2**63)):
            assert (await front.get(page, params={name: odd})).status_code == 422, (page, name, odd)
