"""What a service says of work that takes several steps, or days: a process, with a stream of its own (ADR 51). Any
service may have one; it is stored under that service, as its kind `process`.

Nothing personal stands in these events: what a process is about, it names by ids, hashes and days."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from shared.base.translations import L
from shared.contract import Event
from shared.contract.says import Says, Thing

HowEnded = Literal["done", "refused", "failed"]
"""done: with its last step; refused: by a rule of the network; failed: tried as often as it may be"""


class ProcessEvent(Event, abstract=True):
    service: ClassVar[str] = "any"
    entity: ClassVar[str] = "process"
    anywhere: ClassVar[bool] = True
    live: ClassVar[bool] = True
    thing: ClassVar[Thing] = Thing(L("travail en plusieurs étapes"))


class ProcessBegan(ProcessEvent):
    """Work of several steps began, or began anew once it had ended. `process`: which; `order`: what is to be done."""

    says = Says(L("Travail commencé"), detail="process", sets={"running": True})

    process: str
    order: dict[str, str] = {}


class ProcessStepped(ProcessEvent):
    """A step is done, with all that it was to lead to. `said`: what came of it that later steps need; `done` of
    `total`: how far the work is, where that can be counted."""

    says = Says(L("Étape faite"))

    step: str
    said: dict[str, str] = {}
    done: int | None = None
    total: int | None = None


class ProcessHeard(ProcessEvent):
    """An event that the work waits for was said: `heard` is its id, `kind` its type."""

    says = Says(L("Fait attendu, arrivé"))

    heard: UUID
    kind: str


class ProcessEnded(ProcessEvent):
    """The work is over. `refusal` and `said`: why it was refused; of one that failed, the kind of error."""

    says = Says(L("Travail terminé"), sets={"running": False})

    how: HowEnded
    refusal: str | None = None
    said: dict[str, str] = {}
