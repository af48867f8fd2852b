"""Projects of the Tribune and Tandems."""

from __future__ import annotations

from uuid import uuid4

import pytest
from pydantic import ValidationError

from services.events.projects.domain import PROJECT, PresentProject, WithdrawPresentation
from services.events.tandems.domain import (
    TANDEM,
    AddTandemSchool,
    CancelTandem,
    CountPupils,
    FormTandem,
    ReinstateTandem,
    RemoveTandemSchool,
)
from shared.contract.events.projects import ProjectPresentationWithdrawn, ProjectPresented
from shared.contract.events.tandems import (
    PupilsCounted,
    TandemCancelled,
    TandemFormed,
    TandemReinstated,
    TandemSchoolJoined,
    TandemSchoolLeft,
)
from tests.fixtures.deciding import decided

ID, SCHOOL = uuid4(), uuid4()
FORMED = TandemFormed(school_year="2016-2017", association_name="Terres en Mêlées")
JOINED = TandemSchoolJoined(school=SCHOOL, school_name="École inventée 0064")


def test_a_project_is_presented_by_a_structure_and_taken_back_once() -> None:
    presented = ProjectPresented(title="Un puits", structure_name="Kynarou", country="IN")
    command = PresentProject(project_title="Un puits", structure_name="Kynarou", country="IN")
    assert decided(PROJECT, [], command) == [presented]
    assert decided(PROJECT, [], PresentProject(project_title="Un puits")) == "whose-project"
    undo = WithdrawPresentation(project=ID, reason="Noté deux fois")
    withdrawn = ProjectPresentationWithdrawn(reason="Noté deux fois")
    assert decided(PROJECT, [presented], undo) == [withdrawn]
    assert decided(PROJECT, [presented, withdrawn], undo) == []
    assert decided(PROJECT, [], undo) == "unknown-project"


def test_a_tandem_is_formed_for_a_school_year() -> None:
    assert decided(TANDEM, [], FormTandem(school_year="2016-2017", association_name="Terres en Mêlées")) == [FORMED]
    for wrong in ("2016", "2016-2018", "2016/2017", "deux mille", "２０１６-2017"):
        with pytest.raises(ValidationError):
            FormTandem(school_year=wrong, association_name="Terres en Mêlées")


def test_a_school_joins_once_and_may_leave() -> None:
    command = AddTandemSchool(tandem=ID, school=SCHOOL, school_name="École inventée 0064")
    leave, left = RemoveTandemSchool(tandem=ID, school=SCHOOL), TandemSchoolLeft(school=SCHOOL)
    assert decided(TANDEM, [FORMED], command) == [JOINED]
    assert decided(TANDEM, [FORMED, JOINED], command) == []
    assert decided(TANDEM, [FORMED, JOINED], leave) == [left]
    assert decided(TANDEM, [FORMED, JOINED, left], leave) == []
    assert decided(TANDEM, [FORMED, JOINED, left], command) == [JOINED]


def test_a_later_count_of_pupils_replaces_the_earlier() -> None:
    assert decided(TANDEM, [FORMED, PupilsCounted(pupils=98)], CountPupils(tandem=ID, pupils=89)) == [
        PupilsCounted(pupils=89)
    ]
    assert decided(TANDEM, [FORMED, PupilsCounted(pupils=89)], CountPupils(tandem=ID, pupils=89)) == []


def test_a_tandem_is_cancelled_and_reinstated() -> None:
    cancelled = TandemCancelled(reason="Classe fermée")
    assert decided(TANDEM, [FORMED], CancelTandem(tandem=ID, reason="Classe fermée")) == [cancelled]
    assert decided(TANDEM, [FORMED, cancelled], CancelTandem(tandem=ID, reason="Encore")) == []
    assert decided(TANDEM, [FORMED, cancelled], CountPupils(tandem=ID, pupils=3)) == "tandem-cancelled"
    assert decided(TANDEM, [FORMED, cancelled], ReinstateTandem(tandem=ID)) == [TandemReinstated()]
    assert decided(TANDEM, [], CancelTandem(tandem=ID, reason="Classe fermée")) == "unknown-tandem"
