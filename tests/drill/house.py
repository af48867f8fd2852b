"""A small installation whose every message is known: a NATS server, a directory, the notary. Built once, copied,
damaged, started again, and asked what it makes of it."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from services.observatory.ledger.notary import Notary, Pace
from shared.contract.envelope import Message
from shared.contract.personal import Personal
from shared.kernel.broker.connection import OPERATOR, Connection
from shared.kernel.decider import Command
from shared.kernel.eventlog.event_log import Log, LogDamaged, LogUnfit, Unavailable, prepare
from shared.ledger.archive_format import Archive, ArchiveDamaged
from shared.ledger.archive_verifier import verify
from shared.ledger.log_restore import finished, refill, same_as_archived
from shared.ledger.merkle import NotVerified, VerifierKey
from shared.runtime.nats.embedded_server import NatsFailed, NatsServer
from shared.runtime.nats.server_config import Access
from shared.runtime.service import Service
from tests.fixtures import small_directory as small
from tests.fixtures.notaries import begin_job, ended

NETWORK = "drill"
NAME = "exemple.invalid/journal"
USERS = Access(NETWORK, {"directory": (), "observatory": (), "membership": ()})
FAST = Pace(tick=0.01, pause=0.01, again=0.05, compared=10**9)
FILE = 100  # messages of a closed file of the archive
PAD = 700_000  # bytes of a message that is no event, so that the log takes several blocks of the store


@dataclass(frozen=True)
class Known:
    """What is true of the installation: every message, the digests of its views, what an auditor kept."""

    messages: list[Message]
    digests: dict[str, str]
    key: VerifierKey
    checkpoint: str


@dataclass
class Found:
    """What came of a damage. `refused`: who refused, and with which words; `messages` of the log as far as they were
    read, `voids` by sequence, `new`: the sequences of commands executed afterwards."""

    known: list[Message]
    refused: list[tuple[str, str]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    voids: dict[int, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    archived: list[Message] | None = None
    new: list[int] = field(default_factory=list)


Act = Callable[[NatsServer, Connection, list[Message]], Awaitable[None]]


async def nothing(server: NatsServer, operator: Connection, messages: list[Message]) -> None:
    return None


@dataclass
class House:
    """The installation in a folder."""

    folder: Path

    @property
    def nats(self) -> Path:
        return self.folder / "nats"

    @property
    def archive(self) -> Archive:
        return Archive(self.folder / "archive")

    def copy(self, to: Path) -> House:
        return House(Path(shutil.copytree(self.folder, to)))

    def notary(self, log: Log) -> Notary:
        return Notary(log, self.archive.folder, self.folder / "keys", NAME, 0.2, 30, pace=FAST, segment=FILE)

    @asynccontextmanager
    async def server(self) -> AsyncIterator[NatsServer]:
        server = NatsServer(self.nats, access=USERS)
        try:
            await server.start()
            yield server
        finally:
            await server.stop()

    async def build(self) -> Known:
        """Some hundred events, some messages that are none, everything archived and signed."""
        async with self.server() as server:
            operator = await server.connect(OPERATOR)
            await prepare(operator, NETWORK)
            async with self.service(server) as service:
                await _history(service, operator)
                log = Log(await server.connect("observatory"), NETWORK)
                await log.start()
                notary = self.notary(log)
                begin_job(notary)
                last = await log.last()
                await until(lambda: notary.head is not None and notary.head.size == last)
                await ended(notary)
                messages = [message async for run in log.read() for message in run]
                assert await service.runner.wait_for(last)
                digests = await _digests(service)
                await log.stop()
                await log._nc.close()
            await operator.close()
        checkpoint = self.archive.latest()
        assert checkpoint is not None
        return Known(messages, digests, VerifierKey.read(self.archive.key_path.read_text()), checkpoint)

    @asynccontextmanager
    async def service(self, server: NatsServer) -> AsyncIterator[Service]:
        nc = await server.connect("directory")
        service = small.service(small.definition(), NETWORK, nc, server, self.folder)
        try:
            await service.start()
            yield service
        finally:
            await service.stop()
            await nc.close()

    async def started(self, known: Known, act: Act = nothing) -> Found:
        """Starts all of it as `maillage up` does, lets `act` happen, and finds out what each makes of it."""
        found = Found(known.messages)
        try:
            async with self.server() as server:
                operator = await server.connect(OPERATOR)
                try:
                    await self._started(server, operator, found, act)
                finally:
                    await operator.close()
        except NatsFailed as why:
            found.refused.append(("NATS server", str(why)))
        return found

    async def _started(self, server: NatsServer, operator: Connection, found: Found, act: Act) -> None:
        log = Log(operator, NETWORK)
        try:
            await prepare(operator, NETWORK)
            await log.start()
            await same_as_archived(log, self.archive)
            async with self.service(server) as service:
                try:
                    await act(server, operator, (await self._read(log, found)))
                except PermissionError as no:
                    found.refused.append(("NATS server", str(no)))
                await self._compared(log, found)
                await self._read(log, found)
                await self._written(service, found)
                last = await log.last()
                if not await service.runner.wait_for(last, 3) and service.runner.damage:
                    found.refused.append(("views", service.runner.damage))
                found.voids = dict(service.runner.voids)
        except (LogDamaged, LogUnfit) as why:
            found.refused.append(("start", str(why)))
        except Unavailable as why:
            found.refused.append(("log", str(why)))
        finally:
            await log.stop()

    async def _written(self, service: Service, found: Found) -> None:
        """Commands after the damage, one on a new entity and one on the entity of which an event is said to be missing:
        each is written at a sequence of its own, or refused."""
        commands: list[Command] = [small.Register(name="Après")]
        if lost := re.search(r"sequence (\d+) is missing", " ".join(what for _, what in found.refused)):
            parts = found.known[int(lost[1]) - 1].subject.split(".")
            if parts[2] == "structure":
                commands.append(small.Tag(structure=UUID(parts[3]), tag="après"))
        for command in commands:
            try:
                found.new.append((await service.execute(command, id=uuid4(), actor="test")).seq)
            except Unavailable as no:
                found.refused.append(("command", str(no)))

    async def _read(self, log: Log, found: Found) -> list[Message]:
        found.messages = []
        try:
            async for run in log.read():
                found.messages += run
        except LogDamaged as why:
            found.refused.append(("reader", str(why)))
        return found.messages

    async def _compared(self, log: Log, found: Found) -> None:
        notary = self.notary(log)
        begin_job(notary)
        await until(lambda: notary.state in ("stopped", "failing") or notary.compared_at is not None)
        if notary.state in ("stopped", "failing"):
            found.refused.append(("notary", str(notary.problem)))
        await ended(notary)

    def audited(self, known: Known, found: Found) -> None:
        """What an auditor says who kept the public key and a checkpoint."""
        report = verify(self.archive, known.key, [("the auditor's checkpoint", known.checkpoint)])
        found.refused += [("audit verify", f"{fault.place}: {fault.what}") for fault in report.faults]
        try:
            found.archived = [message for run in self.archive.read() for message in run]
        except (ArchiveDamaged, NotVerified) as why:
            found.refused.append(("archive", str(why)))

    async def restored(self, archive: Archive) -> tuple[list[Message], dict[str, str]]:
        """The installation anew, in this empty folder, from an archive; its messages and its views' digests."""
        shutil.copytree(archive.folder, self.archive.folder)
        async with self.server() as server:
            operator = await server.connect(OPERATOR)
            last = await refill(operator, NETWORK, self.archive)
            await finished(operator, NETWORK)
            log = Log(operator, NETWORK)
            await log.start()
            await same_as_archived(log, self.archive)
            async with self.service(server) as service:
                assert await service.runner.wait_for(last, 60)
                digests = await _digests(service)
            messages = [message async for run in log.read() for message in run]
            await log.stop()
            await operator.close()
        return messages, digests


async def _digests(service: Service) -> dict[str, str]:
    return {view.name: await service.store.digest(view) for view in service.runner.views}


async def _history(service: Service, operator: Connection) -> None:
    """Structures that change, contacts, some messages that are no events; large ones, so that there are several
    blocks."""

    async def do(command: Command, n: int) -> Any:
        return await service.execute(command, id=uuid4(), actor="test")

    for part in range(4):
        for n in range(4):
            body = bytes([65 + part]) * PAD if n else b"\xff no event"
            await operator.jetstream().publish(f"{NETWORK}.directory.junk.{part}.{n}", body)
        done = await asyncio.gather(*(do(small.Register(name=f"Structure {part}-{n}"), n) for n in range(20)))
        for tag in ("eau", "santé"):
            await asyncio.gather(*(do(small.Tag(structure=one.entity_id, tag=tag), 0) for one in done))
        await asyncio.gather(
            *(
                do(small.AddContact(structure=one.entity_id, name=Personal(f"Personne {n}")), n)
                for n, one in enumerate(done[:10])
            )
        )


async def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - there is no event for it
            await asyncio.sleep(0.01)
