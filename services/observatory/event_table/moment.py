"""When a reader stands, as forms and addresses say it: the day whose state is asked for, the day whose knowledge,
years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import Query

from shared.base.paris_days import PARIS
from shared.contract.fields import day_written
from shared.kernel.decider import Refused

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)

AsOf = Annotated[str | None, Query(max_length=40, description="The state of that day, such as 2015-12-31.")]
KnownAt = Annotated[str | None, Query(max_length=40, description="As it was known when that day was over in Paris.")]
Year = Annotated[str | None, Query(max_length=10, description="A year, for an indicator that takes it.")]


@dataclass(frozen=True, slots=True)
class Moment:
    """When a reader stands: the day whose state it asks for, the day whose knowledge, and the sequence that this is."""

    as_of: date
    known_at: date | None
    known: int


def today() -> date:
    """The day in Paris."""
    return datetime.now(PARIS).date()


def day_of(text: str | None) -> date | None:
    """A day as forms and addresses give it. Raises Refused."""
    if not text:
        return None
    try:
        day = day_written(text)
    except ValueError:
        raise Refused("not-a-day", value=text[:40]) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Refused("day-too-far", value=text[:40])
    return day


def year_of(text: str | None) -> int | None:
    """A year as addresses give it. Raises Refused."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and FIRST_DAY.year <= int(text[:5]) <= LAST_DAY.year):
        raise Refused("not-a-year", value=text[:40])
    return int(text)
