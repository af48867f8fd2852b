"""An indicator as a picture and a table: each figure said once, what was not measured told from zero."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.observatory.app import OBSERVATORY
from services.observatory.charts.drawing import MOST_YEARS, Context, as_csv, as_sheet, drawn, label, name, told_apart
from services.observatory.indicators import INDICATORS
from shared.base.translations import Lexicon
from shared.web.words.messages import WORDS

WHERE = Context(date(2017, 10, 31), range(2008, 2018), "fr", Lexicon(WORDS, OBSERVATORY.words))


def test_the_year_that_is_not_over_says_until_when_it_goes() -> None:
    assert WHERE.partial == {"2017": "au 31/10"} and replace(WHERE, day=date(2017, 12, 31)).partial == {}
    assert len(WHERE.shown_years) == MOST_YEARS and WHERE.shown_years[-1] == 2017


@pytest.mark.parametrize("one", [one for one in INDICATORS.values() if one.chart in ("bars", "line")][:6])
def test_a_table_has_every_year_that_is_looked_at(one: object) -> None:
    indicator = INDICATORS[one.name]  # type: ignore[attr-defined]
    answer = {f"a.b.{year}": (float(year % 3), (1,)) for year in (2016, 2017)}
    found = drawn(indicator, answer, WHERE)
    assert [row[0] for row in found.rows] == [str(year) for year in WHERE.years]
    assert found.rows[0][1] is None and found.rows[-1][1] == 1.0 and found.measured
    assert not drawn(indicator, {}, WHERE).measured


def test_a_part_is_called_by_its_words_and_an_unknown_one_by_itself() -> None:
    assert label(WHERE, "31") == "Haute-Garonne" and label(WHERE, "nothing") == "nothing"
    assert label(WHERE, "school")[0].isupper() and label(WHERE, "associative") != "associative"


def test_each_figure_of_an_indicator_by_years_names_its_year() -> None:
    one = next(one for one in INDICATORS.values() if one.by_year and not one.parts)
    assert name(one, "x.y.values.2016", WHERE).endswith(", 2016")


def test_a_table_taken_away_is_text_and_numbers() -> None:
    rows = [("=1+1", 1234.5, None), ('a"b', 2.0, "x,y")]
    assert as_csv(("nom", "n", "v"), rows) == 'nom,n,v\r\n\'=1+1,1234.5,\r\n"a""b",2,"x,y"\r\n'
    assert as_sheet(("nom",), rows[:1], "fr") == "\ufeffnom\r\n'=1+1;1234,5;\r\n"


def test_a_stack_of_more_parts_than_colours_stays_whole() -> None:
    sizes = {"a": 1.0, "b": 9.0, "c": 2.0, "d": 8.0, "e": 7.0, "f": 6.0, "g": 5.0}
    assert told_apart(sizes) == (["b", "d", "e", "f", "g"], ["a", "c"])
    assert told_apart({part: sizes[part] for part in "abcdef"}) == (list("abcdef"), [])
