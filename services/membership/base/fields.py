"""What of membership's answers no other service has, and its natural keys."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.contract.personal import Personal
from shared.notions.membership import natural

__all__ = ["Fte", "natural", "of"]

Fte = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
"""The share of full time of one post, from above 0 to 1."""


def of(value: Personal | None, person: UUID) -> Personal | None:
    """The same value, to be sealed with the key of `person`."""
    return value.of(person) if value is not None else None
