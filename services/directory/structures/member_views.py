"""Which structures are members of the network, as membership's events tell."""

from __future__ import annotations

from services.directory.structures.views import as_said
from shared.contract.corrections import Correcting, EventRedated, EventStruck, StrikeLifted
from shared.contract.envelope import Recorded
from shared.contract.membership.members import MemberCollegeChanged, MemberJoined, MemberLeft, MemberRestored
from shared.kernel.views.projection import Document, View
from shared.notions import membership

Moved = MemberJoined | MemberRestored | MemberCollegeChanged | MemberLeft
MOVES = (MemberJoined, MemberRestored, MemberCollegeChanged, MemberLeft)


def _after(document: Document | None, data: Moved, event: Recorded) -> Document | None:
    """The membership of a structure; None of a person, and of one that never began."""
    before = membership.NONE
    if document is not None:
        before = membership.Membership(not document["left"], document["college"], document["structure"])
    state = membership.after(before, event.type, membership.said(data), event.cloud.time)
    if state.structure is None or (document is None and not state.member):
        return None
    return {"structure": state.structure, "college": state.college, "left": not state.member}


def _present(document: Document | None, data: Moved, event: Recorded) -> Document | None:
    found = _after(document and {**document, "left": False}, data, event)
    return None if found is None or found.pop("left") else found


def _ever(document: Document | None, data: Moved, event: Recorded) -> Document | None:
    found = _after(document, data, event)
    return found and {**found, "seq": event.seq}


MEMBERS = View(name="members", version=1, on=dict.fromkeys(MOVES, _present), fields=("structure", "college"))


MEMBERSHIPS = View(
    name="memberships",
    version=1,
    stamps=("version", "seq"),
    on=dict.fromkeys(MOVES, _ever),
    fields=("structure", "left", "seq"),
)
"""By member, those that left too: so that the search index sees by `seq` that one has left."""


def _told(document: Document | None, data: Moved | Correcting, event: Recorded) -> Document | None:
    """Of structures only: of a person there would be sealed values in it."""
    if document is None and getattr(data, "structure", None) is None:
        return None
    return as_said(document, data, event)


MEMBER_LINES = View(
    name="member_lines",
    version=1,
    of_log=True,
    on=dict.fromkeys((*MOVES, EventStruck, StrikeLifted, EventRedated), _told),
    fields=("seq",),
)
"""By member that is a structure: all that was said of its membership, in the order of the log, corrections too. Who was
a member on a past day is folded from it."""
