"""Indicators ask what is so of a term, of the lists as they were on the day: no code of one network."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from services.observatory.figures.answers import ask
from shared.contract.events.gatherings import GatheringHeld
from shared.contract.membership.members import CollegeOpened, MemberJoined
from shared.contract.membership.vocabularies import TermDefined, TermRevised
from shared.notions.vocabularies import VOCABULARIES, general
from tests.fixtures.observatory_history import History, named

CAFE = {"vocabulary": "gathering", "code": "cafe", "titles": {"fr": "Café"}}
NOW = date(2018, 1, 1)


def test_what_is_so_of_general_terms_is_the_same_in_sql(tmp_path: Path) -> None:
    history = History()
    history.say(GatheringHeld(kind="agora", title="x"), "x", "2016-01-01")
    with history.table(tmp_path) as table:
        said = {(row["vocabulary"], row["code"], row["mark"]) for row in table.rows("FROM general_marks()")}
    known = {(name, one.code, mark) for name in VOCABULARIES for one in general(name).values() for mark in one.marks}
    assert said == known


def test_a_kind_of_a_network_counts_by_its_mark_from_the_day_it_has_it(tmp_path: Path) -> None:
    history = History()
    history.say(TermDefined(**CAFE), "list", "2015-01-01")
    history.say(TermRevised(**CAFE, marks=["tour"]), "list", "2017-01-01")
    history.say(GatheringHeld(kind="cafe", title="Un", town="Lens"), "one", "2016-02-01")
    history.say(GatheringHeld(kind="departmental_tour", title="Deux", town="Arras"), "two", "2016-03-01")
    path = "events.departmental_tour.towns"
    with history.table(tmp_path) as table:
        assert ask(table, "departmental_tour", date(2016, 12, 31), table.position)[path][0] == 1
        assert ask(table, "departmental_tour", NOW, table.position)[path][0] == 2


def test_a_college_that_another_network_has_counts_without_a_changed_line_of_sql(tmp_path: Path) -> None:
    history = History()
    history.say(CollegeOpened(college="schools", title="Écoles"), "college", "2015-01-01")
    history.say(MemberJoined(college="schools", charter_version=1, structure=named("s")), "member", "2016-01-01")
    with history.table(tmp_path) as table:
        found = ask(table, "members_by_college", NOW, table.position)
    assert found["membership.colleges_by_year.schools.2016"][0] == 1
