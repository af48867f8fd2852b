"""Small histories for the observatory: events said by day, as messages of a log and as a table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from services.observatory.event_table.table import EventTable
from services.observatory.figures.answers import ask
from shared.contract import Event
from shared.contract.envelope import Message, Provenance, address, sealed_body
from shared.contract.personal import Personal

PARIS = ZoneInfo("Europe/Paris")
REGION = ("31", "34")
LATEST = "2030-01-01"


def named(name: str) -> UUID:
    """An id that a test calls by its name."""
    return uuid5(NAMESPACE_URL, name)


def someone(name: str = "person") -> Personal:
    """A personal value as an event holds it."""
    return Personal(person=named(name), sealed="c2VhbGVk")


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=PARIS)


class History:
    """`say` adds an event: about which thing, when it happened, when it was learnt (without: the same day)."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._versions: dict[UUID, int] = {}

    def say(
        self,
        event: Event,
        thing: str,
        day: str,
        *,
        known: str | None = None,
        believed: str | None = None,
        of: type[Event] | None = None,
    ) -> int:
        """The sequence of the event. `believed`: it was learnt by a clock in doubt, at that day or later. `of`: of a
        correction, the type of the event that it is about."""
        kind = of or type(event)
        id = named(f"{kind.entity}/{thing}")
        version = self._versions[id] = self._versions.get(id, 0) + 1
        seq = len(self.messages) + 1
        command = named(f"command/{seq}")
        body = sealed_body(
            "test", event, id, id=named(f"event/{seq}"), version=version, at=noon(day),
            now=noon(known or day) + timedelta(hours=1), by=Provenance("staff:test", command, command),
            believed=noon(believed) if believed else None,
            of=(kind.service, kind.entity),
        )  # fmt: skip
        return self.put(address("test", event, id, of=(kind.service, kind.entity)), body)

    def put(self, subject: str, body: bytes) -> int:
        """Any message, such as one that is no event."""
        self.messages.append(Message(len(self.messages) + 1, subject, body))
        return len(self.messages)

    @contextmanager
    def table(self, folder: Path, upto: int | None = None) -> Iterator[EventTable]:
        """The table of the history, or of its first `upto` messages."""
        table = EventTable(folder / "observatory.duckdb", REGION)
        table.open()
        try:
            if self.messages[:upto]:
                table.take(self.messages[:upto])
            yield table
        finally:
            table.close()

    def figures(
        self, folder: Path, indicator: str, as_of: str = LATEST, **given: Any
    ) -> dict[str, tuple[float | None, list[int]]]:
        """What an indicator gives: path → value and sequences."""
        known = given.pop("known", None)
        with self.table(folder) as table:
            answer = ask(table, indicator, noon(as_of).date(), table.position if known is None else known, **given)
        return {path: (value, list(rests)) for path, (value, rests) in answer.items()}
