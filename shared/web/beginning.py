"""Saying a network to begin with, as an administrator does: what one service has to say of it, command by command."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from pydantic import ValidationError

from shared.base.paris_days import FIRST_DAY, day_of, noon_of
from shared.base.translations import Lang, Lexicon
from shared.contract import Event
from shared.kernel.command_handler import HAPPENED, Reused
from shared.kernel.decider import Command, Context, Refused
from shared.notions.network.beginning import Step, Told
from shared.notions.vocabularies import vocabulary_id
from shared.runtime.faces import Commands, Defined
from shared.runtime.service import Definition
from shared.web.facts.obstacles import sentence_of


class Speaking(Commands, Defined, Protocol):
    """A service that can be told its part of a network."""


class NotSaid(Exception):
    """A step could not be said; those before it are. `why`: in words."""

    def __init__(self, step: Step, why: str, told: Told) -> None:
        super().__init__(why)
        self.step, self.why, self.told = step, why, told


def commands_of(definition: Definition) -> Mapping[str, type[Command]]:
    """The commands of a service by their names, those that somebody may send."""
    return {one.__name__: one for decider in definition.deciders for one in decider.decisions if not one.internal}


def judge(
    definitions: Iterable[Definition],
    steps: Iterable[Step],
    now: datetime,
    lexicon: Lexicon,
    lang: Lang,
    kinds: Collection[str] | None = None,
) -> None:
    """Judges all these steps by the services' own rules, as they would be said of a network that has said nothing, so
    that what no network can say stops them before anything is said. `kinds`: the kinds of structures that there are
    beside those of the steps; None: it is not known. Raises NotSaid, of which nothing is said."""
    deciders = {
        (one.name, kind.__name__): (decider, kind)
        for one in definitions
        for decider in one.deciders
        for kind in decider.decisions
        if not kind.internal
    }
    states: dict[tuple[str, UUID], Any] = {}
    for step in steps:
        if (step.service, step.command) not in deciders:
            raise NotSaid(step, lexicon.say("refused.step-unknown", lang), Told())
        decider, kind = deciders[step.service, step.command]
        try:
            command = kind.model_validate(dict(step.fields))
            _since(step.day, now)
            context = Context(now if step.day is None else noon_of(step.day), now, step.id(""), "")
            place = (decider.entity, command.target(context))
            before = states.get(place, decider.initial)
            facts = [one for one in decider.decide(command, before, context) if isinstance(one, Event)]
            states[place] = decider.fold(facts, before)
            if kinds is not None:
                terms = states.get(("vocabulary", vocabulary_id("structure")), {})
                _of_kinds(step, {*kinds, *(code for code, term in terms.items() if term.closed is None)})
        except Refused as no:
            raise NotSaid(step, sentence_of(no, lexicon, lang), Told()) from no
        except ValidationError as wrong:
            raise NotSaid(step, _unfit(wrong, lexicon, lang), Told()) from wrong


def _since(day: date | None, now: datetime) -> None:
    """Raises Refused for a day that is to come, or older than anything."""
    if day is not None and day > day_of(now):
        raise Refused("time-in-future", field=HAPPENED)
    if day is not None and day < FIRST_DAY:
        raise Refused("too-long-ago", field=HAPPENED, day=f"{FIRST_DAY:%d/%m/%Y}")


def _of_kinds(step: Step, kinds: Collection[str]) -> None:
    """Raises Refused for a college that is proposed for a kind of structures that there is not."""
    if step.command == "OpenCollege" and set(step.fields.get("kinds", ())) - set(kinds):
        raise Refused("unknown-term", field="kinds")


def _unfit(wrong: ValidationError, lexicon: Lexicon, lang: Lang) -> str:
    where = ".".join(str(part) for part in wrong.errors()[0]["loc"])
    return lexicon.say("refused.step-unfit", lang, field=where)


async def say(service: Speaking, steps: Sequence[Step], actor: str, lexicon: Lexicon, lang: Lang) -> Told:
    """Says these steps, which are all of this service. Done again it adds nothing: what was said so once by the same
    sender is not said again, whatever came after it. Raises NotSaid."""
    known, told = commands_of(service.definition), Told()
    for step in steps:
        kind = known.get(step.command)
        if kind is None:
            raise NotSaid(step, lexicon.say("refused.step-unknown", lang), told)
        try:
            command = kind.model_validate(dict(step.fields))
            outcome = await service.execute(command, id=step.id(actor), actor=actor, at=step.day)
        except Reused:  # said before by the other command: that which began it, or that which revised it
            told = told.and_(False)
            continue
        except Refused as no:
            raise NotSaid(step, sentence_of(no, lexicon, lang), told) from no
        except ValidationError as wrong:
            raise NotSaid(step, _unfit(wrong, lexicon, lang), told) from wrong
        told = told.and_(outcome.new)
    return told
