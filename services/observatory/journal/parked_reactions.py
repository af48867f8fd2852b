"""What the services could not deal with: each is asked what its reactions have parked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from shared.base.services import SERVICES
from shared.kernel.decider import Refused
from shared.runtime.faces import Neighbours
from shared.runtime.request_reply import AnswerFailed, NobodyAnswers
from shared.runtime.service import PARKED

PATIENCE = 1.0  # seconds that the page waits for a service


async def parked_everywhere(service: Neighbours) -> Mapping[str, list[dict[str, Any]] | None]:
    """Service → what it has parked: reaction, seq, error (its kind alone). None where it does not answer."""
    answers = await asyncio.gather(*(_parked(service, name) for name in SERVICES))
    return dict(zip(SERVICES, answers, strict=True))


async def _parked(service: Neighbours, name: str) -> list[dict[str, Any]] | None:
    if name == service.name:
        return []  # it reacts to nothing
    try:
        answer = await service.asking.ask(name, PARKED, {}, timeout=PATIENCE)
    except (NobodyAnswers, AnswerFailed, Refused):
        return None
    found = answer.get("parked")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else None
