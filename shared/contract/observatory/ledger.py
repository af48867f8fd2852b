"""What the observatory says: nothing of its own, it reads what the others say and counts. What is said of the log
itself stands under its name, since it keeps the ledger."""

from __future__ import annotations

from uuid import UUID, uuid5

from shared.base.translations import L
from shared.contract import Event
from shared.contract.says import Says, Thing

LEDGER = UUID("0199d1a0-6f00-7000-8000-6d61696c6c61")


def ledger_id(network: str) -> UUID:
    """The entity of the ledger of a network: there is only one."""
    return uuid5(LEDGER, network)


class LogRestored(Event):
    """The log was lost or damaged and came back from its archive: what happened after the event `events` is not known.

    `root` is the root of the tree (RFC 6962) over what came back, in base64; `signed` of them are under a checkpoint.
    Whoever holds a checkpoint of more events than that, of before, holds the proof of what was lost.
    """

    service = "observatory"
    entity = "ledger"
    live = True
    says = Says(
        L("Journal restauré depuis son archive, événements"),
        detail="events",
        here=L("Journal restauré depuis son archive"),
    )
    thing = Thing(L("registre des preuves"))
    events: int
    signed: int
    root: str
