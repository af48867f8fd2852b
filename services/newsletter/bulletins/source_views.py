"""What other services said: which of their events bring items, and what they took back."""

from __future__ import annotations

from typing import Any

from shared.contract.directory.publications import (
    MemberEventPublished,
    MemberNewsPublished,
    MemberOfferPublished,
    MemberProjectPublished,
    PublicationWithdrawn,
)
from shared.contract.envelope import Recorded
from shared.contract.events.gatherings import GatheringAnnounced, GatheringCancelled, GatheringReinstated
from shared.kernel.views.projection import Document, Evolve, View


def _said(document: Document | None, data: Any, event: Recorded) -> Document:
    structure = getattr(data, "structure", None)
    known = document or {"withdrawn": False, "said": {}}
    said = {**known["said"], event.id: {"seq": event.seq, "at": event.cloud.time}}
    return {**known, "service": event.service, "structure": str(structure) if structure else None, "said": said}


def _withdrawn(value: bool) -> Evolve:
    def evolve(document: Document | None, data: Any, event: Recorded) -> Document:
        return {"service": event.service, "structure": None, "said": {}, **(document or {}), "withdrawn": value}

    return evolve


SOURCES = View(
    name="sources",
    version=2,
    on={
        MemberNewsPublished: _said,
        MemberOfferPublished: _said,
        MemberProjectPublished: _said,
        MemberEventPublished: _said,
        GatheringAnnounced: _said,
        PublicationWithdrawn: _withdrawn(True),
        GatheringCancelled: _withdrawn(True),
        GatheringReinstated: _withdrawn(False),
    },
)
"""By the entity of the other service."""
