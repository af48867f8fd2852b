"""Whether who asks may send this very command: what a capability says of it beyond the level that it asks."""

from __future__ import annotations

from fastapi import Request

from shared.kernel.decider import Command
from shared.web.security.authorization import who_of


async def permitted(request: Request, command: Command) -> None:
    """Raises Refused. Asked by whatever executes a command that somebody sent."""
    service = request.app.state.service
    permit = service.definition.permitting.get(type(command))
    if permit is not None:
        await permit(service, command, who_of(request))
