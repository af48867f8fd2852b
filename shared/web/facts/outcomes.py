"""What a page says after a command: what was written, how far it holds and how it is taken back; that it had been sent
before; or that nothing changed, and since when all is so.

A command leads to `<page>?done=<seq>&of=<kind>/<id>`, `…&again=1` where it had come before, `…&part=1` where nothing
after it can take its place, or `<page>?unchanged=<seq of the fact since when>&of=…`, 0 where none says so. Each page of
the service reads that before it is drawn; what is of a part of a record costs no look at its line."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import orjson
from fastapi import Request
from starlette.responses import RedirectResponse

from shared.base.paris_days import day_of
from shared.contract import EVENTS, Event
from shared.contract.corrections import EventStruck
from shared.contract.says import ASIDE
from shared.kernel.command_handler import Outcome, new_command_id, told_of
from shared.kernel.decider import Command, Context, Refused
from shared.kernel.eventlog.event_log import Unavailable
from shared.kernel.line import Fact
from shared.notions.sayings import sentence
from shared.notions.vocabularies.view import as_of
from shared.runtime.faces import Commands, Desk
from shared.web.facts.of_days import takes_day
from shared.web.security.authorization import who_of

OF = re.compile(r"([a-z-]{1,40})/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
LOOKED = 500  # facts among which the one is looked for since when all is so


@dataclass(frozen=True, slots=True)
class Said:
    """What a page says after a command. `undo`: where its fact is noted by mistake again, "" where that is none of a
    day; `fact`: what is so, for nothing changed; `since` and `until`: from when to when a fact holds, as its day and
    the last one of it; `still`: whether part of it holds for longer; `meanwhile`: whether it is a correction, after
    which the page is a form that waits to be sent."""

    again: bool = False
    unchanged: bool = False
    undo: str = ""
    type: str = ""
    data: Any = None
    since: date | None = None
    until: date | None = None
    still: bool = False
    meanwhile: bool = False

    def fact(self, lang: str) -> str:
        with as_of(self.since):
            return sentence(self.type, self.data, lang) if self.type else ""


def in_address(outcome: Outcome) -> str:
    """What the address of the next page says of a command that is always of now."""
    return (f"done={outcome.seq}" if outcome.changed else "unchanged=0") + ("&again=1" if outcome.repeated else "")


async def after(service: Desk, where: str, command: Command, outcome: Outcome, at: Any = None) -> RedirectResponse:
    """Leads to the page `where`, once the views have what the command came to. `at`: what it was told of when."""
    await service.runner.wait_for(outcome.seq)
    kind = service.execute.decider_of(command).entity
    if past := "until" in type(command).model_fields and outcome.changed:
        # It is taken back with its beginning, on which its end rests: both are of one batch, in a row.
        outcome = msgspec.structs.replace(outcome, seq=outcome.seq - len(outcome.events) + 1)
    query = in_address(outcome)
    if kind in service.execute.correctable:
        if not outcome.changed:
            fact = await _since(service, command, outcome.entity_id, at)
            query = f"unchanged={fact.seq if fact else 0}"
        said = [EVENTS[name] for name in outcome.events]
        if not outcome.changed or (said and (not said[-1].live or said[-1] is EventStruck)):
            query += f"&of={kind}/{outcome.entity_id}"
            whole = not past and (said[-1:] == [EventStruck] or any(map(_answers, said)))
            query += "&part=1" if outcome.changed and not whole else ""
    return RedirectResponse(f"{where}{'&' if '?' in where else '?'}{query}", 303)


async def _since(service: Commands, command: Command, entity_id: UUID, at: Any) -> Fact | None:
    """The fact since which all is so that a command asks: without it, it would have come to something."""
    if command.alongside():
        return None
    decider, now = service.execute.decider_of(command), service.outside.now()
    line = told_of(await service.execute.history(decider.entity, entity_id)).line
    day = None if at is None or not takes_day(service, type(command)) else at if type(at) is date else day_of(at)
    known = [fact for fact in line if day is None or fact.event.live or fact.order[0] <= day]
    states = [decider.initial]
    for fact in known:
        states.append(decider.evolve(states[-1], fact.event))
    for n in range(len(known) - 1, max(-1, len(known) - LOOKED), -1):
        when = now if day is None else datetime.combine(day, now.timetz())
        context = Context(at=when, now=now, command=new_command_id(), actor="", line=known[:n])
        try:
            if decider.decide(command, states[n], context):
                return known[n]
        except Refused:
            return known[n]
    return None


async def said_after(request: Request) -> None:
    """The dependency of every page of a service: finds what it says after a command (`request.state.said`)."""
    asked = request.query_params
    if ("done" not in asked and "unchanged" not in asked) or "/api/" in request.url.path:
        return
    service: Commands = request.app.state.service
    form = f"/{service.name}/do/" in request.url.path or request.url.path.startswith("/do/")
    said = Said(again="again" in asked, unchanged="unchanged" in asked, meanwhile=form)
    request.state.said = said
    named, seq = OF.fullmatch(asked.get("of", "")), asked.get("unchanged") or asked.get("done") or ""
    if named is None or named[1] not in service.execute.correctable or not seq.isdigit() or len(seq) > 15:
        return
    if not who_of(request).may(service.name, "reader"):
        return
    undo = f"/{service.name}/history/{named[0]}?seq={seq}&do=strike" if not said.unchanged and not said.again else ""
    if "part" in asked and not said.unchanged:
        request.state.said = replace(said, undo=undo)
        return
    try:
        history = await service.execute.history(named[1], UUID(named[2]))
        line = told_of(history).line
    except Unavailable:  # the page is shown without it
        return
    at = next((n for n, fact in enumerate(line) if fact.seq == int(seq)), None)
    word = next((one for one in history.events if one.seq == int(seq)), None)
    if word is not None and isinstance(word.data, EventStruck) and undo:  # it came to this: what was noted never was
        lift = f"/{service.name}/history/{named[1]}/{named[2]}?fact={word.data.event}&do=lift"
        request.state.said = replace(said, undo=lift, type=word.type, data=orjson.loads(word.content))
    if at is not None:
        fact = line[at]
        event = next(one for one in history.events if one.id == fact.id)
        strikable = service.execute.deciders[named[1]].strikable(fact.event)
        until, still = held_until(line, at)
        request.state.said = replace(
            said,
            undo=undo if strikable else "",
            type=event.type,
            data=orjson.loads(event.content),
            since=fact.day,
            until=until,
            still=still,
        )


def _answers(kind: type[Event]) -> bool:
    """Whether events of this type say what a record's answers are, so that a later one may take its place."""
    fields = kind.model_fields
    part = fields.keys() & {"audience", "year"} or any("UUID" in str(one.annotation) for one in fields.values())
    return "cleared" in fields or not part


def _sets(event: Event) -> set[str]:
    """The answers of a record that a fact says; none for one that is of a part of it, such as one member of a group."""
    if not _answers(type(event)):
        return set()
    said = {name for name, value in dict(event).items() if value is not None}
    return (said | set(getattr(event, "cleared", None) or ()) | set(type(event).says.sets)) - ASIDE


def _turns(event: Event) -> frozenset[str]:
    """What of a whole record an event says to be so, or to be so no more."""
    says = type(event).says
    return frozenset() if says.part else frozenset(says.sets)


def taken_up_on(line: Sequence[Fact], types: Collection[str], day: date) -> date | None:
    """The day of the first fact after a day that says a record's answers as one of these types does, so that it takes
    its place as far as both say the same; None where none does."""
    later = (fact for fact in line if fact.day > day and fact.event.type_name() in types)
    return next((fact.day for fact in later if not fact.timeless and _answers(type(fact.event))), None)


def held_until(line: Sequence[Fact], at: int) -> tuple[date | None, bool]:
    """The last day on which all that a fact sets holds, None where nothing after it in the line sets it anew; and
    whether part of it holds for longer. Only of facts that say what a record's answers are: the same type said again
    with the same fields, or what turns them about, as a joining does a leaving."""
    fact = line[at]
    left, until = _sets(fact.event), None
    for later in line[at + 1 :] if left else ():
        if type(later.event) is type(fact.event):
            anew = left & _sets(later.event)
        else:
            anew = set(left) if _turns(later.event) & _turns(fact.event) else set()
        if anew:
            until = until or later.day - timedelta(days=1)
            left -= anew
    return (until, bool(left)) if until is not None and until >= fact.day else (None, False)
