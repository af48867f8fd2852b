"""Members who are persons: one is a member once, comes back into the same record, is found and sorted by name by those
who may see names, and keeps their key when what was said of them is corrected."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from typing import Any
from uuid import UUID

import httpx2
import pytest

from services.membership.members.domain.member import JoinNetworkAsPerson, LeaveNetwork
from services.membership.members.views import MEMBERS
from services.membership.retention import TOLD
from shared.contract.personal import Personal
from shared.kernel.command_handler import new_command_id
from shared.kernel.decider import Command, Refused
from shared.runtime.service import Service
from shared.web.app import service_app
from tests.shared.web.history.test_pages import a_member, front, hidden, service
from tests.shared.web.history.test_saying_again import again, links

__all__ = ["front", "service"]  # fixtures


def joining(name: str, address: str | None = "jeanne@example.org", **more: Any) -> JoinNetworkAsPerson:
    email = Personal(address) if address else None
    return JoinNetworkAsPerson(person=Personal(name), email=email, charter_version=1, **more)


async def do(service: Service, command: Command, day: str = "2016-01-01") -> UUID | str:
    try:
        done = await service.execute(command, id=new_command_id(), actor="staff:test", at=date.fromisoformat(day))
    except Refused as no:
        return f"{no.code} {no.values['page']}"
    assert await service.runner.wait_for(done.seq)
    return done.entity_id


@pytest.mark.parametrize(
    ("name", "address", "another", "code"),
    [
        ("Jeanne Essai", "jeanne@example.org", False, "person-is-member"),
        ("JEANNE  ESSAI", "Jeanne@Example.org", True, "person-is-member"),
        ("Paul Essai", "jeanne@example.org", False, "address-known"),
        ("Paul Essai", "jeanne@example.org", True, None),
        ("Jeanne Essai", "autre@example.org", False, None),
        ("Jeanne Essai", None, False, None),
    ],
)
async def test_one_person_is_a_member_once_and_a_household_says_so(
    service: Service, name: str, address: str | None, another: bool, code: str | None
) -> None:
    first = await do(service, joining("Jeanne Essai"))
    second = await do(service, joining(name, address, another=another))
    assert second == f"{code} /membership/members/{first}" if code else isinstance(second, UUID)


async def test_the_form_names_the_member_with_a_link_and_the_api_names_nobody(
    service: Service, front: httpx2.AsyncClient
) -> None:
    first = await do(service, joining("Jeanne Essai"))
    form = (await front.get("/do/JoinNetworkAsPerson?charter_version=1")).text
    answers = {"person": "Paul Essai", "email": "jeanne@example.org", "charter_version": "1"}
    no = await front.post("/do/JoinNetworkAsPerson", data={**hidden(form), **answers})
    said = unescape(no.text)
    assert no.status_code == 422 and f'<a href="/membership/members/{first}">Jeanne Essai</a>' in said
    assert "cochez" in said and 'name="another"' in no.text
    api = await front.post("/api/commands/join-network-as-person", json={**answers, "charter_version": 1})
    assert api.json()["error"] == "address-known" and "Jeanne" not in api.text and str(first) in api.text
    ticked = {**hidden(no.text), **answers, "another": "true"}
    assert (await front.post("/do/JoinNetworkAsPerson", data=ticked)).status_code == 303


async def test_who_left_is_welcomed_again_into_the_same_record(service: Service, front: httpx2.AsyncClient) -> None:
    key = await do(service, joining("Jeanne Essai"))
    assert isinstance(key, UUID)
    await do(service, LeaveNetwork(member=key, reason="withdrawal"), "2018-01-01")
    assert await do(service, joining("Jeanne Essai"), "2020-01-01") == f"person-left /membership/members/{key}"
    record = unescape((await front.get(f"/members/{key}")).text)
    link = record[record.index("/do/WelcomePersonAgain") :].split('"')[0]
    form = (await front.get(link)).text
    assert 'value="Jeanne Essai"' in form, "the name need not be typed again"
    answers = {"person": "Jeanne Essai", "charter_version": "1", "happened_on": "2020-01-01"}
    done = await front.post("/do/WelcomePersonAgain", data={**hidden(form), **answers})
    assert done.status_code == 303, unescape(done.text)
    events = (await service.execute.history("member", key)).events
    assert [one.type for one in events] == ["MemberJoined", "MemberLeft", "MemberJoined"]
    assert len({one.data.person.person for one in events if one.type == "MemberJoined"}) == 1  # type: ignore[attr-defined]
    document = await service.store.get(MEMBERS, str(key))
    assert document is not None and document["status"] == "current" and document["since"] == 2020
    twice = await front.post("/do/WelcomePersonAgain", data={**hidden((await front.get(link)).text), **answers})
    assert twice.status_code == 409, "somebody did so meanwhile"


async def test_persons_are_found_by_a_whole_word_and_stand_in_their_place(
    service: Service, front: httpx2.AsyncClient
) -> None:
    await a_member(service)  # Kynarou, a structure
    await do(service, joining("Zoé Martin-Lambda", "zoe@example.org"))
    await do(service, joining("Élie Bois", "elie@example.org"))

    async def names(client: httpx2.AsyncClient, **asked: Any) -> list[str]:
        page = unescape((await client.get("/members", params=asked)).text)
        table = page[page.index("<tbody") :] if "<tbody" in page else ""
        rows = [(table.find(name), name) for name in ("Kynarou", "Zoé Martin-Lambda", "Élie Bois")]
        return [name for at, name in sorted(rows) if at >= 0]

    assert await names(front) == ["Élie Bois", "Kynarou", "Zoé Martin-Lambda"]
    assert await names(front, q="elie") == await names(front, q="BOIS élie") == ["Élie Bois"]
    assert await names(front, q="lambda") == ["Zoé Martin-Lambda"]
    assert await names(front, q="eli") == await names(front, q="lamb") == [], "no part of a name tells of a person"
    assert await names(front, q="bois", college="associative") == []
    assert await names(front, q="bois", status="former") == []
    found = unescape((await front.get("/members", params={"q": "bois"})).text)
    assert re.search(r"1\sadhérent<", found)
    transport = httpx2.ASGITransport(app=service_app(service))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as nobody:
        assert (await nobody.get("/members", params={"q": "bois"})).status_code in (303, 401)


async def test_a_person_whose_joining_is_corrected_keeps_record_and_key(
    service: Service, front: httpx2.AsyncClient
) -> None:
    """A key of their own would leave the first name sealed with one that no term ends."""
    key = await do(service, joining("Jeanne Essai"))
    person = service.keyring.persons_at("jeanne@example.org")
    done = await again(front, (await links(front, f"/history/member/{key}"))[0], person="Jeanne Essay")
    assert done.status_code == 303 and f"/history/member/{key}?" in done.headers["location"]
    assert service.keyring.persons_at("jeanne@example.org") == person and len(person) == 1
    (told,) = (await service.store.find(TOLD)).documents
    assert {UUID(told["person"])} == person and told["key"] == str(key)
    document = await service.store.get(MEMBERS, str(key))
    assert document is not None and service.keyring.reveal(document["person"]) == "Jeanne Essay"


async def test_a_beginning_is_said_again_by_the_api(service: Service, front: httpx2.AsyncClient) -> None:
    """As on its page: in the same record, with the same key; or known since an earlier day."""
    key = await do(service, joining("Jeanne Essai"))
    person = service.keyring.persons_at("jeanne@example.org")
    (event,) = (await service.execute.history("member", key)).events  # type: ignore[arg-type]
    body = {"person": "Jeanne Essay", "email": "jeanne@example.org", "charter_version": 1}
    at = {"happened": "2015-01-01T12:00:00+01:00", "instead": event.id, "instead_reason": "mal lu"}
    path = "/api/commands/join-network-as-person"
    nowhere = await front.post(path, json=body, params=at)
    assert nowhere.status_code == 422, "a new record has no such fact"
    said = await front.post(path, json=body, params={**at, "instead_of": str(key)})
    assert said.status_code == 200, said.text
    assert said.json()["entity"] == str(key) and said.json()["events"] == ["EventStruck", "MemberJoined"]
    assert service.keyring.persons_at("jeanne@example.org") == person
    (*_, joined) = (await service.execute.history("member", key)).events  # type: ignore[arg-type]
    left = {"member": str(key), "reason": "withdrawal"}
    early = {"happened": "2014-01-01T12:00:00+01:00"}
    leave = "/api/commands/leave-network"
    assert (await front.post(leave, json=left, params=early)).json()["error"] == "before-its-beginning"
    since = {**early, "known_since": joined.id, "instead_reason": "connue plus tôt"}
    done = await front.post(leave, json=left, params=since)
    assert done.json()["events"] == ["EventRedated", "MemberLeft"], done.text
    for wrong in ({**since, "instead": joined.id}, {"known_since": joined.id, "instead_reason": "connue plus tôt"}):
        assert (await front.post(leave, json=left, params=wrong)).json()["error"] == "since-which-day"
    assert (await front.post(leave, json=left, params={**early, "known_since": joined.id})).json()["error"] == (
        "instead-without-reason"
    )
