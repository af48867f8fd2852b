"""A past period is told in one gesture, by the API and by forms: a membership before the one that runs, a mandate, a
post, a place, a civic service, a part in a working group."""

from __future__ import annotations

from html import unescape
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from services.membership.governance.views import SEATS
from services.membership.members.views import MEMBERS
from services.membership.team.views import CIVIC_PLACES, CIVIC_SERVICES, POSTS
from shared.kernel.views.projection import View
from shared.notions.structure_on_record import member_of
from shared.runtime.service import Service
from tests.shared.web.history.test_pages import front, service

__all__ = ["front", "service"]
STRUCTURE = UUID("6f3cbb52-0c5c-4f0e-8c6c-6e1c5a3f2b11")
MEMBER = member_of(STRUCTURE)
JOIN = {"structure": str(STRUCTURE), "name": "Kynarou", "college": "associative", "charter_version": 1}


async def sent(front: httpx2.AsyncClient, command: str, day: str | None = None, **fields: Any) -> httpx2.Response:
    query = {"happened": f"{day}T12:00:00+01:00"} if day else {}
    return await front.post(f"/api/commands/{command}", json=fields, params=query)


async def test_an_earlier_membership_is_told_late(service: Service, front: httpx2.AsyncClient) -> None:
    assert (await sent(front, "join-network", "2016-02-01", **JOIN)).status_code == 200
    alone = await sent(front, "join-network", "2012-03-01", **JOIN)
    assert alone.status_code == 422 and alone.json()["error"] == "later-stands-against"
    assert alone.json()["against"]["type"] == "MemberJoined" and alone.json()["against"]["day"] == "01/02/2016"
    past = {**JOIN, "since": "2012-03-01", "until": "2014-06-01", "reason": "lapse"}
    told = (await sent(front, "note-past-membership", **past)).json()
    assert told["events"] == ["MemberJoined", "MemberLeft"], told
    document = await service.store.get(MEMBERS, str(MEMBER))
    assert document is not None and document["status"] == "current" and document["joined_on"].startswith("2016-02-01")
    history = (await service.execute.history("member", MEMBER)).events
    assert [event.cloud.time[:10] for event in history] == ["2016-02-01", "2012-03-01", "2014-06-01"]
    over = await sent(front, "note-past-membership", **{**past, "since": "2013-01-01", "until": "2017-01-01"})
    assert over.status_code == 422 and over.json()["error"] == "already-member"


@pytest.mark.parametrize(
    ("since", "until", "field", "code"),
    [
        ("2014-06-01", "2012-03-01", "until", "ends-before-it-begins"),
        ("2012-03-01", "2999-01-01", "until", "time-in-future"),
        ("1850-01-01", "2014-06-01", "since", "too-long-ago"),
    ],
)
async def test_a_period_is_of_the_past(
    front: httpx2.AsyncClient, since: str, until: str, field: str, code: str
) -> None:
    answer = await sent(front, "note-past-membership", **JOIN, since=since, until=until, reason="lapse")
    assert answer.status_code == 422 and answer.json()["error"] == code and field in answer.json()["fields"]


@pytest.mark.parametrize(
    ("command", "fields", "view", "events"),
    [
        (
            "note-past-board-seat",
            {"role": "president", "holder": "Personne Exemple 1"},
            SEATS,
            ["BoardSeatTaken", "BoardSeatVacated"],
        ),
        ("note-past-staff-post", {"title": "Direction", "fte": 0.8}, POSTS, ["StaffPostCreated", "StaffPostClosed"]),
        (
            "note-past-civic-service-place",
            {"authority": "DRAJES"},
            CIVIC_PLACES,
            ["CivicServicePlaceApproved", "CivicServicePlaceEnded"],
        ),
        (
            "note-past-civic-service",
            {"mission": "Accueil"},
            CIVIC_SERVICES,
            ["CivicServiceRecruited", "CivicServiceEnded"],
        ),
        (
            "note-past-civic-service",
            {"host_name": "Une ville"},
            CIVIC_SERVICES,
            ["CivicServiceSeconded", "CivicServiceEnded"],
        ),
    ],
)
async def test_what_ended_long_ago_is_noted_at_once(
    service: Service, front: httpx2.AsyncClient, command: str, fields: dict[str, Any], view: View, events: list[str]
) -> None:
    done = (await sent(front, command, **fields, since="2013-01-15", until="2015-06-30")).json()
    assert done["events"] == events, done
    document = await service.store.get(view, done["entity"])
    assert document is not None and document["status"] == "former"
    assert document["since"].startswith("2013-01-15") and document["until"].startswith("2015-06-30")


async def test_who_took_part_in_a_group_once_is_noted_by_a_form(service: Service, front: httpx2.AsyncClient) -> None:
    assert (await sent(front, "join-network", "2012-03-01", **JOIN)).status_code == 200
    group = (await sent(front, "form-working-group", "2012-05-01", name="Agir")).json()["entity"]
    page = await front.get(f"/do/NotePastGroupMembership?group={group}")
    assert "Noter une participation passée" in page.text and 'name="happened_on"' not in page.text
    empty = await front.get(f"/do/NotePastMembership?structure={STRUCTURE}")
    assert "selon les jours que vous direz" in unescape(empty.text), "from which year on is not known yet"
    typed = {"command_id": str(uuid4()), "structure": str(STRUCTURE), "since": "2012-03-01"}
    seen = await front.post("/do/NotePastMembership", data={**typed, "show_day": "1"})
    assert seen.status_code == 200 and "à partir de 2012" in unescape(seen.text) and 'role="alert"' not in seen.text
    assert 'value="2012-03-01"' in seen.text, "what was typed stays"
    begun = await front.post("/do/NotePastMembership", data=typed)
    assert begun.status_code == 422 and "à partir de 2012" in unescape(begun.text)
    form = {"command_id": str(uuid4()), "group": group, "member": str(MEMBER), "since": "01/06/2012"}
    early = await front.post("/do/NotePastGroupMembership", data={**form, "since": "2012-04-01", "until": "2013-01-01"})
    assert early.status_code == 422 and "ne commence que le 01/05/2012" in early.text
    assert "Dire la fiche connue depuis le 01/04/2012" in early.text
    done = await front.post("/do/NotePastGroupMembership", data={**form, "until": "2013-01-01"})
    assert done.status_code == 303, done.text
    events = (await service.execute.history("group", UUID(group))).events
    assert [event.type for event in events] == ["WorkingGroupFormed", "WorkingGroupJoined", "WorkingGroupLeft"]


async def test_the_two_days_of_a_period_are_corrected_one_by_one(service: Service, front: httpx2.AsyncClient) -> None:
    past = {**JOIN, "since": "2012-03-01", "until": "2014-06-01", "reason": "lapse"}
    assert (await sent(front, "note-past-membership", **past)).status_code == 200
    began, ended = (await service.execute.history("member", MEMBER)).events
    word = {"kind": "member", "about": str(MEMBER), "reason": "mal lu"}
    other = {**word, "events": [ended.id], "day": "2013-06-01"}
    done = await front.post("/api/commands/redate-events", json=other)
    assert done.json()["events"] == ["EventRedated"], done.text
    document = await service.store.get(MEMBERS, str(MEMBER))
    assert document is not None and document["joined_on"].startswith("2012-03-01")
    assert document["left_on"].startswith("2013-06-01")
    alone = await sent(front, "strike-events", **word, events=[began.id])
    assert alone.json()["error"] == "later-stands-against" and alone.json()["against"]["type"] == "MemberLeft"


PERSON = {"person": "Personne Exemple 1", "charter_version": 1}
PAST = {"since": "2012-03-01", "until": "2014-06-01", "reason": "withdrawal"}


async def test_a_person_was_a_member_once(service: Service, front: httpx2.AsyncClient) -> None:
    assert (await sent(front, "open-college", college="qualified_persons", title="Personnes")).status_code == 200
    told = (await sent(front, "note-past-membership-as-person", **PERSON, **PAST, email="une@exemple.invalid")).json()
    assert told["events"] == ["MemberJoined", "MemberLeft"], told
    document = await service.store.get(MEMBERS, told["entity"])
    assert document is not None and (document["status"], document["college"]) == ("former", "qualified_persons")
    assert document["joined_on"].startswith("2012-03-01") and document["left_on"].startswith("2014-06-01")
    assert service.keyring.reveal(document["person"]) == "Personne Exemple 1"
    page = unescape((await front.get(f"/members/{told['entity']}")).text)
    assert f"/do/NotePastMembershipOfPerson?member={told['entity']}" in page
    assert "Noter l’adhésion passée d’une personne" in unescape((await front.get("/join")).text)


async def test_a_person_who_is_a_member_was_one_before(service: Service, front: httpx2.AsyncClient) -> None:
    key = (await sent(front, "join-network-as-person", "2016-02-01", **PERSON)).json()["entity"]
    form = await front.get(f"/do/NotePastMembershipOfPerson?member={key}")
    assert 'value="Personne Exemple 1"' in form.text and 'name="happened_on"' not in form.text
    typed = {"command_id": str(uuid4()), "member": key, **PERSON, **PAST, "since": "01/03/2012"}
    done = await front.post("/do/NotePastMembershipOfPerson", data=typed)
    assert done.status_code == 303, done.text
    joined, past, left = (await service.execute.history("member", UUID(key))).events
    assert [past.type, left.type, past.cloud.time[:10]] == ["MemberJoined", "MemberLeft", "2012-03-01"]
    assert past.data.person.person == joined.data.person.person, "one key for one person"
    document = await service.store.get(MEMBERS, key)
    assert document is not None and document["status"] == "current" and document["joined_on"].startswith("2016-02-01")
    held = await service.store.get(service.definition.persons.held, key)
    assert held is not None and not held.get("ends"), "whoever is a member now has no term that runs"
    over = await sent(front, "note-past-membership-of-person", member=key, **PERSON, **{**PAST, "until": "2017-01-01"})
    assert over.status_code == 422 and over.json()["error"] == "already-member"
    again = await sent(front, "welcome-person-again", member=key, **PERSON)
    assert again.status_code == 422 and again.json()["error"] == "already-member"
    for refused in (over, again):
        assert "tructure" not in refused.text, "a person is none"


async def test_only_a_person_that_is_known_was_one_before(front: httpx2.AsyncClient) -> None:
    nobody = await sent(front, "note-past-membership-of-person", member=str(uuid4()), **PERSON, **PAST)
    assert nobody.status_code == 422 and nobody.json()["error"] == "unknown-member"
    assert (await sent(front, "join-network", "2016-02-01", **JOIN)).status_code == 200
    structure = await sent(front, "note-past-membership-of-person", member=str(MEMBER), **PERSON, **PAST)
    assert structure.status_code == 422 and structure.json()["error"] == "not-a-person"
