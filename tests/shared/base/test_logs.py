"""The program's own log as JSON: a line is an object, also of libraries and of errors; nothing personal is in it."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import structlog
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.base import logs, tracing
from shared.base.settings import Settings
from shared.contract.personal import Personal

Lines = Callable[[], list[dict[str, Any]]]
ADDRESSES = ("zoe.quatrefages@exemple.invalid", "ZQ+liste@sous.exemple.invalid", "zoé@exemple")


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """What was written to standard error since, as JSON."""
    before = structlog.get_config()
    handlers, level = list(logging.root.handlers), logging.root.level
    levels = {name: logging.getLogger(name).level for name in logs.NOISY}
    written = StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    logs.configure(Settings(log_format="json", log_level="info"))
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    structlog.configure(**before)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)


def test_a_line_is_one_json_object_with_its_time_and_level(lines: Lines) -> None:
    structlog.get_logger().info("log.created", network="reseau", count=3, id=uuid4())
    (line,) = lines()
    assert (line["event"], line["level"], line["network"], line["count"]) == ("log.created", "info", "reseau", 3)
    assert line["timestamp"].endswith("Z")


def test_an_error_is_one_line_with_its_traceback(lines: Lines) -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        structlog.get_logger().exception("views.failed")
    (line,) = lines()
    assert line["event"] == "views.failed" and "ValueError: two\nlines" in line["exception"]


def test_what_libraries_log_comes_in_the_same_form(lines: Lines) -> None:
    for library in ("uvicorn.error", "faststream", "nats.aio.client", "opentelemetry.sdk", "pymongo"):
        logging.getLogger(library).error("it %s", "broke")
        logging.getLogger(library).info("chatter")
    told = lines()
    assert [line["event"] for line in told] == ["it broke"] * 5
    assert {line["logger"] for line in told} >= {"uvicorn.error", "faststream"} and told[0]["level"] == "error"


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_of_mail_is_hidden_wherever_it_stands(lines: Lines, address: str) -> None:
    local, domain = address.split("@")
    log = structlog.get_logger()
    log.warning(
        f"sent to {address}", to=address, among=[address], by={address: {"deep": (address,)}}, told=repr(address)
    )
    log.warning("refused", error=RuntimeError(f"550 <{address}> no such user"))
    try:
        raise RuntimeError(f"to={address}")
    except RuntimeError:
        log.exception("failed")
    logging.getLogger("aiosmtplib").error("server said %s", address)
    written = json.dumps(lines(), ensure_ascii=False)
    assert local not in written and domain not in written and logs.HIDDEN_ADDRESS in written


def test_a_personal_value_is_hidden_at_any_depth(lines: Lines) -> None:
    secret = Personal("Zoé Quatrefages")
    structlog.get_logger().warning("shown", value=secret, among=[{"a": (secret,)}])
    logging.getLogger("x").error("told %s", secret)
    written = json.dumps(lines(), ensure_ascii=False)
    assert "Quatrefages" not in written and "Personal(…)" in written


def test_a_line_says_which_trace_it_belongs_to(lines: Lines) -> None:
    kept = InMemorySpanExporter()
    tracing.begin("test", SimpleSpanProcessor(kept))
    try:
        with tracing.span("request"):
            structlog.get_logger().info("inside")
            logging.getLogger("library").warning("inside too")
        structlog.get_logger().info("outside")
    finally:
        tracing.finish()
    inside, too, outside = lines()
    (span,) = kept.get_finished_spans()
    assert inside["trace_id"] == too["trace_id"] == f"{span.context.trace_id:032x}"
    assert inside["span_id"] == f"{span.context.span_id:016x}" and "trace_id" not in outside


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full")
def test_a_line_that_can_not_be_written_ends_nobodys_work() -> None:
    """Where the log goes to the disk that is full, its loss must not be what stops views and watchers."""
    program = (
        "import logging, structlog; from shared.base import logs; from shared.base.settings import Settings;"
        "logs.configure(Settings()); structlog.get_logger().error('views.failed');"
        "logging.getLogger('library').error('failed'); print('went on')"
    )
    with open("/dev/full", "wb") as full:
        done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=full, check=False)
    assert done.stdout == b"went on\n"
