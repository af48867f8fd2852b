"""One dense log, told to every reader there is: all read the same lines, at each of many sequences, as of many days."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from services.observatory.event_table.table import EventTable
from shared.contract.envelope import Recorded
from shared.kernel.stores.mongo import MongoStore
from shared.kernel.stores.mongo_client import Mongo
from shared.kernel.stores.sqlite import SqliteStore
from shared.kernel.views.projection import Store
from tests.dense.history import FIRST, LAST, Dense, by_entity, dense
from tests.dense.readers import (
    DECIDERS,
    VIEWS,
    Live,
    alone,
    by_the_log,
    differences,
    documents,
    following,
    holding,
    lifts_ignored,
    rebuilt,
    table_differences,
)
from tests.fixtures.mongo_server import mongo_network, mongo_url
from tests.simulation.store import Disk, MemoryStore

__all__ = ["mongo_network", "mongo_url"]
pytestmark = pytest.mark.slow
STOPS = 20
STORED = 6  # of them at which the stores are compared with a rebuild, which takes two seconds each; all in the drill
ENTITIES = 1_000
LEAST_LATE = 0.10
"""Of the facts of a log at least so many must have come out of order, or nothing is shown"""
Entities = dict[str, list[Recorded]]


@pytest.fixture(scope="module")
def log() -> Dense:
    return dense(11, ENTITIES)


@pytest.fixture(scope="module")
def entities(log: Dense) -> Entities:
    return by_entity(log.messages)


def stops(log: Dense, number: int = STOPS) -> list[int]:
    """Sequences at which all is compared; the last is the end."""
    random = Random(number)
    return sorted({len(log.messages), *random.sample(range(1, len(log.messages)), number - 1)})


def enough(log: Dense, number: int = ENTITIES) -> None:
    assert len(log.entities) == number
    assert log.late >= LEAST_LATE * log.facts and log.corrections >= LEAST_LATE * log.facts, log.late / log.facts


def test_the_log_is_dense(log: Dense, entities: Entities) -> None:
    enough(log)
    assert {ref.rpartition(".")[0] for ref in entities} == set(DECIDERS), "every kind whose facts are of days"


def test_the_kernel_reads_the_lines_that_there_are(log: Dense, entities: Entities) -> None:
    for upto in stops(log):
        assert differences(entities, DECIDERS, upto) == []


def test_a_kernel_that_ignores_lifts_or_goes_by_the_log_is_found(log: Dense, entities: Entities) -> None:
    for mistaken in (lifts_ignored, by_the_log):
        assert len(differences(entities, DECIDERS, len(log.messages), mistaken)) > 20


def test_the_table_reads_the_lines_that_there_are(log: Dense, entities: Entities, tmp_path: Path) -> None:
    enough(log)
    table = EventTable(tmp_path / "observatory.duckdb", ("31", "34"))
    table.open()
    random, begin = Random(3), 0
    try:
        for upto in stops(log):
            table.take(log.messages[begin:upto])
            begin = upto
            as_of = FIRST + timedelta(days=random.randrange((LAST - FIRST).days))
            assert table_differences(table, entities, as_of, random.randrange(1, upto + 1)) == []
            assert table_differences(table, entities, LAST, upto) == []
    finally:
        table.close()


@pytest.fixture
async def stores(
    request: pytest.FixtureRequest, tmp_path: Path, mongo_url: str, mongo_network: str
) -> AsyncIterator[list[Store]]:
    """SQLite and MongoDB, for the service that a test is about."""
    service = request.node.callspec.params["service"]
    found: list[Store] = [
        SqliteStore(tmp_path / "views.sqlite"),
        MongoStore(Mongo(mongo_url, "pymongo"), f"{mongo_network}_{service}"),
    ]
    yield found
    for one in found:
        await one.close()


async def compared(log: Dense, service: str, some: Sequence[Store], ends: Sequence[int]) -> None:
    """At each of these sequences every view, on each store, is what a rebuild gives that ends there."""
    async with AsyncExitStack() as stack:
        server = holding(log.messages[: ends[0] // 2])
        live: list[Live] = await stack.enter_async_context(following(server, service, VIEWS[service], some))
        for upto in ends:
            server.put(log.messages[len(server.messages) : upto])
            wanted = await rebuilt(log.messages[:upto], service, VIEWS[service])
            for one in live:
                assert await one.digests(upto) == wanted, upto
                assert not one.runner.damage


@pytest.mark.parametrize("service", VIEWS)
async def test_every_view_on_each_store_is_what_a_rebuild_gives(log: Dense, service: str, stores: list[Store]) -> None:
    enough(log)
    await compared(log, service, stores, stops(log, STORED))


@pytest.mark.drill
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("service", VIEWS)
async def test_every_view_at_twenty_sequences(log: Dense, service: str, stores: list[Store]) -> None:
    await compared(log, service, stores, stops(log))


@pytest.mark.parametrize("service", VIEWS)
async def test_a_view_of_single_entities_holds_what_their_lines_come_to(
    log: Dense, entities: Entities, service: str
) -> None:
    store = MemoryStore(Disk())
    async with following(holding(log.messages), service, VIEWS[service], [store]) as (one,):
        await one.digests(len(log.messages))
        for view in VIEWS[service]:
            if alone(view):
                wanted = documents(view, entities, len(log.messages))
                found = store.documents(view)
                for document in [*found.values(), *wanted.values()]:
                    for stamp in view.stamps:
                        document.pop(stamp, None)  # of the last event by the log
                assert found == wanted, view.name


async def test_a_view_that_never_folds_anew_is_found(log: Dense) -> None:
    mistaken = [replace(view, of_log=True) for view in VIEWS["membership"]]
    some = log.messages[: len(log.messages) // 4]
    right, wrong = await rebuilt(some, "membership", VIEWS["membership"]), await rebuilt(some, "membership", mistaken)
    assert sum(right[name] != wrong[name] for name in right) >= 5


@pytest.mark.drill
@pytest.mark.timeout(7200)  # minutes of work; on a machine that does much else, more than the usual guard
async def test_twenty_thousand_entities(tmp_path: Path) -> None:
    large = dense(12, 20_000)
    enough(large, 20_000)
    found = by_entity(large.messages)
    for upto in stops(large):
        assert differences(found, DECIDERS, upto) == []
    table = EventTable(tmp_path / "observatory.duckdb", ("31", "34"))
    table.open()
    try:
        table.take_all(large.messages[start : start + 10_000] for start in range(0, len(large.messages), 10_000))
        for upto in stops(large):
            assert table_differences(table, found, LAST, upto) == []
    finally:
        table.close()
    for service in VIEWS:
        store = SqliteStore(tmp_path / service / "views.sqlite")
        await compared(large, service, [store], stops(large, 4))
        await store.close()
