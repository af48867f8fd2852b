"""The gateway's access log, by Caddy itself on the file that is deployed: it says which service was asked, from which
network, and what came of it; and nothing by which anybody could sign in, answer or be found."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.compose.harness import BIN, ROOT
from tests.fixtures.ports import free_port

FILE = ROOT / "deploy" / "gateway" / "Caddyfile"
GUARD = 60.0  # seconds until a gateway that says nothing is given up
TOKEN = "dG9rZW4tb2YtMjItY2hhcnM"
PATHS = [
    f"/directory/sign-in/link/{TOKEN}", f"/directory/sign-in/first/{TOKEN}", f"/observatory/answer/{TOKEN}/decline",
    f"/newsletter/unsubscribe/{TOKEN}", f"/newsletter/confirm/{TOKEN}?lang=fr", f"/membership/kept/{TOKEN}",
    f"/directory/imports/files/{TOKEN}/wrong.csv", f"/membership/members?q=Nom{TOKEN}", f"/?to={TOKEN}", f"/{TOKEN}",
    f"//{TOKEN}", f"/directory/%7E{TOKEN}", f"http://localhost/directory/sign-in/link/{TOKEN}",
]  # fmt: skip


@dataclass
class Gateway:
    """Caddy with the deployed file, on ports of this test; behind it nobody answers."""

    port: int
    data: Path
    said: Path

    def ask(self, path: str) -> int:
        """Asks as it stands, so that no client puts it right; the status."""
        headers = (
            f"Host: localhost\r\nCookie: session={TOKEN}\r\nAuthorization: Bearer mlg_{TOKEN}\r\n"
            f"X-Forwarded-For: 203.0.113.77\r\nReferer: https://localhost/directory/sign-in/link/{TOKEN}\r\n"
            f"User-Agent: {TOKEN}\r\nConnection: close\r\n"
        )
        with closing(socket.create_connection(("127.0.0.1", self.port), timeout=GUARD)) as way:
            way.sendall(f"GET {path} HTTP/1.1\r\n{headers}\r\n".encode())
            answer = b""
            while part := way.recv(65536):
                answer += part
        return int(answer.split(b" ", 2)[1])

    def lines(self) -> list[str]:
        path = self.data / "access" / "access.log"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("gateway")
    door, inside = free_port(), {port: free_port() for port in ("8080", "8443", ":8081", ":3000", ":8025")}
    text = FILE.read_text().replace("lb_try_duration 5s", "lb_try_duration 0s")
    text = re.sub(r"reverse_proxy ((?:@\w+ )?)[a-z]+:\d+", rf"reverse_proxy \g<1>127.0.0.1:{free_port()}", text)
    for known, own in inside.items():
        text = text.replace(f"//{known} ", f"//:{own} ") if known.startswith(":") else text.replace(known, str(own))
    (folder / "Caddyfile").write_text(text)
    said, env = folder / "said", {"GATEWAY_ADDRESS": f"http://localhost:{door}", "XDG_DATA_HOME": str(folder / "data")}
    with said.open("wb") as out:
        command = [BIN / "caddy", "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile"]
        process = subprocess.Popen(command, env={**os.environ, **env}, stdout=out, stderr=out)
        try:
            found = Gateway(door, folder / "data", said)
            until = time.monotonic() + GUARD
            while time.monotonic() < until and process.poll() is None:
                try:
                    socket.create_connection(("127.0.0.1", door), timeout=1).close()
                    break
                except OSError:
                    time.sleep(0.1)
            assert process.poll() is None, said.read_text()
            yield found
        finally:
            process.terminate()
            process.wait(GUARD)


def test_it_says_from_where_what_was_asked_and_holds_nothing_that_opens_something(gateway: Gateway) -> None:
    statuses = [gateway.ask(path) for path in PATHS]
    assert gateway.ask("/directory/readyz") == 404
    until = time.monotonic() + GUARD
    while len(gateway.lines()) < len(PATHS) and time.monotonic() < until:
        time.sleep(0.1)
    lines = [json.loads(line) for line in gateway.lines()]
    asked = [one for one in lines if one["request"]["method"] == "GET"]
    assert len(asked) >= len([one for one in statuses if one != 400]), "each request is a line"
    for one in asked:
        assert one["request"]["remote_ip"] == "127.0.0.0", "an address loses its last part"
        assert one["request"].get("client_ip", "127.0.0.0") == "127.0.0.0"
        assert re.fullmatch(r"(/[a-z-]*(/[a-z-]*)?)?", one["request"]["uri"])
        assert {"ts", "status", "duration"} <= one.keys()
        assert not {"headers", "tls", "remote_port"} & one["request"].keys() and "resp_headers" not in one
    uris = {one["request"]["uri"] for one in asked}
    assert {
        "/directory/sign-in",
        "/observatory/answer",
        "/newsletter/confirm",
        "/membership/members",
        "/directory",
        "",
    } <= uris
    assert not [one for one in uris if one.endswith("/d")], "no letter of a word that is not kept"
    everything = "\n".join(gateway.lines()) + gateway.said.read_text()
    for secret in (TOKEN, TOKEN[2:], "203.0.113", "Bearer", "Nom"):
        assert secret not in everything, secret
    assert oct((gateway.data / "access" / "access.log").stat().st_mode)[-3:] == "600"


def test_it_is_kept_for_a_year_at_most_unless_the_operator_says_otherwise() -> None:
    for said, days in (({}, 365), ({"GATEWAY_LOG_KEEP": "190d"}, 190)):
        command = [BIN / "caddy", "adapt", "--config", FILE, "--adapter", "caddyfile"]
        found = subprocess.run(command, env={**os.environ, **said}, check=True, capture_output=True).stdout
        logs = json.loads(found)["logging"]["logs"]
        (file,) = [one for name, one in logs.items() if name != "default"]
        assert file["writer"]["roll_keep_days"] == days and file["writer"]["roll_interval"] == 24 * 3600 * 10**9
        assert file["encoder"]["fields"] == logs["default"]["encoder"]["fields"]


def test_every_route_whose_address_opens_something_is_cut_before_that() -> None:
    routes = (ROOT / "tests" / "abuse" / "routes.txt").read_text().splitlines()
    opening = [line.split() for line in routes if re.search(r"\{(?:token|code|link|secret)\}", line)]
    assert len(opening) > 15
    for service, _, path, *_ in opening:
        before = f"/{service}{path}".partition("/{")[0]
        assert len(before.split("/")) >= 3, f"{path}: what opens it would be the first word that the log keeps"
