"""What an address of the dashboard narrows: what there is, and nothing else."""

from __future__ import annotations

import pytest

from services.observatory.dashboard.address import narrowing, theme_options, wanted
from services.observatory.event_table.filtering import ALL, Filters
from shared.contract.membership.vocabularies import TermDefined
from shared.kernel.decider import Refused
from shared.notions.vocabularies.view import KNOWN, Lists


def test_nothing_and_empty_answers_narrow_nothing() -> None:
    assert narrowing(wanted()) == narrowing(wanted(department="", college="", theme="", kind="")) == ALL


def test_a_theme_is_any_word_and_the_rest_is_on_a_list() -> None:
    want = wanted(department="31", theme="n'importe quoi", kind="association")
    assert narrowing(want) == Filters("31", None, "n'importe quoi", "association")


@pytest.mark.parametrize("given", [{"department": "99"}, {"college": "none"}, {"kind": "x" * 100}])
def test_what_is_on_no_list_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(Refused, match="unknown-filter"):
        narrowing(wanted(**given))


def test_a_filter_offers_terms_by_their_titles_and_keeps_the_word_that_an_address_says() -> None:
    said = TermDefined(vocabulary="theme", code="water", titles={"fr": "Eau", "en": "Water"}).model_dump(mode="json")
    known = Lists({"theme": {"said": [{"type": "TermDefined", "data": said, "day": "2016-01-01", "seq": 1}]}})
    before = KNOWN.set(lambda: known)
    try:
        assert theme_options(["water", "Sel"], None, "en") == [("Sel", "Sel"), ("water", "Water")]
        assert theme_options(["water", "Sel"], "EAU", "fr") == [("EAU", "Eau"), ("Sel", "Sel")]
        assert theme_options([], "Feu", "fr") == [("Feu", "Feu")]
        assert Filters(theme="EAU").meant() == Filters(theme="water").meant() != Filters(theme="Feu").meant()
    finally:
        KNOWN.reset(before)
    assert theme_options(["water"], "Eau", "fr") == [("Eau", "Eau"), ("water", "water")], "no thesaurus"
