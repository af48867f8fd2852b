"""A tandem: formed, joined by schools once each, its pupils counted and counted again."""

from __future__ import annotations

from uuid import uuid4

import pytest
from pydantic import ValidationError

from services.events.tandems.domain import TANDEM, AddTandemSchool, CountPupils, FormTandem, allows
from shared.contract import Event
from shared.contract.events.tandems import PupilsCounted, TandemFormed, TandemSchoolJoined
from shared.kernel.decider import Command
from tests.fixtures.deciding import decided

ID, SCHOOL, OTHER, ASSOCIATION = uuid4(), uuid4(), uuid4(), uuid4()
FORM = FormTandem(
    school_year="2016-2017", association=ASSOCIATION, association_name="Eau vive", theme="Eau", pilot=True
)
FORMED = TandemFormed(
    school_year="2016-2017", association=ASSOCIATION, association_name="Eau vive", theme="Eau", pilot=True
)
JOIN = AddTandemSchool(tandem=ID, school=SCHOOL, school_name="Lycée inventé", level="upper_secondary")
JOINED = TandemSchoolJoined(school=SCHOOL, school_name="Lycée inventé", level="upper_secondary")
COUNT, COUNTED = CountPupils(tandem=ID, pupils=30), PupilsCounted(pupils=30)


@pytest.mark.parametrize(
    ("before", "command", "came"),
    [
        ([], FORM, [FORMED]),
        ([FORMED], FORM, "already-registered"),
        ([], JOIN, "unknown-tandem"),
        ([], COUNT, "unknown-tandem"),
        ([FORMED], JOIN, [JOINED]),
        ([FORMED, JOINED], JOIN, []),
        ([FORMED], COUNT, [COUNTED]),
        ([FORMED, COUNTED], COUNT, []),
        ([FORMED, PupilsCounted(pupils=28)], COUNT, [COUNTED]),
        ([FORMED, COUNTED, PupilsCounted(pupils=0)], COUNT, [COUNTED]),
    ],
)
def test_what_comes_of_a_command(before: list[Event], command: Command, came: list[Event] | str) -> None:
    assert decided(TANDEM, before, command) == came


def test_several_schools_may_join_and_one_is_known_by_its_id_not_its_name() -> None:
    again = JOIN.model_copy(update={"school_name": "Lycée renommé"})
    assert decided(TANDEM, [FORMED, JOINED], again) == []
    (second,) = decided(TANDEM, [FORMED, JOINED], JOIN.model_copy(update={"school": OTHER}))
    assert isinstance(second, TandemSchoolJoined) and second.school == OTHER


def test_what_a_correction_may_not_leave_behind() -> None:
    formed, joined = TANDEM.fold([FORMED]), TANDEM.fold([FORMED, JOINED])
    assert allows(TANDEM.initial, FORMED) is None and allows(formed, FORMED) == "already-registered"
    assert allows(formed, JOINED) is None and allows(joined, JOINED) == "already-noted"
    assert allows(joined, COUNTED) is None


@pytest.mark.parametrize("year", ["2016", "2016-2018", "2017-2016", "16-17"])
def test_a_school_year_is_two_years_in_a_row(year: str) -> None:
    with pytest.raises(ValidationError):
        FORM.model_validate({**FORM.model_dump(), "school_year": year})


@pytest.mark.parametrize("pupils", [-1, 1_000_000])
def test_pupils_are_a_number_that_can_be(pupils: int) -> None:
    with pytest.raises(ValidationError):
        CountPupils(tandem=ID, pupils=pupils)
