"""Official numbers: their check digits, and the spaces and dots that people put in."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.contract.fields.official import SIREN_OF_LA_POSTE as POSTE
from shared.contract.fields.official import Rna, SchoolYear, Sha256, Siren, Siret, luhn


def read(kind: Any, text: Any) -> Any:
    return TypeAdapter(kind).validate_python(text)


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        (Siren, " 732 829 320 ", "732829320"),
        (Siren, "732.829.320", "732829320"),
        (Siret, "732 829 320 00074", "73282932000074"),
        (Siret, "356 000 000 00048", "35600000000048"),
        (Siret, "35600000049837", "35600000049837"),
        (Rna, "w 751 212 517", "W751212517"),
        (SchoolYear, "2016-2017", "2016-2017"),
        (Sha256, "0" * 64, "0" * 64),
    ],
)
def test_a_number_is_kept_bare(kind: Any, typed: str, kept: str) -> None:
    assert read(kind, typed) == kept


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (Siren, "732829321"),
        (Siren, "73282932"),
        (Siren, "7328293200"),
        (Siren, "٧٣٢٨٢٩٣٢٠"),
        (Siren, 732829320),
        (Siret, "73282932000075"),
        (Siret, POSTE + "00002"),
        (Siret, "732829320"),
        (Rna, "751212517"),
        (Rna, "W75121251"),
        (SchoolYear, "2016-2018"),
        (SchoolYear, "2017-2016"),
        (SchoolYear, "1989-1990"),
        (SchoolYear, "2100-2101"),
        (SchoolYear, "2016/2017"),
        (SchoolYear, "2016"),
        (Sha256, "A" * 64),
        (Sha256, ""),
    ],
)
def test_what_is_no_such_number_is_refused(kind: Any, typed: Any) -> None:
    with pytest.raises(ValidationError):
        read(kind, typed)


def test_a_mistyped_digit_and_two_that_changed_places_are_told() -> None:
    assert luhn("732829320")
    for n in range(9):
        for other in "0123456789":
            changed = f"{'732829320'[:n]}{other}{'732829320'[n + 1 :]}"
            assert luhn(changed) == (changed == "732829320")
    assert not luhn("738229320")
