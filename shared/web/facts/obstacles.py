"""What stands in the way of a command about a day, and the ways out: another day, that fact on another day, that fact
noted by mistake in the same gesture; or the record known from the command's day on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson
from fastapi import HTTPException
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData

from shared.base.paris_days import day_of
from shared.base.translations import Lang, Lexicon, Phrase, translated
from shared.contract import EVENTS
from shared.contract.fields import Reason
from shared.kernel.command_handler import Instead, new_command_id, told_of
from shared.kernel.correcting import CorrectingCommand
from shared.kernel.corrections import told
from shared.kernel.decider import Command, Context, Place, Refused
from shared.kernel.line import Fact
from shared.notions.references import AFTER, NAMED, NAMED_HERE
from shared.notions.sayings import sentence
from shared.notions.vocabularies.view import as_of
from shared.runtime.faces import Commands

INSTEAD, SINCE, WHY = "instead", "known_since", "instead_reason"
"""Answers of a form: the fact that is noted by mistake in the same gesture; the beginning that is said of the command's
day; why"""
AGAINST, BEFORE = "later-stands-against", "before-its-beginning"
FOR_GOOD = "named-elsewhere-for-good"  # NAMED, by what nothing takes back


class NoReason(ValueError):
    """Facts are to be corrected, and nobody said why."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A fact that stands in the way. `at`: the facts page of its record; `strikable`: whether it may be noted by
    mistake, or on another day; `offered`: whether the same sending may do so; `begins`: whether it is the beginning of
    the record, which `since` is the day that it may be said of; `code`: why nothing may be said after it, where it is
    an earlier one; `elsewhere`: whether it is of another record, or ended on its own
    page (`here`); `for_good`: and nothing takes it back; `record`: whether it is no fact, but that record."""

    fact: str
    text: str
    day: date
    at: str
    strikable: bool
    offered: bool
    begins: bool
    since: date | None = None
    code: str = ""
    elsewhere: bool = False
    record: bool = False
    for_good: bool = False
    here: bool = False

    def to(self, do: str, back: str = "") -> str:
        query = {"fact": self.fact, "do": do, **({"back": back} if back else {})}
        return f"{self.at}?{urlencode(query)}#h-act"


def sentence_of(no: Refused, lexicon: Lexicon, lang: Lang | str, *, to_programs: bool = False) -> str:
    """What a refusal says; a fact is said as readers know it. What is refused for what it refers to names the fact by
    which that is so, where there is one. `to_programs`: in the words for the API, where there are such."""
    values = {name: translated(one, lang) if isinstance(one, Phrase) else one for name, one in no.values.items()}
    word = f"refused.{FOR_GOOD if values.get('for_good') else no.code}"
    if "of" in values:
        values["what"] = sentence(str(values["of"]), None, lang)
    said = lexicon.say(f"{word}.api" if to_programs and lexicon.has(f"{word}.api") else word, lang, **values)
    if "event" in values and (no.code.startswith("reference-") or "earlier" in values):
        return lexicon.say("refused.by-this", lang, sentence=said, **values)
    return said


async def obstacle(
    service: Commands, command: Command, no: Refused, at: Any, lang: str, of: UUID | None = None
) -> Obstacle | None:
    """What a refusal names, where it names a fact. `at`: what the command was told of when; `of`: the entity, where it
    says the beginning of one again."""
    if no.code in (NAMED, NAMED_HERE, AFTER):
        return await _elsewhere(service, no, lang)
    if "page" in no.values:
        return Obstacle(
            "", no.values["named"], date.min, no.values["page"], False, False, False, code=no.code, record=True
        )
    if no.code not in (AGAINST, BEFORE) and "earlier" not in no.values:
        return None
    decider, now = service.execute.decider_of(command), service.outside.now()
    own = of or command.target(Context(at=now, now=now, command=new_command_id(), actor=""))
    for one in (own, *command.alongside()):
        place = one if isinstance(one, Place) else Place(decider.entity, one)
        decider, id = service.execute.deciders[place.kind], place.id
        history = await service.execute.history(decider.entity, id)
        line = told_of(history).line
        found = next((fact for fact in line if _names(no, fact, tuple(decider.births))), None)
        if found is not None:
            event = next(one for one in history.events if one.id == found.id)
            correcting = isinstance(command, CorrectingCommand)
            since = None if correcting or no.code != BEFORE else first_day(command, at)
            with as_of(found.day):
                text = sentence(event.type, orjson.loads(event.content), lang)
            return Obstacle(
                found.id,
                text,
                found.day,
                f"/{service.name}/history/{decider.entity}/{id}",
                decider.strikable(found.event),
                decider.strikable(found.event) and not correcting and (no.code == AGAINST or since is not None),
                no.code == BEFORE,
                since,
                no.code if "earlier" in no.values else "",
            )
    return None


async def _elsewhere(service: Commands, no: Refused, lang: str) -> Obstacle:
    """The fact of another record, perhaps of another service, that rests on what is corrected."""
    kind = EVENTS[no.values["of"]]
    history = await service.log.load(kind.service, kind.entity, no.values["about"])
    event = next(one for one in history.events if one.id == no.values["event"])
    fact = next(one for one in told(history.events)[0] if one.id == event.id)
    day = fact.day
    with as_of(day):
        text = sentence(event.type, orjson.loads(event.content), lang)
    at, for_good, here = no.values["at"], no.values["for_good"], no.code == NAMED_HERE
    return Obstacle(event.id, text, day, at, not kind.live, False, False, elsewhere=True, for_good=for_good, here=here)


def _names(no: Refused, fact: Fact, births: tuple[type, ...]) -> bool:
    return isinstance(fact.event, births) if no.code == BEFORE else fact.id == no.values.get("event")


def first_day(command: Command, at: Any) -> date | None:
    """The day that a command speaks of first: the one that it was told, or the beginning of a past period."""
    day = at if at is not None else getattr(command, "since", None)
    return day_of(day) if isinstance(day, datetime) else day


def instead_of(data: FormData, command: Command, at: date | None) -> Instead | None:
    """The facts that a form corrects in the same gesture. Raises NoReason, and 400 for an id that is none."""
    since, at = data.get(SINCE), first_day(command, at)
    if not data.getlist(INSTEAD) and (not since or at is None):
        return None
    reason = why(data)
    if since and at is not None:
        return Instead(_ids([since]), reason, at)
    return Instead(struck_in(data), reason)


def why(data: FormData) -> str:
    """Why a form corrects facts. Raises NoReason."""
    try:
        return TypeAdapter(Reason).validate_python(str(data.get(WHY) or "").strip())
    except ValidationError:
        raise NoReason from None


def struck_in(data: FormData) -> tuple[UUID, ...]:
    """The facts that a form notes by mistake in the same gesture. Raises 400 for an id that is none."""
    return _ids(data.getlist(INSTEAD))


def _ids(texts: Iterable[object]) -> tuple[UUID, ...]:
    try:
        return tuple(UUID(str(one)) for one in texts)
    except ValueError:
        raise HTTPException(400) from None


def named_in(data: FormData) -> Refused:
    """The refusal that a form answers to by what it corrects, so that the same can be offered again."""
    return Refused(BEFORE) if data.get(SINCE) else Refused(AGAINST, event=str(data.get(INSTEAD)))
