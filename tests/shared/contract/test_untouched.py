"""A stored value that nobody touched never stops a form."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from pydantic import ValidationError, create_model

from services.directory.structures.domain.structure import ReviseStructure
from shared.contract.fields import (
    AS_STORED,
    CountryCode,
    Day,
    DepartmentCode,
    Line,
    LongText,
    MailAddress,
    Moment,
    Name,
    Reason,
    Rna,
    SchoolYear,
    Siret,
    Text,
    Title,
    WebAddress,
    stored,
)
from shared.contract.personal import Personal, PersonalText
from tests.fixtures.strange_texts import WILD

OLDER: list[tuple[Any, str]] = [
    (Line, "Eau\u202e  vive"),
    (Name, "x"),
    (Title, "x" * 9_000),
    (Reason, "\x85"),
    (Text, "\ue000 x"),
    (LongText, "x" * 6_000),
    (PersonalText, "É\u202e"),
    (MailAddress, "élodie..x@exemple"),
    (CountryCode, "ZZ"),
    (DepartmentCode, "99"),
    (WebAddress, "ftp://a b"),
    (Siret, "1"),
    (Rna, "w"),
    (SchoolYear, "2016"),
]


@pytest.mark.parametrize(("kind", "text"), OLDER, ids=[f"older-{n}" for n in range(len(OLDER))])
def test_a_stored_value_that_comes_back_as_it_was_is_never_refused(kind: Any, text: str) -> None:
    model = create_model("Answers", answer=(kind, ...), more=(list[kind], []))  # type: ignore[valid-type]
    with pytest.raises(ValidationError):
        model.model_validate({"answer": text})
    for context in (stored({"answer": text, "more": ["other", text]}), AS_STORED):
        found = model.model_validate({"answer": text, "more": [text]}, context=context).model_copy()
        values = [one.clear if isinstance(one, Personal) else one for one in (found.answer, *found.more)]  # type: ignore[attr-defined]
        assert values == [text, text]
    with pytest.raises(ValidationError):
        model.model_validate({"answer": text}, context=stored({"more": text}))


@given(WILD)
def test_any_stored_text_as_a_browser_sends_it_back_is_the_stored_one(text: str) -> None:
    model = create_model("Answers", answer=(Line, ...))
    sent = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd").strip()
    found = model.model_validate({"answer": sent}, context=stored({"answer": text}))
    assert found.answer == text  # type: ignore[attr-defined]


def test_one_touched_answer_is_judged_beside_others_that_were_not() -> None:
    here = {"name": "Eau\u202evive", "kind": "school", "countries": ["ZZ"], "themes": ["Eau\x85"], "website": "www.x"}
    sent = {"structure": UUID(int=1), **here, "countries": ["ZZ", "SN"], "acronym": "E\tV"}
    command = ReviseStructure.model_validate(sent, context=stored(here))
    assert (command.name, command.countries, command.acronym) == ("Eau\u202evive", ["ZZ", "SN"], "E V")
    with pytest.raises(ValidationError) as no:
        ReviseStructure.model_validate(
            {**sent, "name": "Eau\u202eVive", "countries": ["ZZ", "ZX"]}, context=stored(here)
        )
    assert [one["loc"] for one in no.value.errors()] == [("name",), ("countries", 1)]


def test_days_of_a_form_are_judged_where_others_come_back() -> None:
    model = create_model("Answers", day=(Day | None, None), at=(Moment | None, None))
    with pytest.raises(ValidationError):
        model.model_validate({"day": "20171031"}, context=stored({"day": "20171031"}))
