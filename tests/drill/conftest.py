"""A whole installation in this process, on folders of its own, with a mail server that lives on beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Gate
from typing import Any
from uuid import UUID, uuid4

import pytest

from deploy.host.embedded import Installation
from deploy.sample.newsletter import opening_of
from services.newsletter.bulletins.domain.issue import AddItem, ApproveIssue, StartIssue, issue_id
from services.newsletter.delivery.views import DELIVERIES
from services.newsletter.subscriptions.domain import ConfirmSubscription, RequestSubscription, subscriber_id
from services.observatory.ledger.notary import notary_of
from shared.base.settings import Settings
from shared.contract.newsletter.bulletins import BulletinCode
from shared.contract.personal import Personal
from shared.kernel.command_handler import Outcome
from shared.kernel.decider import Command, derived_id
from shared.kernel.views.projection import Document
from shared.runtime.service import Service
from tests.services.newsletter.conftest import MailServer, until


class SlowMailServer(MailServer):
    """Waits before it answers for one mail of an issue, the first being 1. It has it by then."""

    def __init__(self) -> None:
        super().__init__()
        self.slow = 0
        self.gate = Gate()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        if self.slow and len(self.issues()) == self.slow:
            self._loop.call_soon_threadsafe(self.held.set)
            while not self.gate.is_set():  # noqa: ASYNC110 - the gate is opened in another thread
                await asyncio.sleep(0.01)
        return answer


@pytest.fixture
async def mail_server() -> AsyncIterator[SlowMailServer]:
    server = SlowMailServer()
    await server.start()
    yield server
    server.gate.set()
    await server.stop()


@dataclass
class Whole:
    """An installation that runs."""

    installation: Installation

    @property
    def newsletter(self) -> Service:
        return self.installation.services["newsletter"]

    async def do(self, command: Command, **how: Any) -> Outcome:
        outcome = await self.newsletter.execute(command, id=how.pop("id", uuid4()), actor="test", **how)
        assert await self.newsletter.runner.wait_for(outcome.seq)
        return outcome

    async def subscribed(self, address: str, bulletin: BulletinCode = "echos") -> UUID:
        """The person, who confirmed."""
        person, asked = self.newsletter.keyring.person_at(address), uuid4()
        await self.do(opening_of(bulletin))  # nothing happens where it is open already
        await self.do(RequestSubscription(email=Personal(address), bulletins=[bulletin], person=person), id=asked)
        await self.do(ConfirmSubscription(subscriber=subscriber_id(person), request=derived_id(asked, "request")))
        return person

    async def approved(self, number: int = 1) -> UUID:
        issue = issue_id("echos", number)
        await self.do(opening_of("echos"))  # nothing happens where it is open already
        await self.do(StartIssue(bulletin="echos", number=number))
        await self.do(AddItem(issue=issue, section="news", title="Une école éclairée", text="Douze salles."))
        await self.do(ApproveIssue(issue=issue, recipients=3))
        return issue

    async def deliveries(self, **where: Any) -> list[Document]:
        return (await self.newsletter.store.find(DELIVERIES, where, limit=1000)).documents

    async def signed(self) -> int:
        """Waits until everything is signed; the last sequence."""
        notary = notary_of(self.installation.services["observatory"])

        async def all_() -> bool:
            return notary.head is not None and notary.head.size == await self.newsletter.log.last()

        await until(all_)
        return await self.newsletter.log.last()


@dataclass
class Place:
    """Folders of a test: data, the backup, the keys' own backup."""

    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def backup(self) -> Path:
        return self.folder / "backup"

    @property
    def keys(self) -> Path:
        return self.folder / "keys-apart"

    def data(self, name: str = "data") -> Path:
        return self.folder / name

    def settings_of(self, name: str = "data") -> Settings:
        given = {
            "network": "reseau",
            "checkpoint_events": 1,
            "checkpoint_seconds": 1,
            "mail_from": "reseau@exemple.invalid",
        }
        return Settings(data=self.data(name), **{**given, **self.settings})  # type: ignore[arg-type]

    @asynccontextmanager
    async def up(self, name: str = "data") -> AsyncIterator[Whole]:
        async with Installation.open(self.settings_of(name), sample=False) as installation:
            await installation.start_reactions()
            yield Whole(installation)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)
