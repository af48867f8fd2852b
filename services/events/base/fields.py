"""What of the answers about gatherings no other service has. A ValueError's text: `refused.<text>`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from shared.contract.fields import Moment

FIRST, LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def _begins(when: datetime) -> datetime:
    if not FIRST <= when < LAST:
        raise ValueError("time-out-of-range")
    return when


Beginning = Annotated[Moment, AfterValidator(_begins)]
Days = Annotated[int, Field(ge=1, le=31)]
