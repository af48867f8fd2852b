"""Days are those of Paris: what happens there at 00:30 is of the new day, although it is still the day before in UTC.

The calendar that we reckon in has the years 1 to 9999, and a moment near either end is beyond it in another zone: every
moment and day that somebody gives comes through `utc` or `in_calendar`, so that no later step fails on it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
FIRST_DAY = date(1990, 1, 1)  # nothing that is told is older: no network is, and the rest are slips of the pen
LAST_YEAR = 9998  # that somebody may give, so that a year can always be added


class OutOfCalendar(ValueError):
    """A moment without a zone, or one that the calendar can't carry. The text is the code of what is said to people."""


def utc(moment: datetime) -> datetime:
    """The same moment in UTC, of which Paris has a day too. Raises OutOfCalendar."""
    if moment.tzinfo is None:
        raise OutOfCalendar("time-without-zone")
    try:
        found = moment.astimezone(UTC)
        found.astimezone(PARIS)
    except (OverflowError, ValueError):
        raise OutOfCalendar("time-out-of-calendar") from None
    return found


def in_calendar(value: Any) -> Any:
    """The same value. Raises OutOfCalendar for a day or moment that can't be moved by a zone or by a year, also in a
    list or under a name."""
    if isinstance(value, datetime):
        if value.year > LAST_YEAR:
            raise OutOfCalendar("time-out-of-calendar")
        if value.tzinfo is not None:
            utc(value)
    elif isinstance(value, date):
        if value.year > LAST_YEAR:
            raise OutOfCalendar("time-out-of-calendar")
    elif isinstance(value, dict):
        for one in value.values():
            in_calendar(one)
    elif isinstance(value, list | tuple):
        for one in value:
            in_calendar(one)
    return value


def day_of(moment: datetime) -> date:
    """The day in Paris on which a moment lies: the one place that says which day something happened on."""
    return moment.astimezone(PARIS).date()


def day_told(text: str) -> date:
    """The same of a moment as events tell it (RFC 3339 in UTC). Raises OverflowError at the end of time."""
    if text >= "1912":  # since then Paris differs from UTC by whole hours
        return _of_hour(text[:13])
    return day_of(datetime.fromisoformat(text))


@lru_cache(8192)
def _of_hour(hour: str) -> date:
    return day_of(datetime.fromisoformat(hour + ":00:00+00:00"))


def noon_of(day: date) -> datetime:
    """Noon of a day in Paris, in UTC: when something happened of which the day alone is known."""
    return utc(datetime.combine(day, time(12), PARIS))


def end_of(day: date) -> datetime:
    """The moment when a day is over, in UTC; of the calendar's last day, the last moment that it has."""
    if day == date.max:
        return datetime.max.replace(tzinfo=UTC)
    return datetime.combine(day + timedelta(days=1), time(), PARIS).astimezone(UTC)
