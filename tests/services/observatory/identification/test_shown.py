"""Criteria in words, and the values that are offered of each."""

from __future__ import annotations

from datetime import date

from starlette.datastructures import QueryParams

from services.observatory.app import OBSERVATORY
from services.observatory.event_table.moment import Moment
from services.observatory.identification.domain import Criteria
from services.observatory.identification.shown import MOST, kept, label, options, travelling, when_as_facts
from shared.base.translations import Lexicon
from shared.web.words.messages import WORDS

LEXICON = Lexicon(WORDS, OBSERVATORY.words)
MOMENT = Moment(date(2017, 10, 31), date(2017, 11, 2), 7)


def test_a_value_is_said_in_words() -> None:
    assert label("departments", "31", LEXICON, "fr") == "Haute-Garonne (31)"
    assert label("countries", "SN", LEXICON, "fr") == "Sénégal" and label("themes", "eau", LEXICON, "fr") == "eau"
    assert label("sdgs", 6, LEXICON, "fr").startswith("6. ") and label("member", "yes", LEXICON, "fr")[0].isupper()


def test_what_has_an_order_keeps_it_and_the_rest_is_by_number() -> None:
    assert [one for one, *_ in options("sdgs", {"10": 1, "2": 1}, ["17"], LEXICON, "fr")] == ["2", "10", "17"]
    assert [one for one, *_ in options("member", {"no": 1, "yes": 1}, [], LEXICON, "fr")] == ["yes", "no"]
    themes = options("themes", {"a": 1, "b": 2}, ["c"], LEXICON, "fr")
    assert [(one, many) for one, _, many in themes] == [("b", 2), ("a", 1), ("c", 0)]
    assert len(options("themes", {str(n): 1 for n in range(999)}, [], LEXICON, "fr")) == MOST


def test_the_next_page_is_asked_as_this_one_was() -> None:
    query = QueryParams("as_of=2017-10-31&known_at=&request=r&page=2")
    assert kept(query, Criteria(), MOMENT) == [("as_of", "2017-10-31"), ("request", "r")]
    assert when_as_facts(MOMENT) == {"as_of": date(2017, 10, 31), "known_at": date(2017, 11, 2), "known": 7}


def test_the_head_of_a_page_says_a_day_that_was_asked_for() -> None:
    assert travelling(MOMENT, None, None)["as_of"] is None and travelling(MOMENT, "x", None)["as_of"] == MOMENT.as_of
