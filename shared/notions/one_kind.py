"""Two sorts of entities that are stored as one kind: each has a decider, a state and commands of its own in code, and
their events, subjects and ids stay as they are in every log.

A survey and its answers are all `survey`; the register of administrators is an `account` under a fixed id. What is
stored never changes (ADR 3), so the kernel is given one decider for the kind, made of theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from shared.contract import Event
from shared.kernel.decider import Command, Context, Decider, Decision, Refused

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Sorts:
    """What the events of one entity come to, as each sort of its kind has it. Of one sort it is; to the others it is
    nothing that they know."""

    states: tuple[tuple[Decider[Any], Any], ...]

    def as_a(self, sort: Decider[S]) -> S:
        """The state as this sort has it. Raises StopIteration for a sort of another kind."""
        found: S = next(state for decider, state in self.states if decider is sort)
        return found

    def is_other_than(self, sort: Decider[Any]) -> bool:
        """Whether something was said of it that only another sort understands."""
        return any(decider is not sort and state is not decider.initial for decider, state in self.states)


def together(*sorts: Decider[Any]) -> Decider[Sorts]:
    """The decider of a kind that these sorts share. What a decision looks at beside its own entity it asks as the sort
    that it means: `context.others[id].as_a(SURVEY)`.

    An `evolve` returns its state itself where an event is not of its sort. A command for an entity of another sort is
    Refused(`unknown-<kind>`). Raises TypeError for sorts of several kinds, or of days: what is judged on its line has
    one decider."""
    if len({sort.entity for sort in sorts}) != 1 or any(sort.takes != "now" for sort in sorts):
        raise TypeError("sorts that are stored together are of one kind, and always of now")
    return Decider(
        entity=sorts[0].entity,
        initial=Sorts(tuple((sort, sort.initial) for sort in sorts)),
        evolve=_evolve,
        decisions={command: _as(sort, decide) for sort in sorts for command, decide in sort.decisions.items()},
        takes="now",
    )


def _evolve(state: Sorts, event: Event) -> Sorts:
    after = tuple((sort, sort.evolve(one, event)) for sort, one in state.states)
    return Sorts(after)


def _as(
    sort: Decider[Any], decide: Callable[[Any, Any, Context], Decision]
) -> Callable[[Command, Sorts, Context], Decision]:
    def decided(command: Command, state: Sorts, context: Context) -> Decision:
        if state.is_other_than(sort):
            raise Refused(f"unknown-{sort.entity}")
        return decide(command, state.as_a(sort), context)

    return decided
