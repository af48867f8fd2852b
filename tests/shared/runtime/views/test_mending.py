"""A service whose views are damaged, or edited by hand, builds them again by itself and tells it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pymongo
import pytest

from shared.base.outside import REAL
from shared.kernel.command_handler import new_command_id
from shared.kernel.eventlog.event_log import Log
from shared.kernel.stores.mongo import MongoStore
from shared.kernel.stores.mongo_client import Mongo
from shared.kernel.views.projection import Checkpoint, StoreAway
from shared.runtime.readiness import checks_of
from shared.runtime.service import Service
from shared.runtime.views.file_store import FileStore
from shared.runtime.views.mending import LATEST, Night, next_of
from shared.runtime.views.reports import Verified
from shared.runtime.views.verifying import held_against_the_log
from tests.fixtures.damaged_files import BEFORE_A_START, copied, middle, sql, without_writes
from tests.fixtures.log_writing import unit
from tests.fixtures.mongo_server import mongo_network, mongo_url
from tests.fixtures.small_directory import CONTACTS, STRUCTURES, Register

pytestmark = pytest.mark.slow

__all__ = ["mongo_network", "mongo_url"]

Open = Callable[..., Awaitable[Service]]
TABLE = f"view_{STRUCTURES.table}"


def store_in(folder: Path) -> FileStore:
    return FileStore(folder / "views" / "directory.sqlite")


async def register(service: Service, name: str = "Eau vive") -> str:
    made = await service.execute(Register(name=name), id=new_command_id(), actor="staff:test")
    assert await service.runner.wait_for(made.seq, 60)
    return str(made.entity_id)


async def mended(store: FileStore) -> None:
    async with asyncio.timeout(60):
        while store.hurt.is_set() or store.filling:  # noqa: ASYNC110 - only the service waits for it by an event
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("kind", [*BEFORE_A_START, "junk in its log of writes", "read-only", "gone"])
async def test_a_service_starts_on_damaged_views_and_shows_all_that_the_log_holds(
    kind: str, open_service: Open, log: Log, tmp_path: Path
) -> None:
    for n in range(40):
        await log.append(unit(log.network, uuid4(), events=1 + n % 2))
    first = await open_service(store=store_in(tmp_path))
    await first.runner.wait_for(await log.last(), 60)
    path = first.store.path  # type: ignore[attr-defined]
    if kind == "junk in its log of writes":
        copied(path, tmp_path / "killed" / path.name)
        await first.stop()
        copied(tmp_path / "killed" / path.name, path)
        without_writes(path)
    else:
        await first.stop()
        hurt = {**BEFORE_A_START, "read-only": lambda path: path.chmod(0o400), "gone": lambda path: path.unlink()}
        hurt[kind](path)
    second = await open_service(store=store_in(tmp_path))
    assert await second.runner.wait_for(await log.last(), 60)
    assert (await second.store.find(STRUCTURES)).total == 40
    for view in second.runner.views:
        assert (await second.runner.verify(view)).equal
    if kind in BEFORE_A_START:
        (report,) = second.mending.told()
        assert report.how == "damaged" and report.aside


@pytest.mark.parametrize(
    "hurt",
    [
        pytest.param(lambda path: middle(path), id="junk"),
        pytest.param(lambda path: sql(path, f"DROP TABLE {TABLE}"), id="a table dropped"),
        pytest.param(lambda path: sql(path, f"UPDATE {TABLE} SET doc = 'no JSON'"), id="a document that is none"),
        pytest.param(lambda path: sql(path, f"ALTER TABLE {TABLE} RENAME COLUMN f_name TO g"), id="a column renamed"),
    ],
)
async def test_damage_that_a_reader_meets_is_mended_while_it_runs(
    hurt: Callable[[Path], None], open_service: Open, tmp_path: Path
) -> None:
    service = await open_service(store=store_in(tmp_path))
    keys = [await register(service, f"n{n}") for n in range(30)]
    store = service.store
    assert isinstance(store, FileStore)
    hurt(store.path)
    with pytest.raises(StoreAway):
        for _ in range(100):  # until it is read from the disk
            await store._read(lambda db: db.execute("PRAGMA cache_size=0"))
            await store.find(STRUCTURES, {"name": "n3"})
            await store.get_many(STRUCTURES, keys)
    await mended(store)
    assert (await store.find(STRUCTURES)).total == 30
    assert (await service.runner.verify(STRUCTURES)).equal
    await register(service, "afterwards")
    assert (await store.find(STRUCTURES)).total == 31
    (report,) = service.mending.told()
    assert report.how == "damaged"
    checks = await checks_of(service)
    assert checks["store"]["good"] and checks["views"]["good"]


async def test_a_writer_that_meets_damage_begins_anew(open_service: Open, tmp_path: Path) -> None:
    service = await open_service(store=store_in(tmp_path))
    await register(service, "before")
    assert isinstance(service.store, FileStore)
    sql(service.store.path, "DROP TABLE versions")
    made = await service.execute(Register(name="after"), id=new_command_id(), actor="staff:test")
    while service.runner.position < made.seq:  # noqa: ASYNC110 - it goes back before it goes on
        await asyncio.sleep(0.02)
    await mended(service.store)
    assert await service.runner.wait_for(made.seq, 60)
    assert (await service.store.find(STRUCTURES)).total == 2 and not service.runner.voids


EDITS = {
    "a document": f"UPDATE {TABLE} SET doc = CAST(replace(CAST(doc AS TEXT), 'Eau', 'Vin') AS BLOB)",
    "a number for a truth": f"UPDATE {TABLE} SET doc = CAST(replace(CAST(doc AS TEXT), 'false', '0') AS BLOB)",
    "what it is found by": f"UPDATE {TABLE} SET f_name = 'Vin vif'",
    "what is searched": f"UPDATE {TABLE} SET text = ''",
    "one taken away": f"DELETE FROM {TABLE}",
    "one too many": f"""INSERT INTO {TABLE} (key, doc, text, f_name, f_tags, f_closed)
                        VALUES ('zz', '{{"key": "zz", "Jeanne": 1}}', '', 'Jeanne', NULL, NULL)""",
    "its name in it": f"UPDATE {TABLE} SET doc = CAST(json_set(CAST(doc AS TEXT), '$.key', 'Jeanne') AS BLOB)",
    "no name in it": f"UPDATE {TABLE} SET doc = CAST(json_remove(CAST(doc AS TEXT), '$.key') AS BLOB)",
    "a field more": f"UPDATE {TABLE} SET doc = CAST(json_set(CAST(doc AS TEXT), '$.Jeanne', 'x') AS BLOB)",
}


@pytest.mark.parametrize("edit", EDITS)
async def test_a_view_that_somebody_edited_is_found_told_without_its_values_and_mended(
    edit: str, open_service: Open, tmp_path: Path
) -> None:
    service = await open_service(store=store_in(tmp_path))
    key = await register(service)
    await register(service, "Terre")
    await service.mending.verify(STRUCTURES)
    assert not service.mending.told()
    assert isinstance(service.store, FileStore)
    sql(service.store.path, EDITS[edit])
    await service.mending.verify(STRUCTURES)
    (report,) = service.mending.told()
    assert (report.how, report.view) == ("differed", "structures") and report.differing
    (file,) = (tmp_path / "views" / "mended").glob("directory.*.json")
    assert not any(word in file.read_text() for word in ("Eau", "Vin", "Jeanne"))
    if edit == "a document":
        assert [(one.key, one.how, one.fields) for one in report.documents] == [(key, "changed", ("name",))]
    assert (await service.runner.verify(STRUCTURES)).equal
    assert (await service.store.find(STRUCTURES, {"name": "Eau vive"})).total == 1
    await service.mending.verify(STRUCTURES)
    assert len(service.mending.told()) == 1


async def test_an_index_that_lacks_a_document_is_found(open_service: Open, tmp_path: Path) -> None:
    service = await open_service(store=store_in(tmp_path))
    await register(service)
    index = f"i_{STRUCTURES.table}_name"
    assert isinstance(service.store, FileStore)
    sql(
        service.store.path,
        "PRAGMA writable_schema=ON",
        f"UPDATE sqlite_master SET sql = sql || ' WHERE f_name IS NULL' WHERE name = '{index}'",
    )
    sql(service.store.path, f"REINDEX {index}")
    sql(
        service.store.path,
        "PRAGMA writable_schema=ON",
        f"UPDATE sqlite_master SET sql = replace(sql, ' WHERE f_name IS NULL', '') WHERE name = '{index}'",
    )
    await service.mending.verify(STRUCTURES)
    (report,) = service.mending.told()
    assert "index" in report.why
    assert (await service.store.find(STRUCTURES, {"name": "Eau vive"})).total == 1


async def test_many_documents_are_compared_with_few_at_once_while_others_are_written(
    open_service: Open, tmp_path: Path
) -> None:
    service = await open_service(store=store_in(tmp_path))
    for n in range(60):
        await register(service, f"n{n}")
    going = True

    async def writing() -> int:
        count = 0
        while going:
            await register(service, f"m{count}")
            count += 1
        return count

    writer = asyncio.create_task(writing())
    for at_once in (1, 7, 500):
        found = await held_against_the_log(service.runner, service.store, STRUCTURES, service.outside, at_once)
        assert found.equal, found
    going = False
    assert await writer > 0
    assert isinstance(service.store, FileStore)
    sql(service.store.path, f"DELETE FROM {TABLE} WHERE f_name IN ('n3', 'n44')")
    found = await held_against_the_log(
        service.runner, service.store, STRUCTURES, replace(REAL, sleep=lambda _: asyncio.sleep(0)), 7
    )
    assert found.differing == 2 and {one.how for one in found.documents} == {"missing"}


async def test_a_view_that_was_set_back_is_brought_to_the_others(open_service: Open, tmp_path: Path) -> None:
    service = await open_service(store=store_in(tmp_path))
    await register(service)
    await service.mending.look()
    assert not service.mending.told()
    assert isinstance(service.store, FileStore)
    sql(service.store.path, f"DELETE FROM checkpoints WHERE reader = '{CONTACTS.table}'")
    await service.mending.look()
    (report,) = service.mending.told()
    assert report.view == "contacts"
    assert await service.store.checkpoint(CONTACTS.table) == Checkpoint(service.runner.position)


async def test_one_view_a_night_is_verified_in_turn(open_service: Open, tmp_path: Path) -> None:
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    service = await open_service(clock=lambda: now, store=store_in(tmp_path))
    await register(service)
    views = [view.table for view in service.runner.views]
    verified = service.mending.reports.verified
    await service.mending.look()
    assert verified.read().since == now and not verified.read().views, "it is day"
    for night in range(len(views)):
        now = datetime(2026, 3, 3, 0, 30, tzinfo=UTC) + timedelta(days=night)  # half past one in Paris
        for _ in range(3):
            await service.mending.look()
        assert len(verified.read().views) == night + 1, "one, and no more"
    assert sorted(verified.read().views) == sorted(views)
    assert next_of(service.runner.views, verified.read()).table == views[0]
    now += LATEST + timedelta(hours=12)
    await service.mending.look()
    assert verified.read().views[views[0]] == now, "where the machine is off at night, by day"


def test_a_night_is_in_paris_and_may_go_across_midnight() -> None:
    summer = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)  # half past one in Paris
    assert Night("1-5").quiet(summer) and Night("1-5").of(summer) == date(2026, 7, 2)
    assert not Night("1-5").quiet(summer, timedelta(minutes=40))
    across = Night("22-4")
    late, early = datetime(2026, 1, 1, 22, tzinfo=UTC), datetime(2026, 1, 2, 2, 30, tzinfo=UTC)
    assert across.quiet(late) and across.quiet(early) and across.of(late) == across.of(early)
    assert not across.quiet(datetime(2026, 1, 2, 3, 30, tzinfo=UTC)) and Night("0-24").quiet(late)


def test_a_view_of_a_new_version_is_verified_first() -> None:
    kept = Verified(
        views={STRUCTURES.table: datetime(2026, 1, 1, tzinfo=UTC), "gone_v1": datetime(2020, 1, 1, tzinfo=UTC)}
    )
    assert next_of([STRUCTURES, replace(CONTACTS, version=9)], kept).name == "contacts"


@pytest.mark.slow
@pytest.mark.parametrize("what", ["dropped", "set back", "edited", "emptied"])
async def test_a_collection_of_mongodb_that_somebody_changed_is_built_again(
    what: str, open_service: Open, mongo_url: str, mongo_network: str, tmp_path: Path
) -> None:
    database = f"{mongo_network}_directory"
    service = await open_service(store=MongoStore(Mongo(mongo_url, "pymongo"), database))
    await register(service)
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        view = client[database][f"view_{STRUCTURES.table}"]
        match what:
            case "dropped":
                view.drop()
            case "set back":
                view.update_one({"_id": 0}, {"$set": {"seq": 0}})
            case "edited":
                view.update_many({"_id": {"$ne": 0}}, {"$set": {"doc.name": "Vin vif"}})
            case "emptied":
                view.delete_many({"_id": {"$ne": 0}})
    await service.mending.look()
    await service.mending.verify(STRUCTURES)
    (report,) = service.mending.told()
    assert report.view == "structures" and report.how == ("differed" if what in ("edited", "emptied") else "damaged")
    assert (await service.store.find(STRUCTURES, {"name": "Eau vive"})).total == 1
    await register(service, "Terre")
    assert (await service.runner.verify(STRUCTURES)).equal
