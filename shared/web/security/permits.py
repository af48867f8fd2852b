"""Whether who asks may send this very command: what a capability says of it beyond the level that it asks."""

from __future__ import annotations

from fastapi import Request

from shared.identity.capabilities import opening
from shared.kernel.decider import Command
from shared.web.security.authorization import NotYours, who_of


async def permitted(request: Request, command: Command) -> None:
    """Raises Refused, NotYours. Asked by whatever executes a command that somebody sent."""
    service = request.app.state.service
    permit = service.definition.permitting.get(type(command))
    if permit is not None:
        await permit(service, command, who_of(request))
    elif opening(service.name, type(command).__name__) and not who_of(request).may(service.name, command.asks):
        raise NotYours(command.asks, service.name)  # nothing says at which thing a capability would open it
