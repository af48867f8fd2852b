"""What was noted of one thing, fact by fact, in the order of its line, as its page of facts shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from shared.base.paris_days import day_of
from shared.contract.envelope import Recorded
from shared.kernel.correcting import Told
from shared.kernel.decider import Decider
from shared.kernel.eventlog.event_log import History
from shared.kernel.line import Fact, wrong_in
from shared.kernel.sealing import personal_fields
from shared.notions.sayings import sentence
from shared.notions.vocabularies.view import as_of


@dataclass(frozen=True, slots=True)
class Line:
    """A fact as the page shows it. `day`: the day that it counts for; `noted`: the one it was first noted for, where
    that is another; `learnt`: when, where that was another day; `struck`: whether it was noted by mistake; `word`: what
    was said last of whether it stands; `idle`: whether it changes nothing, since all was so already."""

    fact: Fact
    event: Recorded
    text: str
    day: date
    noted: date | None
    learnt: date | None
    struck: bool
    word: Recorded | None
    idle: bool
    may: Sequence[str]

    @property
    def reason(self) -> str:
        """Why it was struck or restored, as far as that was said."""
        return str(getattr(self.word.data, "reason", "") or "") if self.word else ""


def lines_of(decider: Decider[Any], history: History, told: Told, lang: str) -> list[Line]:
    """All facts, those that were struck among them, in the order of the line."""
    events = {event.id: event for event in history.events}
    by_seq = {event.seq: event for event in history.events}
    stand = {fact.id: fact for fact in told.line}
    days = {one.about: one.day for one in told.corrections if one.day is not None}
    words = {one.about: by_seq.get(one.seq) for one in sorted(told.corrections) if one.kind != "redated"}
    idle = idle_in(decider, told.line)
    found = []
    for fact in told.facts:
        event, day = events[fact.id], days.get(fact.id) or fact.day
        struck, own = fact.id not in stand, decider.strikable(fact.event)
        may = () if not own else ("lift",) if struck else ("strike", "redate")
        learnt = day_of(event.recorded)
        with as_of(day):  # what it names is called as it was then
            text = sentence(event.type, orjson.loads(event.content), lang)
        found.append(
            Line(
                fact,
                event,
                text,
                day,
                fact.day if day != fact.day else None,
                learnt if learnt != day else None,
                struck,
                words.get(fact.id),
                fact.id in idle,
                may,
            )
        )
    return sorted(found, key=lambda one: (date.min if one.fact.timeless else one.day, one.fact.seq))


def idle_in(decider: Decider[Any], line: Iterable[Fact]) -> set[str]:
    """The facts that change nothing where they stand: they may be said, so that an earlier change can be told late. Of
    what rules know nothing about, such as a name, nobody can say that."""
    heard: set[type] = set()
    same: list[Fact] = []
    state = decider.initial
    for fact in line:
        after = decider.evolve(state, fact.event)
        if after != state:
            heard.add(type(fact.event))
        elif not fact.event.live and not personal_fields(fact.event):
            same.append(fact)
        state = after
    return {fact.id for fact in same if type(fact.event) in heard}


def dependents(decider: Decider[Any], line: Sequence[Fact], without: Iterable[str]) -> list[Fact]:
    """What rests on the events `without` (ids): the facts that have to be struck with them, so that nothing becomes
    wrong. A fact that is not allowed any more is left out of the fold, and what rests on it is found too."""
    state, evolve, allows = decider.judged
    gone = set(without)
    excused = {(fact.id, code) for fact, code in wrong_in(line, state, evolve, allows)}
    found: list[Fact] = []
    for fact in line:
        if fact.id in gone:
            continue
        code = None if fact.event.live else allows(state, fact.event)
        if code and (fact.id, code) not in excused:
            found.append(fact)
            continue
        state = evolve(state, fact.event)
    return found
