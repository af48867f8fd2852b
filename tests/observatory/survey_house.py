"""An observatory and a directory on one log, with a mail server of our own: what a survey needs."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import ASGITransport, AsyncClient, Response

from deploy.host.root_app import root_of
from services.directory.app import DIRECTORY
from services.directory.structures.domain.contact import AddContact
from services.directory.structures.domain.structure import RegisterStructure
from services.observatory.app import OBSERVATORY
from services.observatory.event_table.moment import today
from services.observatory.figures.observatory import of as observatory_of
from services.observatory.surveys.domain.questions import Question
from services.observatory.surveys.domain.survey import DraftSurvey, OpenSurvey
from shared.base.settings import Settings
from shared.contract.personal import Personal
from shared.kernel import reactions
from shared.kernel.command_handler import Outcome, new_command_id
from shared.kernel.decider import Command
from shared.kernel.stores.sqlite import SqliteStore
from shared.runtime.nats.embedded_server import NatsServer
from shared.runtime.service import Definition, Service, Surroundings
from tests.directory.houses import until
from tests.newsletter.conftest import MailServer
from tests.signing_in import account

HOST = "http://127.0.0.1:8000"
SURVEYS = "/observatory/surveys"
QUESTIONS = [
    Question(id="q1", kind="one", text="Quel pays ?", required=True, options=["Sénégal", "Maroc", "Liban"]),
    Question(id="q2", kind="number", text="Combien de salariés ?", least=0),
    Question(id="q3", kind="long", text="Racontez"),
]


@dataclass
class House:
    """Both services, and browsers for the observatory."""

    nats: NatsServer
    network: str
    folder: Path
    mail: MailServer
    services: dict[str, Service] = field(default_factory=dict)
    front: Any = None

    async def start(self, *, reacting: bool = True) -> None:
        for definition in (DIRECTORY, OBSERVATORY):
            await self._start(definition)
        js = await self.nats.connect("operator")
        for service in self.services.values():
            await reactions.prepare(js, self.network, service.name, service.definition.reactions)
            if reacting:
                await service.start_reactions()
        await js.close()

    async def _start(self, definition: Definition) -> None:
        name = definition.name
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        settings = Settings(
            data=folder, title="Réseau d’essai", mail_from="reseau@exemple.invalid", smtp_host="127.0.0.1",
            smtp_port=self.mail.port, smtp_tls="none",
        )  # fmt: skip
        around = Surroundings(
            network=self.network, nc=await self.nats.connect(name), settings=settings, data=folder,
            store=SqliteStore(folder / "views" / f"{name}.sqlite"), broker=self.nats.broker(), public_url=HOST,
        )  # fmt: skip
        self.services[name] = Service(definition, around)
        await self.services[name].start()

    async def end(self) -> None:
        for service in self.services.values():
            await service.stop()
            await service.around.nc.close()

    @property
    def observatory(self) -> Service:
        return self.services["observatory"]

    @property
    def directory(self) -> Service:
        return self.services["directory"]

    @asynccontextmanager
    async def browser(self, *roles: str) -> AsyncIterator[AsyncClient]:
        """Somebody with these roles, or nobody in particular."""
        if self.front is None:  # building it costs more than most of what is asked of it
            self.front = root_of({"observatory": self.observatory}, self.observatory.settings)
        transport = ASGITransport(app=self.front)
        headers = {"Sec-Fetch-Site": "same-origin"}
        async with AsyncClient(transport=transport, base_url=HOST, headers=headers, follow_redirects=False) as client:
            if roles:
                client.cookies.update(await (await account(self.observatory, *roles)).cookie())
            yield client

    async def do(self, command: Command, service: str = "observatory", **more: Any) -> Outcome:
        one = self.services[service]
        outcome = await one.execute(command, id=uuid4(), actor="test", **more)
        assert await one.runner.wait_for(outcome.seq)
        assert await observatory_of(self.observatory).table.wait_for(outcome.seq)
        return outcome

    async def structure(self, name: str, *addresses: str, **more: Any) -> UUID:
        """A structure with a contact for each address."""
        command = RegisterStructure.model_validate({"name": name, "kind": "association", **more})
        id = (await self.do(command, "directory")).entity_id
        for address in addresses:
            who = AddContact(structure=id, name=Personal("Personne inventée"), email=Personal(address))
            await self.do(who, "directory")
        return id

    async def survey(self, *, open_link: bool = False, asks_who: bool = True) -> UUID:
        """A survey that is open for a month."""
        draft = DraftSurvey(title="État des lieux", intro="Pour **tous**.", questions=QUESTIONS, asks_who=asks_who)
        key = (await self.do(draft)).entity_id
        until = today().replace(year=today().year + 1, day=1)
        await self.do(OpenSurvey(survey=key, until=until, open_link=open_link))
        return key

    async def mails(self, count: int) -> list[tuple[str, EmailMessage]]:
        """All mails, once there are so many."""

        async def there() -> bool:
            return len(self.mail.taken) >= count

        await until(there)
        return self.mail.taken

    async def events(self, kind: str) -> int:
        """How many events of a type the log holds."""
        count = 0
        async for run in self.observatory.log.read():
            count += sum(message.subject.endswith(f".{kind}") for message in run)
        return count


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def link_in(message: EmailMessage) -> str:
    """The path of the answering page in the text of a mail."""
    (found,) = re.findall(re.escape(HOST) + r"(/observatory/answer/\S+)", text_of(message))
    return str(found)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


def filled(page: str, **answers: Any) -> dict[str, Any]:
    """The form of a page with these answers."""
    return {"command_id": hidden(page, "command_id"), "version": hidden(page, "version"), **answers}


def sent(**more: Any) -> dict[str, Any]:
    return {"command_id": str(new_command_id()), **more}


def where(answer: Response) -> str:
    assert answer.status_code == 303, answer.text[:2000]
    return str(answer.headers["location"])


@pytest.fixture
async def still_house(nats_server: NatsServer, network: str, tmp_path: Path) -> AsyncIterator[House]:
    """Nothing is reacted to by itself."""
    server = MailServer()
    await server.start()
    house = House(nats_server, network, tmp_path, server)
    await house.start(reacting=False)
    yield house
    with suppress(Exception):
        await house.end()
    await server.stop()


@pytest.fixture
async def house(nats_server: NatsServer, network: str, tmp_path: Path) -> AsyncIterator[House]:
    server = MailServer()
    await server.start()
    house = House(nats_server, network, tmp_path, server)
    await house.start()
    yield house
    with suppress(Exception):
        await house.end()
    await server.stop()
