"""Saying a fact again with other content: the form of the command that said it, filled with what it was given then; the
old one is noted by mistake and the new one said, in one batch."""

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

from deploy.host.all_services import DEFINITIONS
from services.directory.app import DIRECTORY
from services.directory.projects.views import PROJECTS
from services.directory.structures.contact_views import CONTACTS
from services.directory.structures.views import STRUCTURES
from services.events.app import EVENTS as EVENTS_SERVICE
from services.events.gatherings.views import GATHERINGS
from services.membership.governance.views import GROUPS, SEATS
from services.membership.members.domain.member import ChangeCollege, JoinNetwork, RenewMembership
from services.membership.members.views import MEMBERS
from shared.base.settings import Settings
from shared.contract import EVENTS, load_all
from shared.kernel.corrections import corrects
from shared.kernel.stores.sqlite import SqliteStore
from shared.runtime.service import Definition, Service, Surroundings
from shared.web.app import service_app
from tests.fixtures.signing_in import operator
from tests.shared.web.history.test_pages import MEMBER, PAGE, STRUCTURE, a_member, do, front, hidden, service

__all__ = ["front", "service"]  # fixtures
load_all()
DAYS = [(one, decider) for one in DEFINITIONS for decider in one.deciders if decider.takes == "day"]


@pytest.mark.parametrize(("definition", "decider"), DAYS, ids=[decider.entity for _, decider in DAYS])
def test_every_fact_of_a_day_is_said_again_or_says_why_not(definition: Definition, decider: Any) -> None:
    """A fact of an earlier way of correcting is said by nothing any more."""
    own = [k for k in EVENTS.values() if (k.service, k.entity) == (definition.name, decider.entity)]
    for kind in own:
        name = kind.type_name()
        if kind.live or kind in decider.lasting:
            assert name not in definition.again, f"{name} is never struck"
            continue
        if corrects(name) and name not in definition.again:
            continue
        how = definition.again[name]
        assert (how.command is None) == bool(how.never), name
        if isinstance(how.command, type):
            assert how.command in decider.decisions and decider.takes_day(how.command) and not how.command.internal
            assert set(how.asks or ()) <= how.command.model_fields.keys(), name


def test_where_nothing_is_of_a_day_nothing_is_said_again() -> None:
    """The observatory has only what is always of now."""
    assert {one.name for one in DEFINITIONS if not one.again} == {"observatory"}
    assert {one.name for one, _ in DAYS} == {one.name for one in DEFINITIONS if one.again}


async def links(front: httpx2.AsyncClient, page: str) -> list[str]:
    return re.findall(r'href="/\w+(/again/[^"]+)"', (await front.get(page)).text)


def filled(page: str) -> dict[str, Any]:
    """The answers of the form as it is shown."""
    form = page[page.index('<form class="stack form"') :]
    form = form[: form.index("</form>")]
    found: dict[str, Any] = hidden(form)
    for tag in re.findall(r"<input[^>]+>", form):
        at = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if at.get("type") in ("radio", "checkbox"):
            if " checked" in tag:
                found.setdefault(at["name"], []).append(unescape(at["value"]))
        elif at.get("type") != "hidden" and at["name"] != "instead_reason":
            found[at["name"]] = unescape(at.get("value", ""))
    for name, text in re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>\n?(.*?)</textarea>', form, re.S):
        found[name] = unescape(text)
    for name, options in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', form, re.S):
        found[name] = "".join(re.findall(r'value="([^"]*)" selected', options)[:1])
    return found


async def again(front: httpx2.AsyncClient, link: str, **changed: Any) -> httpx2.Response:
    page = await front.get(link)
    assert page.status_code == 200, page.text
    return await front.post(link, data={**filled(page.text), "instead_reason": "mal lu", **changed})


async def test_a_change_of_college_is_said_again_on_its_day(service: Service, front: httpx2.AsyncClient) -> None:
    await a_member(service)
    found = await links(front, PAGE)
    assert len(found) == 3
    page = (await front.get(found[1])).text
    assert filled(page)["college"] == "economic" and filled(page)["happened_on"] == "2014-03-01"
    done = await again(front, found[1], college="public")
    assert done.status_code == 303 and f"history/member/{MEMBER}?done=" in done.headers["location"]
    events = (await service.execute.history("member", MEMBER)).events
    assert [event.type for event in events[-2:]] == ["EventStruck", "MemberCollegeChanged"]
    assert events[-1].cloud.commandid == events[-2].cloud.commandid and events[-1].cloud.time[:10] == "2014-03-01"
    document = await service.store.get(MEMBERS, str(MEMBER))
    assert document is not None and document["college"] == "public"
    assert len(await links(front, PAGE)) == 3, "what is struck is not said again"


async def test_a_joining_is_said_again_and_what_came_after_stays(service: Service, front: httpx2.AsyncClient) -> None:
    await a_member(service)
    link = (await links(front, PAGE))[0]
    done = await again(front, link, college="public", happened_on="2011-05-02")
    assert done.status_code == 303, done.text
    document = await service.store.get(MEMBERS, str(MEMBER))
    assert document is not None and document["joined_on"].startswith("2011-05-02")
    assert [one["event"] for one in document["history"]] == ["MemberJoined", "MemberCollegeChanged", "MemberLeft"]
    assert (await service.runner.verify(MEMBERS)).equal


async def test_it_is_taken_back_in_one_gesture_with_what_it_replaced(
    service: Service, front: httpx2.AsyncClient
) -> None:
    await a_member(service)
    done = await again(front, (await links(front, PAGE))[0], college="public")
    after = unescape((await front.get(done.headers["location"].removeprefix("/membership"))).text)
    undo = re.findall(r'href="/membership(/history/member/[^"#]+do=strike[^"#]*)[^>]*>[^<]*Annuler', after)
    page = (await front.get(undo[0])).text
    assert 'name="restore"' in page and 'name="also"' not in page, "nothing rests on it once the old one stands again"
    restore = re.findall(r'name="restore" value="([^"]+)"', page)
    back = await front.post(PAGE, data={**hidden(page), "reason": "annulé", "restore": restore})
    assert back.status_code == 303, back.text
    document = await service.store.get(MEMBERS, str(MEMBER))
    assert document is not None and document["history"][0]["college"] == "associative"
    events = (await service.execute.history("member", MEMBER)).events
    assert [event.type for event in events[-2:]] == ["EventStruck", "StrikeLifted"]


async def test_the_same_again_changes_nothing(service: Service, front: httpx2.AsyncClient) -> None:
    await a_member(service)
    link = (await links(front, PAGE))[1]
    same = await again(front, link)
    assert same.status_code == 303 and "unchanged=" in same.headers["location"]
    assert (await service.execute.history("member", MEMBER)).version == 3
    first = {**filled((await front.get(link)).text), "instead_reason": "mal lu", "college": "public"}
    assert "done=" in (await front.post(link, data=first)).headers["location"]
    twice = await front.post(link, data=first)
    assert "again=1" in twice.headers["location"]
    assert (await service.execute.history("member", MEMBER)).version == 5


async def test_what_stands_in_the_way_is_named_and_struck_too(service: Service, front: httpx2.AsyncClient) -> None:
    await do(
        service,
        JoinNetwork(structure=STRUCTURE, name="Kynarou", college="associative", charter_version=1),
        date(2012, 3, 1),
    )
    await do(service, ChangeCollege(member=MEMBER, college="economic"), date(2012, 3, 1))
    await do(service, RenewMembership(member=MEMBER, year=2013), date(2013, 1, 5))
    link = (await links(front, PAGE))[0]
    none = await again(front, link, name="Kynarou 2", instead_reason="")
    assert none.status_code == 422 and "Pourquoi" in none.text and 'aria-invalid="true"' in none.text
    refused = await again(front, link, name="Kynarou 2")
    assert refused.status_code == 422 and "s’y oppose" in refused.text, refused.text
    struck = re.findall(r'name="instead" value="([^"]+)"', refused.text)
    done = await again(front, link, name="Kynarou 2", instead=struck)
    assert done.status_code == 303, done.text
    document = await service.store.get(MEMBERS, str(MEMBER))
    assert document is not None and (document["college"], document["name"]) == ("associative", "Kynarou 2")


async def test_a_renewal_that_is_gone_meanwhile_is_said_no_more(service: Service, front: httpx2.AsyncClient) -> None:
    await a_member(service)
    link = (await links(front, PAGE))[1]
    await again(front, link, college="public")
    gone = await front.get(link)
    assert gone.status_code == 303 and gone.headers["location"].endswith("do=again")
    assert "n’est plus à corriger" in (await front.get(gone.headers["location"].removeprefix("/membership"))).text
    assert (await front.get(f"/again/member/{MEMBER}/{uuid4()}")).status_code == 404
    assert (await front.get(f"/again/planet/{MEMBER}/{uuid4()}")).status_code == 404


async def sent(front: httpx2.AsyncClient, command: str, day: str | None = None, **fields: Any) -> Any:
    query = {"happened": f"{day}T12:00:00+01:00"} if day else {}
    answer = await front.post(f"/api/commands/{command}", json=fields, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_person_is_named_again_under_the_same_record(service: Service, front: httpx2.AsyncClient) -> None:
    seat = (
        await sent(
            front, "take-board-seat", "2014-05-01", role="president", holder="Personne Exemple 1", email="a@b.fr"
        )
    )["entity"]
    await sent(front, "vacate-board-seat", "2016-05-01", seat=seat)
    page = f"/history/seat/{seat}"
    first = (await links(front, page))[0]
    assert filled((await front.get(first)).text)["holder"] == "Personne Exemple 1"
    assert (await again(front, first, holder="Personne Exemple 2")).status_code == 303
    document = await service.store.get(SEATS, seat)
    assert document is not None and document["status"] == "former" and document["since"].startswith("2014-05-01")
    assert service.keyring.reveal(document["holder"]) == "Personne Exemple 2"
    group = (await sent(front, "form-working-group", "2012-05-01", name="Agir"))["entity"]
    await a_member(service)
    await sent(front, "join-working-group", "2012-06-01", group=group, member=str(MEMBER))
    found = await links(front, f"/history/group/{group}")
    assert len(found) == 2 and filled((await front.get(found[1])).text)["member"] == str(MEMBER)
    assert (await again(front, found[0], name="Agir ensemble")).status_code == 303
    document = await service.store.get(GROUPS, group)
    assert document is not None and document["name"] == "Agir ensemble"


async def test_what_is_of_another_record_is_not_said_here(service: Service, front: httpx2.AsyncClient) -> None:
    peer = (await sent(front, "add-peer-network", "2013-01-10", name="Bretagne", region="Bretagne"))["entity"]
    link = (await links(front, f"/history/peer-network/{peer}"))[0]
    refused = await again(front, link, name="Normandie")
    assert refused.status_code == 422 and "autre fiche" in refused.text
    assert (await again(front, link, region="Ouest")).status_code == 303


@pytest.fixture
async def others(nc: Client, network: str, tmp_path: Path) -> AsyncIterator[dict[str, Any]]:
    """Directory and events, each with a client."""
    started, clients = [], {}
    for one in (DIRECTORY, EVENTS_SERVICE):
        folder = tmp_path / one.name
        folder.mkdir()
        store = SqliteStore(folder / "views.sqlite")
        around = Surroundings(
            network=network, nc=nc, settings=Settings(data=folder), data=folder, store=store, broker={}
        )
        running = Service(one, around)
        await running.start()
        started.append(running)
        headers = {**operator(running), "Sec-Fetch-Site": "same-origin"}
        transport = httpx2.ASGITransport(app=service_app(running))
        clients[one.name] = (
            running,
            httpx2.AsyncClient(transport=transport, base_url="http://test", headers=headers),
        )
    yield clients
    for _, client in clients.values():
        await client.aclose()
    for running in started:
        await running.stop()


@pytest.mark.slow
async def test_what_a_structure_was_revised_to_is_said_again_alone(others: dict[str, Any]) -> None:
    """The whole record is shown as of the fact's day; only what it said, or what is changed now, is written."""
    service, front = others["directory"]
    base = {"kind": "association", "department": "31"}
    known = (await sent(front, "register-structure", "2012-01-10", name="Kynarou", **base))["entity"]
    revised = {"structure": known, "kind": "association"}
    await sent(front, "revise-structure", "2014-01-05", name="Kynarou", department="34", **revised)
    await sent(front, "revise-structure", "2018-01-05", name="Kynarou Occitanie", department="34", **revised)
    page = f"/history/structure/{known}"
    found = await links(front, page)
    assert len(found) == 3
    form = filled((await front.get(found[1])).text)
    assert (form["name"], form["department"]) == ("Kynarou", "34"), "as of 2014, not of today"
    assert (await again(front, found[1], department="81")).status_code == 303
    document = await service.store.get(STRUCTURES, known)
    assert (document["name"], document["department"]) == ("Kynarou Occitanie", "81")
    found = await links(front, page)
    assert (await again(front, found[1], happened_on="2013-01-05")).status_code == 303
    last = (await service.execute.history("structure", UUID(known))).events[-1]
    assert (last.type, last.cloud.time[:10], dict(last.data)["department"]) == ("StructureRevised", "2013-01-05", "81")
    assert dict(last.data)["name"] is None, "nothing that the fact did not say is written"
    found = await links(front, page)
    assert (await again(front, found[0], name="Kinarou", acronym="KYN")).status_code == 303
    document = await service.store.get(STRUCTURES, known)
    assert (document["name"], document["acronym"]) == ("Kynarou Occitanie", "KYN")
    assert (await service.runner.verify(STRUCTURES)).equal


async def test_contacts_and_projects_begin_again_with_all_that_came_after(others: dict[str, Any]) -> None:
    service, front = others["directory"]
    known = (await sent(front, "register-structure", "2012-01-10", name="Kynarou", kind="association"))["entity"]
    contact = (await sent(front, "add-contact", "2013-01-10", structure=known, name="Personne Exemple 1"))["entity"]
    await sent(front, "revise-contact", "2014-01-10", contact=contact, email="un@exemple.invalid")
    found = await links(front, f"/history/contact/{contact}")
    form = filled((await front.get(found[1])).text)
    assert form["email"] == "un@exemple.invalid" and "name" not in form, "what is not given stays as it is"
    assert (await again(front, found[0], name="Personne Exemple 2", role="Présidence")).status_code == 303
    document = await service.store.get(CONTACTS, contact)
    shown = {one: service.keyring.reveal(document[one]) for one in ("name", "email")}
    assert shown == {"name": "Personne Exemple 2", "email": "un@exemple.invalid"}
    assert document["name"]["person"] == document["email"]["person"]
    draft = {"leader": known, "title": "De l’eau", "summary": "Un puits.", "country": "SN", "stage": "running"}
    project = (await sent(front, "draft-project", "2015-01-10", **draft))["entity"]
    await sent(front, "revise-project", "2016-01-10", **{**draft, "project": project, "place": "Thiès"})
    found = await links(front, f"/history/project/{project}")
    assert len(found) == 2
    assert (await again(front, found[1], place="Dakar")).status_code == 303
    assert (await again(front, (await links(front, f"/history/project/{project}"))[0], title="Eau")).status_code == 303
    document = await service.store.get(PROJECTS, project)
    assert (document["title"], document["place"], document["leader"]) == ("Eau", "Dakar", known)


async def test_a_gathering_is_planned_held_and_counted_again(others: dict[str, Any]) -> None:
    service, front = others["events"]
    planned = {"kind": "agora", "title": "Agora", "starts": "2016-06-04T09:00:00+02:00", "days": 1}
    key = (await sent(front, "plan-gathering", **planned))["entity"]
    await sent(front, "hold-gathering", "2016-06-04", gathering=key, guests=["Une région"])
    await sent(front, "count-heads", "2016-06-04", gathering=key, students=180, companies=12)
    page = f"/history/gathering/{key}"
    found = await links(front, page)
    assert len(found) == 4
    forms = [filled((await front.get(link)).text) for link in found]
    counts = next(n for n, form in enumerate(forms) if "students" in form)
    assert forms[counts]["students"] == "180" and "companies" not in forms[counts], "a count of one public alone"
    assert (await again(front, found[counts], students="200")).status_code == 303
    document = await service.store.get(GATHERINGS, key)
    assert (document["students"], document["companies"]) == (200, 12)
    first = next(n for n, form in enumerate(forms) if "starts" in form)
    assert (await again(front, found[first], title="Agora de la coopération")).status_code == 303
    document = await service.store.get(GATHERINGS, key)
    assert document["title"] == "Agora de la coopération" and document["state"] == "held"


async def test_a_correction_of_what_is_in_the_way_leads_back_to_the_form(
    service: Service, front: httpx2.AsyncClient
) -> None:
    await do(
        service,
        JoinNetwork(structure=STRUCTURE, name="Kynarou", college="associative", charter_version=1),
        date(2012, 3, 1),
    )
    await do(service, ChangeCollege(member=MEMBER, college="economic"), date(2014, 3, 1))
    form = unescape((await front.get(f"/do/ChangeCollege?member={MEMBER}&happened_on=2013-06-01")).text)
    assert "Un fait de même sorte est noté le 01/03/2014" in form
    typed = {"command_id": str(uuid4()), "member": str(MEMBER), "reason": "lapse", "happened_on": "2013-06-01"}
    refused = await front.post("/do/LeaveNetwork", data=typed)
    page = unescape(refused.text)
    assert refused.status_code == 422 and "Un fait du 01/03/2014 s’y oppose" in page and "Vous pouvez" in page
    redate = next(link for link in re.findall(r'href="/membership(/history/[^"]+)"', page) if "do=redate" in link)
    chosen = (await front.get(redate.partition("#")[0])).text
    done = await front.post(PAGE, data={**hidden(chosen), "day": "2013-01-01", "reason": "mal lu"})
    where = unescape(done.headers["location"])
    assert done.status_code == 303 and where.startswith("/membership/do/LeaveNetwork?") and "done=" in where
    again_there = (await front.get(where.removeprefix("/membership"))).text
    assert "Ce formulaire ne l’est pas encore" in unescape(again_there)
    assert filled(again_there)["reason"] == ["lapse"] and filled(again_there)["happened_on"] == "2013-06-01"
