"""A network that runs, as the history's script speaks to it: commands to the JSON API with the day on which they
happened, forms and links for what has no command of its own. Nothing here knows how a service is built inside."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5

from httpx2 import Client, Response

from shared.kernel.decider import derived_id
from shared.web.api import OF_NOW
from tests.fixtures.earlier_commands import EARLIER
from tests.fixtures.installation import Up, maillage

HISTORY = uuid5(NAMESPACE_URL, "urn:maillage:tests:older")
NETWORK = "ancien"
PUBLIC_URL = "http://ancien.exemple.invalid"
ENV = {
    "MAILLAGE_NETWORK": NETWORK,
    "MAILLAGE_PUBLIC_URL": PUBLIC_URL,
    "MAILLAGE_TERMS": "false",
    "MAILLAGE_API_RATE": "100000",
    # Until ADR 30 every network was this one; since then whose it is stands in its settings.
    "MAILLAGE_REGION": "09,11,12,30,31,32,34,46,48,65,66,81,82",
    "MAILLAGE_REVIEW": "occitanie-2017",
}
"""How the folder is opened whenever it is. Its persons stay whatever day it is: what a term leads to is told
elsewhere."""
CLOCK = Path(__file__).parents[1] / "faults" / "injected" / "clock.c"
PATIENCE = 60.0  # seconds that something asked for may take


@dataclass
class House:
    """A data folder, and the installation on it while it is `opened`. `names`: what the script calls a record → its
    id."""

    data: Path
    env: dict[str, str] = field(default_factory=lambda: dict(ENV))
    names: dict[str, UUID] = field(default_factory=dict)
    steps: int = 0
    words: int = 0  # events by which the operator has said that the clock is right: the test's own
    _described: dict[str, Any] = field(default_factory=dict)
    _client: Client | None = None

    @contextmanager
    def opened(self, **env: str) -> Iterator[House]:
        """`maillage up` on the folder, until nothing is left to do at the end."""
        up = Up(self.data, ["--no-sample"], {**self.env, **env}).start()
        try:
            url = up.wait()
            with Client(base_url=url, headers={**up.operator, "Origin": url}, timeout=120) as self._client:
                yield self
                self.rest()
        finally:
            self._client = None
            if up.process is not None and up.process.poll() is None:
                up.stop()

    def run(self, *words: str) -> str:
        """A command of the operator's, good or not at all; what it printed."""
        done = maillage(*words, data=self.data, env=self.env)
        assert done.returncode == 0, f"{' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout

    def confirm_clock(self) -> None:
        """Says that the clock is right, in each service."""
        before = self.rest()
        self.run("clock", "confirm", "--yes")
        self.words += self.rest() - before
        assert self.words % len(SERVICES) == 0, "one word of each service, and nothing follows from it"

    # -- saying ---------------------------------------------------------------------------------------------------

    @property
    def client(self) -> Client:
        assert self._client is not None, "the installation does not run"
        return self._client

    def next_id(self, what: str) -> UUID:
        """The id of the next command: the same whenever the script is played, so that what it makes has the same,
        too."""
        self.steps += 1
        return uuid5(HISTORY, f"{self.steps}/{what}")

    def do(self, service: str, command: str, at: str | None = None, *, call: str = "", **fields: Any) -> UUID:
        """Executes a command; the id of its entity, which is called `call` from now on. `at`: the day on which it
        happened, at noon in UTC, or the moment; left out where today's release says that the command is always of now.
        Fields take ids, names of records and what JSON knows. A command that only corrected is said as it is today."""
        body = {name: _plain(value) for name, value in fields.items()}
        if earlier := EARLIER.get(f"{service} {command}"):
            command, body = earlier.today(body, self.life(body[earlier.about]))
        id = self.next_id(command)
        where = {"happened": at if "T" in at else f"{at}T12:00:00Z"} if at and self.takes_day(service, command) else {}
        done = self.client.post(
            f"/{service}/api/commands/{command}", json=body, params=where, headers={"Idempotency-Key": str(id)}
        )
        assert done.status_code == 200, f"{command}: {done.status_code} {done.text}"
        assert done.json()["events"], f"{command} said nothing"
        entity = UUID(done.json()["entity"])
        if call:
            assert call not in self.names, f"{call} is there already"
            self.names[call] = entity
            self.names[f"{call}/command"] = id
        return entity

    def takes_day(self, service: str, command: str) -> bool:
        """Whether a command is about a day, which may be past."""
        if service not in self._described:
            self._described[service] = self.get(f"/{service}/openapi.json")["paths"]
        parameters = self._described[service][f"/api/commands/{command}"]["post"]["parameters"]
        (happened,) = [one for one in parameters if one["name"] == "happened"]
        return happened["description"] != OF_NOW

    def life(self, entity: Any) -> list[Any]:
        """All that was said of a record, once the observatory has read it."""
        last = self.get("/directory/api/state")["last"]
        self.until(lambda: self.get("/observatory/api/events")["sequence"] >= last)
        found: list[Any] = self.get(f"/observatory/api/life/{entity}")["events"]
        return found

    def part(self, call: str, name: str) -> UUID:
        """The id of a part that a command made inside an entity: a registration, a workshop, an item."""
        return derived_id(self.names[f"{call}/command"], name)

    def __getitem__(self, call: str) -> UUID:
        return self.names[call]

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """A question or an order to the API that is no command; under an id of its own all the same."""
        headers = {"Idempotency-Key": str(self.next_id(path))}
        answer = self.client.post(path, json={name: _plain(value) for name, value in body.items()}, headers=headers)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def get(self, path: str, **query: Any) -> Any:
        """What the API answers."""
        answer = self.client.get(path, params=query)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def send(self, path: str, *, cookie: str = "", files: Any = None, **fields: Any) -> Response:
        """Sends a form, as its page does: as whoever has the cookie, else as nobody who is known for public pages."""
        headers = {"Cookie": cookie} if cookie else {}
        fields.setdefault("command_id", self.next_id(path))
        with Client(
            base_url=self.client.base_url, headers={"Origin": str(self.client.base_url).rstrip("/")}, timeout=120
        ) as alone:
            who = alone if cookie or path.startswith(PUBLIC) else self.client
            data = {name: _plain(value) for name, value in fields.items()}
            answer = who.post(path, data=data, files=files, headers=headers)
        assert answer.status_code in (200, 303), f"{path}: {answer.status_code} {_said(answer.text)}"
        return answer

    # -- waiting --------------------------------------------------------------------------------------------------

    def said(self, kind: str) -> int:
        """How many events of a type the log holds."""
        return int(self.get("/observatory/api/counts/events")["types"].get(kind, 0))

    def until(self, what: Callable[[], Any], seconds: float = PATIENCE) -> Any:
        """What `what` gives, as soon as that is something."""
        end = time.monotonic() + seconds
        while not (found := what()):
            assert time.monotonic() < end, "it did not happen"
            time.sleep(0.1)
        return found

    def until_said(self, kind: str, number: int, seconds: float = PATIENCE) -> None:
        self.until(lambda: self.said(kind) >= number, seconds)

    def rest(self, seconds: float = 1.5) -> int:
        """Returns when nothing was written for a while, and all views show all; the last sequence."""
        last, since = -1, time.monotonic()
        while time.monotonic() - since < seconds:
            now = int(self.get("/observatory/api/state")["last"])
            if now != last:
                last, since = now, time.monotonic()
            time.sleep(0.1)
        for service in SERVICES:
            self.until(lambda service=service: self.get(f"/{service}/api/state")["sequence"] == last)
        return last

    # -- mails ----------------------------------------------------------------------------------------------------

    def mails(self, to: str = "") -> list[EmailMessage]:
        """The mails in the folder, to an address or to all."""
        found = []
        for path in sorted((self.data / "mail").glob("*.eml")):
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            assert isinstance(mail, EmailMessage)
            if to in mail["To"]:
                found.append(mail)
        return found

    def link(self, to: str, path: str) -> str:
        """The path of the link in a mail to an address that begins with `path`, as soon as there is one."""
        return str(
            self.until(
                lambda: next((one for mail in self.mails(to) for one in links_in(mail) if one.startswith(path)), "")
            )
        )


SERVICES = ("directory", "membership", "events", "newsletter", "observatory")
PUBLIC = ("/newsletter/", "/directory/public/", "/directory/sign-in", "/observatory/answer/")


def clock_at(moment: datetime, folder: Path) -> dict[str, str] | None:
    """The environment of a process whose clock shows this moment now, and goes on from there; None without a
    compiler."""
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is None:
        return None
    library, shift = folder / "clock.so", folder / "clock"
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, CLOCK, "-ldl"], check=True)
    shift.write_bytes(struct.pack("q", int((moment - datetime.now(UTC)).total_seconds())))
    return {"LD_PRELOAD": str(library), "SHIFTED_CLOCK": str(shift)}


def links_in(mail: EmailMessage) -> list[str]:
    """The paths of the links of ours in the text of a mail."""
    text = mail.get_body(("plain",))
    assert text is not None
    return [urlsplit(one).path for one in re.findall(rf"{re.escape(PUBLIC_URL)}[^\s<>]*", text.get_content())]


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _said(page: str) -> str:
    """The words of a page, to tell why it refused."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())[:2000]
