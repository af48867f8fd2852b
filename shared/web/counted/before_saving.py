"""Which facts a form would say, before it is saved: of which types, on which days. Most are of the form's day. A
decision may put them on another one, as it does a holding that is noted days afterwards, or strike what was said of
another; so it is asked, as far as the form is filled, and nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError

from shared.base.paris_days import day_of
from shared.contract.corrections import EventStruck
from shared.kernel.command_handler import new_command_id, told_of
from shared.kernel.decider import Command, Context, Decision, Elsewhere, On, Refused
from shared.kernel.eventlog.event_log import Unavailable
from shared.kernel.line import Fact
from shared.runtime.faces import Commands
from shared.web.counted.counted import said_by
from shared.web.facts.obstacles import Obstacle


async def facts_of_form(
    service: Commands,
    model: type[Command],
    given: Mapping[str, Any],
    at: date | None,
    corrected: Obstacle | None = None,
) -> list[tuple[str, date]]:
    """The types and days of what a form comes to, and of the facts that it strikes. `at`: the day that it is told of,
    None for now; `corrected`: the fact that it offers to note by mistake, or to say of that day, with it."""
    now = service.outside.now()
    day = at or day_of(now)
    days, gone = {day}, {corrected.fact} if corrected is not None and corrected.offered else set()
    line: Sequence[Fact] = ()
    try:
        command = model.model_validate(given)
    except ValidationError:  # not filled yet
        command = None
    try:
        context = Context(at=now, now=now, command=new_command_id(), actor="")
        if command is not None:
            line = await _line(service, command, context)
            about = context if at is None else _about(context, at)
            said = () if command.alongside() else _decided(service, command, about, line)
            days = {one.day if isinstance(one, On) else day for one in said if _of_a_day(one)} or days
            gone |= {str(one.event) for one in said if isinstance(one, EventStruck)}
    except (Refused, Unavailable):  # it is said on the form, or it is shown without it
        pass
    facts = [(kind, one) for kind in said_by(service.name, model) for one in sorted(days)]
    struck = [(fact.event.type_name(), fact.day) for fact in line if fact.id in gone]
    begun = corrected.since if corrected is not None else None
    return [*facts, *struck, *((kind, begun) for kind, _ in struck if begun is not None)]


async def _line(service: Commands, command: Command, context: Context) -> Sequence[Fact]:
    """What stands of the entity that a command is for. Raises Unavailable."""
    if command.creates:
        return ()
    kind = service.execute.decider_of(command).entity
    return told_of(await service.execute.history(kind, command.target(context))).line


def _about(context: Context, day: date) -> Context:
    at = datetime.combine(day, context.now.timetz())
    return Context(at=at, now=context.now, command=context.command, actor="")


def _decided(service: Commands, command: Command, context: Context, line: Sequence[Fact]) -> Decision:
    """Raises Refused."""
    decider = service.execute.decider_of(command)
    state = decider.on(line, context.day if decider.takes_day(type(command)) else None)
    known = Context(at=context.at, now=context.now, command=context.command, actor="", line=line)
    return decider.decide(command, state, known)


def _of_a_day(said: Any) -> bool:
    one = said.event if isinstance(said, On) else said
    event = one.event if isinstance(one, Elsewhere) else one
    return not event.live
