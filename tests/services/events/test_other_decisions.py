"""Projects of the Tribune and Tandems."""

from __future__ import annotations

from uuid import uuid4

import pytest
from pydantic import ValidationError

from services.events.projects.domain import PROJECT, PresentProject
from services.events.tandems.domain import (
    TANDEM,
    AddTandemSchool,
    CountPupils,
    FormTandem,
)
from shared.contract.events.projects import ProjectPresented
from shared.contract.events.tandems import (
    PupilsCounted,
    TandemFormed,
    TandemSchoolJoined,
)
from tests.fixtures.deciding import decided

ID, SCHOOL = uuid4(), uuid4()
FORMED = TandemFormed(school_year="2016-2017", association_name="Terres en Mêlées")
JOINED = TandemSchoolJoined(school=SCHOOL, school_name="École inventée 0064")


def test_a_project_is_presented_by_a_structure() -> None:
    presented = ProjectPresented(title="Un puits", structure_name="Kynarou", country="IN")
    command = PresentProject(project_title="Un puits", structure_name="Kynarou", country="IN")
    assert decided(PROJECT, [], command) == [presented]
    assert decided(PROJECT, [], PresentProject(project_title="Un puits")) == "whose-project"


def test_a_tandem_is_formed_for_a_school_year() -> None:
    assert decided(TANDEM, [], FormTandem(school_year="2016-2017", association_name="Terres en Mêlées")) == [FORMED]
    for wrong in ("2016", "2016-2018", "2016/2017", "deux mille", "２０１６-2017"):
        with pytest.raises(ValidationError):
            FormTandem(school_year=wrong, association_name="Terres en Mêlées")


def test_a_school_joins_once() -> None:
    command = AddTandemSchool(tandem=ID, school=SCHOOL, school_name="École inventée 0064")
    assert decided(TANDEM, [FORMED], command) == [JOINED]
    assert decided(TANDEM, [FORMED, JOINED], command) == []


def test_a_later_count_of_pupils_replaces_the_earlier() -> None:
    assert decided(TANDEM, [FORMED, PupilsCounted(pupils=98)], CountPupils(tandem=ID, pupils=89)) == [
        PupilsCounted(pupils=89)
    ]
    assert decided(TANDEM, [FORMED, PupilsCounted(pupils=89)], CountPupils(tandem=ID, pupils=89)) == []
