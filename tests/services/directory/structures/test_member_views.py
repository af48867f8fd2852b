"""Which structures are members, as the directory reads membership's events."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.directory.structures.member_views import MEMBERS, MEMBERSHIPS
from shared.contract import Event
from shared.contract.membership.members import MemberCollegeChanged, MemberJoined, MemberLeft
from shared.kernel.views.projection import Document, View
from tests.fixtures.entity_lines import story

S = UUID("6f3cbb52-0c5c-4f0e-8c6c-6e1c5a3f2b11")
JOINED = MemberJoined(college="public", charter_version=1, structure=S, name="Eau vive")
PERSON = MemberJoined(college="qualified_persons", charter_version=1)
MOVED, LEFT = MemberCollegeChanged(college="economic"), MemberLeft(reason="lapse")


def folded(view: View, line: list[Event]) -> Document | None:
    document: Document | None = None
    for event in story(*((one, f"{2012 + n}-01-01") for n, one in enumerate(line))).events:
        document = view.on[type(event.data)](document, event.data, event)
    return document


def of(college: str, left: bool, seq: int) -> Document:
    return {"structure": str(S), "college": college, "left": left, "seq": seq}


@pytest.mark.parametrize(
    ("line", "ever"),
    [
        ([JOINED], of("public", False, 1)),
        ([JOINED, MOVED], of("economic", False, 2)),
        ([JOINED, LEFT], of("public", True, 2)),
        ([JOINED, LEFT, JOINED], of("public", False, 3)),
        ([PERSON], None),
        ([PERSON, MOVED], None),
        ([LEFT], None),
        ([MOVED], None),
    ],
)
def test_who_left_is_told_by_one_view_and_gone_from_the_other(line: list[Event], ever: Document | None) -> None:
    assert folded(MEMBERSHIPS, line) == ever
    present = None if ever is None or ever["left"] else {name: ever[name] for name in ("structure", "college")}
    assert folded(MEMBERS, line) == present
