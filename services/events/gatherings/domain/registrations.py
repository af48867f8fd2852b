"""Who comes: registrations with their waiting list, and check-ins at the door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from services.events.gatherings.domain.state import Gathering, in_its_days, known, on, over, place
from shared.contract.events.gatherings import (
    AgoraAttended,
    Audience,
    GatheringAttended,
    ParticipantMovedUp,
    ParticipantRegistered,
    RegistrationCancelled,
    RegistrationReinstated,
)
from shared.contract.fields import MailAddress, Name
from shared.contract.personal import PersonalText
from shared.kernel.decider import Command, Context, Decision, Refers, Refused
from shared.notions.vocabularies.referent import term_of


class RegistrationCommand(Command):
    entity = "gathering"


class RegisterParticipant(RegistrationCommand):
    """Register a person for a gathering; on the waiting list when it is full."""

    takes = "now"
    refers = {"structure": Refers("directory.structure", "open"), "audience": term_of("audience")}
    gathering: UUID
    audience: Audience
    name: PersonalText
    email: MailAddress | None = None
    structure: UUID | None = None
    structure_name: Name | None = None


class CancelRegistration(RegistrationCommand):
    """Cancel a registration; whoever waits first has the place."""

    takes = "now"
    gathering: UUID
    registration: UUID


class ReinstateRegistration(RegistrationCommand):
    """Take the cancellation of a registration back; it waits when its place was given to another."""

    takes = "now"
    gathering: UUID
    registration: UUID


class CheckIn(RegistrationCommand):
    """Note that a registered person is there."""

    gathering: UUID
    registration: UUID


def moved_up(state: Gathering) -> list[ParticipantMovedUp]:
    """Those who wait and for whom there is a place, first come first."""
    return [ParticipantMovedUp(registration=id) for id in state.waiting()[: state.free]]


def _registered(command: RegisterParticipant, state: Gathering, context: Context) -> Decision:
    facts = on(state)
    if over(facts, context):
        raise Refused("gathering-over")
    person = context.new_id("person")
    return [
        ParticipantRegistered(
            registration=context.new_id("registration"),
            ticket=len(state.places) + 1,
            audience=command.audience,
            name=command.name.of(person),
            email=command.email.of(person) if command.email else None,
            structure=command.structure,
            structure_name=command.structure_name,
            waiting=state.free == 0,
        )
    ]


def _cancelled(command: CancelRegistration, state: Gathering, context: Context) -> Decision:
    if state.facts is None and command.registration in state.places:  # of one that was noted by mistake meanwhile
        gone = state.places[command.registration]
        return [] if gone.standing == "cancelled" else [RegistrationCancelled(registration=command.registration)]
    gone = place(state, command.registration)
    if gone.standing == "cancelled":
        return []
    if gone.standing == "present":
        raise Refused("already-present")
    cancelled = RegistrationCancelled(registration=command.registration)
    freed = gone.standing == "registered" and not state.cancelled and not over(known(state), context)
    if not freed or state.spare != 0:  # where more have a place than there are, one less frees none
        return [cancelled]
    return [cancelled, *(ParticipantMovedUp(registration=id) for id in state.waiting()[:1])]


def _reinstated(command: ReinstateRegistration, state: Gathering, context: Context) -> Decision:
    on(state)
    if place(state, command.registration).standing != "cancelled":
        return []
    return [RegistrationReinstated(registration=command.registration, waiting=state.free == 0)]


def _checked_in(command: CheckIn, state: Gathering, context: Context) -> Decision:
    facts = on(state)
    found = place(state, command.registration)
    match found.standing:
        case "present":
            return []
        case "cancelled":
            raise Refused("registration-cancelled")
        case "waiting":
            raise Refused("still-waiting")
    in_its_days(facts, context)
    kind = AgoraAttended if facts["kind"] == "agora" else GatheringAttended
    return [kind(registration=command.registration, audience=found.audience, structure=found.structure)]


DECISIONS: Mapping[type[Command], Callable[[Any, Gathering, Context], Decision]] = {
    RegisterParticipant: _registered,
    CancelRegistration: _cancelled,
    ReinstateRegistration: _reinstated,
    CheckIn: _checked_in,
}
