"""One order for every reader: the line of an entity, its facts as they stand, each on the day that it counts for.

An event says what happened on a day; we learn of it in the order of the log. Corrections, that come later in the log,
say of an event by its id that it never was (struck), that it was after all (lifted), or that it was on another day
(redated). Readers never sort by instants: within a day, what was learnt later comes later.

    facts, corrections = told(events)           # reading the log (shared/kernel/corrections.py)
    line = standing(facts, corrections)         # what stands now, in order
    shown = upto(line, day)                     # at the end of a day; `standing(…, known=K)`: as known at sequence K"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, NamedTuple, TypeVar

from shared.contract import Event

S = TypeVar("S")
Evolve = Callable[[S, Event], S]
Allows = Callable[[S, Event], str | None]
"""(state, event) → why this event may not follow this state, as a code; None where it may"""


@dataclass(frozen=True, slots=True)
class Fact:
    """An event with its place: `seq` in the log, `day` in Paris that it counts for. `timeless`: the beginning of a
    record in our books, which stands before all that is said of it, whatever its day."""

    seq: int
    id: str
    command: str
    day: date
    event: Event
    timeless: bool = False

    @property
    def order(self) -> tuple[date, int]:
        return (date.min if self.timeless else self.day, self.seq)


class Correction(NamedTuple):
    """What was said at `seq` about the event `about`. `day`: of a redating."""

    seq: int
    about: str
    kind: Literal["struck", "lifted", "redated"]
    day: date | None = None


class Wrong(NamedTuple):
    """A fact that may not stand where it stands, and why."""

    fact: Fact
    code: str


def standing(facts: Iterable[Fact], corrections: Iterable[Correction] = (), *, known: int | None = None) -> list[Fact]:
    """The facts that stand as far as it was known at a sequence (None: now), each on its day, in order. Of several
    corrections of an event the last counts, for its standing and for its day apart; a redated event keeps its place in
    the log, so within its day too."""
    struck: dict[str, bool] = {}
    days: dict[str, date] = {}
    for one in sorted(corrections):
        if known is not None and one.seq > known:
            break
        if one.day is not None:
            days[one.about] = one.day
        else:
            struck[one.about] = one.kind == "struck"
    found = [
        replace(fact, day=days[fact.id]) if fact.id in days else fact
        for fact in facts
        if (known is None or fact.seq <= known) and not struck.get(fact.id, False)
    ]
    return sorted(found, key=lambda fact: fact.order)


def upto(line: Sequence[Fact], day: date) -> list[Fact]:
    """What a reader is shown of a line as of a day. A timeless beginning is there from the earliest day of any fact of
    its line on; SQL says the same (macro `standing`)."""
    return [fact for fact in line if fact.order[0] <= day] if any(fact.day <= day for fact in line) else []


def known_on(line: Sequence[Fact], day: date) -> Iterable[Event]:
    """What a decision about a day goes by: what is of that day or before, and all that is always of now."""
    return (fact.event for fact in line if fact.event.live or fact.order[0] <= day)


def wrong_in(line: Iterable[Fact], initial: S, evolve: Evolve[S], allows: Allows[S]) -> list[Wrong]:
    """The facts of a line that are not allowed where they stand. All are folded, the wrong ones too: every reader does.
    What is always of now was judged when it was said, in the order of the log."""
    found: list[Wrong] = []
    state = initial
    for fact in line:
        if not fact.event.live and (code := allows(state, fact.event)):
            found.append(Wrong(fact, code))
        state = evolve(state, fact.event)
    return found


def turned_by(line: Sequence[Fact], wrong: Wrong, initial: S, evolve: Evolve[S], allows: Allows[S]) -> Fact | None:
    """The fact of a line since which another may not stand after it; None where it never might."""
    by, state, no = None, initial, allows(initial, wrong.fact.event) == wrong.code
    for one in line[: line.index(wrong.fact)]:
        state, before = evolve(state, one.event), no
        no = allows(state, wrong.fact.event) == wrong.code
        by = one if no and not before else by if no else None
    return by


def against(
    before: Sequence[Fact], after: Sequence[Fact], initial: S, evolve: Evolve[S], allows: Allows[S]
) -> list[Wrong]:
    """The facts that become wrong by a change of the line. What was wrong before stays as it is: old records are not
    locked for ever by what somebody wrote in them once."""
    first = 0
    state = initial
    for one, other in zip(before, after, strict=False):
        if one != other:
            break
        state, first = evolve(state, one.event), first + 1
    excused = {(fact.id, code) for fact, code in wrong_in(before[first:], state, evolve, allows)}
    return [one for one in wrong_in(after[first:], state, evolve, allows) if (one.fact.id, one.code) not in excused]


def overtaken(
    line: Sequence[Fact], ids: Iterable[str], initial: S, evolve: Evolve[S], allows: Allows[S]
) -> Iterable[Wrong]:
    """What is always of now stands against facts (`ids`) of an earlier day too, where they are said again, since
    whoever would say them now decides by it: the first of it since which they may not stand, and why."""
    state = initial
    for n, fact in enumerate(line):
        if fact.id in ids:
            then, by = state, list[Wrong]()
            for live in (one for one in line[n + 1 :] if one.event.live):
                then = evolve(then, live.event)
                code = allows(then, fact.event)
                by = [*by, Wrong(live, code)] if code else []
            yield from by[:1]
        state = evolve(state, fact.event)
