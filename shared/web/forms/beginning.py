"""Saying a network to begin with, as an administrator does: what one service has to say of it, command by command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from pydantic import ValidationError

from shared.base.translations import Lang, Lexicon
from shared.kernel.decider import Command, Refused
from shared.notions.network.beginning import Step, Told
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
        except Refused as no:
            raise NotSaid(step, sentence_of(no, lexicon, lang), told) from no
        except ValidationError as wrong:
            where = ".".join(str(part) for part in wrong.errors()[0]["loc"])
            raise NotSaid(step, lexicon.say("refused.step-unfit", lang, field=where), told) from wrong
        told = told.and_(outcome.new)
    return told
