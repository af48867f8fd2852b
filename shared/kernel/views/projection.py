"""Views: declared, not programmed. A view names its events and a pure `evolve`; the runner
(`shared/kernel/views/projector.py`) owns the rest. Documents are plain JSON objects; every view can be thrown away and
built again from the log."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from shared.contract import Event
from shared.contract.envelope import Recorded
from shared.contract.personal import Personal
from shared.kernel.corrections import correcting
from shared.kernel.decider import Level
from shared.kernel.eventlog.direct_get import Unavailable

Document = dict[str, Any]
FOLDING = 2  # how documents come of events, in the order of their lines: with another number all views are built again
AT_ONCE = 1000  # documents that a walk through a view reads at a time
_accents = re.compile("[\u0300-\u034f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+").sub
Evolve = Callable[[Document | None, Any, Recorded], Document | None]
Sources = Callable[[str, Document | None], Sequence[str]]
"""(key, document) → the entities that it is made of, as `<service>.<entity>.<id>`"""


def own_entity(event: Recorded) -> Sequence[str]:
    """The usual key of a document: the entity that the event is about."""
    return (event.entity_id,)


@dataclass(frozen=True, eq=False)
class View:
    """A read model.

    `on`: what each type of event does to a document: `(document or None, data, event) -> document or None` (None
    takes it away). It is given what stands, in the order of the line (`shared/kernel/line.py`); where something comes
    late, or is corrected, the document is folded anew. `keys`: which documents an event changes; where that is not the
    entity that the event is about, `sources` says which entities a document is made of. `stamps`: fields that tell of
    the last event by the log; `of_log`: it tells of all that was said, struck or not. `fields`: what `find` may filter,
    sort and count by (a list matches by any of its values). `text`: what a search looks in. `asks`: whom the API shows
    it to. A change of meaning is a new `version`: it is built beside the old one."""

    name: str
    version: int
    on: Mapping[type[Event], Evolve]
    keys: Callable[[Recorded], Sequence[str]] = own_entity
    sources: Sources | None = None
    of_log: bool = False
    stamps: tuple[str, ...] = ("version",)
    fields: tuple[str, ...] = ()
    text: Callable[[Document], str] | None = None
    asks: Level = "reader"
    kinds: frozenset[tuple[str, str]] = field(init=False)
    types: frozenset[str] = field(init=False)
    listens: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kinds", frozenset((kind.service, kind.entity) for kind in self.on))
        object.__setattr__(self, "types", frozenset(kind.type_name() for kind in self.on))
        object.__setattr__(self, "listens", self.types if self.of_log else self.types | correcting(self.kinds))
        if self.sources is None and self.keys is not own_entity and not (self.of_log or all(k.live for k in self.on)):
            raise TypeError(f"the view {self.name} must say of which entities a document is made")

    def made_of(self, key: str, document: Document | None) -> Sequence[str]:
        """The entities that a document is made of, as far as it says so."""
        if self.sources is not None:
            return self.sources(key, document)
        if self.keys is not own_entity:
            return ()
        return [f"{service}.{entity}.{key}" for service, entity in sorted(self.kinds)]

    def folds_anew(self, event: Recorded) -> bool:
        """Whether documents are folded anew for it. What is always of now, of entities that no document tells, is taken
        as it was said; of kinds of entities that it hears nothing of, nothing is read."""
        told = self.sources is not None or self.keys is own_entity
        return told and not self.of_log and (event.service, event.entity) in self.kinds

    @property
    def table(self) -> str:
        return f"{self.name}_v{self.version}_{FOLDING}"

    def evolve(self, document: Document | None, event: Recorded) -> Document | None:
        data = event.data
        return self.on[type(data)](document, data, event)


class Checkpoint(NamedTuple):
    """How far a reader has read: the sequence, and the id of the event there ('' where it was void)."""

    seq: int = 0
    id: str = ""


class Parked(NamedTuple):
    """An event that a reaction failed on, again and again."""

    reaction: str
    seq: int
    error: str


class Standing(NamedTuple):
    """A document as the store holds it: None for one that was taken away, and the sequence up to which it shows the
    log. A store that writes a step all at once never holds a document ahead of its checkpoint, and says 0."""

    document: Document | None
    seq: int


class Turn(NamedTuple):
    """The version of an entity, and the end of the step that wrote it."""

    version: int
    seq: int


class Unknown(NamedTuple):
    """How many events of a type that nobody knew were read, and the sequence of the last."""

    number: int
    seq: int


class StoreAway(Unavailable):
    """The store of views can't be reached now; the log may well."""


class Moved(Exception):
    """A view was replaced or taken away under our hands, by somebody else who shares the store: where it stands must
    be read again."""


class Page(NamedTuple):
    """One page of what was found, and how many there are in all."""

    documents: list[Document]
    total: int


Where = Mapping[str, Any]
"""field → value, or a list of values of which one must match."""


class Lease(Protocol):
    """Who of several runners on one store writes. `notes` are the writer's word to the others: `ready`, `damage`,
    `rebuilding`. An order is work that only the writer can do: `verify` or `rebuild` of a view."""

    generation: str
    notes: Mapping[str, Any]

    async def take(self) -> bool: ...
    async def renew(self, notes: Mapping[str, Any]) -> bool: ...
    async def release(self) -> None: ...
    async def order(self, what: str, view: str) -> dict[str, Any]: ...
    async def orders(self) -> Sequence[tuple[str, str, str]]: ...
    async def answer(self, order: str, answer: Mapping[str, Any]) -> None: ...


class Store(Protocol):
    """Where views live. Every document has its key under `"key"`. One contract suite runs on each implementation.

    A step may be written in one go or piece by piece, its checkpoints last. In the second case a crash can leave
    documents, versions and voids ahead of the checkpoint; `standing` and `ahead` say which, so that the step, done
    again, leads to the same. Raises Unavailable where the store does not answer."""

    async def prepare(self, views: Sequence[View]) -> None: ...
    def lease(self, views: Sequence[View]) -> Lease | None:
        """What runners that share this store agree by; None where nobody can share it."""

    async def checkpoint(self, reader: str) -> Checkpoint: ...
    async def get(self, view: View, key: str) -> Document | None: ...
    async def get_many(self, view: View, keys: Sequence[str]) -> dict[str, Document]: ...
    async def standing(self, view: View, keys: Sequence[str]) -> dict[str, Standing]:
        """The documents with these keys as a step of the runner needs them. Raises Moved."""

    async def put(self, batch: Batch) -> None:
        """Writes a step. Raises Moved where a view is not the one any more that `prepare` found."""

    async def find(
        self,
        view: View,
        where: Where | None = None,
        *,
        text: str = "",
        sort: Sequence[str] = (),
        limit: int = 50,
        offset: int = 0,
    ) -> Page: ...
    async def after(self, view: View, key: str, where: Where | None = None, *, limit: int) -> list[Document]:
        """The next documents that match, in the order of their keys: those whose key is greater than this one."""

    async def count_by(
        self, view: View, field: str, where: Where | None = None, *, text: str = ""
    ) -> dict[str, int]: ...
    async def digest(self, view: View) -> str: ...
    async def versions(self) -> dict[str, int]: ...
    async def ahead(self, seq: int) -> dict[str, Turn]:
        """The entities whose version was written by a step beyond this sequence."""

    async def voids(self, upto: int | None = None, *, after: int = 0) -> dict[int, str]: ...
    async def unknown(self) -> dict[str, Unknown]: ...
    async def park(self, reaction: str, seq: int, error: str) -> None: ...
    async def unpark(self, reaction: str, seq: int) -> None: ...
    async def parked(self) -> list[Parked]: ...
    async def start_rebuild(self, view: View) -> View: ...
    async def swap(self, rebuilt: View, live: View) -> None: ...
    async def drop(self, view: View) -> None: ...
    async def sweep(self, views: Sequence[View], unused: timedelta) -> list[str]:
        """Drops what releases that have not used the store for this long kept beside these views."""

    async def close(self) -> None: ...


@dataclass
class Batch:
    """What one step of the runner writes: documents, judgements, checkpoints. The checkpoint of a view is the sequence
    that its documents in this batch show; without one it is where the view stands. `fresh` are keys that had no
    document before, which a store may write faster."""

    documents: dict[View, dict[str, Document | None]] = field(default_factory=dict)
    checkpoints: dict[str, Checkpoint] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    voids: dict[int, str] = field(default_factory=dict)
    unknown: dict[str, Unknown] = field(default_factory=dict)
    fresh: dict[View, set[str]] = field(default_factory=dict)


async def everything(
    store: Store, view: View, where: Where | None = None, at_once: int = AT_ONCE
) -> AsyncIterator[Document]:
    """Every document that matches, in the order of their keys, with flat memory. What is there from the beginning to
    the end of the walk comes once, whatever is added or taken away meanwhile."""
    key = ""
    while True:
        found = await store.after(view, key, where, limit=at_once)
        for document in found:
            yield document
        if len(found) < at_once:
            return
        key = found[-1]["key"]


@lru_cache(4096)
def folded(text: str) -> str:
    """Text as it is searched: without accents, case, ligatures (`cœur` is found by `coeur`) and what is not seen."""
    if text.isascii():
        return text.casefold()
    apart = unicodedata.normalize("NFKD", text.casefold()).replace("œ", "oe").replace("æ", "ae")
    plain = _accents("", apart)  # all that French has, and fast: every name of a rebuild comes through here
    return plain if plain.isascii() else "".join(c for c in plain if not unicodedata.combining(c))


def kept(value: Personal | None, event: Recorded, field: str) -> dict[str, str] | None:
    """A personal value as a view keeps it: sealed, with what opening it needs (see `Keyring.reveal`)."""
    return None if value is None else {**value.as_json(), "event": event.id, "field": field}
