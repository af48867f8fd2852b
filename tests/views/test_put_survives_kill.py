"""kill -9 amid thousands of puts: documents and checkpoint agree, whatever the moment."""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from shared.stores.sqlite import SqliteStore
from tests.small import STRUCTURES

CHILD = """
import asyncio, sys
from pathlib import Path
from shared.stores.sqlite import SqliteStore
from shared.views import Batch, Checkpoint
from tests.small import STRUCTURES

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
