"""A college is renamed, closed and opened again: given events, when a command, then events or a refusal."""

from __future__ import annotations

from services.membership.members.domain.college import COLLEGE, CloseCollege, OpenCollege, ReviseCollege
from shared.contract.membership.members import CollegeClosed, CollegeOpened, CollegeRevised
from tests.fixtures.deciding import decided

OPENED = CollegeOpened(college="experts", title="Experts", persons=True, titles={"en": "Experts"}, rank=4)
CLOSED = CollegeClosed(college="experts", reason="statuts")
RENAMED = CollegeRevised(college="experts", title="Savants", titles={"en": "Scholars"}, rank=2)


def test_a_college_is_renamed_and_moved() -> None:
    command = ReviseCollege(college="experts", title="Savants", titles={"en": "Scholars"}, rank=2)
    assert decided(COLLEGE, [OPENED], command) == [RENAMED]
    assert decided(COLLEGE, [OPENED, RENAMED], command) == []
    assert decided(COLLEGE, [], command) == "unknown-college"
    assert decided(COLLEGE, [OPENED, CLOSED], command) == "college-closed"
    assert decided(COLLEGE, [OPENED], command.model_copy(update={"titles": {"xx": "?"}})) == "unknown-language"


def test_one_that_is_opened_again_is_of_persons_and_called_as_before() -> None:
    again = OpenCollege(college="experts", title="Experts")
    assert decided(COLLEGE, [OPENED, CLOSED], again) == [OPENED]
    assert decided(COLLEGE, [OPENED], again) == [], "nothing is said otherwise"
    named = OPENED.model_copy(update={"title": "Savants", "titles": {"en": "Scholars"}, "rank": 2})
    savants = again.model_copy(update={"title": "Savants"})
    assert decided(COLLEGE, [OPENED, RENAMED, CLOSED], savants) == [named]
    assert decided(COLLEGE, [OPENED, CLOSED], CloseCollege(college="experts", reason="statuts")) == []


def test_one_keeps_such_members_as_it_has() -> None:
    """Also once it is closed, and whichever way: those in it stay."""
    of_structures = CollegeOpened(college="essai", title="Essai")
    for opened, persons in ((of_structures, True), (OPENED, False)):
        other = OpenCollege(college=opened.college, title=opened.title, persons=persons)
        closed = CollegeClosed(college=opened.college, reason="statuts")
        assert decided(COLLEGE, [opened], other) == "college-of-others"
        assert decided(COLLEGE, [opened, closed], other) == "college-of-others"
    assert decided(COLLEGE, [of_structures], OpenCollege(college="essai", title="Essai")) == []


def test_one_that_earlier_releases_opened_is_of_what_it_was_by_its_code() -> None:
    earlier = CollegeOpened(college="qualified_persons", title="Personnes")
    again = OpenCollege(college="qualified_persons", title="Personnes qualifiées", persons=True)
    assert isinstance(decided(COLLEGE, [earlier], again), list)
    assert decided(COLLEGE, [earlier], again.model_copy(update={"persons": False})) == "college-of-others"
