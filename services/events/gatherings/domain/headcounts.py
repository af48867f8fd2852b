"""What was counted after a gathering: people who were not checked in by name, and workshops."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from services.events.gatherings.domain.state import Gathering, in_its_days, on
from shared.contract import Event
from shared.contract.corrections import EventStruck
from shared.contract.events.gatherings import (
    Audience,
    HeadsCounted,
    WorkshopHeld,
)
from shared.contract.fields import People, Title
from shared.kernel.decider import Command, Context, Decision, Refused
from shared.notions.vocabularies.referent import term_of

UNSPECIFIED = "unspecified"
NOT_MEASURED = "non mesuré"


class CountingCommand(Command):
    entity = "gathering"


class CountHeads(CountingCommand):
    """Count the people who came and were not checked in by name, by those publics that any network has. A public that
    is not named keeps its count; one that is given empty counts as not measured."""

    partial = True
    refers = {"audience": term_of("audience")}
    gathering: UUID
    associations: People | None = None
    public_bodies: People | None = None
    companies: People | None = None
    students: People | None = None
    higher_education: People | None = None
    others: People | None = None
    unspecified: People | None = None

    @property
    def audience(self) -> list[str]:
        """The publics that it counts people of: each must be open on the day, or counted there already."""
        return sorted(
            name for name in self.model_fields_set - {"gathering", UNSPECIFIED} if getattr(self, name) is not None
        )


class CountAudience(CountingCommand):
    """Count the people of one public who came and were not checked in by name; left empty, it counts as not
    measured."""

    refers = {"audience": term_of("audience")}
    gathering: UUID
    audience: Audience
    people: People | None = None


class NoteWorkshop(CountingCommand):
    """Note a workshop held inside a gathering."""

    gathering: UUID
    workshop_title: Title


def counted_by(said: Mapping[str, Any]) -> type[CountingCommand]:
    """The six publics of any network have a command of their own, as those have that are not named."""
    return CountHeads if (said["audience"] or UNSPECIFIED) in CountHeads.model_fields else CountAudience


def counts(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answers of that command, of what a count says."""
    audience, people = said["audience"] or UNSPECIFIED, said["people"]
    return {audience: people} if counted_by(said) is CountHeads else {"audience": audience, "people": people}


def _counted(command: CountHeads, state: Gathering, context: Context) -> Decision:
    in_its_days(on(state), context)
    events: list[Event] = []
    for name in sorted(command.model_fields_set - {"gathering"}):
        events += _public(None if name == UNSPECIFIED else name, getattr(command, name), state, context)
    emptied = [name for name in command.model_fields_set - {"gathering"} if getattr(command, name) is None]
    return events or _nothing_to_empty([None if name == UNSPECIFIED else name for name in emptied], context)


def _of_one(command: CountAudience, state: Gathering, context: Context) -> Decision:
    in_its_days(on(state), context)
    events = _public(command.audience, command.people, state, context)
    return events or _nothing_to_empty([command.audience] if command.people is None else [], context)


def _public(audience: Audience | None, people: int | None, state: Gathering, context: Context) -> list[Event]:
    before = state.heads.get(audience)
    if people is None:
        return [] if before is None else _never_counted(audience, context)
    return [] if people == before else [HeadsCounted(audience=audience, people=people)]


def _nothing_to_empty(audiences: Collection[Audience | None], context: Context) -> list[Event]:
    """Raises Refused where publics are emptied on a day before they were counted: that count holds still, so that it is
    not true that nothing is measured. It names the first."""
    for fact in context.line:
        if isinstance(fact.event, HeadsCounted) and fact.event.audience in audiences and fact.day > context.day:
            of, day = HeadsCounted.type_name(), f"{fact.day:%d/%m/%Y}"
            raise Refused("not-counted-that-day", earlier=True, of=of, day=day, seq=fact.seq, event=fact.id)
    return []


def _never_counted(audience: Audience | None, context: Context) -> list[Event]:
    """Strikes all counts of a public: without the last one alone, the count before it would stand again."""
    of = HeadsCounted.type_name()
    counts = [f for f in context.line if isinstance(f.event, HeadsCounted) and f.event.audience == audience]
    return [EventStruck(event=UUID(fact.id), kind=of, reason=NOT_MEASURED) for fact in counts]


def _workshop(command: NoteWorkshop, state: Gathering, context: Context) -> Decision:
    in_its_days(on(state), context)
    return [WorkshopHeld(workshop=context.new_id("workshop"), title=command.workshop_title)]


DECISIONS: Mapping[type[Command], Callable[[Any, Gathering, Context], Decision]] = {
    CountHeads: _counted,
    CountAudience: _of_one,
    NoteWorkshop: _workshop,
}
