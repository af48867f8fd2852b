"""Facts that are said again with other content: which command says a fact, and what it was given then. Features declare
it by the type of the event (`Feature.again`), with why where no command can; here it is looked up, for every service.

What one gesture said is said again as one. Where its events are said by several commands, or one of them by none, as
the parts of a merge are, it is not offered: those facts are noted by mistake, and the gesture is made anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from shared.contract.envelope import Recorded
from shared.kernel.correcting import Told, together
from shared.kernel.decider import Command, Decider
from shared.kernel.line import Fact
from shared.kernel.sealing import personal_fields
from shared.kernel.views.projection import kept
from shared.runtime.service import Definition


@dataclass(frozen=True, slots=True)
class SaidOnce:
    """What is to be said again. `events`: the ids of what its gesture said, which stands no more afterwards, and their
    types; `command`: what says it; `answers`: what it was given, as stored, a personal value sealed (`kept`); `asks`:
    the fields that may be asked, None for all; `day`: the one that it counts for."""

    fact: str
    events: tuple[UUID, ...]
    types: tuple[str, ...]
    command: type[Command]
    answers: Mapping[str, Any]
    asks: Collection[str] | None
    day: date

    @property
    def sealed(self) -> Mapping[str, Any]:
        """Its answers that are personal."""
        return {name: value for name, value in self.answers.items() if isinstance(value, dict) and "sealed" in value}


def said_once(
    definition: Definition, decider: Decider[Any], told: Told, events: Mapping[str, Recorded], fact: Fact
) -> SaidOnce | None:
    """What a fact that stands was told by; None where it is not said again. `events`: of its entity, by id."""
    if not decider.strikable(fact.event):
        return None
    stand = {one.id: one for one in told.line}
    gesture = [stand[one.id] for one in together(decider, [fact], told.facts) if one.id in stand]
    answers: dict[str, Any] = {}
    asks: Collection[str] | None = None
    command: type[Command] | None = None
    for one in gesture:
        how = definition.again.get(one.event.type_name())
        if how is None or how.command is None:
            return None
        data = events[one.id].data.model_dump(mode="json")
        data |= {
            name: kept(value, events[one.id], name) for name, value in personal_fields(events[one.id].data).items()
        }
        says = how.command if isinstance(how.command, type) else how.command(data)
        if command not in (None, says):
            return None
        command, asks = says, how.asks
        answers |= how.answers(data)
    if command is None or fact.id not in stand:
        return None
    known = {n: v for n, v in answers.items() if n in command.model_fields and v is not None}
    ids, types = tuple(UUID(one.id) for one in gesture), tuple(one.event.type_name() for one in gesture)
    return SaidOnce(fact.id, ids, types, command, known, asks, stand[fact.id].day)


def taken_place_of(told: Told, events: Sequence[Recorded], fact: Fact) -> list[str]:
    """The ids of the facts that the gesture of a fact struck to take their place, and that are struck still."""
    by_seq = {event.seq: event for event in events}
    last = {one.about: one for one in sorted(told.corrections) if one.kind != "redated"}
    stand = {one.id for one in told.line}
    return [
        about
        for about, one in last.items()
        if about not in stand and one.kind == "struck" and by_seq[one.seq].cloud.commandid == fact.command
    ]


def struck_with(told: Told, events: Sequence[Recorded], fact: Fact) -> list[str]:
    """The ids of the other facts that the gesture struck by which a fact was struck last, and that are struck still."""
    by_seq = {event.seq: event for event in events}
    stand = {one.id for one in told.line}
    last = {one.about: one for one in sorted(told.corrections) if one.kind != "redated" and one.about not in stand}
    own = last.get(fact.id)
    if own is None:
        return []
    gesture = by_seq[own.seq].cloud.commandid
    return [about for about, one in last.items() if about != fact.id and by_seq[one.seq].cloud.commandid == gesture]
