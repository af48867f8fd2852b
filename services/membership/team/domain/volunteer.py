"""A volunteer's help in one year: one entity for each volunteer and year, since that is what the review counts."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.membership.base.fields import of
from shared.contract import Event
from shared.contract.fields import Line, MailAddress, Reason
from shared.contract.membership.team import VolunteerContributed, VolunteerRestored, VolunteerWithdrawn
from shared.contract.personal import PersonalText
from shared.kernel.decider import Command, Context, Decider, Decision, Refused


class NoteVolunteer(Command):
    """Note a volunteer who gave time to the network. The year is that of the day when it happened."""

    entity = "volunteer"
    creates = True
    person: PersonalText | None = None
    email: MailAddress | None = None
    task: Line | None = None


class WithdrawVolunteer(Command):
    """Take back a volunteer who was noted by mistake."""

    entity = "volunteer"
    volunteer: UUID
    reason: Reason


class RestoreVolunteer(Command):
    """Undo the withdrawal of a volunteer."""

    entity = "volunteer"
    volunteer: UUID
    reason: Reason | None = None


@dataclass(frozen=True)
class Volunteer:
    known: bool = False
    withdrawn: bool = False


def evolve(state: Volunteer, event: Event) -> Volunteer:
    match event:
        case VolunteerContributed() | VolunteerRestored():
            return Volunteer(known=True)
        case VolunteerWithdrawn():
            return Volunteer(known=True, withdrawn=True)
    return state


def _noted(command: NoteVolunteer, state: Volunteer, context: Context) -> Decision:
    if state.known:
        raise Refused("already-noted")
    id = context.new_id("person")
    person, email = of(command.person, id), of(command.email, id)
    return [VolunteerContributed(year=context.day.year, person=person, email=email, task=command.task)]


def _withdrawn(command: WithdrawVolunteer, state: Volunteer, context: Context) -> Decision:
    _known(state)
    return [] if state.withdrawn else [VolunteerWithdrawn(reason=command.reason)]


def _restored(command: RestoreVolunteer, state: Volunteer, context: Context) -> Decision:
    _known(state)
    return [VolunteerRestored(reason=command.reason)] if state.withdrawn else []


def _known(state: Volunteer) -> None:
    if not state.known:
        raise Refused("unknown-volunteer")


VOLUNTEER = Decider(
    "volunteer",
    Volunteer(),
    evolve,
    {NoteVolunteer: _noted, WithdrawVolunteer: _withdrawn, RestoreVolunteer: _restored},
    allows=lambda state, event: "already-noted" if state.known and isinstance(event, VolunteerContributed) else None,
    births=(VolunteerContributed,),
)
