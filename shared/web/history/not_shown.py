"""The page of a record that was noted by mistake from its beginning on: nothing of it is to be shown but its facts, and
whoever follows an old link finds out why, and can restore it."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request
from starlette.responses import RedirectResponse

from shared.contract import EVENTS
from shared.kernel.command_handler import told_of
from shared.kernel.eventlog.event_log import Unavailable
from shared.notions.references import begun
from shared.runtime.faces import Commands
from shared.web.security.authorization import SAFE, who_of


async def facts_instead(request: Request) -> RedirectResponse | None:
    """Leads from a record's page, where there is none, to its facts; None where it never had any, or still stands."""
    service: Commands = request.app.state.service
    path = request.url.path.removeprefix(f"/{service.name}")
    if request.method not in SAFE or not who_of(request).may(service.name, "reader"):
        return None
    pages = {one.entity: one.thing.page or "" for one in EVENTS.values() if one.service == service.name}
    for kind in service.execute.correctable:
        before, hole, after = pages.get(kind, "").removeprefix(f"/{service.name}").partition("{}")
        if not hole or not (path.startswith(before) and path.endswith(after)):
            continue
        try:
            key = UUID(path[len(before) : len(path) - len(after)])
            history = await service.execute.history(kind, key)
        except (ValueError, Unavailable):
            continue
        if history.events and not begun(service.execute.deciders[kind], told_of(history).line):
            return RedirectResponse(f"/{service.name}/history/{kind}/{key}", 303)
    return None
