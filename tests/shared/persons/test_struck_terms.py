"""Terms hear corrections: who never left is not forgotten for having left; who was noted by mistake is kept no longer
than anybody else; what is foretold follows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.directory.app import DIRECTORY
from services.directory.structures.contact_views import CONTACTS
from services.directory.structures.domain.contact import AddContact, RemoveContact
from services.directory.structures.domain.structure import CloseStructure, RegisterStructure
from services.events.app import EVENTS
from services.events.gatherings.domain.planning import PlanGathering
from services.events.gatherings.domain.registrations import CheckIn, RegisterParticipant
from services.membership.app import MEMBERSHIP
from services.membership.members.domain.member import JoinNetworkAsPerson, LeaveNetwork
from services.membership.team.domain.volunteer import NoteVolunteer
from shared.contract.corrections import EventStruck
from shared.contract.personal import Personal
from shared.kernel.correcting import LiftStrikes, RedateEvents, StrikeEvents
from shared.kernel.decider import Refused
from shared.kernel.eventlog.event_log import Unit
from shared.runtime.service import Service
from tests.conftest import OpenService
from tests.fixtures.log_writing import write
from tests.fixtures.signing_in import operator
from tests.fixtures.statutes import founded
from tests.shared.persons.conftest import HER, do, move_clock
from tests.shared.web.security.test_privacy_pages import asking

pytestmark = pytest.mark.slow
WHY = "noté par erreur"


async def correct(
    service: Service, command: type[StrikeEvents | LiftStrikes], kind: str, id: UUID, type: str, **more: date
) -> None:
    history = await service.execute.history(kind, id)
    named = [UUID(event.id) for event in history.events if event.type == type]
    await do(service, command(kind=kind, about=id, events=named, reason=WHY, **more))


async def ends(service: Service) -> list[date | None]:
    """The last day of each record's term."""
    return [one.ends.date() if one.ends else None for one in await service.persons.records()]


def in_years(n: float) -> datetime:
    return datetime.now(UTC) + timedelta(days=365.25 * n)


async def test_a_members_term_runs_from_the_leaving_as_it_stands(open_service: OpenService) -> None:
    service = await open_service(MEMBERSHIP)
    await founded(service.execute)
    joining = JoinNetworkAsPerson(person=Personal("Zénobie"), email=Personal(HER), charter_version=1)
    member = (await do(service, joining, datetime(2012, 1, 1, tzinfo=UTC))).entity_id
    assert await ends(service) == [None]
    await do(service, LeaveNetwork(member=member, reason="lapse"), datetime(2016, 6, 1, tzinfo=UTC))
    (due,) = await service.persons.due()  # long since
    assert await ends(service) == [due.ends.date()] and due.ends.year == 2021
    await correct(service, RedateEvents, "member", member, "MemberLeft", day=date(2020, 6, 1))
    assert [one.ends.year for one in await service.persons.due()] == [2025]
    await correct(service, StrikeEvents, "member", member, "MemberLeft")
    assert await ends(service) == [None] and await service.persons.due(in_years(100)) == []
    assert await service.persons.end_terms() == 0 and service.keyring.has(due.person)
    await correct(service, LiftStrikes, "member", member, "MemberLeft")
    assert [one.person for one in await service.persons.due()] == [due.person]
    await correct(service, StrikeEvents, "member", member, "MemberLeft")
    await correct(service, StrikeEvents, "member", member, "MemberJoined")  # and was none: five years from now on
    assert await service.persons.due(in_years(4.9)) == []
    assert [one.person for one in await service.persons.due(in_years(5.1))] == [due.person]
    move_clock(service, days=365 * 6)
    assert await service.persons.end_terms() == 1 and not service.keyring.has(due.person)


async def test_a_volunteer_noted_by_mistake_has_a_term_from_then_and_their_own_again_when_restored(
    open_service: OpenService,
) -> None:
    service = await open_service(MEMBERSHIP)
    command = NoteVolunteer(person=Personal("Zénobie"), email=Personal(HER))
    volunteer = (await do(service, command, datetime(2024, 5, 1, tzinfo=UTC))).entity_id
    before = await ends(service)
    await correct(service, StrikeEvents, "volunteer", volunteer, "VolunteerContributed")
    (after,) = await ends(service)
    assert after is not None and before[0] is not None and after > before[0]
    await correct(service, LiftStrikes, "volunteer", volunteer, "VolunteerContributed")
    assert await ends(service) == before


async def test_what_was_foretold_is_not_when_the_leaving_is_struck(open_service: OpenService) -> None:
    service = await open_service(MEMBERSHIP)
    await founded(service.execute)
    joining = JoinNetworkAsPerson(person=Personal("Zénobie"), email=Personal(HER), charter_version=1)
    member = (await do(service, joining, datetime(2012, 1, 1, tzinfo=UTC))).entity_id
    left = datetime.now(UTC) - timedelta(days=5 * 366 - 40)
    await do(service, LeaveNetwork(member=member, reason="lapse"), left)
    assert await service.persons.end_terms() == 0
    soon = await service.persons.due(in_years(0.2))
    assert [one is not None for one in service.persons.foretold.since(soon).values()] == [True]
    await correct(service, StrikeEvents, "member", member, "MemberLeft")
    assert await service.persons.end_terms() == 0
    assert service.persons.foretold.since(soon) == {soon[0].person: None}


async def test_contacts_follow_their_removal_and_their_structure_as_these_stand(open_service: OpenService) -> None:
    service = await open_service(DIRECTORY)
    at = datetime(2015, 1, 1, tzinfo=UTC)
    structure = (await do(service, RegisterStructure(name="Kynarou", kind="association"), at)).entity_id
    adding = AddContact(structure=structure, name=Personal("Zénobie"), email=Personal(HER))
    contact = (await do(service, adding, at)).entity_id
    assert await ends(service) == [None]
    await do(service, CloseStructure(structure=structure, reason="Fin"), datetime(2016, 6, 1, tzinfo=UTC))
    assert len(await service.persons.due()) == 1
    await correct(service, StrikeEvents, "structure", structure, "StructureClosed")
    assert await ends(service) == [None]
    await do(service, RemoveContact(contact=contact, reason="Partie"), datetime(2016, 6, 1, tzinfo=UTC))
    assert len(await service.persons.due()) == 1
    await correct(service, StrikeEvents, "contact", contact, "ContactRemoved")
    assert await ends(service) == [None]
    with pytest.raises(Refused, match="named-elsewhere"):  # nobody is the contact of what never was
        await correct(service, StrikeEvents, "structure", structure, "StructureRegistered")
    await correct(service, StrikeEvents, "contact", contact, "ContactAdded")
    assert await service.store.get(CONTACTS, str(contact)) is None
    assert len(await service.persons.due(in_years(3.1))) == 1


async def test_who_registered_for_a_gathering_that_never_was_is_kept_no_longer(open_service: OpenService) -> None:
    """As an older release let it be struck: today it is told who is registered, and refuses."""
    service = await open_service(EVENTS)
    starts = datetime(2099, 3, 5, 17, 30, tzinfo=UTC)
    gathering = (await do(service, PlanGathering(kind="other", title="Réunion", starts=starts))).entity_id
    registering = RegisterParticipant(
        gathering=gathering, name=Personal("Zénobie"), email=Personal(HER), audience="others"
    )
    await do(service, registering)
    assert await ends(service) == [None]
    with pytest.raises(Refused):
        await correct(service, StrikeEvents, "gathering", gathering, "GatheringPlanned")
    history = await service.execute.history("gathering", gathering)
    planned = next(event for event in history.events if event.type == "GatheringPlanned")
    struck = EventStruck(event=UUID(planned.id), kind="GatheringPlanned", reason=WHY)
    word = write(service.network, gathering, history.version + 1, struck, of=("events", "gathering"))
    await service.log.append(Unit([word], {word.entity: history.seq}))
    assert await service.runner.wait_for(await service.log.last())
    assert len(await service.persons.due(in_years(10))) == 1
    await correct(service, LiftStrikes, "gathering", gathering, "GatheringPlanned")
    assert await ends(service) == [None]
    assert (await service.persons.records(persons=[uuid4()])) == []


async def test_persons_are_told_what_was_corrected_as_it_was_corrected(open_service: OpenService) -> None:
    """Also of what names them by a part of a thing alone: that they came."""
    service = await open_service(EVENTS)
    plan = PlanGathering(kind="agora", title="Agora", starts=datetime.now(UTC))
    gathering = (await do(service, plan)).entity_id
    for name, address in (("Zénobie", HER), ("Balthazar", "il@exemple.invalid")):
        await do(
            service,
            RegisterParticipant(gathering=gathering, name=Personal(name), email=Personal(address), audience="students"),
        )
    history = (await service.execute.history("gathering", gathering)).events
    hers, his = [event.data.registration for event in history if event.type == "ParticipantRegistered"]  # type: ignore[attr-defined]
    for registration in (hers, his):
        await do(service, CheckIn(gathering=gathering, registration=registration))
    await correct(service, StrikeEvents, "gathering", gathering, "AgoraAttended")
    (person,) = await service.persons.find(address=HER)
    told = await service.persons.told([person])
    assert [(one.event.type, one.struck) for one in told] == [
        ("ParticipantRegistered", False),
        ("AgoraAttended", True),
        ("EventStruck", False),
    ]
    async with asking(service, **operator(service)) as client:
        asked = await client.post("/events/api/persons/export", json={"person": str(person)})
    assert [(one["label"], one["struck"]) for one in asked.json()["events"]][1:] == [
        ("Personne accueillie à la rencontre annuelle", True),
        ("Noté par erreur", False),
    ]
