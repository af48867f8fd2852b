"""Places: by their codes, communes also as people name them."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError, create_model

from shared.contract.fields.places import CommuneCode, CountryCode, DepartmentCode
from shared.contract.untouched import stored
from shared.web.words.messages import KERNEL


def read(kind: Any, text: Any) -> Any:
    return TypeAdapter(kind).validate_python(text)


def test_a_commune_is_known_by_its_code_or_by_a_name_that_only_one_has() -> None:
    for text in ("31555", " 31555\n", "Toulouse (31555)", "Toulouse", "toulouse"):
        assert read(CommuneCode, text) == "31555", text


def test_a_name_that_several_have_is_asked_back_with_their_codes() -> None:
    with pytest.raises(ValidationError) as no:
        read(CommuneCode, "Saint-Denis")
    (error,) = no.value.errors()
    assert error["type"] == "commune-ambiguous" and "(93066)" in error["ctx"]["several"]
    assert error["ctx"]["several"] in KERNEL.say("refused.commune-ambiguous", "fr", **error["ctx"])


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (CommuneCode, "Nulle Part"),
        (CommuneCode, "99999"),
        (CommuneCode, "Nulle Part (99999)"),
        (CommuneCode, 31555),
        (DepartmentCode, "99"),
        (DepartmentCode, "9"),
        (CountryCode, "ZZ"),
        (CountryCode, "fr"),
        (CountryCode, ""),
    ],
)
def test_what_is_on_no_list_is_refused(kind: Any, text: Any) -> None:
    with pytest.raises(ValidationError):
        read(kind, text)


def test_a_code_that_was_kept_before_its_list_changed_stays() -> None:
    for name, kind in (("commune", CommuneCode), ("department", DepartmentCode), ("country", CountryCode)):
        answers = create_model("Answers", **{name: (kind, ...)})
        kept = answers.model_validate({name: "99999"}, context=stored({name: "99999"}))
        assert getattr(kept, name) == "99999"
