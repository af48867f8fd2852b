"""A said theme is read by the thesaurus: by any name that a term ever had, in any language."""

from __future__ import annotations

from datetime import date

import pytest

from shared.contract.membership.vocabularies import TermClosed, TermDefined, TermRevised
from shared.notions.vocabularies.themes import THEME, Themes, named
from shared.notions.vocabularies.view import Lists, as_of

SAID = (
    (TermDefined(vocabulary=THEME, code="water", titles={"fr": "Eau", "en": "Water"}), date(2016, 6, 1)),
    (TermRevised(vocabulary=THEME, code="water", titles={"fr": "Eau et cœur", "en": "Water"}), date(2018, 6, 1)),
    (TermDefined(vocabulary=THEME, code="rivers", titles={"fr": "Eau", "en": "Rivers"}), date(2020, 6, 1)),
    (TermClosed(vocabulary=THEME, code="rivers", into=["water"]), date(2021, 6, 1)),
)


def lists() -> Lists:
    said = [
        {"type": type(event).__name__, "data": event.model_dump(mode="json"), "day": day.isoformat(), "seq": seq}
        for seq, (event, day) in enumerate(SAID, 1)
    ]
    return Lists({THEME: {"said": said}})


@pytest.mark.parametrize("word", ["water", "WATER", " eau  et\u00a0coeur", "Eau et cœ\u00adur"])
def test_a_term_is_meant_by_its_code_and_all_its_names_whatever_accents_case_and_spaces(word: str) -> None:
    for day in (None, date(2010, 1, 1), date(2017, 1, 1), date(2022, 1, 1)):
        assert named(SAID, day).read(word) == "water"


def test_of_one_name_the_term_counts_that_had_it_last_by_the_day() -> None:
    found = [named(SAID, day).read("eau") for day in (date(2010, 1, 1), date(2019, 1, 1), date(2020, 6, 1), None)]
    assert found == ["water", "water", "rivers", "rivers"]


def test_a_word_of_no_term_stays_itself_and_each_term_is_once() -> None:
    themes = named(SAID)
    assert themes.read_all(["Sel", "Water", "water", " Sel"]) == ["Sel", "water", " Sel"]
    assert Themes().read_all(["Eau", "eau"]) == ["Eau", "eau"], "no thesaurus: letter by letter"
    assert {"Sel"} == {*themes.words("Sel")} and "eau et coeur" in themes.words("Water")


def test_a_theme_is_called_as_on_the_day_that_is_answered_as_of() -> None:
    known = lists()
    assert known.theme_titles(["Water", "water", "Sel"], "fr") == ["Eau et cœur", "Sel"]
    assert known.theme("eau et coeur", "en") == "Water"
    with as_of(date(2017, 1, 1)):
        assert known.theme("Water", "fr") == "Eau"
    assert known.theme("Rivers", "fr") == "Eau", "closed, and readable"
    assert Lists({}).theme("eau_vive", "fr") == "eau_vive"


def test_what_was_not_known_yet_is_not_read() -> None:
    known = lists()
    with as_of(date(2019, 1, 1), upto=1):
        assert known.themes().read("Eau et cœur") == "Eau et cœur" and known.themes().read("Eau") == "water"
