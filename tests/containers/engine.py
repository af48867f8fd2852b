"""An installation of docker-compose.yml by testcontainers' `DockerCompose`: the file as it stands, every image,
network, limit and volume that it names, in a project of its own with ports of its own."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPSConnection
from ipaddress import ip_network
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from testcontainers.compose import DockerCompose

from tests.compose.reading import ROOT, dotenv
from tests.fixtures.ports import free_port

LONG = 600.0  # seconds that anything may take before it counts as hanging
FILE = "docker-compose.yml"


def why_not() -> str | None:
    """Why no engine can be had here; None where one answers, with Compose."""
    docker = shutil.which("docker")
    if docker is None:
        return "there is no program `docker`"
    for words, what in ((["info"], "no Docker engine answers"), (["compose", "version"], "there is no Docker Compose")):
        try:
            done = subprocess.run([docker, *words], capture_output=True, timeout=30, check=False)
        except subprocess.TimeoutExpired:
            return what
        if done.returncode:
            return what
    return None


def environment(name: str, https: int) -> dict[str, str]:
    """What an operator would write into .env, for a trial beside others on one host."""
    third = 100 + int(name[-2:], 16) % 100
    return {
        **dotenv(ROOT / ".env.example"),
        "COMPOSE_PROJECT_NAME": name,
        "GATEWAY_HTTP_PORT": str(free_port()),
        "GATEWAY_HTTPS_PORT": str(https),
        "GRAFANA_PORT": str(free_port()),
        "MAILS_PORT": str(free_port()),
        "MAILLAGE_PUBLIC_URL": f"https://localhost:{https}",
        "FRONT_SUBNET": f"10.214.{third}.0/24",
        "OUT_PREFIX": f"10.215.{third}",
        "OUT_SUBNET_IPV6": f"fd4d:6169:6c6c:{third:x}::/64",
        "MAILLAGE_SMTP_HOST": "mailpit",
        "MAILLAGE_SMTP_PORT": "1025",
        "MAILLAGE_SMTP_TLS": "none",
        "MAILLAGE_CHECKPOINT_SECONDS": "1",
    }


@dataclass
class Answer:
    status: int
    body: bytes
    cookies: list[str]

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


class Site:
    """Up from `__enter__` to `__exit__`, which takes its volumes away too."""

    def __init__(self, folder: Path) -> None:
        self.name, self.https = f"maillage-test-{uuid4().hex[:8]}", free_port()
        self.env = environment(self.name, self.https)
        file = folder / "env"
        file.write_text("".join(f"{name}={value}\n" for name, value in self.env.items()))
        self.compose = DockerCompose(
            context=ROOT, compose_file_name=FILE, env_file=str(file), profiles=["dev"], build=True, wait=True
        )
        self.url = self.env["MAILLAGE_PUBLIC_URL"]
        self.cookies: dict[str, str] = {}

    def __enter__(self) -> Site:
        try:
            self.compose.start()
        except BaseException:
            print("\n".join(self.compose.get_logs())[-8000:])
            self.compose.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.compose.stop()

    def docker(self, *words: str, good: bool = True) -> str:
        """`docker …`; what it prints."""
        done = subprocess.run(["docker", *words], capture_output=True, text=True, timeout=LONG, check=False)
        assert not good or done.returncode == 0, f"docker {words}: {done.stderr[-2000:]}"
        return done.stdout

    def of(self, service: str) -> str:
        """The id of a service's container."""
        found = self.compose.get_container(service, include_all=True).ID
        assert found
        return found

    def ran(self, service: str, *words: str) -> str:
        """A command inside of a container that runs; raises AssertionError where it fails."""
        out, err, code = self.compose.exec_in_container(list(words), service)
        assert code == 0, f"{service}: {words}: {out[-2000:]}{err[-2000:]}"
        return out

    def operator(self, *words: str, good: bool = True) -> str:
        """`docker compose run --rm operator maillage …`."""
        command = [*self.compose.compose_command_property, "run", "--rm", "-T", "operator", "maillage", *words]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LONG, check=False)
        assert not good or done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout

    def ask(
        self,
        method: str,
        path: str,
        fields: Mapping[str, str] | None = None,
        *,
        command: Mapping[str, Any] | None = None,
        host: str = "localhost",
    ) -> Answer:
        """A browser, more or less, through the gateway: a form's `fields`, or a `command` of the API. `host`: the
        address of this machine by which it comes."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = HTTPSConnection(host, self.https, timeout=60, context=context)
        headers = {"Host": f"localhost:{self.https}", "Origin": self.url, "Idempotency-Key": str(uuid4())}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if command is not None:
            body, headers["Content-Type"], headers["Accept"] = json.dumps(command), *["application/json"] * 2
        elif fields is not None:
            body, headers["Content-Type"] = urlencode(fields), "application/x-www-form-urlencoded"
        try:
            connection.request(method, path.removeprefix(self.url), body, headers)
            answer = connection.getresponse()
            found = Answer(answer.status, answer.read(), answer.msg.get_all("Set-Cookie") or [])
        finally:
            connection.close()
        for line in found.cookies:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name.strip()] = value
        return found

    def until(self, true: Callable[[], bool], what: str) -> None:
        """Waits; what is refused or cut off meanwhile counts as not yet."""
        ends = time.monotonic() + LONG
        while True:
            try:
                if true():
                    return
            except (OSError, AssertionError, ValueError):
                pass
            assert time.monotonic() < ends, f"{what}: not within {LONG:g} s"
            time.sleep(0.5)

    def seen_from(self, service: str, network: str) -> str:
        """The address of a container on a network of this project."""
        told = json.loads(self.docker("inspect", self.of(service)))[0]["NetworkSettings"]["Networks"]
        return str(told[f"{self.name}_{network}"]["IPAddress"])

    @property
    def front(self) -> Any:
        return ip_network(self.env["FRONT_SUBNET"])
