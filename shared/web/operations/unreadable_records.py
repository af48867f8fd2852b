"""The records of a service about which it decides nothing, since this release can't read one of their events (ADR
33)."""

from __future__ import annotations

from shared.contract.envelope import Void, opened
from shared.kernel.command_handler import CannotRead
from shared.runtime.faces import Desk


async def unreadable_records(service: Desk) -> list[CannotRead]:
    """Those on which a decision stopped since the start; and of each type of event that the service's views have met
    and don't know the latest record, so that an upgrade which was not finished is seen before somebody is stopped.
    Raises Unavailable."""
    found = dict(service.execute.halted)
    for seq in service.runner.unknown_at.values():
        async for run in service.log.read(seq - 1, until=seq):
            for message in run:
                try:
                    event = opened(message)
                except Void:
                    continue
                if event.service == service.name:
                    found.setdefault(event.entity_id, CannotRead(event, "newer"))
    return [*found.values()]
