"""A replica's runner as a process of its own: `python -m tests.views.living`, to be killed or paused.

Argument: JSON with `nats` (folder and port), `mongo`, `network`, `database`. It says again and again, a line of JSON at
a time, whether it writes and how far it is.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path

import structlog

from shared.contract import load_all
from shared.kernel import projector as running
from shared.kernel.eventlog.event_log import Log
from shared.kernel.projector import Runner
from shared.kernel.stores import lease
from shared.kernel.stores.mongo import MongoStore
from shared.kernel.stores.mongo_client import Mongo
from shared.runtime.nats.embedded_server import NatsServer
from tests.views.history import VIEWS


async def main() -> None:
    what = json.loads(sys.argv[1])
    folder, port = what["nats"]
    nc = await NatsServer(Path(folder), port).connect("test")
    log = Log(nc, what["network"])
    await log.start()
    runner = Runner(log, MongoStore(Mongo(what["mongo"]), what["database"]), VIEWS, "directory")
    await runner.start()
    while True:
        print(json.dumps({"writes": runner.writes, "position": runner.position}), flush=True)
        await asyncio.sleep(0.05)


if __name__ == "__main__":
    load_all()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    lease.DEAD, running.RENEW, running.LOOK = 1.0, 0.2, 0.2
    asyncio.run(main())
