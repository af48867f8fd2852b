"""A network's file that is said again: what is otherwise is revised, what it leaves out stays."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.base.translations import translated
from shared.contract import Event
from shared.contract.membership.members import CollegeClosed, CollegeOpened
from shared.contract.membership.vocabularies import TermDefined
from shared.contract.newsletter.bulletins import BulletinOpened
from shared.notions.network.beginning import of, steps
from shared.notions.network.saying_again import said_again
from shared.notions.vocabularies import Terms, folded

DAY = date(2020, 1, 1)
SAID: dict[str, list[Event]] = {
    "college": [CollegeOpened(college="towns", title="Villes", titles={"en": "Towns"}, rank=1, kinds=["public_body"])],
    "bulletin": [BulletinOpened(bulletin="letter", title="Lettre", purpose="Tout.", arrivals=["news"])],
    "gathering": [TermDefined(vocabulary="gathering", code="forum", titles={"fr": "Forum"}, rank=9, marks=["yearly"])],
}


def there(name: str, day: date | None) -> Terms:
    return folded(name, [(event, DAY) for event in SAID.get(name, ())])


def again(said: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    (step,) = said_again(steps(of(said, "file")), there, {"letter": "Tout."})
    return step.command, dict(step.fields)


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ({"colleges": [{"code": "towns", "title": "Villes"}]}, "OpenCollege"),
        ({"colleges": [{"code": "towns", "title": "Villes", "titles": {"fr": "Villes"}}]}, "OpenCollege"),
        ({"colleges": [{"code": "towns", "title": "Communes"}]}, "ReviseCollege"),
        ({"colleges": [{"code": "towns", "title": "Villes", "titles": {"en": "Cities"}}]}, "ReviseCollege"),
        ({"colleges": [{"code": "towns", "title": "Villes", "kinds": ["school"]}]}, "ReviseCollege"),
        ({"colleges": [{"code": "firms", "title": "Entreprises"}]}, "OpenCollege"),
        ({"bulletins": [{"code": "letter", "title": "Lettre", "purpose": "Tout."}]}, "OpenBulletin"),
        ({"bulletins": [{"code": "letter", "title": "Lettre", "purpose": "Peu."}]}, "ReviseBulletin"),
        ({"lists": {"gathering": {"forum": {"titles": {"fr": "Forum"}}}}}, "DefineTerm"),
        ({"lists": {"gathering": {"forum": {"titles": {"fr": "Foire"}}}}}, "ReviseTerm"),
        ({"lists": {"gathering": {"forum": {"titles": {"fr": "Forum"}, "marks": []}}}}, "ReviseTerm"),
    ],
)
def test_what_is_otherwise_is_revised_and_what_is_the_same_said_as_before(said: dict[str, Any], command: str) -> None:
    assert again(said)[0] == command


def test_what_the_file_leaves_out_stays() -> None:
    _, fields = again({"colleges": [{"code": "towns", "title": "Communes"}]})
    assert fields["titles"] == {"en": "Towns"} and "persons" not in fields
    _, fields = again({"bulletins": [{"code": "letter", "title": "La lettre", "purpose": "Tout."}]})
    assert fields["arrivals"] == ["news"]


def test_a_college_that_was_closed_is_opened_again() -> None:
    closed = [*SAID["college"], CollegeClosed(college="towns", reason="fin")]
    (step,) = said_again(
        steps(of({"colleges": [{"code": "towns", "title": "Communes"}]}, "file")),
        lambda name, day: folded(name, [(event, DAY) for event in closed]),
        {},
    )
    assert step.command == "OpenCollege"


def test_what_is_revised_is_said_in_the_language_of_who_reads_it() -> None:
    said = {"lists": {"gathering": {"forum": {"titles": {"fr": "Foire", "en": "Fair"}}}}}
    (step,) = said_again(steps(of(said, "file")), there, {})
    assert translated(step.says, "en") == "Kinds of gatherings: Fair, called otherwise"
