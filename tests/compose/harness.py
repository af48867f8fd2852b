"""Runs docker-compose.yml without Docker: the same commands, environment, configuration, order and health checks, as
processes of this machine.

Each container gets an address of its own in 127.0.0.0/8, so that ports stay what they are; where the compose file, a
rendered configuration or an environment variable names a container, the harness writes its address instead. Volumes are
folders, and `restart: unless-stopped` brings back what dies. Nothing leaves the loopback interface.

    with Compose(tmp_path) as site:          # up, and down at the end
        site.kill("nats-2")                  # kill -9; it comes back by its restart policy
        site.kill(site.leader(), stay=True)  # … or stays away until site.start(name)
        site.pause("mongo"); site.resume("mongo")
        site.door.get("/directory/")         # through the gateway, over TLS
        site.ask("directory", "/readyz")     # one service, past the gateway
        site.exec("directory", "maillage", "account", "first-link")

Where it is given `Links` (tests/fixtures/links.py), each container has a network namespace of its own instead, on one
switch, and what lies between two of them can be cut.

What is not as with Docker: users, read-only file systems, capabilities, memory limits and separate networks are not
there (test_file.py checks that the file asks for them), MongoDB is SecantusDB unless `MAILLAGE_TEST_MONGO_URL` names a
real one, mailpit is aiosmtpd, and Prometheus and Grafana do not run.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from types import TracebackType
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

from shared.runtime.nats.embedded_server import _dies_with_parent
from tests.compose.reading import ROOT, Mount, Spec, dotenv, image_environment, services
from tests.fixtures.forking import Process
from tests.fixtures.installation import CLEAN, MAILLAGE, at_a_start, begun, ran
from tests.fixtures.links import NETWORK, Links

BIN = Path(sys.executable).parent
TICK = 0.05
RESTART_FIRST, RESTART_LONGEST = 0.1, 5.0  # Docker doubles from 0.1 s too, up to a minute
SERVICES = ("directory", "membership", "events", "newsletter", "observatory")
STANDS_IN = {"mongo": "tests.compose.mongod", "mailpit": "tests.compose.mailbox"}
ANY = ssl.create_default_context()
ANY.check_hostname, ANY.verify_mode = False, ssl.CERT_NONE
State = Literal["waiting", "running", "healthy", "done", "failed", "stopped"]


class Broken(AssertionError):
    """The installation did not come up, or a container failed; the text has the last lines of its log."""


@dataclass
class Container:
    """One process in place of a container."""

    name: str
    spec: Spec
    address: str
    log: Path
    process: subprocess.Popen[bytes] | Process | None = None
    wanted: bool = False
    state: State = "waiting"
    starts: int = 0
    lived: bool = False  # it was there before the last `up`
    next_start: float = 0.0
    probe: subprocess.Popen[bytes] | None = None
    next_probe: float = 0.0

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None


@dataclass
class Answer:
    """What a request got."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Door:
    """A browser, more or less: asks the gateway over TLS, trusting its own authority, and keeps cookies."""

    url: str
    authority: Path
    cookies: dict[str, str] = field(default_factory=dict)
    timeout: float = 30

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Raises OSError where no answer came. `headers`: `_` stands for `-`."""
        parts = urlsplit(self.url)
        context = ssl.create_default_context(cafile=str(self.authority))
        connection = HTTPSConnection(parts.hostname or "", parts.port, timeout=self.timeout, context=context)
        sent = {"Origin": self.url, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(method, path.removeprefix(self.url), body, sent)
            answer = connection.getresponse()
            found = Answer(answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()})
            for line in answer.msg.get_all("Set-Cookie") or []:
                name, _, value = line.partition(";")[0].partition("=")
                self.cookies[name.strip()] = value
            return found
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post_json(self, path: str, body: Any, **headers: str) -> Answer:
        json_ = {"Content-Type": "application/json", "Accept": "application/json"}
        return self.ask("POST", path, json.dumps(body).encode(), **json_, **headers)

    def post_form(self, path: str, fields: Mapping[str, str], **headers: str) -> Answer:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(fields).encode(), **form, **headers)


class Compose:
    """An installation on `folder`, which keeps its volumes: another Compose on the same folder finds everything again.

    `env`: what an operator would put into .env, over .env.example. `scale`: service → number of replicas; they are
    called `membership`, `membership-2`, … `backups`: whether the container that makes them runs, too. `bin`: the folder
    of `maillage`, `nats-server`, `python` and `caddy`.
    `links`: gives each container a network of its own, on cables that can be cut.
    """

    def __init__(
        self,
        folder: Path,
        *,
        env: Mapping[str, str] | None = None,
        scale: Mapping[str, int] | None = None,
        profiles: Sequence[str] = ("dev",),
        backups: bool = False,
        bin: Path = BIN,
        file: Path = ROOT / "docker-compose.yml",
        links: Links | None = None,
    ) -> None:
        self.folder, self.bin, self.root, self.links = folder, bin, file.parent, links
        self._network, self._reserved = (NETWORK, socket.socket()) if links else _reserve()
        self.mongo_url = os.environ.get("MAILLAGE_TEST_MONGO_URL")
        names = list(services(file, {}))
        addresses = {name: f"{self._network}.{10 + 10 * n}" for n, name in enumerate(names)}
        gateway = f"{addresses['gateway']}:8443"
        self.env = {
            **dotenv(self.root / ".env.example"),
            "MAILLAGE_SMTP_HOST": "mailpit",
            "MAILLAGE_SMTP_PORT": "1025",
            "MAILLAGE_SMTP_TLS": "none",
            "GATEWAY_ADDRESS": addresses["gateway"],
            "MAILLAGE_PUBLIC_URL": f"https://{gateway}",
            "FRONT_SUBNET": "127.0.0.0/8",
            "OUT_PREFIX": self._network,
            **self._lasting(),
            **(env or {}),
        }
        if links:
            self.env["FRONT_SUBNET"] = f"{NETWORK}.0/24"
        self.injected: dict[str, dict[str, str]] = {}
        """container → more environment, by which a test does something to its process from its next start on"""
        self._image_env = image_environment(self.root / "deploy" / "Dockerfile")
        del self._image_env["PYTHONDONTWRITEBYTECODE"]  # there pip has compiled everything, here who comes first does
        self.containers: dict[str, Container] = {}
        for name, spec in services(file, self.env).items():
            left_out = spec.profiles and not set(spec.profiles) & set(profiles)
            if left_out or (name == "mongo" and self.mongo_url) or (name == "backup" and not backups):
                continue
            for n in range((scale or {}).get(name, 1)):
                called = name if n == 0 else f"{name}-{n + 1}"
                host, _, last = addresses[name].rpartition(".")
                log = folder / "logs" / f"{called}.log"
                self.containers[called] = Container(called, spec, f"{host}.{int(last) + n}", log)
        self._specs = services(file, self.env)
        self._addresses = addresses
        self._aliases = {
            alias: s.name for s in self._specs.values() for names in s.networks.values() for alias in names
        }
        self._lock, self._ending = threading.RLock(), threading.Event()
        self._engine: threading.Thread | None = None
        self._died: BaseException | None = None
        self.door = Door(f"https://{gateway}", self.volume("gateway-data") / "caddy/pki/authorities/local/root.crt")

    # up and down

    def up(self, *names: str, timeout: float = 180) -> Compose:
        """`docker compose up --wait`: returns once everything is healthy or done; with `names` these and what they
        depend on. Raises Broken. Every time anew for the one-shot containers, as Docker Compose does.
        """
        chosen = self._with_needed(names) if names else list(self.containers)
        self.begin([self.containers[name] for name in chosen])
        self.until(lambda: all(self.containers[n].state in ("healthy", "done") for n in chosen), timeout, "up")
        return self

    def begin(self, containers: Sequence[Container]) -> None:
        """Lets these be started, each once what it depends on is as it should be, and returns at once."""
        (self.folder / "logs").mkdir(parents=True, exist_ok=True)
        with self._lock:
            for container in containers:
                container.wanted = True
                if not container.runs:
                    container.state, container.next_start, container.starts = "waiting", 0.0, 0
            if self._engine is None:
                self._ending.clear()
                self._engine = threading.Thread(target=self._run, name="compose", daemon=True)
                self._engine.start()

    def down(self) -> None:
        """Ends everything gently, the gateway first, NATS last. Volumes stay."""
        with self._lock:
            for container in self.containers.values():
                container.wanted = False
        try:
            for together in self._downwards():
                ends = [threading.Thread(target=self._end, args=(self.containers[name],)) for name in together]
                for end in ends:
                    end.start()
                for end in ends:
                    end.join()
        finally:
            self._ending.set()
            if self._engine is not None:
                self._engine.join(10)
                self._engine = None
            for container in self.containers.values():
                _kill(container.process)
                _kill(container.probe)

    def __enter__(self) -> Compose:
        try:
            return self.up()
        except BaseException:
            self.close()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """`down`, and gives the addresses back."""
        self.down()
        self._reserved.close()

    # what can be done to a container

    def kill(self, name: str, *, stay: bool = False) -> None:
        """kill -9, as the kernel does when memory runs out. Its restart policy brings it back, unless it is to
        `stay`."""
        with self._lock:
            container = self.containers[name]
            container.wanted = not stay
            _kill(container.process)
            self._ended(container, -signal.SIGKILL, time.monotonic())

    def stop(self, name: str) -> None:
        """`docker compose stop`: SIGTERM, and SIGKILL after its grace period. It stays away until `start`."""
        with self._lock:
            self.containers[name].wanted = False
        self._end(self.containers[name])

    def start(self, name: str, timeout: float = 90) -> None:
        """Starts a stopped container, and returns once it is healthy or done."""
        container = self.containers[name]
        with self._lock:
            container.wanted, container.next_start = True, 0.0
            if not container.runs:
                container.state = "waiting"
        self.until(lambda: container.state in ("healthy", "done"), timeout, f"{name} again")

    def restart(self, name: str, timeout: float = 90) -> None:
        self.stop(name)
        self.start(name, timeout)

    def pause(self, name: str) -> None:
        """SIGSTOP: it keeps its connections and answers nobody."""
        os.killpg(self.containers[name].pid, signal.SIGSTOP)

    def resume(self, name: str) -> None:
        os.killpg(self.containers[name].pid, signal.SIGCONT)

    def reload(self, name: str) -> None:
        """`docker compose kill -s HUP`: NATS nodes read their configuration again."""
        os.kill(self.containers[name].pid, signal.SIGHUP)

    def exec(self, name: str, *command: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """`docker compose exec`, or `run --rm` where it does not run: a command with the container's environment. One
        of ours is forked from a process that has read the product; containers begin as everybody's do, but where all
        are brought up again."""
        spec = self._specs[name] if name not in self.containers else self.containers[name].spec
        there = self.containers.get(name) or Container(name, spec, self._addresses[name], self.folder / "logs" / name)
        if not there.runs:
            self._mounted(there)
        words = [self._local(there, word) for word in command]
        environment = self._environment(there)
        if self._ours(words):
            words, environment = _as_forked(words, environment)
        else:
            words[0] = self._binary(words[0])
        done = ran(words, environment, cwd=self._cwd(there), timeout=timeout)
        self._shown()
        return done

    # what can be seen

    def url(self, name: str) -> str:
        """The address of a service past the gateway; of the gateway itself, over TLS."""
        return self.door.url if name == "gateway" else f"http://{self.containers[name].address}:8000"

    def ask(self, name: str, path: str, timeout: float = 10, **headers: str) -> Answer:
        """GET past the gateway. Status 0 where no answer came."""
        connection = HTTPConnection(self.containers[name].address, 8000, timeout=timeout)
        try:
            connection.request("GET", path, headers={"Host": "localhost", **headers})
            answer = connection.getresponse()
            return Answer(answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()})
        except OSError:
            return Answer(0, b"", {})
        finally:
            connection.close()

    def ready(self, *names: str) -> bool:
        """Whether services (all without names) can work: /readyz."""
        return all(self.ask(name, "/readyz").status == 200 for name in names or self.replicas())

    def replicas(self) -> list[str]:
        """The containers of the five services."""
        return [c.name for c in self.containers.values() if c.spec.name in SERVICES]

    def operator(self, service: str) -> dict[str, str]:
        """The header of whoever sits at the machine, for one service: each has a token of its own."""
        token = (self.volume(f"{service}-data") / "keys" / "operator-token").read_text().strip()
        return {"Authorization": f"Bearer {token}"}

    def volume(self, name: str) -> Path:
        """The folder of a volume."""
        return self.folder / "volumes" / name

    def logs(self, name: str) -> str:
        """All that a container has said since the first `up` on this folder."""
        path = self.containers[name].log
        return path.read_text(errors="replace") if path.exists() else ""

    def mails(self) -> list[EmailMessage]:
        """What the mail catcher took, oldest first."""
        found = []
        for path in sorted((self.volume("mailpit") / "mails").glob("*.eml")):
            message = message_from_bytes(path.read_bytes(), policy=policy.default)
            assert isinstance(message, EmailMessage)
            found.append(message)
        return found

    def nodes(self) -> list[str]:
        """The NATS nodes."""
        return [name for name in self.containers if re.fullmatch(r"nats-\d+", name)]

    def leader(self) -> str | None:
        """The NATS node that leads the stream, None while nobody does."""
        for node in self.nodes():
            with contextlib.suppress(OSError, ValueError, KeyError, IndexError):
                connection = HTTPConnection(self.containers[node].address, 8222, timeout=2)
                try:
                    connection.request("GET", "/jsz?accounts=true&streams=true")
                    found = json.loads(connection.getresponse().read())
                finally:
                    connection.close()
                for account in found["account_details"]:
                    for stream in account.get("stream_detail") or ():
                        leader = stream["cluster"].get("leader")
                        if leader and self.containers[leader].runs:
                            return str(leader)
        return None

    def until(self, true: Any, timeout: float, what: str) -> float:
        """Waits until `true()`; the seconds that it took. Raises Broken."""
        begun = time.monotonic()
        while not true():
            failed = [c.name for c in self.containers.values() if c.state == "failed"]
            if self._died is not None:
                raise Broken("the harness itself failed") from self._died
            if failed or time.monotonic() - begun > timeout:
                raise Broken(self._said(failed, f"{what}: not within {timeout:g} s"))
            time.sleep(TICK)
        return time.monotonic() - begun

    def _said(self, failed: Sequence[str], otherwise: str) -> str:
        late = failed or [c.name for c in self.containers.values() if c.wanted and c.state not in ("healthy", "done")]
        parts = [f"{', '.join(failed)} failed" if failed else otherwise]
        for name in late:
            lines = self.logs(name).splitlines()[-12:]
            parts.append(f"--- {name} ({self.containers[name].state})\n" + "\n".join(lines))
        return "\n".join(parts)

    # the engine: one thread starts, probes and restarts; all processes are its children

    def _run(self) -> None:
        try:
            while not self._ending.wait(TICK):
                with self._lock:
                    for container in self.containers.values():
                        self._tend(container)
        except BaseException as error:  # whoever waits is told
            self._died = error
            raise

    def _tend(self, container: Container) -> None:
        now, process = time.monotonic(), container.process
        if container.state in ("running", "healthy") and process is not None and process.poll() is not None:
            self._ended(container, process.returncode, now)
        if container.state == "waiting" and container.wanted and now >= container.next_start and self._may(container):
            self._spawn(container)
        if container.state == "running" and container.runs:
            self._look(container, now)

    def _may(self, container: Container) -> bool:
        """Whether all that it depends on is as its conditions ask. At a restart Docker asks for nothing."""
        if container.starts:
            return True
        wanted = {
            "service_started": ("running", "healthy"),
            "service_healthy": ("healthy",),
            "service_completed_successfully": ("done",),
        }
        for name, condition in container.spec.depends_on.items():
            needed = [each for each in self.containers.values() if each.spec.name == name and each.wanted]
            if not needed or not all(each.state in wanted[condition] for each in needed):
                return False
        return True

    def _ended(self, container: Container, code: int, now: float) -> None:
        policy = container.spec.restart
        again = policy == "unless-stopped" or (policy == "on-failure" and code != 0 and container.starts <= 20)
        if not container.wanted:
            container.state = "stopped"
        elif again:
            pause = min(RESTART_LONGEST, RESTART_FIRST * 2 ** min(container.starts - 1, 8))
            container.state, container.next_start = "waiting", now + pause
        else:
            container.state = "done" if code == 0 else "failed"
            self._shown()

    def _spawn(self, container: Container) -> None:
        words = [self._local(container, word) for word in self._command(container)]
        self._mounted(container)
        with container.log.open("ab") as log:
            log.write(f"--- start {container.starts + 1}: {' '.join(words)}\n".encode())
            log.flush()
            environment = {**self._environment(container), **self.injected.get(container.name, {})}
            if container.lived and not container.starts and self._ours(words) and container.name not in self.injected:
                words, environment = _as_forked(words, environment)
                container.process = begun(words, environment, log, cwd=self._cwd(container))
            else:
                container.process = subprocess.Popen(
                    [self._binary(words[0]), *words[1:]],
                    env=environment,
                    cwd=self._cwd(container),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    preexec_fn=self._before(container),
                )
        container.lived = True
        _kill(container.probe)  # of its former life
        container.starts += 1
        container.state, container.probe, container.next_probe = "running", None, 0.0

    def _before(self, container: Container) -> Callable[[], None] | None:
        """What its process does before it begins: it dies with us, and goes to where its cable ends."""
        dies = _dies_with_parent()
        if self.links is None:
            return dies
        plugged = self.links.plug(container.name, container.address)

        def both() -> None:
            plugged()
            if dies is not None:
                dies()

        return both

    def _look(self, container: Container, now: float) -> None:
        """Asks its health check, until it is healthy."""
        if not container.spec.healthcheck:
            return
        if container.spec.name in STANDS_IN or container.spec.name == "gateway":
            port = {"mongo": 27017, "mailpit": 1025, "gateway": 8443}[container.spec.name]
            with contextlib.suppress(OSError), socket.create_connection((container.address, port), 0.5) as way:
                if container.spec.name == "gateway":  # it listens a moment before it has signed a certificate
                    ANY.wrap_socket(way, server_hostname=container.address).close()
                if container.spec.name != "mongo" or (self.volume("mongo") / "users-made").exists():
                    container.state = "healthy"
            return
        if container.probe is None and now >= container.next_probe:
            words = [self._local(container, word) for word in container.spec.healthcheck]
            if not _answered(
                words
            ):  # asked here first: a Python a look, of five services, would leave them no processor
                container.next_probe = now + 0.1
                return
            container.probe = subprocess.Popen(
                [self._binary(words[0]), *words[1:]],
                env=self._environment(container),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        elif container.probe is not None and container.probe.poll() is not None:
            if container.probe.returncode == 0:
                container.state = "healthy"
            container.probe, container.next_probe = None, now + 0.3

    def _end(self, container: Container) -> None:
        if container.process is None:
            return
        if container.runs:
            os.killpg(container.pid, signal.SIGCONT)
            os.kill(container.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                container.process.wait(container.spec.grace)
        _kill(container.process)
        with self._lock:
            if container.state in ("running", "healthy"):
                container.state = "stopped"

    def _with_needed(self, names: Sequence[str]) -> list[str]:
        found = list(names)
        for name in found:
            for needed in self.containers[name].spec.depends_on:
                found += [c.name for c in self.containers.values() if c.spec.name == needed and c.name not in found]
        return found

    def _downwards(self) -> Iterator[list[str]]:
        """Whoever depends comes before what it depends on."""
        left = dict(self.containers)
        while left:
            needed = {name for container in left.values() for name in container.spec.depends_on}
            free = [name for name, container in left.items() if container.spec.name not in needed] or list(left)
            for name in free:
                del left[name]
            yield free

    # from the containers' world to this machine's

    def _command(self, container: Container) -> list[str]:
        module = STANDS_IN.get(container.spec.name)
        if module is None:
            return container.spec.command
        where = self.volume("mongo") if container.spec.name == "mongo" else self.volume("mailpit") / "mails"
        port = "27017" if container.spec.name == "mongo" else "1025"
        return [sys.executable, "-m", module, container.address, port, str(where)]

    def _ours(self, words: Sequence[str]) -> bool:
        return words[0] == "maillage" and self.bin == BIN and self.links is None

    def _binary(self, word: str) -> str:
        for folder in (self.bin, BIN):  # caddy is in the tests' folder only
            if "/" not in word and (folder / word).exists():
                return str(folder / word)
        return word

    def _cwd(self, container: Container) -> Path:
        if container.spec.name in STANDS_IN:
            return ROOT
        where = self.folder / "containers" / container.name
        where.mkdir(parents=True, exist_ok=True)
        return where

    def _environment(self, container: Container) -> dict[str, str]:
        image = self._image_env if container.spec.ours else {}
        given = {**image, **container.spec.environment}
        if self.mongo_url and "MAILLAGE_MONGO_URL" in given:
            given["MAILLAGE_MONGO_URL"] = self.mongo_url
            given.pop("MAILLAGE_MONGO_PASSWORD_FILE")
        elif "MAILLAGE_MONGO_URL" in given:
            given["MAILLAGE_MONGO_URL"] += "&retryWrites=false&journal=true"  # SecantusDB needs both
        local = {name: self._local(container, value) for name, value in given.items()}
        temporary = self.folder / "tmp" / container.name
        temporary.mkdir(parents=True, exist_ok=True)
        # Read by what this machine has beside a container: where its programs are, and where scratch files go.
        here = {"PATH": f"{self.bin}:/usr/bin:/bin", "HOME": str(temporary), "TMPDIR": str(temporary)}
        if self.bin == BIN and "PYTHONPATH" in os.environ:  # a tree that is tried and is not the one installed
            here["PYTHONPATH"] = os.environ["PYTHONPATH"]
        return {**local, **here}

    def _local(self, container: Container, text: str) -> str:
        """A text of the container's world: its folders, addresses and other containers' names, as they are here."""
        folders = {mount.target: self._folder_of(container, mount) for mount in container.spec.mounts}
        folders |= {root: self._root_of(container, root) for root in _roots(container.spec)}
        for target in sorted(folders, key=len, reverse=True):
            here = str(folders[target]).replace("\\", r"\\")
            text = re.sub(rf"(?<![\w./-]){re.escape(target)}(?=$|[/\"'\s])", here, text)
        text = re.sub(r"0\.0\.0\.0|(?:127\.0\.0\.1|localhost)(?=:\d)", container.address, text)
        if text == "mailpit":
            return self._addresses[text]  # MAILLAGE_SMTP_HOST
        for name, service in {**{one: one for one in self._addresses}, **self._aliases}.items():
            text = re.sub(rf"(?<![\w.-]){re.escape(name)}:(\d+)", self._places(container, service), text)
        return text

    def _places(self, asking: Container, name: str) -> str:
        """Where a name leads, with `\\1` for the port. To the gateway it is all replicas, as Docker's DNS tells
        them."""
        known = [c for c in self.containers.values() if c.spec.name == name]
        if asking.spec.name != "gateway":
            known = [c for c in known if c.runs][:1] or known[:1]
        replicas = [c.address for c in known] or [self._addresses[name]]
        return " ".join(rf"{address}:\1" for address in replicas)

    def _folder_of(self, container: Container, mount: Mount) -> Path:
        if not mount.read_only:
            return self.volume(mount.source)
        return self.folder / "containers" / f"{container.name}.seen" / mount.target.strip("/").replace("/", "_")

    def _root_of(self, container: Container, root: str) -> Path:
        """The folder for a folder of the container that is no mount itself and has mounts in it."""
        return self.folder / "containers" / f"{container.name}.seen" / root.strip("/").replace("/", "_")

    def _linked(self, container: Container, mount: Mount) -> None:
        """A mount inside of another folder that the process is given: it is seen there too."""
        parent, _, name = mount.target.rpartition("/")
        above = [other for other in container.spec.mounts if other.target == parent and not other.read_only]
        if parent:
            link = (self._folder_of(container, above[0]) if above else self._root_of(container, parent)) / name
            link.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not link.is_symlink():
                link.symlink_to(self.volume(mount.source))

    def _source(self, mount: Mount) -> Path:
        return self.root / mount.source if mount.bind else self.volume(mount.source)

    def _mounted(self, container: Container) -> None:
        """Makes its volumes, and what it reads only: as it is, with this machine's addresses and folders in it."""
        for mount in container.spec.mounts:
            source, here = self._source(mount), self._folder_of(container, mount)
            if not mount.read_only:
                source.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._linked(container, mount)
                continue
            here.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            files = [source] if source.is_file() else [path for path in source.rglob("*") if path.is_file()]
            for path in files:
                target = here if source.is_file() else here / path.relative_to(source)
                secret = path.suffix in (".nk", ".password")
                content = path.read_bytes() if secret else self._local(container, path.read_text()).encode()
                if not target.exists() or target.read_bytes() != content:
                    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                    draft = target.with_name(f".{target.name}.new")
                    draft.touch(mode=0o600)
                    draft.write_bytes(content)
                    draft.replace(target)

    def _shown(self) -> None:
        """Lets whoever runs see what was written into a volume meanwhile, as it is with Docker."""
        with self._lock:
            for container in self.containers.values():
                if container.runs:
                    self._mounted(container)

    def _lasting(self) -> dict[str, str]:
        """What is chosen at the first start on a folder."""
        if self.mongo_url is None:
            return {}
        path = self.folder / "network"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"n{secrets.token_hex(6)}")
        return {"MAILLAGE_NETWORK": path.read_text()}


def _as_forked(words: list[str], environment: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """A command of ours as a fork has it: what Python reads at its start is that of the process that it is forked
    from."""
    read_later = {name: value for name, value in environment.items() if not at_a_start({name: value})}
    return [*MAILLAGE, *words[1:]], {**read_later, **at_a_start(CLEAN)}


def _answered(words: Sequence[str]) -> bool:
    """Whether the address that a health check asks answers well; true where it asks none that we see."""
    found = re.search(r"http://([\d.]+):(\d+)(/[^\s']*)", " ".join(words))
    if found is None:
        return True
    connection = HTTPConnection(found[1], int(found[2]), timeout=0.5)
    try:
        connection.request("GET", found[3], headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _roots(spec: Spec) -> set[str]:
    """The folders that are no mounts and have volumes in them."""
    targets = {mount.target for mount in spec.mounts}
    return {mount.target.rpartition("/")[0] for mount in spec.mounts if not mount.read_only} - targets - {""}


def _reserve() -> tuple[str, socket.socket]:
    """A /24 of the loopback network that no other harness has, `127.x.y`, and the socket that keeps it ours."""
    for _ in range(200):
        network = f"127.{16 + secrets.randbelow(230)}.{secrets.randbelow(256)}"
        sock = socket.socket()
        try:
            sock.bind((f"{network}.1", 19999))
        except OSError:
            sock.close()
            continue
        sock.listen(1)
        return network, sock
    raise Broken("no part of 127.0.0.0/8 is free: the harness needs Linux")


def _kill(process: subprocess.Popen[bytes] | Process | None) -> None:
    if process is not None and process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(60)
