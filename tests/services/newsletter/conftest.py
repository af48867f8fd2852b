"""A newsletter service on the session's NATS server, a mail server of our own, a browser without cookies."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest
from aiosmtpd.controller import Controller
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from deploy.sample.newsletter import FIVE, opening_of
from services.newsletter.app import NEWSLETTER
from services.newsletter.bulletins.domain.issue import AddItem, ApproveIssue, StartIssue, issue_id
from services.newsletter.bulletins.views import ISSUES
from services.newsletter.delivery.views import DELIVERIES
from services.newsletter.delivery.worker import PAUSES, SENDING, Pauses, Sending
from services.newsletter.subscriptions.domain import ConfirmSubscription, RequestSubscription, subscriber_id
from shared.base.settings import Settings
from shared.contract.envelope import Recorded, is_guard, opened
from shared.contract.newsletter.bulletins import BulletinCode
from shared.contract.personal import Personal
from shared.kernel.command_handler import Outcome
from shared.kernel.decider import Command, derived_id
from shared.kernel.stores.sqlite import SqliteStore
from shared.notions.bulletin import NEWSLETTER as NEWSLETTER_IDS
from shared.runtime.nats.embedded_server import NatsServer
from shared.runtime.service import Service, Surroundings
from shared.web.app import service_app
from shared.web.security.request_limits import limit_body, secured
from tests.fixtures.outside import hurried
from tests.fixtures.ports import free_port
from tests.fixtures.signing_in import account

HURRIED = Pauses(first=0.05, longest=0.2, mail=0.1, longest_mail=0.2, tries=4, in_hand=1.0)
HOST = "http://127.0.0.1:8000"


class MailServer:
    """A real SMTP server that keeps what it takes, and says no where it is told to.

    `replies`: address → what RCPT or DATA answers, used up one by one. `hold`: the mail for this address is taken, but
    the answer does not come.
    """

    def __init__(self) -> None:
        self.taken: list[tuple[str, EmailMessage]] = []
        self.rcpt: dict[str, list[str]] = {}
        self.data: dict[str, list[str]] = {}
        self.hold: str | None = None
        self.held = asyncio.Event()
        self.connections = 0
        self._loop = asyncio.get_running_loop()
        self.port = free_port()
        self._controller: Controller | None = None

    async def handle_EHLO(
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        said = self.rcpt.get(address)
        if said:
            return said.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        (address,) = envelope.rcpt_tos
        said = self.data.get(address)
        if said:
            return said.pop(0)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append((address, message))
        if address == self.hold:
            self._loop.call_soon_threadsafe(self.held.set)
            await asyncio.sleep(3600)
        return "250 OK"

    async def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        await asyncio.to_thread(self._controller.start)

    async def stop(self) -> None:
        if self._controller is not None:
            await asyncio.to_thread(self._controller.stop)
            self._controller = None

    async def took(self, issues: int) -> None:
        """Returns when so many mails of an issue were taken."""

        async def enough() -> bool:
            return len(self.issues()) >= issues

        await until(enough)

    def issues(self) -> list[str]:
        """Whom an issue was taken for, in this order."""
        return [address for address, message in self.taken if message["List-Id"]]

    def issue_to(self, address: str) -> EmailMessage:
        (found,) = [message for to, message in self.taken if to == address and message["List-Id"]]
        return found

    def question_to(self, address: str) -> EmailMessage:
        """The newest mail that asks to confirm."""
        return [message for to, message in self.taken if to == address and not message["List-Id"]][-1]


@pytest.fixture
async def mail_server() -> AsyncIterator[MailServer]:
    server = MailServer()
    await server.start()
    yield server
    await server.stop()


@dataclass
class House:
    """A newsletter service that can be ended, also hard, and started anew on the same data. `opens`: the bulletins that
    somebody has opened in it."""

    nats: NatsServer
    network: str
    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)
    service: Service | None = None
    opens: tuple[BulletinCode, ...] = tuple(FIVE)

    @property
    def now(self) -> Service:
        assert self.service is not None
        return self.service

    async def start(self, *, reactions: bool = False) -> Service:
        around = Surroundings(
            network=self.network,
            nc=await self.nats.connect("newsletter"),
            settings=Settings(
                data=self.folder, title="Réseau d’essai", mail_from="reseau@exemple.invalid", **self.settings
            ),
            data=self.folder,
            store=SqliteStore(self.folder / "views" / "newsletter.sqlite"),
            broker=self.nats.broker(),
            public_url=HOST,
            outside=hurried(25),
        )
        self.service = Service(NEWSLETTER, around)
        self.service.parts.put(PAUSES, HURRIED)
        await self.service.start()
        for code in self.opens:
            id = uuid5(NEWSLETTER_IDS, f"open/{code}")
            await self.service.execute(opening_of(code), id=id, actor="test", derived=True)
        await self.service.runner.wait_for(await self.service.log.last())
        if reactions:
            await self.service.start_reactions()
        return self.service

    async def end(self, *, hard: bool = False) -> None:
        """`hard`: as a kill -9 leaves it, the sending cut off wherever it is."""
        service, self.service = self.service, None
        if service is None:
            return
        if hard:
            (sending,) = [task for task in asyncio.all_tasks() if task.get_name() == "newsletter: sending"]
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
        await service.stop()
        await service.around.nc.close()

    async def do(self, command: Command, **how: Any) -> Outcome:
        outcome = await self.now.execute(command, id=how.pop("id", uuid4()), actor="test", **how)
        assert await self.now.runner.wait_for(outcome.seq)
        return outcome

    async def subscribed(self, address: str, *bulletins: BulletinCode) -> UUID:
        """A subscriber who confirmed."""
        person, asked = self.now.keyring.person_at(address), uuid4()
        wanted = list(bulletins or ("echos",))
        await self.do(RequestSubscription(email=Personal(address), bulletins=wanted, person=person), id=asked)
        await self.do(ConfirmSubscription(subscriber=subscriber_id(person), request=derived_id(asked, "request")))
        return subscriber_id(person)

    async def approved(self, number: int = 1, bulletin: BulletinCode = "echos") -> UUID:
        """An issue with one item, approved."""
        issue = issue_id(bulletin, number)
        await self.do(StartIssue(bulletin=bulletin, number=number))
        await self.do(AddItem(issue=issue, section="news", title="Une école éclairée", text="Douze salles raccordées."))
        await self.do(ApproveIssue(issue=issue, recipients=3))
        return issue

    async def rest(self) -> None:
        """Returns when nothing has been written for a while: no question to confirm is on its way any more."""
        last = -1

        async def quiet() -> bool:
            nonlocal last
            before, last = last, await self.now.log.last()
            await asyncio.sleep(0.2)
            return before == last and self.sending.under_way is None

        await until(quiet)

    @property
    def sending(self) -> Sending:
        return self.now.parts.of(SENDING)

    async def state(self, issue: UUID) -> str:
        found = await self.now.store.get(ISSUES, str(issue))
        return str(found["state"]) if found else ""

    async def sent(self, issue: UUID) -> dict[str, int]:
        """Waits until the issue is sent, and returns what it came to."""
        await until(lambda: self._is(issue, "sent"))
        found = await self.now.store.get(ISSUES, str(issue))
        assert found is not None
        return dict(found["outcome"])

    async def _is(self, issue: UUID, state: str) -> bool:
        return await self.state(issue) == state

    async def deliveries(self, state: str) -> list[dict[str, Any]]:
        return (await self.now.store.find(DELIVERIES, {"state": state}, limit=1000)).documents

    async def told(self) -> list[Recorded]:
        """All that the log tells; guards tell nothing."""
        return [opened(one) async for run in self.now.log.read() for one in run if not is_guard(one)]

    @asynccontextmanager
    async def browser(self, *roles: str) -> AsyncIterator[AsyncClient]:
        """A browser of an account with `roles`; without, of anybody."""
        root = FastAPI()
        root.mount("/newsletter", service_app(self.now))
        transport = ASGITransport(app=secured(limit_body(root)))
        headers = {"Sec-Fetch-Site": "same-origin"}
        async with AsyncClient(transport=transport, base_url=HOST, headers=headers, follow_redirects=False) as client:
            client.cookies.update(await (await account(self.now, *roles)).cookie() if roles else {})
            yield client


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 120.0) -> None:
    for _ in range(int(seconds / 0.02)):
        if await holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"not within {seconds} s")


def link_in(message: EmailMessage, word: str) -> str:
    """The path of the first link in the text of a mail that has `word` in it."""
    part = message.get_body(("plain",))
    assert part is not None
    return next(url for url in re.findall(re.escape(HOST) + r"(\S+)", part.get_content()) if word in url)


@pytest.fixture
def settings() -> dict[str, Any]:
    return {}


@pytest.fixture
async def house(
    nats_server: NatsServer, network: str, tmp_path: Path, settings: dict[str, Any]
) -> AsyncIterator[House]:
    """A newsletter that writes its mails into a folder, unless `settings` say otherwise."""
    house = House(nats_server, network, tmp_path, settings)
    await house.start()
    yield house
    with suppress(Exception):
        await house.end()


@pytest.fixture
async def posting(
    nats_server: NatsServer, network: str, tmp_path: Path, mail_server: MailServer
) -> AsyncIterator[House]:
    """A newsletter that sends by SMTP to `mail_server`."""
    smtp = {"smtp_host": "127.0.0.1", "smtp_port": mail_server.port, "smtp_tls": "none"}
    house = House(nats_server, network, tmp_path, smtp)
    await house.start()
    yield house
    with suppress(Exception):
        await house.end()
