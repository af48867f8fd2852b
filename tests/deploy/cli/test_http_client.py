"""An instance is asked over HTTP; whatever it answers, it is a value or one sentence."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from deploy.cli.http_client import Client, NoAnswer, Place

ANSWERS = {
    "/good": (200, b'{"a": 1}'),
    "/sentence": (422, '{"message": "Refusé.", "fields": {"a": "Non."}}'.encode()),
    "/html": (502, b"<html>"),
    "/other": (404, b'{"detail": "x"}'),
    "/broken": (200, b"{"),
}


class Instance(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, body = ANSWERS.get(self.path, (200, repr(sorted(self.headers.items())).encode()))
        if self.path == "/who":
            body = f'["{self.headers["Authorization"]}", "{self.headers["Host"]}"]'.encode()
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f'["{self.headers["Content-Type"]}", {sent or "null"}]'.encode())

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Instance)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


async def test_what_it_says_is_given_and_what_it_refuses_is_its_own_sentence(url: str) -> None:
    client = Client(url, "t")
    assert await client.get("/good") == {"a": 1}
    assert await client.post("/x", {"a": "é"}) == ["application/json", {"a": "é"}]
    assert (await client.post("/x"))[1] is None
    with pytest.raises(NoAnswer, match=r"^Refusé\. a: Non\.$"):
        await client.get("/sentence")
    for path, status in (("/html", "502"), ("/other", "404")):
        with pytest.raises(NoAnswer, match=f"answered {status}$"):
            await client.get(path)


async def test_each_service_is_asked_at_its_place_with_its_own_token(url: str) -> None:
    client = Client("", None, {"who": Place(url, "own")})
    assert await client.get("/who") == ["Bearer own", "localhost"]
    with pytest.raises(NoAnswer, match="does not say where events is"):
        await client.get("/events/x")
    assert "own" not in repr(client)


async def test_a_file_is_written_whole_or_not_at_all(url: str, tmp_path: Path) -> None:
    to = tmp_path / "answer"
    assert await Client(url).save("/good", to) == 8 and to.read_bytes() == b'{"a": 1}'
    with pytest.raises(NoAnswer):
        await Client(url).save("/html", to)
    assert to.read_bytes() == b'{"a": 1}' and list(tmp_path.iterdir()) == [to]


async def test_who_is_away_is_named_without_what_was_asked() -> None:
    with pytest.raises(NoAnswer, match=r"^http://127\.0\.0\.1:9 does not answer"):
        await Client("http://127.0.0.1:9").get("/secret")
