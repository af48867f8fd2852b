"""A directory on the session's NATS server, with a mail server of our own and browsers that keep their cookies."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import ASGITransport, AsyncClient, Response

from deploy.host.root_app import root_of
from deploy.sample.plan import OWN
from services.directory.accounts.views import ACCOUNTS
from services.directory.app import DIRECTORY
from services.directory.sign_in.bootstrap_link import first_link
from services.directory.sign_in.entry import Entry, entry_of
from services.directory.structures.domain.contact import AddContact
from services.directory.structures.domain.structure import RegisterStructure
from shared.base.settings import Settings
from shared.contract.personal import Personal
from shared.kernel.command_handler import Outcome
from shared.kernel.decider import Command
from shared.kernel.stores.sqlite import SqliteStore
from shared.runtime.nats.embedded_server import NatsServer
from shared.runtime.service import Service, Surroundings
from tests.newsletter.conftest import MailServer

HOST = "http://127.0.0.1:8000"
PASSWORD = "quatre moutons sur le causse"


@dataclass
class House:
    """A directory that can be ended and started anew on the same data."""

    nats: NatsServer
    network: str
    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)
    service: Service | None = None
    front: tuple[Service, Any] | None = None

    @property
    def now(self) -> Service:
        assert self.service is not None
        return self.service

    @property
    def entry(self) -> Entry:
        return entry_of(self.now)

    async def start(self) -> Service:
        given = {"region": OWN["region"], **self.settings}
        settings = Settings(data=self.folder, title="Réseau d’essai", mail_from="reseau@exemple.invalid", **given)
        around = Surroundings(
            network=self.network,
            nc=await self.nats.connect("directory"),
            settings=settings,
            data=self.folder,
            store=SqliteStore(self.folder / "views" / "directory.sqlite"),
            broker=self.nats.broker(),
            public_url=HOST,
        )
        self.service = Service(DIRECTORY, around)
        await self.service.start()
        return self.service

    async def end(self) -> None:
        service, self.service = self.service, None
        if service is not None:
            await service.stop()
            await service.around.nc.close()

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[AsyncClient]:
        if (
            self.front is None or self.front[0] is not self.now
        ):  # building it costs more than most of what is asked of it
            self.front = (self.now, root_of({"directory": self.now}, self.now.settings))
        transport = ASGITransport(app=self.front[1])
        headers = {"Sec-Fetch-Site": "same-origin"}
        async with AsyncClient(transport=transport, base_url=HOST, headers=headers, follow_redirects=False) as client:
            yield client

    async def do(self, command: Command) -> Outcome:
        outcome = await self.now.execute(command, id=uuid4(), actor="test")
        assert await self.now.runner.wait_for(outcome.seq)
        return outcome

    async def first(
        self, browser: AsyncClient, address: str = "chef@exemple.invalid", link: str | None = None
    ) -> Response:
        """The first administrator opens an account and is signed in."""
        link = link or await first_link(self.now)
        assert link is not None
        form = {"email": address, "label": "Direction", "password": PASSWORD}
        return await browser.post(link.removeprefix(HOST), data=form)

    async def opened(self, address: str, *roles: str, label: str = "Secrétariat") -> UUID:
        """An account."""
        outcome = await self.entry.open(address, label, list(roles), id=uuid4(), actor="test")
        assert await self.now.runner.wait_for(outcome.seq)
        return outcome.entity_id

    async def document(self, account: UUID) -> dict[str, Any]:
        found = await self.now.store.get(ACCOUNTS, str(account))
        assert found is not None
        return found

    async def contact(self, address: str, structure: str = "Eau vive") -> UUID:
        """A structure with a contact who is reached at an address; the structure's id."""
        id = (await self.do(RegisterStructure(name=structure, kind="association"))).entity_id
        await self.do(AddContact(structure=id, name=Personal("Personne inventée"), email=Personal(address)))
        return id

    async def events(self, kind: str) -> int:
        """How many events of a type the log holds."""
        count = 0
        async for run in self.now.log.read():
            count += sum(message.subject.endswith(f".{kind}") for message in run)
        return count


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 10.0) -> None:
    for _ in range(int(seconds / 0.02)):
        if await holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"not within {seconds} s")


def path_in(message: EmailMessage) -> str:
    """The path of the sign-in link in the text of a mail."""
    part = message.get_body(("plain",))
    assert part is not None
    (found,) = re.findall(re.escape(HOST) + r"(/directory/sign-in/link/\S+)", part.get_content())
    return str(found)


@pytest.fixture
async def mail_server() -> AsyncIterator[MailServer]:
    server = MailServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def house(nats_server: NatsServer, network: str, tmp_path: Path) -> AsyncIterator[House]:
    """A directory that writes its mails into a folder."""
    house = House(nats_server, network, tmp_path)
    await house.start()
    yield house
    with suppress(Exception):
        await house.end()


@pytest.fixture
async def posting(
    nats_server: NatsServer, network: str, tmp_path: Path, mail_server: MailServer
) -> AsyncIterator[House]:
    """A directory that sends by SMTP to `mail_server`."""
    smtp = {"smtp_host": "127.0.0.1", "smtp_port": mail_server.port, "smtp_tls": "none"}
    house = House(nats_server, network, tmp_path, smtp)
    await house.start()
    yield house
    with suppress(Exception):
        await house.end()
