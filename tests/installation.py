"""A real installation for tests: `maillage …` as a process of its own, on a folder and a port of its own."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest

from shared.identity.operator_token import operator_token

MAILLAGE = [sys.executable, "-m", "deploy.cli.main"]
PROMPT = 20.0  # seconds in which an end is one and no hang, on a machine that three workers share
OPERATORS: dict[str, str] = {}  # address of an installation → its operator's token
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("MAILLAGE_")}


@dataclass
class Up:
    """`maillage up` on a data folder. `wait` returns its address once it serves. `program`: what runs `maillage`, and in
    which folder, if not this tree's."""

    data: Path
    options: list[str] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    program: list[str] = field(default_factory=lambda: MAILLAGE)
    cwd: Path | None = None

    def start(self) -> Up:
        (self.data / "running.json").unlink(missing_ok=True)
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(
                [*self.program, "up", "--data", str(self.data), "--port", "0", *self.options], cwd=self.cwd,
                stdout=said, stderr=subprocess.STDOUT, env={**CLEAN, **self.env}, start_new_session=True,
            )  # fmt: skip
        return self

    def wait(self, seconds: float = 600) -> str:
        assert self.process is not None
        for _ in range(int(seconds / 0.05)):
            if self.process.poll() is not None:
                raise AssertionError(f"ended with {self.process.returncode}: {self.output()}")
            if (self.data / "running.json").exists():
                url = str(json.loads((self.data / "running.json").read_text())["url"])
                OPERATORS[url] = operator_token(self.data / "keys")
                return url
            time.sleep(0.05)
        self.kill()
        raise AssertionError(f"not up after {seconds} s: {self.output()}")

    @property
    def operator(self) -> dict[str, str]:
        """The header of whoever sits at the machine: everything is open to them."""
        return {"Authorization": f"Bearer {operator_token(self.data / 'keys')}"}

    def signed_in(self, *roles: str, label: str = "Secrétariat") -> dict[str, str]:
        """Opens an account with roles (`<service or all>:<role>`) and signs it in, by the link that its holder would get
        in a mail; the headers that its browser sends from our own pages."""
        url = str(json.loads((self.data / "running.json").read_text())["url"])
        email = f"personne-{uuid4().hex}@exemple.invalid"
        post_json(f"{url}/directory/api/accounts", {"email": email, "label": label, "roles": list(roles)})
        link = post_json(f"{url}/directory/api/accounts/link", {"email": email})["link"]
        connection = HTTPConnection(urlsplit(link).netloc, timeout=60)
        connection.request("POST", urlsplit(link).path, headers={"Origin": url})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        cookie = answer.headers.get("Set-Cookie", "").partition(";")[0]
        assert answer.status == 303 and cookie, f"{answer.status}: not signed in"
        return {"Cookie": cookie, "Origin": url}

    def quiet(self) -> None:
        """Waits until it has nothing left to do."""
        assert self.process is not None
        before, quiet = _seconds_of(self.process.pid), 0
        while quiet < 3:
            time.sleep(1)
            now = _seconds_of(self.process.pid)
            quiet, before = quiet + 1 if now - before < 0.2 else 0, now

    def browser_cookies(self, *roles: str) -> list[Any]:
        """The same as Playwright's `context.add_cookies` takes it."""
        headers = self.signed_in(*roles)
        name, _, value = headers["Cookie"].partition("=")
        return [{"name": name, "value": value, "url": headers["Origin"]}]

    def children(self) -> list[int]:
        """The processes that it started (its NATS server)."""
        assert self.process is not None
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in found.read_text().split()] if found.exists() else []

    def stop(self) -> float:
        """Ctrl-C; the seconds until it was gone."""
        assert self.process is not None
        start = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        return time.monotonic() - start

    def kill(self, *, children: bool = False) -> None:
        """kill -9 of the process alone, or of its children first."""
        assert self.process is not None
        if children:
            for pid in self.children():
                os.kill(pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait(30)

    @property
    def said(self) -> Path:
        """All that it printed, of every start."""
        return self.data.with_name(f"{self.data.name}.out")

    def output(self) -> str:
        return self.said.read_text() if self.said.exists() else ""


def alive(pid: int) -> bool:
    """Whether a process runs; one that is dead and not yet reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def maillage(
    *words: str, data: Path | None = None, timeout: float = 600, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs `maillage …` to its end."""
    folder = ["--data", str(data)] if data else []
    return subprocess.run([*MAILLAGE, *words, *folder], capture_output=True, text=True, timeout=timeout, env={**CLEAN, **(env or {})}, check=False)  # fmt: skip


def bearer(url: str) -> dict[str, str]:
    """The header of the operator of the installation at `url`, if `Up` started it."""
    parts = urlsplit(url)
    token = OPERATORS.get(f"{parts.scheme}://{parts.netloc}")
    return {"Authorization": f"Bearer {token}"} if token else {}


def as_operator(url: str, data: bytes | None = None, **headers: str) -> Request:
    """A request that shows the operator's token."""
    return Request(url, data=data, headers={**bearer(url), **headers})


def get_json(url: str) -> Any:
    with urlopen(as_operator(url, Accept="application/json"), timeout=60) as answer:
        return json.load(answer)


def post_json(url: str, body: Any, **headers: str) -> Any:
    request = as_operator(url, json.dumps(body).encode(), **{"Content-Type": "application/json", **headers})
    with urlopen(request, timeout=60) as answer:
        return json.load(answer)


BULLETIN = {"bulletin": "echos", "title": "La lettre", "purpose": "Ce que les membres publient."}
"""A bulletin as somebody opens it: there is none before"""


def open_bulletin(url: str, code: str = "echos", title: str = "La lettre") -> None:
    """A network has no bulletin until somebody opens one."""
    post_json(f"{url}/newsletter/api/commands/open-bulletin", {**BULLETIN, "bulletin": code, "title": title})


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the whole sample history. Loaded once for all workers; who changes it takes a copy."""

    def load(folder: Path) -> None:
        done = maillage("sample", "load", data=folder)
        assert done.returncode == 0, done.stderr

    return _made_once(tmp_path_factory, "sample", load)


@pytest.fixture(scope="session")
def served_sample(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same after `maillage up` has served it until nothing was left to do: all services have reacted to all of it,
    its table is built, it is archived. Who starts a copy has it at once."""

    def serve(folder: Path) -> None:
        shutil.copytree(sample, folder, dirs_exist_ok=True)
        up = Up(folder).start()
        try:
            up.wait()
            up.quiet()
        finally:
            up.stop()

    return _made_once(tmp_path_factory, "served-sample", serve)


def _made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder of the whole run: the first worker makes it, the others wait for it."""
    base = factory.getbasetemp()
    folder = (base if "PYTEST_XDIST_WORKER" not in os.environ else base.parent) / name
    with open(folder.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.with_suffix(".whole").exists():
            make(folder)
            folder.with_suffix(".whole").touch()
    return folder


def _seconds_of(pid: int) -> float:
    """What a process has computed so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture
def copy_of_sample(sample: Path, tmp_path: Path) -> Path:
    """A data folder of one's own with the whole sample history."""
    return Path(shutil.copytree(sample, tmp_path / "data"))
