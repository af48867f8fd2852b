"""What the calendar can carry, at both of its ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AwareDatetime, ValidationError

from shared.base.paris_days import PARIS, OutOfCalendar, end_of, in_calendar, noon_of, utc
from shared.contract.envelope import instant
from shared.kernel.decider import Command

zones = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))
ends = st.sampled_from([datetime.min, datetime.max])


@given(ends, st.timedeltas(timedelta(0), timedelta(hours=30)), zones)
def test_a_moment_near_an_end_is_carried_into_each_zone_or_refused(
    end: datetime, off: timedelta, zone: timezone
) -> None:
    moment = (end + off if end == datetime.min else end - off).replace(tzinfo=zone)
    try:
        found = utc(moment)
    except OutOfCalendar as why:
        assert str(why) == "time-out-of-calendar"
        with pytest.raises(OutOfCalendar):
            instant(moment)
    else:
        assert found == moment and found.astimezone(PARIS) == moment and instant(moment)


@given(st.dates())
def test_each_day_has_an_end_and_a_noon(day: date) -> None:
    assert noon_of(day).astimezone(PARIS).date() == day
    assert end_of(day) > noon_of(day)
    assert day == date.max or end_of(day).astimezone(PARIS).date() == day + timedelta(days=1)


@pytest.mark.parametrize(
    "beyond",
    [
        date.max,
        datetime.max,
        datetime.max.replace(tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        [date(2017, 1, 1), date.max],
        {"q": date.max},
        datetime(9999, 1, 1, tzinfo=UTC),
    ],
)
def test_a_command_has_no_day_that_a_year_could_not_be_added_to(beyond: object) -> None:
    with pytest.raises(OutOfCalendar, match="time-out-of-calendar"):
        in_calendar(beyond)
    assert in_calendar([date(1, 1, 1), "text", {"q": datetime(9998, 12, 31, tzinfo=UTC)}]) is not None


def test_any_command_is_held_to_it_field_by_field() -> None:
    class Plan(Command):
        entity = "plan"
        starts: AwareDatetime
        days: list[date] = []

    with pytest.raises(ValidationError) as no:
        Plan.model_validate({"starts": "0001-01-01T00:00:00+14:00", "days": ["9999-12-31"]})
    assert [one["loc"] for one in no.value.errors()] == [("starts",), ("days",)]
    assert Plan.model_validate({"starts": "0001-01-02T00:00:00+14:00"}).days == []
