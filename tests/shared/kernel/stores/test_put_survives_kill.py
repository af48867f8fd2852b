"""kill -9 amid puts, whatever the moment: in SQLite documents and checkpoint agree; in MongoDB, which has no step that
is whole or not at all, the next runner makes of it what it would have been."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from nats.aio.client import Client

from shared.kernel.eventlog.event_log import Log
from shared.kernel.stores.mongo import MongoStore
from shared.kernel.stores.mongo_client import Driver, Mongo
from shared.kernel.stores.sqlite import SqliteStore
from shared.kernel.views.projector import JUDGE, Pace, Runner
from shared.runtime.nats.embedded_server import NatsServer
from tests.fixtures.log_histories import VIEWS, some_history
from tests.fixtures.small_directory import STRUCTURES

LAST = 65  # the last write before which it is tried; there are fewer, so that the last tries are whole
CHILD = """
import asyncio, sys
from pathlib import Path
from shared.kernel.stores.sqlite import SqliteStore
from shared.kernel.views.projection import Batch, Checkpoint
from tests.fixtures.small_directory import STRUCTURES

async def main():
    store = SqliteStore(Path(sys.argv[1]))
    await store.prepare([STRUCTURES])
    start = (await store.checkpoint(STRUCTURES.table)).seq
    print("ready", flush=True)
    for seq in range(start + 1, 1_000_000):
        documents = {str(n): {"key": str(n), "name": str(n), "seq": seq} for n in range(20)}
        documents[f"s{seq}"] = {"key": f"s{seq}", "name": "x", "seq": seq}
        checkpoints = {STRUCTURES.table: Checkpoint(seq, "x"), "judge": Checkpoint(seq, "x")}
        await store.put(Batch({STRUCTURES: documents}, checkpoints, {"e": seq}, {seq: "x"}))

asyncio.run(main())
"""


@pytest.mark.slow
async def test_documents_judgements_and_checkpoint_agree_after_a_kill(tmp_path: Path) -> None:
    path, dice = tmp_path / "views.sqlite", random.Random(3)
    last = 0
    for _ in range(5):
        child = subprocess.Popen([sys.executable, "-c", CHILD, str(path)], stdout=subprocess.PIPE)
        assert child.stdout is not None and child.stdout.readline() == b"ready\n"
        await asyncio.sleep(0.05 + 0.3 * dice.random())
        child.kill()
        assert child.wait() == -signal.SIGKILL
        child.stdout.close()
        store = SqliteStore(path)
        seq = (await store.checkpoint("judge")).seq
        assert seq > last and (await store.checkpoint(STRUCTURES.table)).seq == seq
        documents = await store.get_many(STRUCTURES, [str(n) for n in range(20)])
        assert {d["seq"] for d in documents.values()} == {seq} and len(documents) == 20
        assert (await store.find(STRUCTURES, {"name": "x"})).total == seq
        assert await store.versions() == {"e": seq} and len(await store.voids()) == seq
        await store.close()
        last = seq


@pytest.mark.slow
@pytest.mark.parametrize(
    ("driver", "tries"),
    ids=["motor", "pymongo"],
    argvalues=[("motor", [*range(0, LAST, 3), LAST]), ("pymongo", [*range(1, LAST, 9), LAST])],
)
async def test_in_mongodb_nothing_is_lost_or_double_whichever_write_a_kill_came_before(
    nats_server: NatsServer,
    nc: Client,
    log: Log,
    mongo_url: str,
    mongo_network: str,
    tmp_path: Path,
    driver: Driver,
    tries: list[int],
) -> None:
    await some_history(nc, log, 45, seed=11)
    expected = await contents(log, SqliteStore(tmp_path / "v"))
    what = {
        "nats": [str(nats_server.folder), nats_server.port],
        "mongo": mongo_url,
        "driver": driver,
        "network": log.network,
        "database": mongo_network,
        "tries": tries,
        "step": 20,
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.fixtures.killed_runner", json.dumps(what), stdout=subprocess.PIPE
    )
    said, _ = await child.communicate()
    outcomes = [line.split()[0] for line in said.decode().splitlines()]
    assert len(outcomes) == len(tries) and set(outcomes) == {"killed", "whole"}, outcomes
    for n in tries:
        store = MongoStore(Mongo(mongo_url, driver), f"{mongo_network}_{n}", dead=0.1)
        assert await contents(log, store) == expected, f"killed before write {n}"


async def contents(log: Log, store: MongoStore | SqliteStore) -> dict[str, object]:
    """What a runner makes of a store, from whatever it finds there, to the end of the log."""
    runner = Runner(log, store, VIEWS, "directory", pace=Pace(far=0.03))
    await runner.start()
    assert await runner.wait_for(await log.last(), 60)
    found: dict[str, object] = {view.name: await store.digest(view) for view in VIEWS}
    found |= {"versions": await store.versions(), "voids": await store.voids(), "unknown": await store.unknown()}
    found |= {"judged": await store.checkpoint(JUDGE), "live": (runner.voids, runner.unknown, runner.position)}
    await runner.stop()
    await store.close()
    return found
