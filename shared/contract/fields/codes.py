"""Codes: terms of the lists that a network has of its own (docs/adr/0053)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, get_args

from pydantic import BaseModel, Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema


@dataclass(frozen=True, slots=True)
class Of:
    """Says of which vocabulary a code is: forms offer its terms, and a command with another code is refused."""

    vocabulary: str

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(core), "x-vocabulary": self.vocabulary}


Code = Annotated[str, Field(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$", max_length=60)]
"""A term, as it is stored for ever: small letters, figures, `-` and `_` between them"""


Tongue = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
"""The code of a language"""


@cache
def vocabularies_in(model: type[BaseModel]) -> Mapping[str, str]:
    """field → the vocabulary that its code, or each of its codes, is of."""
    found: dict[str, str] = {}
    for name, info in model.model_fields.items():
        said = next((one for one in info.metadata if isinstance(one, Of)), None) or _of(info.annotation)
        if said is not None:
            found[name] = said.vocabulary
    return found


def _of(annotation: Any) -> Of | None:
    for part in get_args(annotation):
        if isinstance(part, Of):
            return part
        if (found := _of(part)) is not None:
            return found
    return None
