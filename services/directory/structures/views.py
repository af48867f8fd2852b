"""Structures as their pages read them, and all that happened to each."""

from __future__ import annotations

from typing import Any

import orjson

from shared.contract.corrections import Correcting, EventRedated, EventStruck, StrikeLifted
from shared.contract.directory.structure_facts import FACTS, NUMBERS, nothing
from shared.contract.directory.structures import (
    StructureAbsorbed,
    StructureClosed,
    StructureListed,
    StructureListingDeclined,
    StructureListingWished,
    StructurePictured,
    StructureRegistered,
    StructureReleased,
    StructureReopened,
    StructureRevised,
    StructuresMerged,
    StructuresUnmerged,
    StructureUnlisted,
    StructureUnpictured,
)
from shared.contract.envelope import Recorded
from shared.kernel.views.projection import Document, View, folded

FACT_NAMES = frozenset(FACTS)


def _day(event: Recorded) -> str:
    return event.cloud.time


def _structure(document: Document, event: Recorded) -> Document:
    """When the record was last touched, and its version. By `seq` the search sees what changed."""
    return {**document, "seen": _day(event), "version": event.version, "seq": event.seq}


APART: Document = {
    "wished": False, "picture": None, "picture_text": None, "merged_into": None, "absorbed": [], "former": [],
}  # fmt: skip
"""`absorbed`: the records merged into this one, by which other views may still know it; `former`: its numbers of
before."""


def _registered(document: Document | None, data: StructureRegistered, event: Recorded) -> Document:
    facts: dict[str, Any] = {name: getattr(data, name) for name in FACTS}
    state = {"listed": False, "closed": False, "invented": data.invented, "since": _day(event), **APART}
    return _structure({**facts, **state, "sort": folded(data.name)}, event)


def _revised(document: Document | None, data: StructureRevised, event: Recorded) -> Document | None:
    if document is None:
        return None
    changed = {name: value for name in data.model_fields_set & FACT_NAMES if (value := getattr(data, name)) is not None}
    if "name" in changed:
        changed["sort"] = folded(data.name or "")
    emptied: dict[str, Any] = {name: nothing(name) for name in data.cleared}
    after = {**document, **changed, **emptied}
    gone = [
        {"scheme": name, "number": document[name], "until": _day(event)}
        for name in NUMBERS
        if document.get(name) and document[name] != after[name]
    ]
    return _structure({**after, "former": [*document["former"], *gone]} if gone else after, event)


def _now(**state: bool | None) -> Any:
    def evolve(document: Document | None, data: Any, event: Recorded) -> Document | None:
        return None if document is None else _structure({**document, **state}, event)

    return evolve


def _pictured(document: Document | None, data: StructurePictured, event: Recorded) -> Document | None:
    shown = {"picture": data.picture, "picture_text": data.picture_text}
    return None if document is None else _structure({**document, **shown}, event)


def _merged(document: Document | None, data: StructuresMerged, event: Recorded) -> Document | None:
    if document is None:
        return None
    more = [str(data.merged), *map(str, data.followers)]
    return _structure({**document, "absorbed": [*document["absorbed"], *more]}, event)


def _unmerged(document: Document | None, data: StructuresUnmerged, event: Recorded) -> Document | None:
    if document is None:
        return None
    gone = {str(data.merged), *map(str, data.followers)}
    return _structure({**document, "absorbed": [id for id in document["absorbed"] if id not in gone]}, event)


def _absorbed(document: Document | None, data: StructureAbsorbed, event: Recorded) -> Document | None:
    return None if document is None else _structure({**document, "merged_into": str(data.kept)}, event)


STRUCTURES = View(
    name="structures",
    version=3,
    stamps=("version", "seq"),
    on={
        StructureRegistered: _registered,
        StructureRevised: _revised,
        StructureListed: _now(listed=True, wished=False),
        StructureUnlisted: _now(listed=False),
        StructureClosed: _now(closed=True),
        StructureReopened: _now(closed=False),
        StructureListingWished: _now(wished=True),
        StructureListingDeclined: _now(wished=False),
        StructurePictured: _pictured,
        StructureUnpictured: _now(picture=None, picture_text=None),
        StructuresMerged: _merged,
        StructuresUnmerged: _unmerged,
        StructureAbsorbed: _absorbed,
        StructureReleased: _now(merged_into=None),
    },
    fields=("sort", "kind", "department", "themes", "countries", "listed", "closed", "since", "wished", "seq"),
    text=lambda d: " ".join([d["sort"], d.get("acronym") or "", *map(folded, d.get("themes", []))]),
)


def as_said(document: Document | None, data: Any, event: Recorded) -> Document | None:
    """An event as it was said, with those before it. Structures have no personal fields, so there is nothing sealed in
    it."""
    if document is None and isinstance(data, Correcting):
        return None  # of another kind of entity
    said = {
        "seq": event.seq,
        "time": event.cloud.time,
        "recorded": event.cloud.recordedtime,
        "type": event.type,
        "actor": event.actor,
        "id": event.id,
        "command": event.cloud.commandid,
        "data": orjson.loads(event.content),
    }
    return {"events": [*(document["events"] if document else []), said], "seq": event.seq}


TIMELINES = View(
    name="timelines",
    version=2,
    of_log=True,
    on=dict.fromkeys(
        (
            StructureRegistered,
            StructureRevised,
            StructureListed,
            StructureUnlisted,
            StructureClosed,
            StructureReopened,
            StructureListingWished,
            StructureListingDeclined,
            StructurePictured,
            StructureUnpictured,
            StructuresMerged,
            StructuresUnmerged,
            StructureAbsorbed,
            StructureReleased,
            EventStruck,
            StrikeLifted,
            EventRedated,
        ),
        as_said,
    ),
    fields=("seq",),
)
"""By structure: all that was said of it, in the order of the log, corrections too. Past days, and what was known of
them, are folded from it (history.py)."""
