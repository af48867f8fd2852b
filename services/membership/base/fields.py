"""What of membership's answers no other service has, and its natural keys."""

from __future__ import annotations

from typing import Annotated
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import Field

from shared.contract.personal import Personal

NAMESPACE = uuid5(NAMESPACE_URL, "urn:maillage:membership")

Fte = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
"""The share of full time of one post, from above 0 to 1."""


def of(value: Personal | None, person: UUID) -> Personal | None:
    """The same value, to be sealed with the key of `person`."""
    return value.of(person) if value is not None else None


def natural(kind: str, name: str) -> UUID:
    """The id of the one entity of a kind that has this name: two commands that name it mean the same."""
    return uuid5(NAMESPACE, f"{kind}/{name}")
