"""A whole installation as an operator watches it: its mail server, its collector of traces, its log, its metrics."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.request import Request, urlopen

import pytest
from aiosmtpd.controller import Controller
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.fixtures.installation import Up
from tests.fixtures.ports import free_port


@dataclass(frozen=True)
class Span:
    """A span as a collector got it."""

    name: str
    trace: str
    id: str
    parent: str
    attributes: dict[str, str]
    service: str


class Collector:
    """Takes OTLP over HTTP as an OpenTelemetry collector does, and keeps the spans."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.bodies: list[bytes] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                assert self.path == "/v1/traces"
                collector.bodies.append(body)
                collector._take(ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *said: Any) -> None:
                return None

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def _take(self, request: ExportTraceServiceRequest) -> None:
        for resource in request.resource_spans:
            names = {a.key: a.value.string_value for a in resource.resource.attributes}
            for scope in resource.scope_spans:
                for span in scope.spans:
                    attributes = {a.key: a.value.string_value or str(a.value.int_value) for a in span.attributes}
                    self.spans.append(
                        Span(
                            span.name,
                            span.trace_id.hex(),
                            span.span_id.hex(),
                            span.parent_span_id.hex(),
                            attributes,
                            names["service.name"],
                        )
                    )

    def trace_of(self, name: str) -> list[Span]:
        """All spans of the newest trace that has a span of this name."""
        trace = [span.trace for span in self.spans if span.name == name][-1]
        return [span for span in self.spans if span.trace == trace]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()
    try:
        yield collector
    finally:
        collector.close()


class Mailbox:
    """A real SMTP server that takes everything."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        return "250 OK"

    def close(self) -> None:
        self._controller.stop()


@dataclass
class Watched:
    """`maillage up` with an empty network, JSON logs, traces and metrics."""

    up: Up
    url: str
    metrics: str
    mailbox: Mailbox
    collector: Collector
    settings: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        return fetched(Request(self.url + path, headers=headers))

    def log(self) -> list[dict[str, Any]]:
        """The lines of its own log."""
        return [json.loads(line) for line in self.up.output().splitlines() if line.startswith("{")]


def fetched(request: Request) -> tuple[int, str]:
    """Status and text of an answer, whatever the status."""
    from urllib.error import HTTPError

    try:
        with urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def until(true: Callable[[], bool], seconds: float = 90.0) -> None:
    for _ in range(int(seconds / 0.05)):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    mailbox, metrics = Mailbox(), free_port()
    with collecting() as collector:
        env = {
            "MAILLAGE_SMTP_HOST": "127.0.0.1", "MAILLAGE_SMTP_PORT": str(mailbox.port), "MAILLAGE_SMTP_TLS": "none",
            "MAILLAGE_METRICS_PORT": str(metrics), "MAILLAGE_OTLP_ENDPOINT": collector.url,
            "MAILLAGE_LOG_FORMAT": "json", "MAILLAGE_LOG_LEVEL": "info", "OTEL_BSP_SCHEDULE_DELAY": "200",
        }  # fmt: skip
        up = Up(Path(tmp_path_factory.mktemp("watched")) / "data", ["--no-sample"], env)
        up.data.mkdir()
        try:
            yield Watched(up, up.start().wait(), f"http://127.0.0.1:{metrics}", mailbox, collector)
        finally:
            up.stop()
            mailbox.close()
