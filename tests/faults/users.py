"""Twenty users who work all the while: commands over four services through the gateway, each with an id of its own,
sent again with the same id until it is answered; and a reader who looks at the services' pages once a second.

They note what they were told. `Judge` (judging.py) holds it against the log.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import threading
import time
from dataclasses import dataclass, field
from random import Random
from types import TracebackType
from typing import Any, Literal
from uuid import UUID, uuid4

import httpx2

from shared.kernel.command_handler import new_command_id
from tests.compose.harness import Compose
from tests.fixtures.installation import BULLETIN

USERS = 20
WRITERS = ("directory", "membership", "events", "newsletter")
PATIENCE = (
    40.0  # seconds that an answer is waited for: the gateway tries 5, the log is tried for 20, views are awaited 5
)
IMPATIENCE = 0.15  # seconds, of one command in twelve, which is never sent again
PASSING = {429, 502, 503, 504}
"""What a client tries again after"""
SHOWN = re.compile(r'/observatory/journal/(\d+)">')
SAID = {
    "La base qui sert ces pages ne répond pas": "no store",
    "Le journal ne répond pas": "no log",
    "Cette page est en retard": "behind",
    "Ce service redémarre": "restarts",
    "Momentanément indisponible": "away",
}
"""What a page says of itself: a phrase of it, our word"""
Outcome = Literal["done", "refused", "given up"]


@dataclass
class Sent:
    """One command: where to, what came of it. `tries`: how often it was sent; `began`: when for the last time; `events`
    and `seq`: as it was acknowledged."""

    id: UUID
    service: str
    name: str
    tries: int = 0
    began: float = 0.0
    ended: float = 0.0
    outcome: Outcome | None = None
    status: int = 0
    events: tuple[str, ...] = ()
    seq: int = 0
    said: str = ""


@dataclass
class Seen:
    """A page as the reader saw it: when it was asked for, what it said of itself (`fresh`: nothing), up to which event
    it shows the log. `known`: the newest event that had been acknowledged long enough before."""

    at: float
    service: str
    said: str
    shown: int
    known: int
    seconds: float


@dataclass
class Users:
    """The crowd of one installation, in a thread of its own. `pause` (seconds) lies between two commands of a user."""

    site: Compose
    pause: float = 1.5
    seed: int = 1
    commands: list[Sent] = field(default_factory=list)
    pages: list[Seen] = field(default_factory=list)
    trouble: BaseException | None = None

    def __enter__(self) -> Users:
        self._clients: list[httpx2.AsyncClient] = []
        self._working, self._over = threading.Event(), threading.Event()
        self._busy = 0
        self._random = Random(self.seed)
        self._structures: list[str] = []
        self._gatherings: list[str] = []
        self._posts: list[str] = []
        self._issues = 0
        for code in ("echos", "bloc-note"):
            self._open_bulletin(code)
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="users", daemon=True)
        self._thread.start()
        if not ready.wait(120) or self.trouble is not None:
            raise AssertionError("the users could not sign in") from self.trouble
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._working.clear()
        self._over.set()
        self._thread.join(2 * PATIENCE)

    def work(self) -> None:
        """From now on they work."""
        self._working.set()

    def rest(self) -> None:
        """They end what they have begun, and begin nothing. Returns when that is so."""
        self._working.clear()
        self.site.until(lambda: not self._busy, 3 * PATIENCE, "the users' last commands")
        self._untroubled()

    def _untroubled(self) -> None:
        if self.trouble is not None:
            raise AssertionError("a user met something unforeseen") from self.trouble

    def done_since(self, at: float) -> set[str]:
        """The services that have acknowledged a command whose last try began after that. Raises what has ended the
        users' work, rather than let somebody wait for it."""
        self._untroubled()
        return {one.service for one in self.commands if one.outcome == "done" and one.began > at}

    def subscribe(self, address: str) -> None:
        """Asks for the newsletter; one mail to this address must follow."""
        asked = self.site.door.post_json(
            "/newsletter/api/commands/request-subscription", {"email": address, "bulletins": ["echos"]}
        )
        assert asked.status == 200, asked.text

    def _open_bulletin(self, code: str) -> None:
        """A network has no bulletin until somebody opens one; opened twice, it is opened once."""
        way = {**self.site.operator("newsletter"), "Idempotency_Key": str(uuid4())}
        body = {**BULLETIN, "bulletin": code}
        opened = self.site.door.post_json("/newsletter/api/commands/open-bulletin", body, **way)
        assert opened.status == 200, opened.text

    # -- in the thread --------------------------------------------------------------------------------------------

    def _run(self, ready: threading.Event) -> None:
        async def main() -> None:
            try:
                await asyncio.gather(*(self._sign_in(n) for n in range(USERS + 1)))
                ready.set()
                work = [self._user(client, Random(f"{self.seed}/{n}")) for n, client in enumerate(self._clients[1:])]
                await asyncio.gather(*work, self._reader(self._clients[0]))
            except BaseException as error:  # told to who waits for them
                self.trouble = error
            finally:
                ready.set()
                for client in self._clients:
                    await client.aclose()

        asyncio.run(main())

    async def _sign_in(self, number: int) -> None:
        """An account with a session, by the link that its holder gets in a mail."""
        door = self.site.door
        client = httpx2.AsyncClient(
            base_url=door.url,
            timeout=PATIENCE,
            headers={"Origin": door.url},
            trust_env=False,
            verify=ssl.create_default_context(cafile=str(door.authority)),
        )
        self._clients.append(client)
        operator, email = self.site.operator("directory"), f"personne-{number}@exemple.invalid"
        wanted = {"email": email, "label": f"Poste {number}", "roles": ["all:editor"]}
        opened = await client.post("/directory/api/accounts", json=wanted, headers=operator)
        assert opened.status_code == 200, opened.text
        link = await client.post("/directory/api/accounts/link", json={"email": email}, headers=operator)
        entered = await client.post(link.json()["link"])
        assert entered.status_code == 303 and client.cookies, entered.text

    async def _user(self, client: httpx2.AsyncClient, chance: Random) -> None:
        while not self._over.is_set():
            if not self._working.is_set():
                await asyncio.sleep(0.05)
                continue
            self._busy += 1
            try:
                await self._one(client, chance)
            finally:
                self._busy -= 1
            await asyncio.sleep(chance.uniform(0.5, 1.5) * self.pause)

    async def _one(self, client: httpx2.AsyncClient, chance: Random) -> None:
        kind = chance.choice(("structure", "revise", "news", "group", "post", "fte", "gathering", "person", "issue"))
        say = self._send
        name = f"Essai {chance.randrange(10**6)}"
        structure = {"name": name, "kind": "association", "department": "31"}
        if kind == "revise" and self._structures:  # several users change the same one
            which = {"structure": chance.choice(self._structures[-5:])}
            await say("directory", "revise-structure", {**which, **structure}, client, chance)
        elif kind == "news" and self._structures:  # the newsletter reacts to it
            news = {"structure": self._structures[0], "structure_name": name, "title": name, "text": name}
            await say("directory", "publish-news", news, client, chance)
        elif kind == "group":
            await say("membership", "form-working-group", {"name": name}, client, chance)
        elif kind == "fte" and self._posts:
            post = {"post": chance.choice(self._posts[-5:]), "fte": chance.randrange(1, 100) / 100}
            await say("membership", "change-staff-post", post, client, chance)
        elif kind in ("post", "fte"):
            made = await say("membership", "create-staff-post", {"title": name, "fte": 0.5}, client, chance)
            self._posts += made
        elif kind == "person" and self._gatherings:  # personal values are sealed on the way
            person = {"gathering": chance.choice(self._gatherings[-5:]), "audience": "associations", "name": name}
            await say("events", "register-participant", person, client, chance)
        elif kind in ("gathering", "person"):
            planned = {"kind": "thematic", "title": name, "starts": "2030-05-17T12:00:00Z"}
            self._gatherings += await say("events", "plan-gathering", planned, client, chance)
        elif kind == "issue":
            self._issues += 1
            await say("newsletter", "start-issue", {"bulletin": "bloc-note", "number": self._issues}, client, chance)
        else:
            self._structures += await say("directory", "register-structure", structure, client, chance)

    async def _send(
        self,
        service: str,
        command: str,
        body: dict[str, Any],
        client: httpx2.AsyncClient,
        chance: Random,
    ) -> list[str]:
        """Sends a command until it is answered; the entity, where it was acknowledged."""
        sent = Sent(new_command_id(), service, command)
        hurried = chance.random() < 1 / 12
        self.commands.append(sent)
        pause = 0.2
        while True:
            sent.tries, sent.began = sent.tries + 1, time.monotonic()
            try:
                answer = await client.post(
                    f"/{service}/api/commands/{command}",
                    json=body,
                    headers={"Idempotency-Key": str(sent.id)},
                    timeout=IMPATIENCE if hurried else PATIENCE,
                )
                sent.status, sent.said = answer.status_code, answer.text[:300]
            except Exception as lost:  # a connection that is cut under TLS ends in whatever the library makes of it
                sent.status, sent.said = 0, repr(lost)
            if sent.status == 200:
                done = answer.json()
                # Where all was so already, nothing was written, so nowhere.
                sent.events, sent.seq, sent.outcome = tuple(done["events"]), done["sequence"] or 0, "done"
            elif sent.status not in PASSING | {0, 401}:
                sent.outcome = "refused"
            elif hurried or self._over.is_set():
                sent.outcome = "given up"
            if sent.outcome is not None:
                sent.ended = time.monotonic()
                return [done["entity"]] if sent.outcome == "done" else []
            await asyncio.sleep(pause * chance.uniform(0.5, 1.5))
            pause = min(2.0, 2 * pause)

    async def _reader(self, client: httpx2.AsyncClient) -> None:
        while not self._over.is_set():
            await asyncio.gather(*(self._look(client, service) for service in WRITERS))
            await asyncio.sleep(1.0)

    async def _look(self, client: httpx2.AsyncClient, service: str) -> None:
        at = time.monotonic()
        known = max((one.seq for one in self.commands if one.outcome == "done" and one.ended < at - SETTLED), default=0)
        shown = 0
        try:
            answer = await client.get(f"/{service}/", timeout=15)
        except Exception:  # as above
            said = "silence"
        else:
            found = [word for phrase, word in SAID.items() if phrase in answer.text]
            said = found[0] if found else "fresh" if answer.status_code == 200 else str(answer.status_code)
            numbers = SHOWN.findall(answer.text)
            shown = int(numbers[-1]) if answer.status_code == 200 and numbers else 0
        self.pages.append(Seen(at, service, said, shown, known, time.monotonic() - at))


SETTLED = 12.0
"""Seconds after which a page shows an acknowledged event or says that it does not: three that no page speaks of, two
looks at the log of at most three each, and some for a machine that has much to do."""
