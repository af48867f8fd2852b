"""A runner on MongoDB that is killed (kill -9) before its n-th write: `python -m tests.views.dying`.

Arguments: JSON with `nats` (folder and port), `mongo`, `driver`, `network`, `database`, `tries` (each an n) and `step`.
Each try has a database of its own (`<database>_<n>`). It prints one line a try: `killed n`, or `whole n` where it had
less to write than that.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import structlog
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from shared.contract import load_all
from shared.kernel import projector as running
from shared.kernel.eventlog.event_log import Log
from shared.kernel.projector import Runner
from shared.kernel.stores.mongo import MongoStore
from shared.kernel.stores.mongo_client import Mongo
from shared.runtime.nats.embedded_server import NatsServer
from tests.views.history import VIEWS

WRITES = {"insert", "update", "delete", "create", "createIndexes", "renameCollection", "findAndModify"}


class Dying(CommandListener):
    """Kills this process before its n-th write is sent."""

    def __init__(self, n: int) -> None:
        self._left = n

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name in WRITES:
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            self._left -= 1

    def succeeded(self, event: CommandSucceededEvent) -> None:
        pass

    def failed(self, event: CommandFailedEvent) -> None:
        pass


async def read_all(what: dict[str, Any], n: int) -> None:
    folder, port = what["nats"]
    nc = await NatsServer(Path(folder), port).connect("test")
    log = Log(nc, what["network"])
    await log.start()
    mongo = Mongo(what["mongo"], what["driver"], event_listeners=[Dying(n)])
    runner = Runner(log, MongoStore(mongo, f"{what['database']}_{n}"), VIEWS, "directory")
    await runner.start()
    await runner.wait_for(await log.last(), 60)


def main() -> None:
    what = json.loads(sys.argv[1])
    load_all()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    import_module("motor.motor_asyncio")  # once, before the forks
    running.STEP = what["step"]
    for n in what["tries"]:
        child = os.fork()
        if child == 0:
            asyncio.run(read_all(what, n))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print("killed" if killed else "whole" if status == 0 else f"failed {status}", n, flush=True)


if __name__ == "__main__":
    main()
