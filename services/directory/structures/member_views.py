"""Which structures are members of the network, as membership's events tell."""

from __future__ import annotations

from services.directory.structures.view_folds import gone
from shared.contract.envelope import Recorded
from shared.contract.membership.members import MemberCollegeChanged, MemberJoined, MemberLeft, MemberRestored
from shared.kernel.views.projection import Document, View


def _joined(document: Document | None, data: MemberJoined | MemberRestored, event: Recorded) -> Document | None:
    return None if data.structure is None else {"structure": str(data.structure), "college": data.college}


def _college(document: Document | None, data: MemberCollegeChanged, event: Recorded) -> Document | None:
    return None if document is None else {**document, "college": data.college}


MEMBERS = View(
    name="members",
    version=1,
    on={MemberJoined: _joined, MemberRestored: _joined, MemberCollegeChanged: _college, MemberLeft: gone},
    fields=("structure", "college"),
)


def _begun(document: Document | None, data: MemberJoined | MemberRestored, event: Recorded) -> Document | None:
    if data.structure is None:
        return None
    return {"structure": str(data.structure), "college": data.college, "left": False, "seq": event.seq}


def _moved(document: Document | None, data: MemberCollegeChanged, event: Recorded) -> Document | None:
    return None if document is None else {**document, "college": data.college, "seq": event.seq}


def _left(document: Document | None, data: MemberLeft, event: Recorded) -> Document | None:
    return None if document is None else {**document, "left": True, "seq": event.seq}


MEMBERSHIPS = View(
    name="memberships",
    version=1,
    stamps=("version", "seq"),
    on={MemberJoined: _begun, MemberRestored: _begun, MemberCollegeChanged: _moved, MemberLeft: _left},
    fields=("structure", "left", "seq"),
)
"""By member, those that left too: so that the search index sees by `seq` that one has left."""
