"""Days and moments: ISO 8601 alone, but what somebody types into a form."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.contract.fields.days import Day, Moment, SaidMoment, day_typed, day_written, moment_written


def test_a_day_is_typed_as_in_france_and_what_is_ambiguous_or_impossible_is_none() -> None:
    for text in ("31/10/2017", "31.10.2017", " 31/10/2017 ", "2017-10-31"):
        assert day_typed(text) == date(2017, 10, 31)
    assert day_typed("1/2/2017") == date(2017, 2, 1)
    for text in (
        "31/10/17",
        "10/31/2017",
        "30/02/2017",
        "31/10.2017",
        "20171031",
        "31 10 2017",
        "31/10/20170",
        "",
        "0/0/0000",
    ):
        with pytest.raises(ValueError):
            day_typed(text)


def test_a_text_is_read_as_rfc_3339_has_it_and_no_wider() -> None:
    assert day_written("2017-10-31") == date(2017, 10, 31)
    assert moment_written("2017-10-31t17:42z") == datetime(2017, 10, 31, 17, 42, tzinfo=UTC)
    assert moment_written("2017-10-31T17:42").tzinfo is None
    for text in ("20171031", " 2017-10-31", "2017-02-30", "2017-W44-2", "٢٠١٧-١٠-٣١", ""):
        with pytest.raises(ValueError):
            day_written(text)
    for text in ("2017-10-31", "2017-10-31 17:42", "2017-10-31T17", "2017-10-31T24:01", "2017-10-31T17:42+0100"):
        with pytest.raises(ValueError):
            moment_written(text)


def test_what_somebody_gives_is_in_the_calendar_and_what_a_log_holds_stays_readable() -> None:
    said, given, day = TypeAdapter(SaidMoment), TypeAdapter(Moment), TypeAdapter(Day)
    for text in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2017-10-31T17:42:00"):
        assert said.validate_python(text) == datetime.fromisoformat(text)
        with pytest.raises(ValidationError):
            given.validate_python(text)
    with pytest.raises(ValidationError):
        day.validate_python("9999-12-31")
    for none in (datetime(2017, 10, 31), 20171031, None):
        with pytest.raises(ValidationError):
            day.validate_python(none)
