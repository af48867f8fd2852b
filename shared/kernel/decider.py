"""Deciding: pure functions from a command and a state to events. No input, no output, no clock.

One shape serves every aggregate: `evolve(state, event) -> state` and, in a table, for each type of command a
`decide(command, state, context) -> events`. A decision that can't be taken raises `Refused`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, reduce
from typing import Any, ClassVar, Generic, Literal, NamedTuple, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, field_validator
from uuid_utils import UUID as QuickUUID
from uuid_utils import uuid5

from shared.base.paris_days import day_of, in_calendar
from shared.contract import Event
from shared.kernel.line import Fact, Wrong, against, known_on, overtaken

S = TypeVar("S")
Level = Literal["public", "space", "reader", "auditor", "editor", "administrator"]
"""What a sender must be. `public`: nobody in particular; `space`: a contact in the member's own space, or an editor."""
Takes = Literal["day", "now"]
"""What a command is about: a day, which may be past, or always the moment when it is sent"""


class Place(NamedTuple):
    """An entity of the service: its kind and its id."""

    kind: str
    id: UUID


Beside = UUID | Place
"""Another entity of the service, by its id alone where it is of the same kind"""


@dataclass(frozen=True, slots=True)
class Context:
    """What a decision may know beside its state.

    `at`: when it happened; `now`: when we learn of it (both aware, UTC); `command`: the command's id, from which
    all new ids derive; `actor`: who asks; `others`: the states of the further entities on the same day, each by its own
    decider and as the command names it (`alongside`); `line`: all that stands of the entity, also what is of later
    days; `lines`: the same of the others; `person`: whose facts are said again: they are sealed with the same key."""

    at: datetime
    now: datetime
    command: UUID
    actor: str
    others: Mapping[Beside, Any] = field(default_factory=dict)
    line: Sequence[Fact] = ()
    lines: Mapping[Beside, Sequence[Fact]] = field(default_factory=dict)
    person: UUID | None = None

    @property
    def day(self) -> date:
        """The day in Paris that the command is about."""
        return day_of(self.at)

    def new_id(self, name: str) -> UUID:
        """An id that the same command gives again at every retry."""
        return self.person if name == "person" and self.person else derived_id(self.command, name)


def derived_id(command: UUID, name: str) -> UUID:
    """UUIDv5 (RFC 9562) of `name` under the id of a command."""
    return UUID(int=uuid5(QuickUUID(int=command.int), name).int)


class Refused(Exception):
    """A command that the rules do not allow. `code` is said to people as the word `refused.<code>`; `field`: the field
    of the command that it is about, if it is about one, so that the sentence stands there."""

    def __init__(self, code: str, *, field: str | None = None, **values: Any) -> None:
        super().__init__(code)
        self.code, self.field, self.values = code, field, values


@dataclass(frozen=True, slots=True)
class Refers:
    """What a field of a command refers to: `to`, `<service>.<entity>`; `state`: in which state it must be on the
    command's day, one of those that its decider declares (`Decider.states`), at least known. `kept`: one that its own
    entity names already, in a field of that name, may stay as it is. `guarded`: what is written holds only if the other
    entity has not changed meanwhile; for an invariant, since it costs a message more. `id`: how its id follows from the
    field's value, where that is none, and from the id of the command's own entity."""

    to: str
    state: str = "known"
    kept: bool = False
    guarded: bool = False
    id: Callable[[Any, UUID], UUID] | None = None


class Command(BaseModel):
    """What somebody wants to happen to one entity.

    A command that `creates` makes an entity whose id derives from the command's; any other names its entity in the
    field called like it (`structure`, or `of` for a name with a hyphen). An entity with a natural key overrides
    `target`."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True
    )  # personal answers stay out of logs
    entity: ClassVar[str]
    creates: ClassVar[bool] = False
    refers: ClassVar[Mapping[str, Refers]] = {}
    """field → what its id, or each of its ids, must name; judged by the executor, whoever sends the command"""

    asks: ClassVar[Level] = "editor"
    """what its sender must be, in the service of the entity"""
    internal: ClassVar[bool] = False
    """whether it is the service's own: no form and no route leads to it"""
    takes: ClassVar[Takes | None] = None
    """whether it is about a day or always about now; None as its decider says"""
    partial: ClassVar[bool] = False
    """whether a field that is not given stays as it is, so that it is another thing to give its default"""

    @field_validator("*", mode="after")
    @classmethod
    def _in_calendar(cls, value: Any) -> Any:
        """No day or moment of a command is one that a zone, or a year that is added to it, takes beyond the
        calendar."""
        return in_calendar(value)

    def target(self, context: Context) -> UUID:
        """The id of the entity that this command is for."""
        if self.creates:
            return context.new_id(self.entity)
        found = getattr(self, self.entity.replace("-", "_"))
        assert isinstance(found, UUID)
        return found

    def told_of(self, day: date) -> date:
        """The day by which its references are judged: of a past period its first, else that of the command."""
        return day

    def alongside(self) -> Sequence[Beside]:
        """Further entities of the service that the decision must know, and may write to, in one atomic batch."""
        return ()

    def guards(self) -> Sequence[Beside]:
        """Those of `alongside()` on which an invariant rests that must hold as this is written: if one changed since it
        was read, it is decided again. Never what all decisions read: they would wait for each other."""
        return ()


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """An event of one of `alongside()`, whose id this is; it stands before those of the command's own entity. `kind`:
    as there, for an event that any entity may have (a correction)."""

    id: UUID
    event: Event
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class On:
    """An event of another day than the command's: of two that only together are right."""

    day: date
    event: Event | Elsewhere


Decision = Sequence[Event | Elsewhere | On]


@dataclass(frozen=True)
class Decider(Generic[S]):
    """The rules of one kind of entity. `initial` is its state before any event.

    `evolve` is total: whatever is in the log, every reader folds it alike. `allows` says why an event may not follow a
    state, as a code; it is asked when something is written, of the event and of all that stands after its day.
    `births`: what begins an entity, before which nothing is said of it. `alone`: of several events of one command,
    those that are corrected one by one; `lasting`: those that never are (nor is what is always of now). `beside`: the
    other entities in which the command of an event wrote too. `dated`: (state now, event, day) raises Refused where
    an event can't be of a day to which its date is corrected.

    `states`: by name, in which states others may want such an entity to be: (state, what the field says of it) → why it
    is not so, as a code, or None. `rests`, `anew`: to what a fact refers, why no correction may say it again now."""

    entity: str
    initial: S
    evolve: Callable[[S, Event], S]
    decisions: Mapping[type[Command], Callable[[Any, S, Context], Decision]]
    allows: Callable[[S, Event], str | None] = lambda state, event: None
    births: Collection[type[Event]] = ()
    takes: Takes = "day"
    alone: Collection[type[Event]] = ()
    lasting: Collection[type[Event]] = ()
    anew: Callable[[S, Event], str | None] = lambda state, event: None
    beside: Callable[[Event], Sequence[Beside]] = lambda event: ()
    dated: Callable[[S, Event, date], None] = lambda state, event, day: None
    states: Mapping[str, Callable[[S, Any], str | None]] = field(default_factory=dict)
    rests: Mapping[type[Event], Mapping[str, Refers]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for command in self.decisions:
            if command.entity != self.entity:
                raise TypeError(f"{command.__name__} is for {command.entity}, not for {self.entity}")

    def takes_day(self, command: type[Command]) -> bool:
        return (command.takes or self.takes) == "day"

    def strikable(self, event: Event) -> bool:
        """Whether an event of this type may be noted by mistake, or on a wrong day."""
        return not event.live and type(event) not in self.lasting

    def on(self, line: Sequence[Fact], day: date | None = None) -> S:
        """The state by which a command about a day is decided; None: about now."""
        return self.fold((fact.event for fact in line) if day is None else known_on(line, day))

    def wrong_after(self, before: Sequence[Fact], after: Sequence[Fact]) -> list[Wrong]:
        """What becomes wrong where `before` becomes `after`."""
        return against(before, after, *self.judged)

    def overtaken(self, before: Sequence[Fact], after: Sequence[Fact], again: Collection[str]) -> list[Wrong]:
        """What is always of now and comes to stand against facts (`again`: their ids) that a correction says again."""
        again = [one.id for one in after if one.id in again and not isinstance(one.event, tuple(self.births))]
        judged = *self.judged[:2], lambda state, event: self.judged[2](state, event) or self.anew(state[1], event)
        old = list(overtaken(before, again, *judged))
        return [one for one in overtaken(after, again, *judged) if one not in old]

    @cached_property
    def judged(self) -> tuple[Any, Callable[[Any, Event], Any], Callable[[Any, Event], str | None]]:
        """Initial state, evolve and allows, by which a line is judged: nothing stands before the beginning."""
        births = tuple(self.births)

        def evolve(state: tuple[bool, S], event: Event) -> tuple[bool, S]:
            return state[0] or isinstance(event, births), self.evolve(state[1], event)

        def allows(state: tuple[bool, S], event: Event) -> str | None:
            if not state[0] and not isinstance(event, births):
                return "before-its-beginning"
            return self.allows(state[1], event)

        return (not births, self.initial), evolve, allows

    def decide(self, command: Command, state: S, context: Context) -> Decision:
        return self.decisions[type(command)](command, state, context)

    def fold(self, events: Iterable[Event], state: S | None = None) -> S:
        """The state after `events`, in their order."""
        return reduce(self.evolve, events, self.initial if state is None else state)
