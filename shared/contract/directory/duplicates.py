"""What the directory says of records that look alike and are two structures."""

from __future__ import annotations

from uuid import UUID

from shared.base.translations import L
from shared.contract import Event
from shared.contract.says import Says, Thing


class NamesakesEvent(Event, abstract=True):
    service = "directory"
    entity = "namesakes"
    live = True
    thing = Thing(L("paire d’homonymes"))


class NamesakesToldApart(NamesakesEvent):
    """Two records that look alike are two structures. The pair's id derives from theirs, whatever their order."""

    says = Says(L("Homonymes distingués"), detail="reason", sets={"told_apart": True})

    first: UUID
    second: UUID
    reason: str | None = None


class NamesakesDoubted(NamesakesEvent):
    """Two records that had been told apart may be of one structure after all."""

    says = Says(L("Homonymes à revoir"), sets={"told_apart": False}, undoes=(NamesakesToldApart,))

    first: UUID
    second: UUID
