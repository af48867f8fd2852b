"""Who makes decisions and work: the seats of the board, the working groups and who takes part in them."""

from __future__ import annotations

from services.membership.base.status_history import sort_key, standing
from shared.contract.membership.governance import (
    BoardSeatRestored,
    BoardSeatTaken,
    BoardSeatVacated,
    WorkingGroupClosed,
    WorkingGroupFormed,
    WorkingGroupJoined,
    WorkingGroupLeft,
    WorkingGroupRestored,
)
from shared.kernel.views.projection import Document, View

SEATS = View(
    name="seats",
    version=1,
    on=standing({BoardSeatTaken: "current", BoardSeatVacated: "former", BoardSeatRestored: "current"}, person="holder"),
    fields=("status", "role", "member", "since"),
)


def _taking_part(group: Document) -> Document:
    """The group with who is in it now."""
    after = {name: value for name, value in group.items() if name != "member"}  # the last who joined or left
    members: dict[str, str] = {}
    for one in group["history"]:
        if one["event"] == "WorkingGroupJoined":
            members.setdefault(one["member"], one["at"])
        elif one["event"] == "WorkingGroupLeft":
            members.pop(one["member"], None)
    taking_part = [{"member": member, "since": at} for member, at in members.items()]
    return {**after, "taking_part": taking_part, "members": list(members), "sort": sort_key(group.get("name"))}


GROUPS = View(
    name="groups",
    version=1,
    on=standing(
        {
            WorkingGroupFormed: "current",
            WorkingGroupJoined: None,
            WorkingGroupLeft: None,
            WorkingGroupClosed: "former",
            WorkingGroupRestored: "current",
        },
        then=_taking_part,
    ),
    fields=("status", "sort", "members"),
    text=lambda d: f"{d.get('name') or ''} {d.get('purpose') or ''}",
)
