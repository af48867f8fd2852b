"""What a form reads off a model: kinds, bounds, what must be answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, Field

from shared.contract.personal import PersonalText
from shared.web.forms.field_shapes import shape_of, shapes


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Answers(BaseModel):
    kind: Literal["Answers"] = "Answers"
    name: Annotated[str, Field(min_length=2, max_length=80)]
    who: PersonalText | None = None
    open: bool = True
    places: Annotated[int | None, Field(ge=1, le=300)] = None
    amount: float = 1.5
    cost: Decimal | None = None
    on: date
    at: datetime | None = None
    structure: UUID
    sort: Literal["a", "b"]
    colours: list[Colour] = []
    tags: Annotated[list[Annotated[str, Field(max_length=9)]], Field(max_length=3)] = []


@pytest.mark.parametrize(
    ("name", "kind", "several", "optional", "needed"),
    [
        ("name", "text", False, False, True),
        ("who", "personal", False, True, False),
        ("open", "flag", False, False, False),
        ("places", "integer", False, True, False),
        ("amount", "decimal", False, False, False),
        ("cost", "decimal", False, True, False),
        ("on", "date", False, False, True),
        ("at", "moment", False, True, False),
        ("structure", "id", False, False, True),
        ("sort", "choice", False, False, True),
        ("colours", "choice", True, False, False),
        ("tags", "text", True, False, False),
    ],
)
def test_each_annotation_is_a_kind_of_answer(name: str, kind: str, several: bool, optional: bool, needed: bool) -> None:
    shape = shape_of(Answers, name)
    assert (shape.kind, shape.several, shape.optional, shape.required) == (kind, several, optional, needed)


def test_bounds_and_options_are_those_of_the_model() -> None:
    assert shape_of(Answers, "name").bounds == {"min_length": 2, "max_length": 80}
    assert shape_of(Answers, "places").bounds == {"ge": 1, "le": 300}
    assert shape_of(Answers, "sort").options == ("a", "b") and shape_of(Answers, "colours").options == ("red", "blue")
    assert shape_of(Answers, "amount").default == 1.5


def test_a_constant_asks_nothing_and_the_order_is_that_of_the_model() -> None:
    names: Sequence[Any] = [one.name for one in shapes(Answers)]
    assert names == [name for name in Answers.model_fields if name != "kind"]
