"""What the messages of a log show of sealed values: whether they hold some, of which service, of whom."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

import orjson

from shared.contract.envelope import Message

SEALED = b'"sealed"'
"""Stands in every message that holds a sealed value"""
Shows = Callable[[Message], bool]


def written_by(network: str, services: Collection[str]) -> Shows:
    prefixes = tuple(f"{network}.{service}." for service in services)
    return lambda message: message.subject.startswith(prefixes)


def sealed_by(network: str, service: str) -> Shows:
    written = written_by(network, [service])
    return lambda message: SEALED in message.body and written(message) and _holds_sealed(message.body)


def persons_in(part: Any) -> Iterator[str]:
    """Whose the sealed values are that lie in the data of an event."""
    if isinstance(part, dict):
        if set(part) == {"person", "sealed"}:
            yield str(part["person"])
        else:
            for one in part.values():
                yield from persons_in(one)
    elif isinstance(part, list):
        for one in part:
            yield from persons_in(one)


def _holds_sealed(body: bytes) -> bool:
    """Whether a personal value lies anywhere in the data of an event; of what can't be read, it is taken to."""
    try:
        data = orjson.loads(body)["data"]
    except (ValueError, KeyError, TypeError):
        return True
    return _within(data)


def _within(part: Any) -> bool:
    if isinstance(part, dict):
        return set(part) == {"person", "sealed"} or any(map(_within, part.values()))
    return isinstance(part, list) and any(map(_within, part))
