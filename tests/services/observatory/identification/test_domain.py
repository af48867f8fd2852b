"""An identification: criteria and who asked, the answer kept as it was given; given again, renamed, put away."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from services.observatory.identification.domain import (
    IDENTIFICATION,
    MOST,
    Criteria,
    RenameIdentification,
    RepeatIdentification,
    RestoreIdentification,
    SaveIdentification,
    WithdrawIdentification,
)
from shared.contract import Event
from shared.contract.observatory.identification import (
    IdentificationRenamed,
    IdentificationRepeated,
    IdentificationRestored,
    IdentificationSaved,
    IdentificationWithdrawn,
)
from shared.contract.personal import Personal
from tests.fixtures.deciding import decided

ONE, FOUND = uuid4(), uuid4()
DAY = date(2016, 6, 1)


def save(**more: Any) -> SaveIdentification:
    said = {
        "title": "Eau \u200b à  Dakar", "organisation": "Ville de Muret", "purpose": "Une demande", "as_of": DAY,
        "upto": 7,
        "criteria": Criteria(themes=["eau"], countries=["SN"]), "found": [FOUND],
    }  # fmt: skip
    return SaveIdentification(**said | more)


def saved() -> list[Event]:
    found = decided(IDENTIFICATION, [], save())
    assert isinstance(found, list)
    return found


def test_the_answer_is_kept_with_what_was_asked_and_who_asked() -> None:
    (found,) = saved()
    assert isinstance(found, IdentificationSaved)
    assert (found.title, found.organisation, found.themes, found.countries) == (
        "Eau à Dakar",
        "Ville de Muret",
        ["eau"],
        ["SN"],
    )
    assert (found.found, found.as_of, found.upto, found.person) == ([FOUND], DAY, 7, None)
    (by_person,) = decided(IDENTIFICATION, [], save(organisation=None, person=Personal("Zoé")))
    assert isinstance(by_person, IdentificationSaved) and by_person.person is not None
    assert isinstance(by_person.person.person, UUID), "a key of their own"


def test_it_is_kept_once_for_one_who_asks_and_for_something() -> None:
    assert decided(IDENTIFICATION, saved(), save()) == "already-registered"
    assert decided(IDENTIFICATION, [], save(criteria=Criteria())) == "no-criteria"
    assert decided(IDENTIFICATION, [], save(organisation=None)) == "who-asked"
    assert decided(IDENTIFICATION, [], save(structure=uuid4())) == "who-asked"
    assert decided(IDENTIFICATION, [], save(found=[FOUND] * (MOST + 1))) == "too-many-found"


@pytest.mark.parametrize(
    "wrong", [{"departments": ["99"]}, {"countries": ["ZZ"]}, {"sdgs": [18]}, {"kinds": ["no code"]}]
)
def test_a_criterion_has_values_that_there_are(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Criteria(**wrong)
    assert Criteria(departments=["31"], member="no").chosen() == {"departments": ["31"], "member": ["no"]}


def test_it_is_given_again_beside_the_earlier_answers() -> None:
    again = RepeatIdentification(identification=ONE, as_of=DAY, upto=9, found=[])
    assert decided(IDENTIFICATION, saved(), again) == [IdentificationRepeated(as_of=DAY, upto=9, found=[])]
    assert decided(IDENTIFICATION, [], again) == "unknown-identification"
    many = again.model_copy(update={"found": [FOUND] * (MOST + 1)})
    assert decided(IDENTIFICATION, saved(), many) == "too-many-found"


def test_it_is_renamed_and_says_only_what_changed() -> None:
    def rename(title: str, purpose: str | None) -> RenameIdentification:
        return RenameIdentification(identification=ONE, title=title, purpose=purpose)

    assert decided(IDENTIFICATION, saved(), rename("Eau à Dakar", "Une demande")) == []
    renamed = decided(IDENTIFICATION, saved(), rename("Autre", ""))
    assert renamed == [IdentificationRenamed(title="Autre", cleared=["purpose"])]
    assert isinstance(renamed, list)
    assert decided(IDENTIFICATION, [*saved(), *renamed], rename("Autre", None)) == []
    assert decided(IDENTIFICATION, [*saved(), *renamed], rename("Autre", "Pour voir")) == [
        IdentificationRenamed(purpose="Pour voir")
    ]
    assert decided(IDENTIFICATION, [], rename("Autre", None)) == "unknown-identification"


def test_it_is_put_away_with_a_reason_and_taken_out_again() -> None:
    away, out = (
        WithdrawIdentification(identification=ONE, reason="En double"),
        RestoreIdentification(identification=ONE),
    )
    gone = decided(IDENTIFICATION, saved(), away)
    assert gone == [IdentificationWithdrawn(reason="En double")]
    assert isinstance(gone, list)
    assert decided(IDENTIFICATION, [*saved(), *gone], away) == "identification-withdrawn"
    assert decided(IDENTIFICATION, [*saved(), *gone], out) == [IdentificationRestored()]
    assert decided(IDENTIFICATION, saved(), out) == []
    assert decided(IDENTIFICATION, [], out) == decided(IDENTIFICATION, [], away) == "unknown-identification"
