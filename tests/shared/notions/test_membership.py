"""A membership, folded from its line: joined, moved, left, back, by whichever way it was said."""

from __future__ import annotations

from typing import Any

import pytest

from shared.contract import Event
from shared.contract.membership.members import MemberCollegeChanged, MemberJoined, MemberLeft, MemberRestored
from shared.notions.membership import NONE, TYPES, Membership, after, folded, said

S = "6f3cbb52-0c5c-4f0e-8c6c-6e1c5a3f2b11"
JOINED = ("MemberJoined", {"college": "public", "structure": S}, "2012")
AS_PERSON = ("MemberJoined", {"college": "qualified_persons", "structure": None}, "2012")
AGAIN = ("MemberJoined", {"college": "economic", "structure": None}, "2020")
MOVED = ("MemberCollegeChanged", {"college": "economic"}, "2014")
LEFT = ("MemberLeft", {"reason": "lapse"}, "2016")
BACK = ("MemberRestored", {"college": "associative"}, "2017")
OTHER = ("MembershipRenewed", {"charter_version": 2}, "2018")


@pytest.mark.parametrize(
    ("line", "membership"),
    [
        ([], NONE),
        ([JOINED], Membership(True, "public", S, "2012")),
        ([AS_PERSON], Membership(True, "qualified_persons", None, "2012")),
        ([JOINED, MOVED], Membership(True, "economic", S, "2012")),
        ([JOINED, LEFT], Membership(False, "public", S, "2012", "2016", "lapse")),
        ([JOINED, LEFT, AGAIN], Membership(True, "economic", S, "2020")),
        ([JOINED, LEFT, BACK], Membership(True, "associative", S, "2012")),
        ([JOINED, OTHER], Membership(True, "public", S, "2012")),
        ([LEFT], Membership(left="2016", because="lapse")),
        ([MOVED], Membership(college="economic")),
    ],
)
def test_a_line_comes_to_a_membership(line: list[tuple[str, dict[str, Any], str]], membership: Membership) -> None:
    assert folded(line) == membership


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (MemberJoined(college="public", charter_version=1), {"college": "public", "structure": None, "reason": None}),
        (MemberCollegeChanged(college="economic"), {"college": "economic", "structure": None, "reason": None}),
        (MemberLeft(reason="lapse"), {"college": None, "structure": None, "reason": "lapse"}),
        (MemberRestored(college="public"), {"college": "public", "structure": None, "reason": None}),
    ],
)
def test_each_of_its_events_says_what_the_fold_asks_for(event: Event, told: dict[str, Any]) -> None:
    assert event.type_name() in TYPES
    assert said(event) == told
    assert isinstance(after(NONE, event.type_name(), said(event), "2012"), Membership)
