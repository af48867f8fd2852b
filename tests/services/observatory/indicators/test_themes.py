"""Figures count themes by the terms of the network's thesaurus, whatever they are called; other words as said."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from services.observatory.event_table.filtering import Filters
from services.observatory.event_table.table import EventTable
from services.observatory.figures.answers import ask, part
from services.observatory.identification.criteria import identify
from services.observatory.identification.domain import Criteria
from shared.contract.directory.cooperation import CooperationProjectDrafted, CooperationProjectPublished
from shared.contract.directory.structures import StructureRegistered
from shared.contract.membership.vocabularies import TermDefined, TermRevised
from shared.notions.vocabularies.themes import Themes, folded_theme, named
from tests.fixtures.observatory_history import History
from tests.fixtures.observatory_history import named as id_of

pytestmark = pytest.mark.slow

NOW = date(2021, 12, 31)
TOTAL = "directory.structures_total.value"
WATER = {"vocabulary": "theme", "code": "water"}
SAID = (
    (TermDefined(**WATER, titles={"fr": "Eau", "en": "Water"}), "2016-06-01"),
    (TermRevised(**WATER, titles={"fr": "Eau et assainissement", "en": "Water"}), "2018-06-01"),
    (TermDefined(vocabulary="theme", code="rivers", titles={"fr": "Rivières", "en": "Eau"}), "2020-06-01"),
)
WORDS = {
    "a": ["Eau"],
    "b": ["  WATER", "eau"],
    "c": ["water", "Sel"],
    "d": ["Eau et  assainissement"],
    "e": ["Sel"],
    "f": [],
}


def history(*, thesaurus: bool = True) -> History:
    said = History()
    for name, themes in WORDS.items():
        said.say(StructureRegistered(name=name, kind="association", themes=themes), name, "2015-01-01")
    for event, day in SAID if thesaurus else ():
        said.say(event, "list", day)
    return said


def total(table: EventTable, theme: str, day: date = NOW) -> float | None:
    return ask(table, "structures_total", day, table.position, filters=Filters(theme=theme))[TOTAL][0]


@pytest.mark.parametrize("theme", ["water", "Eau", "eau et assainissement", "EAU "])
def test_a_theme_by_any_name_that_it_had_is_one_figure_on_every_day(tmp_path: Path, theme: str) -> None:
    with history().table(tmp_path) as table:
        assert [total(table, theme, date(year, 12, 31)) for year in (2015, 2017, 2019)] == [4, 4, 4]


def test_a_name_that_another_term_took_means_that_one_from_its_day_on(tmp_path: Path) -> None:
    with history().table(tmp_path) as table:
        assert (total(table, "rivers", date(2019, 12, 31)), total(table, "Eau", date(2019, 12, 31))) == (0, 4)
        assert (total(table, "rivers"), total(table, "Eau"), total(table, "Rivières")) == (2, 2, 2)
        parts = part(table, "structures_total", NOW, table.position, "theme")[TOTAL]
        before = part(table, "structures_total", date(2019, 12, 31), table.position, "theme")[TOTAL]
    counted = {name: len(events) for name, events in parts.items()}
    assert counted == {"water": 3, "rivers": 2, "Sel": 2, "": 1}
    assert {name: len(events) for name, events in before.items()} == {"water": 4, "Sel": 2, "": 1}


def test_what_was_not_known_of_the_thesaurus_yet_changes_no_figure(tmp_path: Path) -> None:
    """A review that was published before it is recounted as it was."""
    with history().table(tmp_path) as table, history(thesaurus=False).table(tmp_path / "without") as without:
        upto = len(WORDS)
        assert part(table, "structures_total", NOW, upto, "theme") == part(
            without, "structures_total", NOW, upto, "theme"
        )
        assert {*part(without, "structures_total", NOW, upto, "theme")[TOTAL]} - {""} == {
            word for words in WORDS.values() for word in words
        }
        assert total(without, "Eau") == 1 and total(without, "water") == 1, "words, letter by letter"


def test_an_identification_finds_by_every_name_what_records_and_projects_say(tmp_path: Path) -> None:
    said = history()
    said.say(
        CooperationProjectDrafted(
            title="Puits", leader=id_of("structure/f"), country="SN", stage="running", summary="x", themes=["Water"]
        ),
        "p",
        "2017-01-01",
    )
    said.say(CooperationProjectPublished(), "p", "2017-01-02")
    with said.table(tmp_path) as table:
        for theme in ("water", "Eau", "eau et assainissement"):
            found = identify(table, Criteria(themes=[theme]), date(2019, 12, 31), table.position)
            assert {one.name for one in found.actors} == {"a", "b", "c", "d", "f"}
            assert found.facets["themes"] == {"water": 5, "Sel": 2} and found.parts["themes"] == {"water": 5, "Sel": 1}


def test_sql_reads_a_theme_as_the_notion_does(tmp_path: Path) -> None:
    words = [
        *(word for some in WORDS.values() for word in some),
        "Rivières",
        "riviere\u0301s",
        "Cœur",
        "a\u00a0b",
        "wa\u00adter",
    ]
    with history().table(tmp_path) as table:
        for day in (date(2015, 1, 1), date(2019, 1, 1), NOW):
            themes = named([(event, date.fromisoformat(on)) for event, on in SAID], day)
            names = table.rows("SELECT names FROM themes_named($day, $upto)", {"day": day, "upto": table.position})
            assert names[0]["names"] == themes.names
            sql = "SELECT theme_read(names, $word) AS code FROM themes_named($day, $upto)"
            for word in words:
                row = table.rows(sql, {"word": word, "day": day, "upto": table.position})[0]
                assert row["code"] == themes.read(word), word
        for word in words:
            assert table.rows("SELECT folded_theme($word) AS said", {"word": word})[0]["said"] == folded_theme(word)
    assert Themes().read("  Eau ") == "  Eau "
