"""The network itself: what may be said of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.membership.base.fields import natural
from services.membership.network.domain.network import (
    NETWORK,
    ChooseDye,
    ChooseLanguages,
    ChooseLaw,
    DrawRegion,
    NamePrintedReviews,
    StateLegalTerm,
)
from shared.contract.membership.network import LegalTermStated, NetworkNamed, PrintedReviewsNamed, RegionDrawn
from shared.kernel.decider import Command
from shared.notions.network import NETWORK_ID
from tests.fixtures.deciding import decided


def law(**said: Any) -> StateLegalTerm:
    return StateLegalTerm(**({"law": "1901", "term": "board_changes", "review_by": date(2100, 1, 1)} | said))


def test_a_term_of_the_law_is_looked_at_once() -> None:
    said = decided(NETWORK, [], law())
    assert said == [LegalTermStated(law="1901", term="board_changes", review_by=date(2100, 1, 1))]
    assert decided(NETWORK, said, law()) == []
    assert decided(NETWORK, said, law(law="local")) != [], "the other law’s is another term"


def test_there_is_one_network_and_its_id_is_the_one_that_logs_have() -> None:
    assert natural("network", "ourselves") == NETWORK_ID


def test_a_region_is_departments_in_order_each_once() -> None:
    said = decided(NETWORK, [], DrawRegion(region="Bretagne", departments=["56", "22", "56"]))
    assert said == [RegionDrawn(region="Bretagne", departments=["22", "56"])]
    assert decided(NETWORK, said, DrawRegion(region="Bretagne", departments=["22", "56"])) == []


def test_a_network_may_say_that_it_has_no_region() -> None:
    assert decided(NETWORK, [], DrawRegion()) == [RegionDrawn()], "which is not the same as saying nothing"


def test_a_network_names_the_reviews_that_it_printed_under_a_name_that_it_has_or_had_and_nobody_elses() -> None:
    review = NamePrintedReviews(reviews=["occitanie-2017"])
    for name, printed in (("Midi-Pyrénées Coopdev'", True), ("OCCITANIE Coopération", True), ("Grand Est", False)):
        said = decided(NETWORK, [NetworkNamed(name=name)], review)
        assert said == ([PrintedReviewsNamed(reviews=["occitanie-2017"])] if printed else "review-of-another"), name
    assert decided(NETWORK, [], review) == "review-of-another", "an empty installation is nobody yet"
    kept = [PrintedReviewsNamed(reviews=["occitanie-2017"]), NetworkNamed(name="Grand Est")]
    assert decided(NETWORK, kept, review) == [], "what an older release let it name stays so"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (DrawRegion(region="Bretagne"), "region-without-departments"),
        (ChooseLanguages(languages=["fr", "tlh"]), "language-not-offered"),
        (ChooseDye(dye="indigo"), "unknown-dye"),
        (ChooseLaw(law="1905"), "unknown-law"),
        (NamePrintedReviews(reviews=["elsewhere-2017"]), "unknown-printed-review"),
        (law(term="tithe"), "unknown-legal-term"),
        (law(law="1905"), "unknown-law"),
        (law(term="tax_receipt", amount=3), "no-amount"),
        (law(amount=2), "no-wording"),
        (law(wording={"fr": "Deux mois."}), "no-article"),
        (law(wording={"tlh": "wa’"}, article={"fr": "art. 5"}), "unknown-language"),
        (law(review_by=date(2000, 1, 1)), "review-day-past"),
    ],
)
def test_what_is_none_of_the_house_is_refused(command: Command, code: str) -> None:
    assert decided(NETWORK, [], command) == code
