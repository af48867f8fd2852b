"""Which commands are about a day, and which are always of now and are told none (shared/kernel/decider.py)."""

from __future__ import annotations

from datetime import date
from typing import Any

from shared.contract.fields import day_typed
from shared.kernel.command_handler import HAPPENED
from shared.kernel.decider import Command, Refused
from shared.runtime.faces import Commands


class BadDay(ValueError):
    """The day that a form gives is none."""


def happened_on(text: str | None) -> date | None:
    """The day that a form gives, as one types it, None for none. Raises BadDay."""
    try:
        return day_typed(text) if text else None
    except ValueError:
        raise BadDay(text) from None


def day_in(text: Any) -> date | None:
    """The day that a form gives; None for none, or for what is no day."""
    try:
        return happened_on(str(text or ""))
    except BadDay:
        return None


def takes_day(service: Commands, model: type[Command]) -> bool:
    """Whether a command of a service is about a day, which may be past."""
    decider = service.execute.deciders.get(model.entity)
    return decider is not None and decider.takes_day(model)


def no_day_of_now(service: Commands, model: type[Command], given: Any) -> None:
    """Raises Refused where a command that is always of now is given a day: who came first would no longer be who asked
    first. Loaders, which tell a whole past in its order, ask the executor themselves."""
    if given not in (None, "") and not takes_day(service, model):
        raise Refused("takes-no-day", field=HAPPENED)
