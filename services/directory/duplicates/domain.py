"""Two records that look alike and are two structures: told apart for good, so that nobody merges them by mistake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from pydantic import model_validator

from shared.contract import Event
from shared.contract.directory.duplicates import NamesakesDoubted, NamesakesToldApart
from shared.contract.fields import Reason
from shared.kernel.decider import Command, Context, Decider, Decision, Refused

SPACE = UUID("3d3c0f5e-7d0b-5b52-9f60-0a4f5c2d9a10")


def pair_id(one: UUID, other: UUID) -> UUID:
    """The id of a pair of structures, whatever their order."""
    first, second = sorted((one, other))
    return uuid5(SPACE, f"{first}/{second}")


class NamesakesCommand(Command):
    entity = "namesakes"
    refers = {"first": "directory.structure", "second": "directory.structure"}
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
    """Say that two records that look alike are two structures."""

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
