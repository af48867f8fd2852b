"""What each reader makes of a log: the kernel's line and states, the observatory's table, the views on each store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any, cast

from nats.aio.client import Client

from deploy.host.all_services import DEFINITIONS
from services.observatory.event_table.table import EventTable
from shared.base.paris_days import day_of
from shared.contract.envelope import Message, Recorded
from shared.kernel.corrections import told
from shared.kernel.decider import Decider
from shared.kernel.eventlog.event_log import Log
from shared.kernel.line import Fact, standing
from shared.kernel.views.projection import Store, View, own_entity
from shared.kernel.views.projector import Runner
from tests.dense.history import NETWORK
from tests.simulation.judge import line_of
from tests.simulation.server import Link, Server
from tests.simulation.store import Disk, MemoryStore

Lines = Callable[[Sequence[Recorded]], list[Fact]]
"""How a kernel reads the line of an entity: the product's way, or one with a mistake in it"""


def lines(events: Sequence[Recorded]) -> list[Fact]:
    return standing(*told(events))


def lifts_ignored(events: Sequence[Recorded]) -> list[Fact]:
    facts, corrections = told(events)
    return standing(facts, [one for one in corrections if one.kind != "lifted"])


def by_the_log(events: Sequence[Recorded]) -> list[Fact]:
    return sorted(lines(events), key=lambda fact: fact.seq)


def differences(
    entities: Mapping[str, Sequence[Recorded]], deciders: Mapping[str, Decider[Any]], upto: int, read: Lines = lines
) -> list[str]:
    """The entities of which a kernel reads another line, or comes to another state, than our own reading."""
    found = []
    for ref, events in entities.items():
        some = [event for event in events if event.seq <= upto]
        if not some:
            continue
        ours, theirs = line_of(some, upto), read(some)
        decider = deciders[ref.rpartition(".")[0]]
        same = [(one.seq, one.data) for one in ours] == [(one.seq, one.event) for one in theirs]
        if not same or decider.fold(one.data for one in ours) != decider.fold(one.event for one in theirs):
            found.append(ref)
    return found


def table_differences(
    table: EventTable, entities: Mapping[str, Sequence[Recorded]], as_of: date, known: int
) -> list[str]:
    """The entities of which the table's `standing` gives other facts, in another order, than our own reading. What
    begins a record in our books stands before all that is said of it, and is there from the first day of that."""
    rows = table.rows(
        f"SELECT service || '.' || entity || '.' || entity_id AS ref, list(seq ORDER BY turn) AS seqs "
        f"FROM standing(DATE '{as_of:%Y-%m-%d}', {known:d}) GROUP BY ALL"
    )
    counted = {row["ref"]: row["seqs"] for row in rows}
    found = []
    for ref, events in entities.items():
        line = line_of(events, known)
        first = min((day_of(one.time) for one in line), default=date.max)
        ours = [one.seq for one in line if (first if one.data.timeless else day_of(one.time)) <= as_of]
        if ours != counted.get(ref, []):
            found.append(ref)
    return found


def alone(view: View) -> bool:
    """Whether a document of this view is told by one entity alone, in the order of its line."""
    return view.keys is own_entity and not view.of_log and len({(kind.service, kind.entity) for kind in view.on}) == 1


def documents(view: View, entities: Mapping[str, Sequence[Recorded]], upto: int) -> dict[str, Any]:
    """What a view of single entities must hold, by our own reading."""
    ((service, kind),) = {(one.service, one.entity) for one in view.on}
    found: dict[str, Any] = {}
    for ref, events in entities.items():
        if not ref.startswith(f"{service}.{kind}."):
            continue
        key = ref.rpartition(".")[2]
        document = None
        for event in line_of(events, upto):
            if event.type in view.types:
                document = view.on[type(event.data)](document, event.data, event)
                if document is not None:
                    document["key"] = key
        if document is not None:
            found[key] = document
    return found


class AtHand(Log):
    """The log of a fake server that tells what is new over its link, but gives what it holds of one entity at once: a
    view that folds anew asks for that a hundred thousand times, and how it is asked for is not the question here."""

    def __init__(self, link: Link) -> None:
        super().__init__(cast(Client, link), NETWORK)
        self._server = link.server

    async def under(self, subjects: str) -> list[Message]:
        assert subjects.endswith(".*")
        return list(self._server.of.get(f"{NETWORK}.{subjects.removesuffix('.*')}", ()))


class Live:
    """All views of one service on a store, following a log that grows."""

    def __init__(self, server: Server, service: str, views: Sequence[View], store: Store) -> None:
        self.views, self.store = list(views), store
        self._link = Link(server)
        self.log = AtHand(self._link)
        self.runner = Runner(self.log, store, self.views, service)

    async def start(self) -> None:
        await self.log.start()
        await self.runner.start()

    async def stop(self) -> None:
        await self.runner.stop()
        await self.log.stop()
        await self._link.close()

    async def digests(self, seq: int) -> dict[str, str]:
        assert await self.runner.wait_for(seq, timeout=3600)
        return {view.name: await self.store.digest(view) for view in self.views}


@asynccontextmanager
async def following(
    server: Server, service: str, views: Sequence[View], stores: Iterable[Store]
) -> AsyncIterator[list[Live]]:
    found = [Live(server, service, views, store) for store in stores]
    try:
        for one in found:
            await one.start()
        yield found
    finally:
        for one in found:
            await one.stop()


def holding(messages: Sequence[Message]) -> Server:
    """A server whose log holds these messages."""
    server = Server(NETWORK)
    server.put(messages)
    return server


async def rebuilt(messages: Sequence[Message], service: str, views: Sequence[View]) -> dict[str, str]:
    """The digests of views that are built of a whole log at once."""
    async with following(holding(messages), service, views, [MemoryStore(Disk())]) as (one,):
        return await one.digests(len(messages))


VIEWS: Mapping[str, Sequence[View]] = {one.name: list(one.views) for one in DEFINITIONS}
DECIDERS: Mapping[str, Decider[Any]] = {
    f"{definition.name}.{decider.entity}": decider
    for definition in DEFINITIONS
    for decider in definition.deciders
    if decider.takes == "day"
}
