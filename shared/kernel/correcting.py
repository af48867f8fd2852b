"""Correcting: the commands that say of facts that they never were, that they were after all, or that they were on
another day. They are of every kind of entity whose decider takes them; what they may say follows from its rules.

What one command said of a day belongs together, here and in the entities beside: half of a merge can't be a mistake.
But for what a decider says stands alone, a correction of one event is one of all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

import msgspec
from pydantic import Field

from shared.contract import Event
from shared.contract.corrections import EventRedated, EventStruck, StrikeLifted
from shared.contract.fields import Day, Reason
from shared.kernel.decider import Beside, Command, Context, Decider, Decision, Elsewhere, Place, Refused
from shared.kernel.line import Correction, Fact, standing

MOST = 200  # events that one command corrects


class Told(msgspec.Struct, frozen=True, dict=True):
    """What was read of one entity: facts and corrections, in the order of the log, and what stands of them."""

    facts: Sequence[Fact] = ()
    corrections: Sequence[Correction] = ()

    @cached_property
    def line(self) -> list[Fact]:
        return standing(self.facts, self.corrections)

    def and_then(self, events: Iterable[tuple[str, date, Event]], command: str) -> Told:
        """With further events (id, day, event) of one command, which come last in the log."""
        last = max([one.seq for one in self.facts] + [one.seq for one in self.corrections], default=0)
        facts, corrections = list(self.facts), list(self.corrections)
        for seq, (id, day, event) in enumerate(events, last + 1):
            match event:
                case EventStruck():
                    corrections.append(Correction(seq, str(event.event), "struck"))
                case StrikeLifted():
                    corrections.append(Correction(seq, str(event.event), "lifted"))
                case EventRedated():
                    corrections.append(Correction(seq, str(event.event), "redated", event.day))
                case _:
                    facts.append(Fact(seq, id, command, day, event, event.timeless))
        return Told(facts, corrections)


class CorrectingCommand(Command):
    """About facts of an entity of any `kind`, such as `member`; `about`: its id; `events`: the facts' ids. `of_any`: if
    it may be about facts that else stay as they are."""

    entity: ClassVar[str] = "any"
    takes = "now"
    of_any: ClassVar[bool] = False
    kind: str = Field(max_length=40)
    about: UUID
    events: list[UUID] = Field(min_length=1, max_length=MOST)
    reason: Reason

    def target(self, context: Context) -> UUID:
        return self.about


class StrikeEvents(CorrectingCommand):
    """Note that facts were noted by mistake: they never were."""


class LiftStrikes(CorrectingCommand):
    """Note that facts were struck by mistake: they were, after all."""


class RedateEvents(CorrectingCommand):
    """Note that facts were on another day."""

    day: Day


COMMANDS = (StrikeEvents, LiftStrikes, RedateEvents)


def decided(
    command: CorrectingCommand, decider: Decider[Any], own: Told, others: Mapping[Place, tuple[Decider[Any], Told]]
) -> Decision:
    """What a correction comes to. `others`: what was read of the entities beside. Raises Refused."""
    named = [fact for fact in own.facts if UUID(fact.id) in command.events]
    if len(named) < len(set(command.events)):
        raise Refused("no-such-fact")
    for fact in () if command.of_any else named:
        if not decider.strikable(fact.event):
            raise Refused("fact-stays", of=fact.event.type_name())
        if isinstance(command, RedateEvents):
            if fact.id not in {one.id for one in own.line}:
                raise Refused("fact-struck", of=fact.event.type_name())
            decider.dated(decider.on(own.line), fact.event, command.day)
    said: list[Event | Elsewhere] = []
    for place, (theirs, told) in others.items():
        facts = together(decider, named, told.facts, theirs)
        said += [Elsewhere(place.id, word, place.kind) for word in _words(command, facts, told)]
    # those of other entities come first: the last event of a decision is of the command's own
    return [*said, *_words(command, together(decider, named, own.facts), own)]


def beside(decider: Decider[Any], events: Iterable[UUID], own: Told) -> Sequence[Beside]:
    """The entities that the commands of these facts wrote to as well, whichever of their facts is named."""
    ids = {str(id) for id in events}
    facts = together(decider, [fact for fact in own.facts if fact.id in ids], own.facts)
    return list(dict.fromkeys(id for fact in facts for id in decider.beside(fact.event)))


def together(
    decider: Decider[Any], named: Sequence[Fact], facts: Sequence[Fact], of: Decider[Any] | None = None
) -> list[Fact]:
    """These facts, and what their commands said of that day or of now, here or in an entity `of` another kind: a past
    period does not end on the day of its beginning."""
    alone, there = tuple(decider.alone), tuple((of or decider).alone)
    told, ids = [fact for fact in named if not isinstance(fact.event, alone)], {fact.id for fact in named}
    said = {(fact.command, fact.day) for fact in told} | {fact.command for fact in told}
    found = [fact for fact in facts if not isinstance(fact.event, there)]
    ids |= {one.id for one in found if (one.command if one.event.live else (one.command, one.day)) in said}
    return [fact for fact in facts if fact.id in ids]


def _words(command: CorrectingCommand, facts: Iterable[Fact], told: Told) -> list[Event]:
    """What there is to say of these facts."""
    stand = {fact.id: fact for fact in told.line}
    return [word for fact in facts if (word := _word(command, fact, stand.get(fact.id))) is not None]


def _word(command: CorrectingCommand, fact: Fact, stands: Fact | None) -> Event | None:
    """What there is to say of one fact; None where it is so already."""
    about, kind, reason = UUID(fact.id), fact.event.type_name(), command.reason
    match command:
        case StrikeEvents() if stands is not None:
            return EventStruck(event=about, kind=kind, reason=reason)
        case LiftStrikes() if stands is None:
            return StrikeLifted(event=about, kind=kind, reason=reason)
        case RedateEvents() if stands and stands.day != command.day and (command.of_any or not fact.event.live):
            return EventRedated(event=about, kind=kind, day=command.day, reason=reason)
    return None
