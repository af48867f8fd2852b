"""Days and moments, by ISO 8601 as RFC 3339 narrows it, and nothing else: pydantic by itself takes numbers of seconds,
`20171031`, and a midnight for a day.

`SaidDay` and `SaidMoment` are those of events: whatever a log holds in this form stays readable. `Day` and `Moment` are
those that somebody gives: also ones that no zone, and no year that is added, takes beyond the calendar.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from shared.base.paris_days import OutOfCalendar, in_calendar

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
FRENCH = re.compile(r"([0-9]{1,2})([/.])([0-9]{1,2})\2([0-9]{4})")
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})?"
)


def day_written(text: str) -> date:
    """The day of a text such as `2017-10-31`. Raises ValueError."""
    if not DAY.fullmatch(text):
        raise ValueError("not-a-day")
    return date.fromisoformat(text)


def moment_written(text: str) -> datetime:
    """The moment of a text such as `2017-10-31T17:42:00+01:00`, aware where it names a zone. Raises ValueError."""
    if not MOMENT.fullmatch(text):
        raise ValueError("not-a-moment")
    return datetime.fromisoformat(text.upper())


def day_typed(text: str) -> date:
    """The day that somebody typed into a form: also as it is written in France, `31/10/2017` or `31.10.2017`. A year of
    two digits may be a day, so it is none. Raises ValueError."""
    found = FRENCH.fullmatch(text.strip())
    return date(int(found[4]), int(found[3]), int(found[1])) if found else day_written(text.strip())


def _day(value: Any) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return day_written(value)
    except (TypeError, ValueError):
        raise PydanticCustomError("date_parsing", "write a day so: 2017-10-31") from None


def _moment(value: Any) -> Any:
    if isinstance(value, datetime):
        return value
    try:
        return moment_written(value)
    except (TypeError, ValueError):
        raise PydanticCustomError("datetime_parsing", "write a moment so: 2017-10-31T17:42:00+01:00") from None


def _with_zone(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise OutOfCalendar("time-without-zone")
    return moment


SaidDay = Annotated[date, BeforeValidator(_day)]
SaidMoment = Annotated[datetime, BeforeValidator(_moment)]
Day = Annotated[SaidDay, AfterValidator(in_calendar)]
Moment = Annotated[SaidMoment, AfterValidator(_with_zone), AfterValidator(in_calendar)]
