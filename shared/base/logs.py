"""The program's own log: one line an event, to standard error, never with personal data (events carry it sealed).

What libraries say through `logging` (uvicorn, FastStream, nats-py, OpenTelemetry) goes the same way.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from typing import Any, TextIO, cast

import orjson
import structlog

from shared.base import tracing
from shared.base.settings import Settings

Line = MutableMapping[str, Any]
NOISY = ("nats", "faststream", "uvicorn.access", "uvicorn.error")
_mail_address = re.compile(r"[^\s@<>()\[\]{},;:\"'|=/\\]+@[^\s@<>()\[\]{},;:\"'|=/\\]+")
HIDDEN_ADDRESS = "[address]"


class Unfailing:
    """A text stream on which a line may be lost: where it goes to a full disk, nobody's work ends for that."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def configure(settings: Settings) -> None:
    """Sets up structlog and the loggers of libraries once for the process."""
    level = getattr(logging, settings.log_level.upper())
    in_json = settings.log_format == "json"
    stream = Unfailing(sys.stderr)
    both: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        with_trace,
    ]
    rendering: list[structlog.typing.Processor] = [
        structlog.processors.format_exc_info,
        without_persons,
        structlog.processors.JSONRenderer(serializer=_as_json)
        if in_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
    ]
    structlog.configure(
        processors=[*both, *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, stream)),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *both],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(max(level, logging.WARNING))
    for noisy in NOISY:
        library = logging.getLogger(noisy)
        library.handlers.clear()  # FastStream brings one of its own
        library.propagate = True
        library.setLevel(logging.ERROR)


def with_trace(logger: Any, method: str, line: Line) -> Line:
    """Adds the trace that the line belongs to, so that it is found beside the spans of the same request."""
    trace = tracing.current()
    if trace is not None:
        line["trace_id"], line["span_id"] = trace
    return line


def without_persons(logger: Any, method: str, line: Line) -> Line:
    """Takes out what must not be told: personal values, whose `repr` shows nothing, and whatever looks like an address
    of mail, at any depth.

    The last guard and not the first: nobody should pass such a thing, but texts of exceptions come from anywhere.
    """
    for key, value in line.items():
        line[key] = _hidden(value)
    return line


def _hidden(value: Any) -> Any:
    if isinstance(value, str):
        return _mail_address.sub(HIDDEN_ADDRESS, value) if "@" in value else value
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, Mapping):
        return {str(_hidden(key)): _hidden(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_hidden(each) for each in value]
    return _hidden(repr(value))


def _as_json(line: Any, **options: Any) -> str:
    return orjson.dumps(line, default=repr).decode()
