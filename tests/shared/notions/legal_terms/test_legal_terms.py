"""The terms of the law: each is whole, under each law, and what a network has found since stands before it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from shared.contract import Event
from shared.contract.membership.network import LawChosen, LegalTermStated
from shared.notions.legal_terms import BOTH, LAWS, UNITS, USUAL, LegalTerm, held, last_day, law_on, legal_terms

DAY = date(2026, 11, 30)
CHANGES = "board_changes"


def stated(review_by: date, **more: Any) -> LegalTermStated:
    return LegalTermStated(law="1901", term=CHANGES, review_by=review_by, **more)


@pytest.mark.parametrize("law", LAWS)
def test_each_term_is_said_under_each_law_with_its_article_and_a_day_to_review(law: str) -> None:
    found = held(law)
    assert found.keys() == legal_terms().keys() and len(found) >= 10
    for one in found.values():
        for what in ("title", "text", "source"):
            assert len({one.said(what, lang) for lang in BOTH}) == 2, f"{one.code}: {what}"
        assert any(figure in one.said("source", "fr") for figure in "123456789"), one.code
        assert one.since < one.review_by and one.unit in (None, *UNITS)


def test_an_amount_stands_in_the_text_that_says_it() -> None:
    words = {2: ("deux",), 3: ("trois",), 5: ("cinq",), 6: ("six",), 7: ("sept",), 12: ("douze",)}
    for law in LAWS:
        for one in held(law).values():
            if one.amount is not None:
                text = one.text["fr"].casefold().replace("\u202f", "")
                assert any(word in text for word in words.get(one.amount, (str(one.amount),))), one.code


def test_the_two_laws_say_otherwise() -> None:
    assert held("1901")["founding_members"].amount == 2 and held("local")["founding_members"].amount == 7
    assert "67" in held("local")[CHANGES].source["fr"] and "1901" in held("1901")[CHANGES].source["fr"]
    assert held("1901")["claims_lapse"].text == held("local")["claims_lapse"].text


def test_the_law_is_that_of_the_day_and_the_usual_one_where_nothing_was_said() -> None:
    said: list[tuple[Event, date]] = [(LawChosen(law="1901"), date(2012, 1, 1)), (LawChosen(law="local"), DAY)]
    assert (law_on(said, DAY), law_on(said, DAY - timedelta(1)), law_on([], DAY)) == ("local", "1901", USUAL)


def test_before_its_day_a_term_is_not_known() -> None:
    assert "receipts_declared" not in held("1901", day=date(2020, 12, 31))
    assert "receipts_declared" in held("1901", day=date(2021, 1, 1))


def test_what_the_network_found_holds_from_its_day_on() -> None:
    changed = stated(
        date(2030, 1, 1), wording={"fr": "Déclarés dans les deux mois."}, article={"fr": "art. 5"}, amount=2
    )
    said: list[tuple[Event, date]] = [(changed, DAY)]
    before, after = held("1901", said, DAY - timedelta(1))[CHANGES], held("1901", said, DAY)[CHANGES]
    assert (before.amount, before.own) == (3, False)
    assert (after.amount, after.unit, after.own, after.since) == (2, "months", True, DAY)
    assert after.said("text", "en") == "Déclarés dans les deux mois.", "in French where nothing else was said"
    assert held("local", said, DAY)[CHANGES] == held("local")[CHANGES], "under its law alone"


def test_whoever_says_only_that_it_still_holds_ends_the_warning() -> None:
    later = held("1901")[CHANGES].review_by + timedelta(1)
    assert held("1901", day=later)[CHANGES].overdue(later)
    said: list[tuple[Event, date]] = [(stated(later + timedelta(365)), later)]
    looked = held("1901", said, later)[CHANGES]
    assert not looked.overdue(later) and looked.amount == 3 and looked.since == held("1901")[CHANGES].since
    assert held("1901", said)[CHANGES].overdue(later + timedelta(366))


WORDING: dict[str, Any] = {
    "since": "2020-01-01",
    "review_by": "2030-01-01",
    "text": {"fr": "a", "en": "b"},
    "source": {"fr": "art. 1", "en": "art. 1"},
}


@pytest.mark.parametrize(
    "laws",
    [
        {"1901": [WORDING]},
        {"1901": [WORDING], "all": [WORDING]},
        {"all": []},
        {"all": [WORDING, WORDING]},
        {"all": [{**WORDING, "amount": 3}]},
        {"all": [{**WORDING, "amount": 3, "unit": "moons"}]},
        {"all": [{**WORDING, "text": {"fr": "a"}}]},
        {"all": [{**WORDING, "review_by": "2019-01-01"}]},
        {"all": [{key: said for key, said in WORDING.items() if key != "source"}]},
    ],
)
def test_a_term_that_is_not_whole_is_refused(laws: dict[str, Any]) -> None:
    assert LegalTerm.model_validate({"title": {"fr": "a", "en": "b"}, "laws": {"all": [WORDING]}})
    with pytest.raises(ValidationError):
        LegalTerm.model_validate({"title": {"fr": "a", "en": "b"}, "laws": laws})


@pytest.mark.parametrize(
    ("begins", "months", "last"),
    [
        (date(2026, 2, 28), 12, date(2027, 2, 27)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 28)),
        (date(2026, 1, 1), 12, date(2026, 12, 31)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 14)),
    ],
)
def test_a_term_of_months_ends_on_the_day_before_the_one_of_the_same_number(
    begins: date, months: int, last: date
) -> None:
    assert last_day(begins, months) == last
