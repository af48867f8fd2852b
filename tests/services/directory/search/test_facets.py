"""Facets in words, each with its number, in an order that stays."""

from __future__ import annotations

from services.directory.app import DIRECTORY
from services.directory.search.facets import MOST, label, options
from shared.base.translations import Lexicon
from shared.web.words.messages import WORDS

LEXICON = Lexicon(WORDS, DIRECTORY.words)


def test_a_value_is_said_in_words_and_one_that_is_unknown_as_it_is() -> None:
    said = [
        label(name, value, LEXICON, "fr")
        for name, value in (
            ("department", "31"),
            ("commune", "31555"),
            ("commune", "99999"),
            ("countries", "SN"),
            ("themes", "Eau"),
        )
    ]
    assert said == ["Haute-Garonne", "Toulouse", "99999", "Sénégal", "Eau"]
    assert label("sdgs", "6", LEXICON, "fr").startswith("6") and label("kind", "school", LEXICON, "en") != "school"


def test_the_departments_of_the_region_stand_first_and_others_by_number() -> None:
    found = options("department", {"75": 1, "13": 9, "31": 4}, ["48"], LEXICON, "fr", first=["09", "31"])
    assert [(value, many) for value, _, many in found] == [("09", 0), ("31", 4), ("13", 9), ("75", 1), ("48", 0)]


def test_what_has_an_order_keeps_it_and_what_was_chosen_is_there_without_a_number() -> None:
    assert [value for value, *_ in options("member", {"no": 9}, [], LEXICON, "fr")] == ["yes", "no"]
    assert [value for value, *_ in options("state", {}, [], LEXICON, "fr")] == ["open", "closed"]
    assert [value for value, *_ in options("sdgs", {"10": 9, "9": 1}, ["17"], LEXICON, "fr")] == ["9", "10", "17"]
    assert options("themes", {"Eau": 2, "Air": 2, "Sel": 3}, ["Feu"], LEXICON, "fr") == [
        ("Sel", "Sel", 3),
        ("Air", "Air", 2),
        ("Eau", "Eau", 2),
        ("Feu", "Feu", 0),
    ]
    assert len(options("themes", {str(n): 1 for n in range(MOST + 9)}, [], LEXICON, "fr")) == MOST
