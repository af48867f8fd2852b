"""Given events, when a command, then events or a refusal: the whole vocabulary of the domain's tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from shared.contract import Event
from shared.kernel.decider import Command, Context, Decider, Refused
from shared.kernel.line import Fact

NOON = datetime(2016, 6, 1, 10, tzinfo=UTC)
COMMAND = UUID("01890000-0000-7000-8000-000000000001")


def context(at: datetime = NOON, command: UUID = COMMAND) -> Context:
    return Context(at=at, now=datetime(2017, 1, 1, tzinfo=UTC), command=command, actor="test")


def decided(decider: Decider[Any], given: Sequence[Event], command: Command, at: datetime = NOON) -> list[Event] | str:
    """The events that `command` comes to after `given`, or the code of its refusal."""
    line = [Fact(n, f"given {n}", f"command {n}", date(2012, 1, 1), event) for n, event in enumerate(given, 1)]
    try:
        found = decider.decide(command, decider.fold(given), replace(context(at), line=line))
    except Refused as refused:
        return refused.code
    return list(found)
