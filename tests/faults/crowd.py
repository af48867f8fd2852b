"""Some users of `maillage up` who write all the while, and what they were told held against the log."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from urllib.error import HTTPError
from urllib.request import urlopen

from deploy.host.embedded import access
from shared.contract.envelope import Recorded, is_guard, opened
from shared.kernel.broker.connection import OPERATOR
from shared.kernel.command_handler import new_command_id
from shared.kernel.eventlog.event_log import Log
from shared.runtime.nats.embedded_server import NatsServer
from tests.fixtures.installation import Up, as_operator

WRITERS = 4
PAUSE = 0.02  # seconds between two commands of one
ON_ITS_WAY = 0.3  # seconds that an answer may have been under way
PASSING = (429, 502, 503, 504)


@dataclass
class Crowd:
    """Each sends a command with an id of its own, again and again until it is answered. `told`: command → the sequence
    that it was told; `made`: the structures; `open`: the commands that were not answered."""

    url: str
    told: dict[str, int] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)
    open: set[str] = field(default_factory=set)
    latest: float = 0.0  # when the last one was acknowledged
    wrong: list[str] = field(default_factory=list)

    def __enter__(self) -> Crowd:
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(n,), daemon=True) for n in range(WRITERS)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(60)

    def _work(self, number: int) -> None:
        done = 0
        while not self._over.is_set():
            done += 1
            self._send(f"Structure {number}-{done}")
            time.sleep(PAUSE)

    def _send(self, name: str) -> None:
        id = str(new_command_id())
        self.open.add(id)
        request = as_operator(
            f"{self.url}/directory/api/commands/register-structure",
            json.dumps({"name": name, "kind": "association"}).encode(),
            **{"Content-Type": "application/json", "Idempotency-Key": id},
        )
        while True:
            try:
                with urlopen(request, timeout=40) as answer:
                    done = json.load(answer)
                    self.told[id] = done["sequence"]
                    self.made.add(done["entity"])
                    self.open.discard(id)
                    self.latest = time.monotonic()
                    return
            except HTTPError as error:
                if error.code not in PASSING:
                    self.wrong.append(f"{error.code} {error.read(300)!r}")
                    return
            except (OSError, ValueError):
                pass
            if self._over.is_set():
                return
            time.sleep(0.1)

    def acknowledged_after(self, at: float, seconds: float) -> float:
        """Waits for a command that is acknowledged after that, and not just on its way then; how long after it was.
        Raises AssertionError."""
        while self.latest <= at + ON_ITS_WAY:
            assert time.monotonic() - at < seconds, f"no command was acknowledged for {seconds:g} s"
            time.sleep(0.05)
        return time.monotonic() - at

    def judge(self, up: Up, network: str = "reseau") -> Counter[str]:
        """Once it has ended: each acknowledged command stands in the log once, where it was told, any other at most
        once. Of each type of events, how many there are."""
        assert self.wrong == []
        seen = asyncio.run(events_of(up.data, network))
        times = Counter(event.cloud.commandid for event in seen)
        place = {event.cloud.commandid: event.seq for event in seen}
        assert all(times[id] == 1 and place[id] == seq for id, seq in self.told.items()), "lost or doubled"
        assert all(times[id] <= 1 for id in self.open)
        return Counter(event.type for event in seen)


async def events_of(data: Path, network: str) -> list[Recorded]:
    """All events in the log of an installation that has ended."""
    server = NatsServer(data / "nats", access=access(network))
    await server.start()
    try:
        nc = await server.connect(OPERATOR)
        log = Log(nc, network)
        await log.start()
        found = [opened(message) async for run in log.read(0) for message in run if not is_guard(message)]
        await log.stop()
        await nc.close()
    finally:
        await server.stop()
    return found
