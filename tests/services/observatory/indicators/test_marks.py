"""Indicators ask what is so of a term, of the lists as they were on the day: no code of one network."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from services.observatory.event_table.filtering import ALL
from services.observatory.figures.answers import ask, ask_all
from services.observatory.indicators import LISTED
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
    terms = {name: general(name).values() for name, one in VOCABULARIES.items() if one.marks and not one.elsewhere}
    known = {(name, one.code, mark) for name, some in terms.items() for one in some for mark in one.marks or [None]}
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
        assert ask(table, "departmental_tour", NOW, table.position)[path][0] == 1, "what it was on its own day"


def test_a_gathering_keeps_the_marks_of_its_own_day(tmp_path: Path) -> None:
    history = History()
    history.say(TermDefined(**CAFE, marks=["modules"]), "list", "2014-01-01")
    history.say(TermRevised(**CAFE, marks=[]), "list", "2016-01-01")
    history.say(TermRevised(**CAFE, marks=["modules", "tour"]), "list", "2017-01-01")
    for at, day in enumerate(("2013-06-01", "2015-06-01", "2016-06-01", "2017-06-01")):
        history.say(GatheringHeld(kind="cafe", title=day, town=f"t{at}"), day, day)
    with history.table(tmp_path) as table:
        found = ask(table, "training_sessions", NOW, table.position)["events.trainings.sessions"][0]
        towns = ask(table, "departmental_tour", NOW, table.position)["events.departmental_tour.towns"][0]
    assert found == 3, "not the one of 2016; the one before anything was said is what was said first"
    assert towns == 1


def test_a_general_term_counts_as_before_whatever_is_said_of_it(tmp_path: Path) -> None:
    """A log of before has definitions that say no marks."""
    history = History()
    for code in ("agora", "training"):
        said = {"vocabulary": "gathering", "code": code, "titles": {"fr": "Autrement"}}
        history.say(TermRevised(**said, marks=[]), "list", "2014-06-01")
        history.say(GatheringHeld(kind=code, title="x"), f"early {code}", "2013-06-01")
        history.say(GatheringHeld(kind=code, title="x"), f"late {code}", "2015-06-01")
    with history.table(tmp_path) as table:
        assert ask(table, "training_sessions", NOW, table.position)["events.trainings.sessions"][0] == 2
        assert ask(table, "agora_first_held", NOW, table.position)["events.agora.first_held"][0] == 2013


def test_a_kind_that_another_network_adds_counts_without_a_changed_line_of_sql(tmp_path: Path) -> None:
    history = History()
    added = {"vocabulary": "gathering", "code": "apero_grand_est", "titles": {"fr": "Apéro", "en": "Evening"}}
    history.say(TermDefined(**added), "list", "2021-01-01")
    history.say(GatheringHeld(kind="apero_grand_est", title="Un", town="Metz", guests=["G"]), "one", "2021-02-01")
    history.say(GatheringHeld(kind="apero_grand_est", title="Deux", town="Nancy", topics=["Eau"]), "two", "2022-02-01")
    own = "events.gatherings.apero_grand_est"
    with history.table(tmp_path) as table:
        day = date(2022, 12, 31)
        found = {
            path: value
            for name, answer in ask_all(
                table, [one.name for one in LISTED], day, table.position, ALL, 2021, 2022
            ).items()
            for path, (value, _) in answer.items()
            if path.startswith(f"{own}.")
        }
    assert found == {
        f"{own}.2021": 1,
        f"{own}.2022": 1,
        f"{own}.all": 2,
        f"{own}.since": 2021,
        f"{own}.towns_2021_2022": 2,
        f"{own}.topics_2021_2022": 1,
        f"{own}.with_guests_2021_2022": 1,
    }


def test_no_indicator_asks_for_a_kind_of_gathering_by_its_code() -> None:
    """A mark may be asked for; a code is one network's."""
    marks = {mark for one in general("gathering").values() for mark in one.marks}
    codes = {*general("gathering")} - marks
    for one in LISTED:
        literals = {word for said in re.findall(r"'([\w.-]+)'", one.query) for word in said.split(".")}
        assert not (codes - {"agora", "working_group"}) & literals, one.name  # words of paths that are published
        assert not re.search(r"\bkind\b *(=|IN \(')", one.query), f"{one.name} asks for a kind by its code"


def test_a_college_that_another_network_has_counts_without_a_changed_line_of_sql(tmp_path: Path) -> None:
    history = History()
    history.say(CollegeOpened(college="schools", title="Écoles"), "college", "2015-01-01")
    history.say(MemberJoined(college="schools", charter_version=1, structure=named("s")), "member", "2016-01-01")
    with history.table(tmp_path) as table:
        found = ask(table, "members_by_college", NOW, table.position)
    assert found["membership.colleges_by_year.schools.2016"][0] == 1
