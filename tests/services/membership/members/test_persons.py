"""Members who are persons: one is a member once, comes back into the same record, is found and sorted by name by those
who may see names, and keeps their key when what was said of them is corrected."""

from __future__ import annotations

from html import unescape
from uuid import UUID

import httpx2

from services.membership.members.domain.member import LeaveNetwork
from services.membership.members.views import MEMBERS
from services.membership.retention import TOLD
from shared.runtime.service import Service
from tests.fixtures.joining_persons import do, joining
from tests.shared.web.history.test_pages import front, hidden, service
from tests.shared.web.history.test_saying_again import again, links

__all__ = ["front", "service"]  # fixtures


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
