"""Membership's views put histories in the order in which things happened, whenever they were learnt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import permutations
from uuid import UUID, uuid4

import pytest

from services.membership.base.status_history import UNBEGUN
from services.membership.governance.views import GROUPS, SEATS
from services.membership.members.views import MEMBERS
from services.membership.team.views import POSTS
from shared.contract import Event
from shared.contract.directory.structures import StructureRevised
from shared.contract.envelope import Message, Provenance, Recorded, address, opened, sealed_body
from shared.contract.membership.governance import (
    BoardSeatRestored,
    BoardSeatTaken,
    BoardSeatVacated,
    WorkingGroupFormed,
    WorkingGroupJoined,
    WorkingGroupLeft,
)
from shared.contract.membership.members import (
    MemberCollegeChanged,
    MemberJoined,
    MemberLeft,
    MemberRestored,
    MembershipRenewed,
)
from shared.contract.membership.team import StaffPostChanged, StaffPostClosed, StaffPostCreated, StaffPostRestored
from shared.kernel.views.projection import Document, View
from shared.notions.structure_on_record import member_of

STRUCTURE = uuid4()
MEMBER = member_of(STRUCTURE)
NOW = datetime(2026, 1, 2, tzinfo=UTC)
Dated = tuple[Event, int]
"""An event, and the year in which it happened."""
JOINED: Dated = (MemberJoined(college="associative", charter_version=1, structure=STRUCTURE, name="Kynarou"), 2012)


def recorded(event: Event, year: int, seq: int, entity: UUID) -> Recorded:
    by = Provenance(actor="test", command=uuid4(), correlation=uuid4())
    at = datetime(year, 6, 1, 10, tzinfo=UTC)
    body = sealed_body("test", event, entity, id=uuid4(), version=seq, at=at, now=NOW, by=by)
    return opened(Message(seq, address("test", event, entity), body))


def shown(view: View, learnt: Sequence[Dated], entity: UUID = MEMBER) -> Document:
    """The document after events that were learnt in this order."""
    document: Document | None = None
    for seq, (event, year) in enumerate(learnt, 1):
        document = view.evolve(document, recorded(event, year, seq, entity))
    assert document is not None
    return document


def test_a_departure_of_2015_learnt_today_makes_a_former_member() -> None:
    found = shown(MEMBERS, [JOINED, (MembershipRenewed(year=2014), 2014), (MemberLeft(reason="lapse"), 2015)])
    assert (found["status"], found["left_on"][:4], found["left_because"]) == ("former", "2015", "lapse")
    assert (found["since"], found["renewed"], found["version"]) == (2012, [2014], 3)


def test_a_change_of_college_learnt_late_does_not_undo_a_later_one() -> None:
    found = shown(
        MEMBERS,
        [JOINED, (MemberCollegeChanged(college="public"), 2016), (MemberCollegeChanged(college="economic"), 2014)],
    )
    assert found["college"] == "public"
    assert [one["at"][:4] for one in found["history"]] == ["2012", "2014", "2016"]


def test_a_departure_undone_on_its_own_day_leaves_the_member_as_it_was() -> None:
    undone = [JOINED, (MemberLeft(reason="lapse"), 2015), (MemberRestored(college="associative"), 2015)]
    before, after = shown(MEMBERS, [JOINED]), shown(MEMBERS, undone)
    kept = ("status", "college", "since", "left_on", "left_because", "name", "structure", "charter_version")
    assert [after[name] for name in kept] == [before[name] for name in kept]


def test_whatever_the_order_of_learning_the_member_is_the_same() -> None:
    happened: list[Dated] = [
        (MemberCollegeChanged(college="economic"), 2014),
        (MembershipRenewed(year=2013), 2013),
        (MemberLeft(reason="withdrawal"), 2016),
    ]
    found = {
        (one["status"], one["college"], one["since"], one["left_on"], tuple(one["renewed"]))
        for order in permutations([JOINED, *happened])
        for one in [shown(MEMBERS, order)]
    }
    assert len(found) == 1


def test_a_member_has_the_name_that_the_directory_gives_its_structure() -> None:
    document = shown(MEMBERS, [JOINED])
    renamed = recorded(StructureRevised(name="Kynarou France"), 2016, 7, STRUCTURE)
    assert MEMBERS.keys(renamed) == (str(MEMBER),)
    after = MEMBERS.evolve(document, renamed)
    assert after is not None
    assert (after["name"], after["sort"], after["version"]) == ("Kynarou France", "kynarou france", 1)
    again = MEMBERS.evolve(after, recorded(MembershipRenewed(year=2016), 2016, 8, MEMBER))
    assert again is not None and again["name"] == "Kynarou France"
    assert MEMBERS.evolve(None, renamed) is None


def test_a_group_shows_who_takes_part_since_when() -> None:
    one, other = uuid4(), uuid4()
    found = shown(
        GROUPS,
        [
            (WorkingGroupFormed(name="Agir au Sénégal"), 2014),
            (WorkingGroupJoined(member=one), 2016),
            (WorkingGroupLeft(member=other), 2017),
            (WorkingGroupJoined(member=other), 2015),
        ],
    )
    assert [(p["member"], p["since"][:4]) for p in found["taking_part"]] == [(str(one), "2016")]
    assert "member" not in found


def test_a_seat_given_up_by_mistake_is_taken_as_before() -> None:
    taken, vacated = (BoardSeatTaken(role="president"), 2014), (BoardSeatVacated(), 2016)
    assert shown(SEATS, [taken, vacated])["status"] == "former"
    restored = shown(SEATS, [taken, vacated, (BoardSeatRestored(), 2016)])
    assert (restored["status"], restored["until"], restored["since"][:4]) == ("current", None, "2014")


def test_a_post_has_the_share_of_full_time_that_was_last_given_it() -> None:
    created, changed = (StaffPostCreated(title="Animation", fte=0.5), 2013), (StaffPostChanged(fte=1.0), 2014)
    assert shown(POSTS, [created, changed])["fte"] == shown(POSTS, [changed, created])["fte"] == 1.0
    closed = shown(POSTS, [created, (StaffPostClosed(), 2015), (StaffPostRestored(), 2015)])
    assert (closed["status"], closed["year"]) == ("current", 2013)


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (POSTS, StaffPostChanged(fte=0.5)),
        (POSTS, StaffPostRestored()),
        (SEATS, BoardSeatRestored()),
        (GROUPS, WorkingGroupJoined(member=STRUCTURE)),
    ],
)
def test_what_is_said_of_a_thing_that_never_began_makes_it_no_present_one(view: View, said: Event) -> None:
    assert shown(view, [(said, 2015)])["status"] == UNBEGUN
    assert shown(view, [(said, 2015), (said, 2016)])["status"] == UNBEGUN
