"""Who is at the door of a gathering: whoever may write here, or has the capability `door` at this very gathering, which
opens nothing else (ADR 69)."""

from __future__ import annotations

from typing import Any

from services.events.gatherings.domain.registrations import CheckIn
from services.events.gatherings.queries import gatherings_offered
from shared.identity.capabilities import SCOPES
from shared.identity.principal import Who
from shared.kernel.decider import Refused
from shared.runtime.faces import Correspondence
from shared.web.security.authorization import NotYours

LEAST = 3  # letters that a name is looked for by, of whoever has the door alone: nobody pages through who comes


async def permitted(service: Correspondence, command: CheckIn, who: Who) -> None:
    """Judges by who sends it. Raises NotYours."""
    if not who.may("events", "editor") and not who.holds("door", str(command.gathering)):
        raise NotYours("editor", "events", capability="door")


async def answering(service: Correspondence) -> None:
    """Tells the directory the gatherings by name, at which the door is given."""

    async def scopes(body: dict[str, Any]) -> dict[str, Any]:
        if body.get("capability") != "door":
            raise Refused("question-malformed", topic=SCOPES)
        return {"scopes": [list(one) for one in await gatherings_offered(service)]}

    await service.asking.answer(SCOPES, scopes, askers=("directory",))
