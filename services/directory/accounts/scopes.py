"""At what a capability may be given, by name: the service in which it opens something is asked, since the directory
knows no gathering and no bulletin (ADR 69)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.identity.capabilities import OFFERED, SCOPES
from shared.kernel.decider import Refused
from shared.runtime.faces import Neighbours
from shared.runtime.request_reply import AnswerFailed, NobodyAnswers

PATIENCE = 1.0  # seconds that a page waits for a service


async def scopes_by_name(service: Neighbours, lang: str) -> Mapping[str, Sequence[tuple[str, str]] | None]:
    """Capability → the things at which it may be given: id and name. None where their service does not answer."""
    return {one.name: await _asked(service, one.service, one.name, lang) for one in OFFERED}


async def _asked(service: Neighbours, where: str, capability: str, lang: str) -> Sequence[tuple[str, str]] | None:
    try:
        answer = await service.asking.ask(where, SCOPES, {"capability": capability, "lang": lang}, timeout=PATIENCE)
    except (NobodyAnswers, AnswerFailed, Refused):
        return None
    found = answer.get("scopes")
    return [(str(id), str(name)) for id, name in found] if isinstance(found, list) else None
