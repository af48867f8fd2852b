"""Holds what users were told against the log, and what views show against a rebuild."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.host.all_services import DEFINITIONS
from shared.contract.envelope import Message, Void, is_guard, opened
from shared.kernel.broker import connection
from shared.kernel.broker.connection import OPERATOR
from shared.kernel.eventlog.event_log import Log
from shared.kernel.stores.sqlite import SqliteStore
from shared.kernel.views.projector import Runner
from shared.runtime.service import COMMON_VIEWS
from tests.compose.harness import SERVICES, Compose
from tests.faults.users import Users

CALM = 60.0  # seconds that reactions and views may take to come to rest after the users did


@dataclass
class Judge:
    """Of one installation. `poison`: sequences at which something was put into the log that is no event."""

    site: Compose
    users: Users
    folder: Path
    poison: set[int] = field(default_factory=set)
    _judged: int = 0
    _pages_judged: int = 0

    def judge(self) -> dict[str, str]:
        """Once the users rest: cells for the table. Raises AssertionError for whatever is not as promised."""
        views = None
        while views is None:  # somebody who was not waited for, or a reaction, may come late
            messages = self.calm()
            self._judged += 1
            views = asyncio.run(self._views(messages[-1].seq))
        acknowledged, doubtful = self._commands(messages)
        self._pages()
        return {
            "acknowledged": f"{acknowledged}, each once",
            "in doubt": f"{doubtful}, at most once",
            "views = rebuild": f"{views} of {views}",
        }

    def calm(self) -> list[Message]:
        """Waits until nothing moves any more: every service shows the whole log. The log."""
        found: list[list[Message]] = [[]]

        def at_rest() -> bool:
            found.append(asyncio.run(self._messages()))
            last = found[-1][-1].seq
            return len(found[-1]) == len(found[-2]) and all(self._state(s)["sequence"] >= last for s in SERVICES)

        self.site.until(at_rest, CALM, "views that show the whole log")
        return found[-1]

    @asynccontextmanager
    async def _log(self) -> AsyncIterator[Log]:
        """The log, as an operator reads it."""
        seed = self.site.volume("secrets-operator") / "nats.nk"
        nodes = [f"nats://{self.site.containers[node].address}:4222" for node in self.site.nodes()]
        nc = await connection.connected(nodes, seed, OPERATOR)
        log = Log(nc, self.site.env["MAILLAGE_NETWORK"])
        try:
            await log.start()
            yield log
            await log.stop()
        finally:
            await nc.close()

    async def _messages(self) -> list[Message]:
        async with self._log() as log:
            return [message async for run in log.read(0) for message in run]

    def _state(self, service: str, path: str = "") -> Any:
        replica = next(
            (one.name for one in self.site.containers.values() if one.spec.name == service and one.runs), service
        )
        answer = self.site.ask(replica, f"/{service}/api/state{path}", timeout=60, **self.site.operator(service))
        return answer.json() if answer.status == 200 else {"sequence": -1}

    def _commands(self, messages: list[Message]) -> tuple[int, int]:
        """Each acknowledged command stands in the log once and whole; one that was refused does not; any other once or
        not at all. And no event stands there twice, or out of its turn."""
        events: dict[str, list[Any]] = {}
        versions: Counter[str] = Counter()
        ids: Counter[str] = Counter()
        for message in messages:
            try:
                event = opened(message)
            except Void:
                assert is_guard(message) or message.seq in self.poison, f"sequence {message.seq} is no event"
                continue
            if message.seq in self.poison:
                continue
            entity = message.subject.rpartition(".")[0]
            versions[entity] += 1
            assert event.version == versions[entity], f"{message.subject}: turn {event.version} of {versions[entity]}"
            ids[event.id] += 1
            events.setdefault(event.cloud.commandid, []).append(event)
        assert max(ids.values()) == 1
        acknowledged = doubtful = 0
        wrong: list[str] = []
        for sent in self.users.commands:
            found = events.get(str(sent.id), [])
            if sent.outcome == "done":
                acknowledged += 1
                assert tuple(event.type for event in found) == sent.events, f"{sent} and {found}"
                assert not found or found[-1].seq == sent.seq, f"{sent} and {found[-1].seq}"
            elif sent.outcome == "refused" and (
                sent.status != 409 or found
            ):  # 409: others were faster, again and again
                wrong.append(f"{sent} and {found}")
                sent.outcome = "given up"  # so that one fault is not held against the next
            else:
                doubtful += 1
                assert len(found) <= 1, f"{sent} and {found}"
        assert wrong == []
        return acknowledged, doubtful

    async def _views(self, last: int) -> int | None:
        """Compares every view of every service with one that is built here, from the log alone. None where the log went
        on meanwhile."""
        number = 0
        async with self._log() as log:
            for definition in DEFINITIONS:
                store = SqliteStore(self.folder / f"rebuild-{self._judged}" / definition.name)
                runner = Runner(log, store, [*definition.views, *COMMON_VIEWS], definition.name)
                await runner.start()
                assert await runner.wait_for(last, CALM)
                live = {view["view"]: view for view in await asyncio.to_thread(self._state, definition.name, "/views")}
                moved = runner.position != last or any(view["sequence"] != last for view in live.values())
                for view in [] if moved else runner.views:
                    there = live[view.name]
                    assert there["digest"] == await store.digest(view), f"{definition.name}: {view.name} is no rebuild"
                    number += 1
                await runner.stop()
                await store.close()
                if moved:
                    return None
        return number

    def _pages(self) -> None:
        """No page kept quiet about an event that it did not show."""
        pages, self._pages_judged = self.users.pages[self._pages_judged :], len(self.users.pages)
        for seen in pages:
            assert seen.said != "fresh" or seen.shown >= seen.known, f"a page that says nothing: {seen}"
            assert not seen.said.startswith("5"), f"an error without a sentence: {seen}"
