"""Terms end by themselves: seen by a clock that is moved, in the four services as they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4, uuid5

import pytest

from deploy.sample.newsletter import opening_of
from services.directory.app import DIRECTORY
from services.directory.structures.contact_views import CONTACTS
from services.directory.structures.domain.contact import AddContact, RemoveContact
from services.directory.structures.domain.structure import CloseStructure, RegisterStructure, ReopenStructure
from services.events.app import EVENTS
from services.events.gatherings.domain.planning import PlanGathering
from services.events.gatherings.domain.registrations import RegisterParticipant
from services.events.registrations.views import REGISTRATIONS
from services.membership.app import MEMBERSHIP
from services.membership.governance.domain.board_seat import TakeBoardSeat, VacateBoardSeat
from services.membership.members.domain.member import JoinNetworkAsPerson, LeaveNetwork
from services.membership.members.views import MEMBERS
from services.membership.team.domain.volunteer import NoteVolunteer
from services.newsletter.app import NEWSLETTER
from services.newsletter.subscriptions.domain import (
    ConfirmSubscription,
    RequestSubscription,
    Unsubscribe,
    subscriber_id,
)
from services.newsletter.subscriptions.views import SUBSCRIBERS
from shared.contract.personal import Personal
from shared.kernel.command_handler import new_command_id
from shared.kernel.correcting import StrikeEvents
from shared.runtime.service import Definition, Service
from tests.conftest import OpenService
from tests.fixtures import small_directory as small
from tests.fixtures.statutes import founded
from tests.shared.persons.conftest import HER, HIS, NAMES, Add, Follows, do, move_clock

YEARS = 366


async def due_in(service: Service, days: float) -> list[str]:
    """The purposes of whoever is due in so many days."""
    return [one.purpose for one in await service.persons.due(service.around.clock() + timedelta(days=days))]


async def test_who_is_due_is_listed_without_anything_being_done_and_forgotten_when_the_clock_has_moved(
    open_service: OpenService, definition: Definition, add: Add, follows: Follows
) -> None:
    service = await open_service(definition)
    her = await add(service, HER)
    assert await due_in(service, 1095) == [] and await due_in(service, 1097) == ["contact"]
    assert await service.persons.end_terms() == 0 and service.keyring.has(her)
    move_clock(service, days=1097)
    his = await add(service, HIS)  # whose term begins now
    assert await service.persons.end_terms() == 1
    assert not service.keyring.has(her) and service.keyring.has(his) and follows.persons == [her]
    event = (await service.execute.history("person", her)).events[0]
    assert event.actor == "service:directory" and event.data.purpose == "contact"  # type: ignore[attr-defined]
    assert await service.persons.end_terms() == 0


async def test_whoever_is_due_is_forgotten_also_where_they_are_too_many_for_once(
    open_service: OpenService, definition: Definition, add: Add
) -> None:
    service = await open_service(definition)
    service.persons.at_once = 2
    some = [await add(service, f"personne-{n}@exemple.invalid") for n in range(5)]
    move_clock(service, days=1097)
    assert await service.persons.end_terms() == 5 and not any(map(service.keyring.has, some))
    assert await service.persons.due() == []


async def test_the_sample_network_forgets_nobody_by_itself_unless_it_is_told_to(
    open_service: OpenService, definition: Definition
) -> None:
    settings = (await open_service(definition)).settings
    assert settings.terms_run("reseau") and not settings.terms_run("exemple")
    assert settings.model_copy(update={"terms": True}).terms_run("exemple")
    assert not settings.model_copy(update={"terms": False}).terms_run("reseau")


async def test_a_contact_is_kept_while_its_structure_is_open(open_service: OpenService) -> None:
    service = await open_service(DIRECTORY)
    structure = (await do(service, RegisterStructure(name="Eau vive", kind="association"))).entity_id
    one = AddContact(structure=structure, name=Personal(NAMES[HER]), email=Personal(HER))
    person = uuid4()
    contact = (await do(service, one.model_copy(update={"person": person}))).entity_id
    again = (await do(service, one.model_copy(update={"person": person}))).entity_id
    assert await due_in(service, 100 * YEARS) == []
    await do(service, RemoveContact(contact=contact))
    assert await due_in(service, 100 * YEARS) == []  # a contact elsewhere still
    await do(service, CloseStructure(structure=structure, reason="Dissoute."))
    assert await due_in(service, 1097) == ["contact"]
    await do(service, ReopenStructure(structure=structure))
    assert await due_in(service, 100 * YEARS) == []
    await do(service, RemoveContact(contact=again))
    move_clock(service, days=1097)
    assert await service.persons.end_terms() == 1
    assert await service.store.get(CONTACTS, str(contact)) is None and not service.keyring.has(person)


async def test_who_was_a_member_or_sat_on_the_board_is_kept_for_five_years_after(open_service: OpenService) -> None:
    service = await open_service(MEMBERSHIP)
    await founded(service.execute)
    joined = await do(service, JoinNetworkAsPerson(person=Personal(NAMES[HER]), email=Personal(HER), charter_version=1))
    seat = await do(service, TakeBoardSeat(role="president", holder=Personal(NAMES[HER]), email=Personal(HER)))
    await do(service, NoteVolunteer(person=Personal(NAMES[HIS]), email=Personal(HIS)))
    assert len(await service.persons.find(address=HER)) == 2 and len(await service.persons.find(address=HIS)) == 1
    assert await due_in(service, 1096 + 366) == ["volunteer"]
    await do(service, LeaveNetwork(member=joined.entity_id, reason="withdrawal"))
    await do(service, VacateBoardSeat(seat=seat.entity_id))
    assert sorted(await due_in(service, 1828)) == ["member", "seat", "volunteer"]
    left = (await service.execute.history("member", joined.entity_id)).events[-1]
    await do(service, StrikeEvents(kind="member", about=joined.entity_id, events=[left.id], reason="erreur"))
    assert sorted(await due_in(service, 1828)) == ["seat", "volunteer"]
    move_clock(service, days=1828)
    assert await service.persons.end_terms() == 2
    member = await service.store.get(MEMBERS, str(joined.entity_id))
    assert member is not None and service.keyring.reveal(member["person"]) == NAMES[HER]


async def test_a_registration_is_kept_for_three_years_after_the_gathering_and_its_place_stays_counted(
    open_service: OpenService,
) -> None:
    service = await open_service(EVENTS)
    starts = datetime.now(UTC) + timedelta(days=10)
    plan = PlanGathering(kind="thematic", title="Réunion", starts=starts, days=2, capacity=1)
    gathering = (await do(service, plan)).entity_id
    for email in (HER, HIS):
        them = RegisterParticipant(
            gathering=gathering, audience="others", name=Personal(NAMES[email]), email=Personal(email)
        )
        await do(service, them)
    assert await due_in(service, 100 * YEARS) == []  # it is still to come: nobody knows when it will have been
    now = move_clock(service, days=20)
    ends = [one.ends for one in await service.persons.due(now + timedelta(days=100 * YEARS))]
    assert len(ends) == 2 and all(1085 < (one - now).days < 1096 for one in ends)
    move_clock(service, days=1200)
    assert await service.persons.end_terms() == 2
    standings = [one["standing"] for one in (await service.store.find(REGISTRATIONS, sort=["ticket"])).documents]
    assert standings == ["registered", "waiting"]  # what was, was


async def test_who_is_forgotten_gives_the_place_at_a_gathering_to_come_to_who_waits(open_service: OpenService) -> None:
    service = await open_service(EVENTS)
    starts = datetime.now(UTC) + timedelta(days=10)
    gathering = (
        await do(service, PlanGathering(kind="thematic", title="Réunion", starts=starts, capacity=1))
    ).entity_id
    for email in (HER, HIS):
        them = RegisterParticipant(
            gathering=gathering, audience="others", name=Personal(NAMES[email]), email=Personal(email)
        )
        await do(service, them)
    her = await service.persons.find(address=HER)
    seq = await service.persons.forget(her, reason="asked", actor="operator")
    assert await service.runner.wait_for(seq + 1)
    found = (await service.store.find(REGISTRATIONS, sort=["ticket"])).documents
    assert [one["standing"] for one in found] == ["cancelled", "registered"]
    told = [one.event.type for one in await service.persons.told(await service.persons.find(address=HIS))]
    assert told == ["ParticipantRegistered", "ParticipantMovedUp"]  # of the gathering's events, those about his place


@pytest.mark.parametrize("confirmed", [False, True])
async def test_an_address_is_kept_as_long_as_it_is_wanted_and_then_as_proof(
    open_service: OpenService, confirmed: bool
) -> None:
    service = await open_service(NEWSLETTER)
    await do(service, opening_of("echos"))
    person = service.keyring.person_at(HER)
    id, request = new_command_id(), UUID(int=0)
    command = RequestSubscription(email=Personal(HER), bulletins=["echos"], person=person)
    await service.execute(command, id=id, actor="public")
    request = uuid5(id, "request")
    subscriber = subscriber_id(person)
    if confirmed:
        await do(service, ConfirmSubscription(subscriber=subscriber, request=request))
        assert await due_in(service, 100 * YEARS) == []
        await do(service, Unsubscribe(subscriber=subscriber, bulletins=["echos"], means="page"))
    await service.runner.wait_for(await service.log.last())
    days = 1097 if confirmed else 31
    assert await due_in(service, days - 2) == [] and await due_in(service, days) == [
        "subscriber" if confirmed else "request"
    ]
    move_clock(service, days=days)
    assert await service.persons.end_terms() == 1
    known = await service.store.get(SUBSCRIBERS, str(subscriber))
    assert known is not None and service.keyring.reveal(known["email"]) is None
    assert service.keyring.find(HER) is None


async def test_a_purpose_without_a_term_keeps_for_good(
    open_service: OpenService, definition: Definition, add: Add
) -> None:
    service = await open_service(definition)
    await add(service, HER)
    assert service.persons.term("unknown") is None
    assert small.CONTACTS in service.definition.views
