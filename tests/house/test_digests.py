"""`make digests` writes what a registry says, and nothing where one says nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from tests.house.digests import FILES, IMAGE, NoDigest, digest_of, pinned

GOOD = "sha256:" + "ab" * 32


class Registry:
    """Answers as Docker Hub does: a token first."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {"/v2/library/mongo/manifests/8.0": GOOD}
        registry = self

        class Asked(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                given = self.headers.get("Authorization") == "Bearer for-you"
                found = registry.answers.get(self.path)
                self.send_response(404 if found is None else 200 if given else 401)
                if given and found:
                    self.send_header("Docker-Content-Digest", found)
                here = f"http://127.0.0.1:{self.server.server_address[1]}"
                self.send_header("WWW-Authenticate", f'Bearer realm="{here}/token",service="hub",scope="pull"')
                self.end_headers()

            def do_GET(self) -> None:
                body = json.dumps({"token": "for-you"}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *said: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Asked)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def registry() -> Iterator[Registry]:
    one = Registry()
    Thread(target=one.server.serve_forever, daemon=True).start()
    yield one
    one.server.shutdown()
    one.server.server_close()


def test_a_registry_is_asked_with_the_token_that_it_wants(registry: Registry) -> None:
    assert digest_of("mongo", "8.0", registry.url) == GOOD


@pytest.mark.parametrize("answer", [None, "", "sha256:12", "md5:" + "ab" * 16])
def test_what_is_no_digest_is_none(registry: Registry, answer: str | None) -> None:
    registry.answers = {} if answer is None else {"/v2/library/mongo/manifests/8.0": answer}
    with pytest.raises(NoDigest, match=r"mongo:8\.0"):
        digest_of("mongo", "8.0", registry.url)


def test_a_registry_that_is_away_is_one_sentence() -> None:
    with pytest.raises(NoDigest, match="does not say what"):
        digest_of("mongo", "8.0", "http://127.0.0.1:9")


def test_every_image_of_others_is_pinned_and_again_and_ours_is_not() -> None:
    asked: list[str] = []

    def ask(name: str, tag: str) -> str:
        asked.append(f"{name}:{tag}")
        return GOOD

    for path in FILES:
        once = pinned(path.read_text(), ask)
        assert pinned(once, ask) == once and "no digest yet" not in once
    names = {one.partition(":")[0] for one in asked}
    assert names == {"mongo", "caddy", "axllent/mailpit", "prom/prometheus", "grafana/grafana", "python"}
    assert not [
        found["name"] for path in FILES for found in IMAGE.finditer(path.read_text()) if "maillage" in found["name"]
    ]
