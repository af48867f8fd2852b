"""What the answers of membership must look like, and its natural keys."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import AfterValidator, BeforeValidator, Field

from shared.contract.personal import Personal, PersonalText

NAMESPACE = uuid5(NAMESPACE_URL, "urn:maillage:membership")


CONTROLS = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}
"""Characters that nobody types and no page can show; they are dropped."""


def _one_line(text: Any) -> Any:
    return " ".join(text.translate(CONTROLS).split()) if isinstance(text, str) else text


def _stripped(text: Any) -> Any:
    return text.replace("\r\n", "\n").translate(CONTROLS).strip() if isinstance(text, str) else text


Name = Annotated[str, Field(min_length=2, max_length=200), BeforeValidator(_one_line)]
Line = Annotated[str, Field(min_length=1, max_length=200), BeforeValidator(_one_line)]
Text = Annotated[str, Field(min_length=1, max_length=2000), BeforeValidator(_stripped)]
Reason = Annotated[str, Field(min_length=3, max_length=300), BeforeValidator(_one_line)]
Year = Annotated[int, Field(ge=2000, le=2100)]
Fte = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
"""The share of full time of one post, from above 0 to 1."""


def _mail_address(value: Personal) -> Personal:
    local, at, host = value.clear.rpartition("@")
    if not (local and at and "." in host) or any(c.isspace() for c in value.clear):
        raise ValueError("not-a-mail-address")
    return value


MailAddress = Annotated[PersonalText, AfterValidator(_mail_address)]
"""Nobody is written to from here: by it a person is found who wants to see, or to have forgotten, what is kept."""


def of(value: Personal | None, person: UUID) -> Personal | None:
    """The same value, to be sealed with the key of `person`."""
    return value.of(person) if value is not None else None


def natural(kind: str, name: str) -> UUID:
    """The id of the one entity of a kind that has this name: two commands that name it mean the same."""
    return uuid5(NAMESPACE, f"{kind}/{name}")
