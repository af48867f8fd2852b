"""Given events, when a command, then events or a refusal: the whole vocabulary of the domain's tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from shared.contract import Event
from shared.kernel.decider import Command, Context, Decider, Refused
from shared.kernel.line import Fact, standing

NOON = datetime(2016, 6, 1, 10, tzinfo=UTC)
COMMAND = UUID("01890000-0000-7000-8000-000000000001")


def context(at: datetime = NOON, command: UUID = COMMAND) -> Context:
    return Context(at=at, now=datetime(2017, 1, 1, tzinfo=UTC), command=command, actor="test")


LONG_AGO = date(2012, 1, 1)
Given = Event | tuple[Event, date]
"""What happened before: a bare event is of LONG_AGO"""


def decided(decider: Decider[Any], given: Sequence[Given], command: Command, at: datetime = NOON) -> list[Event] | str:
    """The events that `command` comes to on its day after `given`, or the code of its refusal."""
    dated = [one if isinstance(one, tuple) else (one, LONG_AGO) for one in given]
    facts = [Fact(n, f"given {n}", f"command {n}", day, event) for n, (event, day) in enumerate(dated, 1)]
    line, context_ = standing(facts), context(at)
    day = context_.day if decider.takes_day(type(command)) else None
    try:
        found = decider.decide(command, decider.on(line, day), replace(context_, line=line))
    except Refused as refused:
        return refused.code
    return list(found)
