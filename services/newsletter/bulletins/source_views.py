"""What other services said: which of their events bring items, and what they took back."""

from __future__ import annotations

from typing import Any

from shared.contract.corrections import EventStruck, StrikeLifted
from shared.contract.directory.publications import (
    MemberEventPublished,
    MemberNewsPublished,
    MemberOfferPublished,
    MemberProjectPublished,
    PublicationWithdrawn,
)
from shared.contract.envelope import Recorded
from shared.contract.events.gatherings import (
    GatheringAnnounced,
    GatheringCancelled,
    GatheringPlanned,
    GatheringReinstated,
)
from shared.kernel.views.projection import Document, Evolve, View

BEGINS = (GatheringPlanned,)
"""What a source begins with that is of a day: struck, there is no such source"""


def _said(document: Document | None, data: Any, event: Recorded) -> Document:
    structure = getattr(data, "structure", None)
    known = document or {"withdrawn": False, "struck": False, "said": {}}
    said = {**known["said"], event.id: {"seq": event.seq, "at": event.cloud.time}}
    return {**known, "service": event.service, "structure": str(structure) if structure else None, "said": said}


def _withdrawn(value: bool) -> Evolve:
    def evolve(document: Document | None, data: Any, event: Recorded) -> Document:
        fresh: Document = {"service": event.service, "structure": None, "struck": False, "said": {}}
        return {**fresh, **(document or {}), "withdrawn": value}

    return evolve


def _struck(value: bool) -> Evolve:
    def evolve(document: Document | None, data: Any, event: Recorded) -> Document | None:
        if document is None or data.kind not in {kind.type_name() for kind in BEGINS}:
            return document
        return {**document, "struck": value}

    return evolve


def gone(source: Document) -> bool:
    """Whether what a source said is to be announced no more: it was taken back, or never was."""
    return bool(source["withdrawn"] or source["struck"])


SOURCES = View(
    name="sources",
    version=3,
    of_log=True,
    on={
        MemberNewsPublished: _said,
        MemberOfferPublished: _said,
        MemberProjectPublished: _said,
        MemberEventPublished: _said,
        GatheringAnnounced: _said,
        PublicationWithdrawn: _withdrawn(True),
        GatheringCancelled: _withdrawn(True),
        GatheringReinstated: _withdrawn(False),
        EventStruck: _struck(True),
        StrikeLifted: _struck(False),
    },
)
"""By the entity of the other service; all that it hears is of now, and of corrections the last counts."""
