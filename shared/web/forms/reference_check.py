"""Whether what a command names is there: an id that nobody gave is refused where the command comes in.

A decision knows its own entity only. Another entity that it names never goes from the log, so looking once, before
deciding, is enough.
"""

from __future__ import annotations

from shared.kernel.decider import Command, Refused
from shared.runtime.service import Service


async def known(service: Service, command: Command) -> None:
    """Returns if every entity that `command` refers to is in the log. Raises Refused(`unknown-<entity>`),
    which names the field."""
    for field, where in command.refers.items():
        value = getattr(command, field)
        owner, _, entity = where.partition(".")
        for id in value if isinstance(value, list) else [value]:
            if id is not None and not (await service.log.load(owner, entity, id)).events:
                raise Refused(f"unknown-{entity}", field=field)
