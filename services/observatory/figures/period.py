"""The period that a review speaks of, and the one before it; the year that a figure is of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """From the day `since` to the day `until`, both included."""

    since: date
    until: date

    def __post_init__(self) -> None:
        if self.since > self.until:
            raise ValueError("a period ends after it begins")

    @property
    def months(self) -> int | None:
        """How many calendar months it is made of; None where it is not made of whole ones."""
        if self.since.day != 1 or (self.until + ONE).day != 1:
            return None
        return (self.until.year - self.since.year) * 12 + self.until.month - self.since.month + 1

    @property
    def before(self) -> Period:
        """The one of the same length that ends the day before: as many months where it is made of months."""
        return Period(self.earlier(self.since), self.since - ONE)

    def earlier(self, day: date) -> date:
        """The day that stands in the period before where `day` stands in this one; the last of a month stays that."""
        if self.months is None:
            return day - (self.until - self.since + ONE)
        return months_before(day, self.months)

    @property
    def years(self) -> range:
        """The calendar years that it touches."""
        return range(self.since.year, self.until.year + 1)


def months_before(day: date, months: int) -> date:
    """The same day some months earlier: the last of a month stays the last, the 30th of February is its last."""
    last = (day + ONE).day == 1
    at = day.year * 12 + day.month - 1 - months
    year, month = divmod(at, 12)
    end = date(year + (month == 11), (month + 1) % 12 + 1, 1) - ONE
    return end if last or day.day > end.day else date(year, month + 1, day.day)


def year_of(path: str) -> int | None:
    """The year that the dotted path of a figure ends with."""
    found = re.search(r"(?<!\d)(\d{4})$", path)
    return int(found[1]) if found else None
