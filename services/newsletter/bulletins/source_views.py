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
    GatheringMoved,
    GatheringPlanned,
    GatheringReinstated,
    GatheringRevised,
)
from shared.kernel.views.projection import Document, Evolve, View

BEGINS = (GatheringPlanned,)
"""What a source begins with that is of a day: where none of it stands, there is no such source"""


def _known(document: Document | None, event: Recorded) -> Document:
    fresh: Document = {"withdrawn": False, "begun": {}, "struck": False, "said": {}}
    return document or {**fresh, "service": event.service, "structure": None}


def _said(document: Document | None, data: Any, event: Recorded) -> Document:
    structure, known = getattr(data, "structure", None), _known(document, event)
    said = {**known["said"], event.id: {"seq": event.seq, "at": event.cloud.time}}
    return {**known, "structure": str(structure) if structure else None, "said": said}


def _withdrawn(value: bool) -> Evolve:
    def evolve(document: Document | None, data: Any, event: Recorded) -> Document:
        return {**_known(document, event), "withdrawn": value}

    return evolve


def _begun(document: Document | None, data: Any, event: Recorded) -> Document:
    return _beginning(_known(document, event), event.id, True)


def _struck(value: bool) -> Evolve:
    def evolve(document: Document | None, data: Any, event: Recorded) -> Document | None:
        if document is None or data.kind not in {kind.type_name() for kind in BEGINS}:
            return document
        return _beginning(document, str(data.event), not value)

    return evolve


def _beginning(document: Document, event: str, stands: bool) -> Document:
    begun = {**document["begun"], event: stands}
    return {**document, "begun": begun, "struck": not any(begun.values())}


def gone(source: Document) -> bool:
    """Whether what a source said is to be announced no more: it was taken back, or never was."""
    return bool(source["withdrawn"] or source["struck"])


SOURCES = View(
    name="sources",
    version=4,
    of_log=True,
    on={
        MemberNewsPublished: _said,
        MemberOfferPublished: _said,
        MemberProjectPublished: _said,
        MemberEventPublished: _said,
        GatheringPlanned: _begun,
        GatheringAnnounced: _said,
        PublicationWithdrawn: _withdrawn(True),
        GatheringCancelled: _withdrawn(True),
        GatheringReinstated: _withdrawn(False),
        EventStruck: _struck(True),
        StrikeLifted: _struck(False),
    },
)
"""By the entity of the other service; of corrections the last counts. `begun`: what it begins with, and whether that
stands: struck and said otherwise in one step, it begins with what was said last; `struck`: none of it stands."""


FACTS = ("title", "starts", "town")


def _facts(document: Document | None, data: Any, event: Recorded) -> Document:
    known = document or {"title": None, "starts": None, "town": None, "planned": False, "summaries": {}}
    given = data.model_dump(mode="json")
    return {**known, **{name: value for name in FACTS if (value := given.get(name)) is not None}}


def _planned(document: Document | None, data: GatheringPlanned, event: Recorded) -> Document:
    return {**_facts(document, data, event), "town": data.town, "planned": True}


def _announced(document: Document | None, data: GatheringAnnounced, event: Recorded) -> Document:
    """It repeats what was known then; that counts only where nothing else tells of it."""
    known = document if document and document["planned"] else _facts(document, data, event)
    return {**known, "summaries": {**known["summaries"], event.id: data.summary}}


GATHERINGS = View(
    name="gatherings",
    version=1,
    on={GatheringPlanned: _planned, GatheringRevised: _facts, GatheringMoved: _facts, GatheringAnnounced: _announced},
)
"""What an announced gathering is called, when and where it is, as that stands now; `summaries`: of each announcement"""
