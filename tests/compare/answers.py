"""What is asked of an installation, what it answers, and the folder in which answers are kept."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import perf_counter
from urllib.parse import urlsplit
from uuid import UUID

from shared.identity.sessions import Signer
from tests.fixtures.installation import Up, post_json

LIMITLESS = {"MAILLAGE_API_RATE": "10000000", "MAILLAGE_SESSION_MINUTES": "60", "MAILLAGE_SESSION_HOURS": "48"}
"""Settings of an installation that is asked thousands of times: a cookie outlives the crawl."""


@dataclass(frozen=True)
class Ask:
    """A request: by whom, in which language. `kind`: what it is one of, as the table counts it."""

    who: str
    lang: str
    path: str
    kind: str
    method: str = "GET"
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.method} {self.path} ({self.who}, {self.lang})"


@dataclass(frozen=True)
class Answer:
    """What came back. A connection that broke has status 0 and says why."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float = 0

    @property
    def type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip()


class Visitors:
    """Everybody who comes to an installation, each with a connection of their own."""

    def __init__(self, url: str) -> None:
        self.url, self.headers = url, {"public": dict[str, str]()}
        self._connections: dict[str, HTTPConnection] = {}

    def come_in(self, who: str, email: str) -> None:
        """Signs somebody in by the link that a mail would bring."""
        link = str(post_json(f"{self.url}/directory/api/accounts/link", {"email": email})["link"])
        self.headers[who] = {"Origin": self.url}
        answer = self.ask(Ask(who, "fr", urlsplit(link).path, "sign-in", "POST"))
        assert answer.status == 303 and "Cookie" in self.headers[who], f"{answer.status}: {who} can't sign in"

    def cookies(self) -> dict[str, str]:
        """Who is signed in, and by which cookie."""
        return {who: given["Cookie"] for who, given in self.headers.items() if "Cookie" in given}

    def come_back(self, who: str, cookie: str, keys: Path) -> None:
        """Lets somebody in by the session of an earlier cookie, signed anew with the directory's key: nothing is
        written into the log, so that what is looked at stays as it is."""
        name, _, token = cookie.partition("=")
        body = token.split(".")[1]
        said = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        signer = Signer(keys / "directory.session-key", said["iss"], minutes=60)
        ends = datetime.now(UTC) + timedelta(hours=1)
        fresh = signer.sign(UUID(said["sub"]), UUID(said["sid"]), said["seq"], ends)
        self.headers[who] = {"Origin": self.url, "Cookie": f"{name}={fresh}"}

    def ask(self, one: Ask) -> Answer:
        """Sends a request, and does not follow where it leads. Once more where a connection had been closed
        meanwhile."""
        start = perf_counter()
        given = {**self.headers[one.who], "Accept": "text/html, */*", **one.headers}
        if one.lang == "en":
            given["Cookie"] = "; ".join(filter(None, (given.get("Cookie"), "lang=en")))
        for last in (False, True):
            connection = self._connections.setdefault(one.who, HTTPConnection(urlsplit(self.url).netloc, timeout=120))
            try:
                connection.request(one.method, one.path, one.body, given)
                got = connection.getresponse()
                headers = {name.lower(): value for name, value in reversed(got.getheaders())}  # of several the first
                answer = Answer(got.status, headers, got.read(), perf_counter() - start)
            except (OSError, HTTPException) as why:
                connection.close()
                del self._connections[one.who]
                if last:
                    return Answer(0, {}, repr(why).encode(), perf_counter() - start)
            else:
                self._renew(one.who, headers.get("set-cookie", ""))
                return answer
        raise AssertionError("not reached")

    def _renew(self, who: str, said: str) -> None:
        cookie = said.partition(";")[0]
        if who != "public" and cookie and not cookie.startswith("lang="):
            self.headers[who]["Cookie"] = cookie

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()


class Kept:
    """A folder of answers: `answers.jsonl`, one line for each, and their bodies, each under its hash."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._bodies = folder / "bodies"
        self._bodies.mkdir(parents=True, exist_ok=True)
        self._list = (folder / "answers.jsonl").open("a")

    def add(self, ask: Ask, answer: Answer) -> None:
        name = sha256(answer.body).hexdigest()
        if not (self._bodies / name).exists():
            (self._bodies / name).write_bytes(answer.body)
        line = {**asdict(ask), "answer": {"status": answer.status, "headers": dict(answer.headers), "body": name}}
        self._list.write(json.dumps(line, ensure_ascii=False) + "\n")

    def close(self) -> None:
        self._list.close()

    def __iter__(self) -> Iterator[tuple[Ask, Answer]]:
        """All of them in the order in which they were asked for; of what was asked again the last."""
        self._list.flush()
        with (self.folder / "answers.jsonl").open() as file:
            lines = [json.loads(line) for line in file]
        last = {json.dumps({**line, "answer": None}): line for line in lines}
        for line in last.values():
            got = line.pop("answer")
            yield Ask(**line), Answer(got["status"], got["headers"], (self._bodies / got["body"]).read_bytes())


def installation(data: Path, program: list[str], folder: Path, env: Mapping[str, str]) -> Up:
    """`maillage up` of a tree on a data folder, not started yet."""
    return Up(data, ["--no-sample"], {**LIMITLESS, **env}, program=program, cwd=folder)
