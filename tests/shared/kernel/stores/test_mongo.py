"""What only the MongoDB store has to stand: writers that come late, views of two releases, a server that is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from shared.base.settings import Settings
from shared.contract.directory.structures import StructureClosed
from shared.kernel.eventlog.direct_get import Unavailable
from shared.kernel.stores import InUse
from shared.kernel.stores.mongo import MongoStore
from shared.kernel.stores.mongo_client import Driver, Mongo
from shared.kernel.views.projection import Batch, Checkpoint, Document, Moved, Standing, Turn, Unknown, View
from shared.runtime.views.stores import store_for
from tests.fixtures.installation import maillage
from tests.fixtures.mongo_server import Server
from tests.fixtures.small_directory import STRUCTURES

pytestmark = pytest.mark.slow

Open = Callable[..., Awaitable[MongoStore]]
DRIVERS: tuple[Driver, ...] = ("motor", "pymongo")


@pytest.fixture(params=DRIVERS)
async def open_mongo(request: pytest.FixtureRequest, mongo_url: str, mongo_network: str) -> AsyncIterator[Open]:
    opened = []

    async def open(*views: View) -> MongoStore:
        opened.append(MongoStore(Mongo(mongo_url, request.param), f"{mongo_network}_directory"))
        await opened[-1].prepare(views or [STRUCTURES])
        return opened[-1]

    yield open
    for store in opened:
        await store.close()


def document(key: str, name: str) -> Document:
    return {"key": key, "name": name, "tags": [], "closed": False}


def step(seq: int, view: View = STRUCTURES, **documents: str | None) -> Batch:
    """What a runner writes that has read the log up to `seq`: documents by their names, None for one that went."""
    found = {key: None if name is None else document(key, name) for key, name in documents.items()}
    point = Checkpoint(seq, f"id{seq}")
    return Batch({view: found}, {view.table: point, "judge": point}, {"e": seq}, {}, {"Painted": Unknown(seq, seq)})


async def names(store: MongoStore, view: View = STRUCTURES) -> dict[str, str]:
    return {d["key"]: d["name"] for d in (await store.find(view)).documents}


async def test_an_older_write_that_comes_late_changes_nothing(open_mongo: Open) -> None:
    store, late = await open_mongo(), await open_mongo()
    await store.put(step(10, a="a10", b="b10", gone="x"))
    await store.put(step(20, a="a20", gone=None, c="c20"))
    await late.put(step(15, a="a15", b="b15", gone="back", c=None))
    assert await names(store) == {"a": "a20", "b": "b15", "c": "c20"}
    assert await store.checkpoint(STRUCTURES.table) == await store.checkpoint("judge") == Checkpoint(20, "id20")
    assert (await store.versions(), await store.unknown()) == ({"e": 20}, {"Painted": Unknown(20, 20)})


async def test_the_same_step_again_changes_nothing(open_mongo: Open) -> None:
    store = await open_mongo()
    for _ in range(3):
        batch = step(10, a="a", b="b", gone=None)
        batch.fresh = {STRUCTURES: {"a", "b", "gone"}}
        await store.put(batch)
    assert await names(store) == {"a": "a", "b": "b"} and (await store.find(STRUCTURES)).total == 2


async def test_documents_taken_for_new_that_are_there_are_written_where_they_are_newer(open_mongo: Open) -> None:
    store = await open_mongo()
    await store.put(step(10, a="a10", b="b10"))
    newer, older = step(11, a="a11"), step(9, b="b9", c="c9")
    newer.fresh, older.fresh = {STRUCTURES: {"a"}}, {STRUCTURES: {"b", "c"}}
    await store.put(newer)
    await store.put(older)
    assert await names(store) == {"a": "a11", "b": "b10", "c": "c9"}


async def test_what_was_taken_away_stands_with_its_sequence_and_is_found_nowhere(open_mongo: Open) -> None:
    store = await open_mongo()
    await store.put(step(10, a="a", b="b"))
    await store.put(step(20, a=None))
    assert await store.standing(STRUCTURES, ["a", "b", "c"]) == {
        "a": Standing(None, 20),
        "b": Standing(document("b", "b"), 10),
    }
    assert await store.get(STRUCTURES, "a") is None and await store.get_many(STRUCTURES, ["a"]) == {}
    found = [
        await store.find(STRUCTURES, where)
        for where in (None, {"closed": None}, {"name": [None, "b"]}, {"key": ["a", "b"]})
    ]
    assert [page.total for page in found] == [1, 0, 1, 1]
    assert await store.count_by(STRUCTURES, "name") == {"b": 1}
    assert await store.ahead(9) == {"e": Turn(20, 20)} and await store.ahead(20) == {}


async def test_a_writer_whose_view_was_swapped_away_is_told_and_loses_nothing(open_mongo: Open) -> None:
    store, late = await open_mongo(), await open_mongo()
    await store.put(step(10, a="a"))
    await late.put(step(10, a="a"))
    beside = await store.start_rebuild(STRUCTURES)
    await store.put(step(12, beside, a="a", b="b"))
    await store.swap(beside, STRUCTURES)
    with pytest.raises(Moved):
        await late.standing(STRUCTURES, ["a"])
    assert await late.get_many(STRUCTURES, ["b"]) == {"b": document("b", "b")}, "whoever only reads need not know"
    with pytest.raises(Moved):
        await late.put(step(15, a="a15"))
    await late.prepare([STRUCTURES])
    assert await late.checkpoint(STRUCTURES.table) == Checkpoint(12, "id12")
    assert await late.checkpoint("judge") == Checkpoint(12, "id12"), "the log is not judged further than views are"
    await late.put(step(15, a="a15"))
    assert await names(store) == {"a": "a15", "b": "b"}


async def test_a_view_that_was_dropped_is_not_written_to_again_unnoticed(open_mongo: Open) -> None:
    store, late = await open_mongo(), await open_mongo()
    await store.drop(STRUCTURES)
    with pytest.raises(Moved):
        await late.put(step(5, a="a"))
    with pytest.raises(Moved):
        await late.checkpoint(STRUCTURES.table)


async def test_views_of_two_releases_stand_side_by_side_until_one_is_not_used_any_more(open_mongo: Open) -> None:
    newer = replace(STRUCTURES, version=2)
    old, new = await open_mongo(), await open_mongo(newer)
    leases = old.lease([STRUCTURES]), new.lease([newer])
    assert await leases[0].take() and await leases[1].take(), "each release has a writer"
    left = await new.start_rebuild(newer)
    await old.put(step(5, a="old"))
    await new.put(step(5, newer, a="new"))
    assert await new.sweep([newer], timedelta(days=7)) == []
    assert (await names(old), await names(new, newer)) == ({"a": "old"}, {"a": "new"})
    await leases[1].renew({})
    await asyncio.sleep(0.6)
    await leases[1].renew({})
    swept = await new.sweep([newer], timedelta(seconds=0.5))
    assert set(swept) == {STRUCTURES.table, left.table} and await names(new, newer) == {"a": "new"}


async def test_a_view_with_other_events_needs_a_new_version(open_mongo: Open) -> None:
    store = await open_mongo()
    with pytest.raises(ValueError, match="new version"):
        await store.prepare([replace(STRUCTURES, on={StructureClosed: STRUCTURES.on[StructureClosed]})])


async def test_indices_stand_on_the_fields_of_a_view_also_after_a_swap(open_mongo: Open) -> None:
    store = await open_mongo()
    for _ in range(2):
        found = await store._db[f"view_{STRUCTURES.table}"].index_information()
        assert {name for index in found.values() for name, _ in index["key"]} == {
            "_id",
            "doc.name",
            "doc.tags",
            "doc.closed",
        }
        await store.swap(await store.start_rebuild(STRUCTURES), STRUCTURES)


class Heard(CommandListener):
    def __init__(self) -> None:
        self.concerns: list[tuple[str, object]] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name not in ("find", "aggregate", "hello", "getMore", "listCollections", "endSessions"):
            self.concerns.append((event.command_name, event.command.get("writeConcern")))

    def succeeded(self, event: CommandSucceededEvent) -> None:
        pass

    def failed(self, event: CommandFailedEvent) -> None:
        pass


@pytest.mark.parametrize("driver", DRIVERS)
async def test_every_write_asks_for_a_majority_and_the_journal_whatever_the_address_says(
    mongo_url: str, mongo_network: str, driver: Driver
) -> None:
    heard = Heard()
    weak = f"{mongo_url.partition('?')[0]}?retryWrites=false&w=1&journal=false"
    store = MongoStore(Mongo(weak, driver, event_listeners=[heard]), f"{mongo_network}_directory")
    await store.prepare([STRUCTURES])
    await store.put(step(5, a="a", b=None))
    await store.park("one", 3, "why")
    await store.unpark("one", 3)
    lease = store.lease([STRUCTURES])
    assert await lease.take() and await lease.renew({})
    await store.swap(await store.start_rebuild(STRUCTURES), STRUCTURES)
    await store.close()
    assert {name for name, _ in heard.concerns} >= {"update", "delete", "insert", "findAndModify", "renameCollection"}
    weakest = [(name, concern) for name, concern in heard.concerns if concern != {"w": "majority", "j": True}]
    assert weakest == []


@pytest.mark.parametrize("driver", DRIVERS)
async def test_a_server_that_is_away_is_told_as_such_and_found_again(tmp_path: Path, driver: Driver) -> None:
    server = Server(tmp_path / "mongo").start()
    store = MongoStore(Mongo(f"{server.url}&serverSelectionTimeoutMS=300", driver), "n_directory")
    await store.prepare([STRUCTURES])
    await store.put(step(5, a="a"))
    assert server.process is not None
    server.process.kill()
    server.process.wait()
    for ask in (
        store.get(STRUCTURES, "a"),
        store.find(STRUCTURES),
        store.put(step(6, a="b")),
        store.checkpoint("judge"),
        store.lease([STRUCTURES]).take(),
        store.count_by(STRUCTURES, "name"),
        store.digest(STRUCTURES),
        store.parked(),
    ):
        with pytest.raises(Unavailable):
            await ask
    server.start()
    async with asyncio.timeout(60):
        while True:
            try:
                assert await names(store) == {"a": "a"}
                break
            except Unavailable:
                await asyncio.sleep(0.1)
    await store.put(step(6, a="b"))
    assert await names(store) == {"a": "b"}
    await store.close()
    server.stop()


@pytest.mark.parametrize("driver", DRIVERS)
def test_an_address_that_is_none_is_refused_without_being_said(driver: Driver) -> None:
    for url in ("mongodb://u:hidden@", "http://hidden@x/", "mongodb://u:hid/den@h:1/", "hidden"):
        with pytest.raises(ValueError, match="no address of a MongoDB") as refused:
            Mongo(url, driver)
        assert str(refused.value) == "no address of a MongoDB"
        assert refused.value.__context__ is None or refused.value.__suppress_context__, "the driver says the address"


async def test_the_settings_choose_the_store(tmp_path: Path, mongo_url: str, mongo_network: str) -> None:
    alone = store_for(Settings(), tmp_path, "reseau", "directory")
    with pytest.raises(InUse, match="MAILLAGE_MONGO_URL"):
        store_for(Settings(), tmp_path, "reseau", "directory")
    other = store_for(Settings(), tmp_path, "reseau", "events")
    await alone.close()
    await store_for(Settings(), tmp_path, "reseau", "directory").close()
    await other.close()
    for driver in DRIVERS:
        settings = Settings(mongo_url=mongo_url, mongo_driver=driver)
        shared = (
            store_for(settings, tmp_path, mongo_network, "directory"),
            store_for(settings, tmp_path, mongo_network, "directory"),
        )
        await shared[0].prepare([STRUCTURES])
        await shared[0].park(driver, 1, "x")
        assert driver in {parked.reaction for parked in await shared[1].parked()}
        for store in shared:
            await store.close()
        assert mongo_url not in repr(settings)


async def test_the_command_line_drops_what_no_running_release_uses(
    tmp_path: Path, mongo_url: str, mongo_network: str
) -> None:
    store = MongoStore(Mongo(mongo_url), f"{mongo_network}_directory")
    gone, used = replace(STRUCTURES, name="gone"), replace(STRUCTURES, name="used")
    await store.prepare([gone, used])
    assert await store.lease([used]).take()
    env = {"MAILLAGE_MONGO_URL": mongo_url, "MAILLAGE_NETWORK": mongo_network}
    done = await asyncio.to_thread(maillage, "views", "drop-old", data=tmp_path, env=env)
    assert (
        done.returncode == 0 and f"directory: {gone.table}\n" in done.stdout and "newsletter: nothing\n" in done.stdout
    )
    tables = {name for name in await store._db.list_collection_names() if name.startswith("view_")}
    assert tables == {f"view_{used.table}"}
    await store.close()
    done = await asyncio.to_thread(maillage, "views", "drop-old", data=tmp_path)
    assert done.returncode == 0 and "SQLite" in done.stdout
