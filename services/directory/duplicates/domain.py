"""Two records that look alike and are two structures: told apart for good, so that nobody merges them by mistake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import model_validator

from services.directory.structures.domain.merging import pair_id
from shared.contract import Event
from shared.contract.directory.duplicates import NamesakesDoubted, NamesakesToldApart
from shared.contract.fields import Reason
from shared.kernel.decider import Command, Context, Decider, Decision, Refers, Refused


class NamesakesCommand(Command):
    entity = "namesakes"
    refers = {"first": Refers("directory.structure"), "second": Refers("directory.structure")}
    first: UUID
    second: UUID

    @model_validator(mode="after")
    def _two(self) -> Any:
        if self.first == self.second:
            raise ValueError("same-structure")
        return self

    def target(self, context: Context) -> UUID:
        return pair_id(self.first, self.second)


class TellNamesakesApart(NamesakesCommand):
    """Say that two records that look alike are two structures. Of a pair that was merged it can't be said."""

    refers = {
        "first": Refers("directory.structure", "apart", guarded=True),
        "second": Refers("directory.structure", "apart", guarded=True),
    }
    reason: Reason | None = None


class DoubtNamesakes(NamesakesCommand):
    """Say that two records told apart may be of one structure after all."""


@dataclass(frozen=True)
class Pair:
    apart: bool = False


def evolve(state: Pair, event: Event) -> Pair:
    match event:
        case NamesakesToldApart():
            return Pair(True)
        case NamesakesDoubted():
            return Pair(False)
    return state


def _apart(command: TellNamesakesApart, state: Pair, context: Context) -> Decision:
    first, second = sorted((command.first, command.second))
    return [] if state.apart else [NamesakesToldApart(first=first, second=second, reason=command.reason)]


def _doubted(command: DoubtNamesakes, state: Pair, context: Context) -> Decision:
    if not state.apart:
        raise Refused("not-told-apart")
    first, second = sorted((command.first, command.second))
    return [NamesakesDoubted(first=first, second=second)]


NAMESAKES = Decider(
    "namesakes",
    Pair(),
    evolve,
    {TellNamesakesApart: _apart, DoubtNamesakes: _doubted},
    takes="now",
)
