"""Head counts of the past, and workshops."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from services.events.gatherings.domain.gathering import GATHERING
from services.events.gatherings.domain.headcounts import CountAudience, CountHeads, NoteWorkshop, counted_by, counts
from shared.contract.corrections import EventStruck
from shared.contract.events.gatherings import (
    GatheringPlanned,
    HeadsCounted,
    WorkshopHeld,
)
from tests.fixtures.deciding import decided

ID = uuid4()
PLANNED = GatheringPlanned(kind="agora", title="Agora 2014", starts=datetime(2014, 10, 16, 7, tzinfo=UTC))
THAT_DAY = datetime(2014, 10, 16, 10, tzinfo=UTC)


def test_each_public_that_is_given_is_counted() -> None:
    command = CountHeads(gathering=ID, associations=180, others=0)
    assert decided(GATHERING, [PLANNED], command, THAT_DAY) == [
        HeadsCounted(audience="associations", people=180),
        HeadsCounted(audience="others", people=0),
    ]


def test_a_later_count_replaces_the_earlier_and_the_same_count_is_none() -> None:
    wrong, right = (HeadsCounted(audience="associations", people=n) for n in (108, 180))
    command = CountHeads(gathering=ID, associations=180)
    assert decided(GATHERING, [PLANNED, wrong], command, THAT_DAY) == [right]
    assert decided(GATHERING, [PLANNED, wrong, right], command, THAT_DAY) == []


def test_a_count_given_empty_is_not_measured_and_one_not_given_stays() -> None:
    counted = [HeadsCounted(people=2), HeadsCounted(people=21), HeadsCounted(audience="others", people=3)]
    command = CountHeads(gathering=ID, unspecified=None)
    assert decided(GATHERING, [PLANNED, *counted], command, THAT_DAY) == [
        EventStruck(event=UUID(int=n), kind="HeadsCounted", reason="non mesuré") for n in (2, 3)
    ]
    assert decided(GATHERING, [PLANNED, counted[2]], command, THAT_DAY) == []


def test_a_count_of_another_day_is_not_emptied_before_it_and_is_named() -> None:
    """Nothing is counted on that day; it would not be true that nothing is measured."""
    counted = (HeadsCounted(audience="others", people=7), date(2014, 10, 17))
    planned = GatheringPlanned(**{**dict(PLANNED), "days": 2})
    for command in (CountHeads(gathering=ID, others=None), CountAudience(gathering=ID, audience="others")):
        assert decided(GATHERING, [planned, counted], command, THAT_DAY) == "not-counted-that-day"
        (struck,) = decided(GATHERING, [planned, counted], command, THAT_DAY + timedelta(days=1))
        assert isinstance(struck, EventStruck)
    both = CountHeads(gathering=ID, others=None, students=5)
    assert decided(GATHERING, [planned, counted], both, THAT_DAY) == [HeadsCounted(audience="students", people=5)]
    other = CountHeads(gathering=ID, students=None)
    assert decided(GATHERING, [planned, counted], other, THAT_DAY) == []


def test_heads_are_counted_on_the_day_of_the_gathering() -> None:
    command = CountHeads(gathering=ID, unspecified=21)
    assert decided(GATHERING, [PLANNED], command, datetime(2014, 10, 1, tzinfo=UTC)) == "not-yet"
    assert decided(GATHERING, [PLANNED], command, datetime(2015, 10, 16, tzinfo=UTC)) == "say-the-day"


def test_a_head_count_is_never_negative() -> None:
    with pytest.raises(ValidationError):
        CountHeads(gathering=ID, students=-1)


def test_a_workshop_is_noted() -> None:
    found = decided(GATHERING, [PLANNED], NoteWorkshop(gathering=ID, workshop_title="Eau"), THAT_DAY)
    assert isinstance(found[0], WorkshopHeld)


def test_a_public_of_the_network_itself_is_counted_by_its_code() -> None:
    command = CountAudience(gathering=ID, audience="families", people=12)
    counted = HeadsCounted(audience="families", people=12)
    assert decided(GATHERING, [PLANNED], command, THAT_DAY) == [counted]
    assert decided(GATHERING, [PLANNED, counted], command, THAT_DAY) == []
    emptied = decided(GATHERING, [PLANNED, counted], CountAudience(gathering=ID, audience="families"), THAT_DAY)
    assert emptied == [EventStruck(event=UUID(int=2), kind="HeadsCounted", reason="non mesuré")]


@pytest.mark.parametrize(
    ("audience", "by", "answers"),
    [
        ("students", CountHeads, {"students": 3}),
        (None, CountHeads, {"unspecified": 3}),
        ("families", CountAudience, {"audience": "families", "people": 3}),
    ],
)
def test_a_count_is_said_again_by_the_command_of_its_public(audience: str | None, by: Any, answers: Any) -> None:
    said = {"audience": audience, "people": 3}
    assert (counted_by(said), counts(said)) == (by, answers)
