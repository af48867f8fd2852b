"""Deciding: pure functions from a command and a state to events. No input, no output, no clock.

One shape serves every aggregate: `evolve(state, event) -> state` and, in a table, for each type of command a
`decide(command, state, context) -> events`. A decision that can't be taken raises `Refused`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, field_validator
from uuid_utils import UUID as QuickUUID
from uuid_utils import uuid5

from shared.base.paris_days import in_calendar
from shared.contract import Event
from shared.kernel.principal import Level

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Context:
    """What a decision may know beside its state.

    `at`: when it happened; `now`: when we learn of it (both aware, UTC); `command`: the command's id, from which
    all new ids derive; `actor`: who asks; `others`: the states of the further entities that the command names.
    """

    at: datetime
    now: datetime
    command: UUID
    actor: str
    others: Mapping[UUID, Any] = field(default_factory=dict)

    def new_id(self, name: str) -> UUID:
        """An id that the same command gives again at every retry."""
        return derived_id(self.command, name)


def derived_id(command: UUID, name: str) -> UUID:
    """UUIDv5 (RFC 9562) of `name` under the id of a command."""
    return UUID(int=uuid5(QuickUUID(int=command.int), name).int)


class Refused(Exception):
    """A command that the rules do not allow. `code` is said to people as the word `refused.<code>`; `field`: the field of
    the command that it is about, if it is about one, so that the sentence stands there."""

    def __init__(self, code: str, *, field: str | None = None, **values: Any) -> None:
        super().__init__(code)
        self.code, self.field, self.values = code, field, values


class Command(BaseModel):
    """What somebody wants to happen to one entity.

    A command that `creates` makes an entity whose id derives from the command's; any other names its entity in the
    field called like it (`structure`, or `of` for a name with a hyphen). An entity with a natural key overrides
    `target`.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True
    )  # personal answers stay out of logs
    entity: ClassVar[str]
    creates: ClassVar[bool] = False
    refers: ClassVar[Mapping[str, str]] = {}
    """field → `<service>.<entity>` that its id must name; asked for where a command comes in (shared/web/forms/reference_check.py)"""

    asks: ClassVar[Level] = "editor"
    """what its sender must be, in the service of the entity"""
    internal: ClassVar[bool] = False
    """whether it is the service's own: no form and no route leads to it"""
    partial: ClassVar[bool] = False
    """whether a field that is not given stays as it is, so that it is another thing to give its default"""

    @field_validator("*", mode="after")
    @classmethod
    def _in_calendar(cls, value: Any) -> Any:
        """No day or moment of a command is one that a zone, or a year that is added to it, takes beyond the calendar."""
        return in_calendar(value)

    def target(self, context: Context) -> UUID:
        """The id of the entity that this command is for."""
        if self.creates:
            return context.new_id(self.entity)
        found = getattr(self, self.entity.replace("-", "_"))
        assert isinstance(found, UUID)
        return found

    def alongside(self) -> Sequence[UUID]:
        """Further entities of the same kind that the decision must know, and may write to, in one atomic batch."""
        return ()


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """An event of one of the command's `alongside()`. It stands before the events of the command's own entity."""

    id: UUID
    event: Event


Decision = Sequence[Event | Elsewhere]


@dataclass(frozen=True)
class Decider(Generic[S]):
    """The rules of one kind of entity. `initial` is its state before any event."""

    entity: str
    initial: S
    evolve: Callable[[S, Event], S]
    decisions: Mapping[type[Command], Callable[[Any, S, Context], Decision]]

    def __post_init__(self) -> None:
        for command in self.decisions:
            if command.entity != self.entity:
                raise TypeError(f"{command.__name__} is for {command.entity}, not for {self.entity}")

    def decide(self, command: Command, state: S, context: Context) -> Decision:
        return self.decisions[type(command)](command, state, context)

    def fold(self, events: Iterable[Event], state: S | None = None) -> S:
        """The state after `events`, in their order."""
        current = self.initial if state is None else state
        for event in events:
            current = self.evolve(current, event)
        return current
