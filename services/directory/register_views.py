"""What searching, the duplicates' work list, the past and the claims read beside the structures themselves."""

from __future__ import annotations

from typing import Any

import orjson

from shared.contract.directory import (
    ClaimAccepted,
    ClaimConfirmed,
    ClaimRefused,
    ImportFinished,
    ImportStarted,
    ListingClaimed,
    NamesakesDoubted,
    NamesakesToldApart,
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
)  # fmt: skip
from shared.contract.envelope import Recorded
from shared.contract.membership import MemberCollegeChanged, MemberJoined, MemberLeft, MemberRestored
from shared.kernel.projection import Document, View, kept


def _told(document: Document | None, data: Any, event: Recorded) -> Document:
    """An event as it was said. Structures have no personal fields, so there is nothing sealed in it."""
    said = {
        "seq": event.seq, "time": event.cloud.time, "recorded": event.cloud.recordedtime, "type": event.type,
        "actor": event.actor, "id": event.id, "data": orjson.loads(bytes(event.cloud.data)),
    }  # fmt: skip
    return {"events": [*(document["events"] if document else []), said]}


TIMELINES = View(
    name="timelines",
    version=1,
    on=dict.fromkeys(
        (
            StructureRegistered, StructureRevised, StructureListed, StructureUnlisted, StructureClosed, StructureReopened,
            StructureListingWished, StructureListingDeclined, StructurePictured, StructureUnpictured, StructuresMerged,
            StructuresUnmerged, StructureAbsorbed, StructureReleased,
        ),
        _told,
    ),
)  # fmt: skip
"""By structure: all that happened to it, in the order of the log. The past of the directory is folded from it (past.py)."""


def _joined(document: Document | None, data: MemberJoined | MemberRestored, event: Recorded) -> Document | None:
    if data.structure is None:
        return None
    return {"structure": str(data.structure), "college": data.college, "left": False, "seq": event.seq}


def _college(document: Document | None, data: MemberCollegeChanged, event: Recorded) -> Document | None:
    return None if document is None else {**document, "college": data.college, "seq": event.seq}


def _left(document: Document | None, data: MemberLeft, event: Recorded) -> Document | None:
    return None if document is None else {**document, "left": True, "seq": event.seq}


MEMBERSHIPS = View(
    name="memberships",
    version=1,
    on={MemberJoined: _joined, MemberRestored: _joined, MemberCollegeChanged: _college, MemberLeft: _left},
    fields=("structure", "left", "seq"),
)
"""By member, those that left too: so that the search index sees by `seq` that one has left."""


def _pair(apart: bool) -> Any:
    def evolve(document: Document | None, data: NamesakesToldApart | NamesakesDoubted, event: Recorded) -> Document:
        pair = {"structures": [str(data.first), str(data.second)], "apart": apart, "at": event.cloud.time}
        return {**pair, "reason": getattr(data, "reason", None), "version": event.version}

    return evolve


NAMESAKES = View(
    name="namesakes",
    version=1,
    on={NamesakesToldApart: _pair(True), NamesakesDoubted: _pair(False)},
    fields=("structures", "apart"),
)
"""By pair (`pair_id`)."""


def _claimed(document: Document | None, data: ListingClaimed, event: Recorded) -> Document:
    plain = data.model_dump(mode="json", exclude={"name", "email", "message"})
    sealed = {name: kept(getattr(data, name), event, name) for name in ("name", "email", "message")}
    return {**plain, **sealed, "state": "unconfirmed", "reason": None, "at": event.cloud.time, "version": event.version}


def _confirmed(document: Document | None, data: ClaimConfirmed, event: Recorded) -> Document | None:
    return None if document is None else {**document, "state": "open", "version": event.version}


def _accepted(document: Document | None, data: ClaimAccepted, event: Recorded) -> Document | None:
    if document is None:
        return None
    return {**document, "state": "accepted", "structure": str(data.structure), "version": event.version}


def _refused(document: Document | None, data: ClaimRefused, event: Recorded) -> Document | None:
    return (
        None if document is None else {**document, "state": "refused", "reason": data.reason, "version": event.version}
    )


CLAIMS = View(
    name="claims",
    version=2,
    on={ListingClaimed: _claimed, ClaimConfirmed: _confirmed, ClaimAccepted: _accepted, ClaimRefused: _refused},
    fields=("structure", "state", "at"),
)
"""`state`: unconfirmed, until the link in the mail was followed; open, accepted or refused."""


def _started(document: Document | None, data: ImportStarted, event: Recorded) -> Document:
    said = {"file": data.file, "lines": data.lines, "source": data.source, "skipped": len(data.skipped)}
    none = {"finished": None, "registered": None, "completed": None}
    return {**said, "actor": event.actor, "at": event.cloud.time, **none}


def _finished(document: Document | None, data: ImportFinished, event: Recorded) -> Document | None:
    if document is None:
        return None
    said = {"registered": data.registered, "completed": data.completed, "skipped": data.skipped}
    return {**document, "finished": event.cloud.time, **said}


IMPORTS = View(
    name="imports", version=2, on={ImportStarted: _started, ImportFinished: _finished}, fields=("file", "at")
)
"""By import; `skipped`: lines left out, at the start those known to be."""
