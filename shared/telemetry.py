"""The program's own log: structlog, to standard error, never with personal data (events carry it sealed)."""

from __future__ import annotations

import logging
import sys

import structlog

from shared.settings import Settings


def configure(settings: Settings) -> None:
    """Sets up structlog and the loggers of libraries once for the process."""
    level = getattr(logging, settings.log_level.upper())
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(
        level=max(level, logging.WARNING), stream=sys.stderr, format="%(levelname)s %(name)s %(message)s"
    )
    for noisy in ("nats", "faststream", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
