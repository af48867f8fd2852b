"""What an operator has said of the clock by which a service works. Any service says it of its own; each word is an
entity by itself, since it rests on nothing that was said before, whatever clock recorded that (ADR 60)."""

from __future__ import annotations

from typing import ClassVar, Literal

from shared.base.translations import L
from shared.contract import Event
from shared.contract.says import Says, Thing

Doubting = Literal["heartbeat", "event", "checkpoint", "node", "nothing", "nobody"]
"""What knew better: a witness; nothing: there was none, so that nothing vouched; nobody: the clock was believed"""


class ClockConfirmed(Event):
    """An operator said that the clock of a service was right. `doubting`: what had put it in doubt; `ahead`: by how
    many seconds the clock was ahead of that, less than 0 where it was behind. The time of that clock is
    `recordedtime`."""

    service: ClassVar[str] = "any"
    entity: ClassVar[str] = "clock"
    anywhere: ClassVar[bool] = True
    live: ClassVar[bool] = True
    thing: ClassVar[Thing] = Thing(L("heure de la machine"))
    says = Says(L("Heure confirmée"))

    doubting: Doubting
    ahead: int = 0
