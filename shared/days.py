"""Days are those of Paris: what happens there at 00:30 is of the new day, although it is still the day before in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def end_of(day: date) -> datetime:
    """The moment when a day is over, in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), PARIS).astimezone(UTC)
