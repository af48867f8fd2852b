"""A directory that runs, and membership's word of who is a member, as its service would say it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from services.directory.app import DIRECTORY
from services.directory.structures.domain.structure import RegisterStructure
from shared.contract import Event
from shared.contract.envelope import Provenance, address, sealed_body
from shared.kernel.command_handler import new_command_id
from shared.kernel.correcting import StrikeEvents
from shared.kernel.decider import Command
from shared.kernel.eventlog.event_log import Unit, Write
from shared.runtime.service import Service
from tests.conftest import OpenService

WHO = "staff:test"


@dataclass
class Town:
    """A directory to talk to: `do` a command, `hear` another service's event; both wait until the views show it."""

    service: Service

    async def do(self, command: Command, at: datetime | None = None, id: UUID | None = None) -> UUID:
        outcome = await self.service.execute(command, id=id or new_command_id(), actor=WHO, at=at)
        assert await self.service.runner.wait_for(outcome.seq)
        return outcome.entity_id

    async def unmerge(self, kept: UUID) -> None:
        """Notes by mistake the last merge into a record."""
        events = (await self.service.execute.history("structure", kept)).events
        merge = [event.id for event in events if event.type == "StructuresMerged"][-1]
        await self.do(StrikeEvents(kind="structure", about=kept, events=[merge], reason="deux structures"))

    async def hear(
        self,
        event: Event,
        entity: UUID,
        version: int = 1,
        at: datetime | None = None,
        learnt: datetime | None = None,
    ) -> None:
        now, network = learnt or datetime.now(UTC), self.service.network
        by = Provenance(actor=WHO, command=uuid4(), correlation=uuid4())
        id = uuid4()
        body = sealed_body(network, event, entity, id=id, version=version, at=at or now, now=now, by=by)
        last = (await self.service.log.load(event.service, event.entity, entity)).seq
        write = Write(address(network, event, entity), str(id), body)
        assert await self.service.runner.wait_for(await self.service.log.append(Unit([write], {write.entity: last})))


def structure(name: str, **more: object) -> RegisterStructure:
    return RegisterStructure.model_validate({"name": name, "kind": "association", **more})


@pytest.fixture
async def town(open_service: OpenService) -> Town:
    return Town(await open_service(DIRECTORY))
