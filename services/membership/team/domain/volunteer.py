"""A volunteer's help in one year: one entity for each volunteer and year, since that is what the review counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.membership.base.fields import of
from shared.contract import Event
from shared.contract.fields import Line, MailAddress
from shared.contract.membership.team import VolunteerContributed
from shared.contract.personal import PersonalText
from shared.kernel.decider import Command, Context, Decider, Decision, Refused


class NoteVolunteer(Command):
    """Note a volunteer who gave time to the network. The year is that of the day when it happened."""

    entity = "volunteer"
    creates = True
    person: PersonalText | None = None
    email: MailAddress | None = None
    task: Line | None = None


@dataclass(frozen=True)
class Volunteer:
    known: bool = False


def evolve(state: Volunteer, event: Event) -> Volunteer:
    match event:
        case VolunteerContributed():
            return Volunteer(known=True)
    return state


def _noted(command: NoteVolunteer, state: Volunteer, context: Context) -> Decision:
    if state.known:
        raise Refused("already-noted")
    id = context.new_id("person")
    person, email = of(command.person, id), of(command.email, id)
    return [VolunteerContributed(year=context.day.year, person=person, email=email, task=command.task)]


AGAIN: Mapping[type[Event], type[Command]] = {VolunteerContributed: NoteVolunteer}
"""Fact → the command that says it again with other answers"""
VOLUNTEER = Decider(
    "volunteer",
    Volunteer(),
    evolve,
    {NoteVolunteer: _noted},
    allows=lambda state, event: "already-noted" if state.known and isinstance(event, VolunteerContributed) else None,
    births=(VolunteerContributed,),
)
