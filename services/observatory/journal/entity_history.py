"""The life of one thing, folded from its events alone: what each of them changed, from what to what, and which event
stands behind each fact of today. It knows no service: a fact is a field that an event names.

The latest word counts, by the time it speaks of, then by its place in the log (as everywhere here). What was noted by
mistake and taken back counts no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

Row = Mapping[str, Any]
"""A row of the table, by `event_query.COLUMNS`."""
Fact = tuple[str, str]
"""Of which part of the thing ("" for the thing itself), and which field."""

ONCE = frozenset({
    "reason", "cleared", "source", "means", "bulletins", "request", "expires", "position", "followers", "merged", "taken", "link", "way",
    "doubt", "code", "status", "columns",
})  # fmt: skip
"""Fields that are said of the event itself, and are no fact about the thing afterwards."""

PARTS: Mapping[str, str] = {
    **dict.fromkeys(("ItemAdded", "ItemRevised", "ItemMoved", "ItemDropped", "ItemRestored"), "item"),
    **dict.fromkeys(("WorkshopHeld", "WorkshopWithdrawn"), "workshop"),
    **dict.fromkeys(
        ("ParticipantRegistered", "ParticipantMovedUp", "RegistrationCancelled", "RegistrationReinstated", "AgoraAttended",
         "GatheringAttended", "AttendanceUndone"), "registration"),
    **dict.fromkeys(("HeadsCounted", "HeadCountWithdrawn"), "audience"),
    **dict.fromkeys(("TandemSchoolJoined", "TandemSchoolLeft"), "school"),
    **dict.fromkeys(("WorkingGroupJoined", "WorkingGroupLeft"), "member"),
    **dict.fromkeys(("RoleGranted", "RoleWithdrawn"), "role"),
    **dict.fromkeys(("SignedIn", "SignedOut"), "session"),
    **dict.fromkeys(("TokenIssued", "TokenWithdrawn"), "token"),
    **dict.fromkeys(("AdministratorNamed", "AdministratorReleased"), "account"),
    "MembershipRenewed": "year",
    "FigurePublished": "path",
}  # fmt: skip
"""Types that speak of one part of a thing, and the field that says which."""

STATES: Mapping[str, tuple[str, bool]] = {
    "StructureListed": ("listed", True), "StructureUnlisted": ("listed", False),
    "StructureClosed": ("closed", True), "StructureReopened": ("closed", False),
    "StructureListingWished": ("listing_wished", True), "StructureListingDeclined": ("listing_wished", False),
    "StructureAbsorbed": ("absorbed", True), "StructureReleased": ("absorbed", False),
    "ContactRemoved": ("removed", True), "SupportWithdrawn": ("withdrawn", True), "MediaCoverageWithdrawn": ("withdrawn", True),
    "IdentificationRequestWithdrawn": ("withdrawn", True),
    "AccountOpened": ("closed", False), "AccountClosed": ("closed", True), "AccountReopened": ("closed", False),
    "RoleGranted": ("granted", True), "RoleWithdrawn": ("granted", False),
    "SignedIn": ("open", True), "SignedOut": ("open", False),
    "TokenIssued": ("valid", True), "TokenWithdrawn": ("valid", False),
    "AdministratorNamed": ("administrator", True), "AdministratorReleased": ("administrator", False),
    "SigningKeyPublished": ("valid", True), "SigningKeyWithdrawn": ("valid", False),
    "ClaimAccepted": ("accepted", True), "ClaimRefused": ("accepted", False),
    "NamesakesToldApart": ("told_apart", True), "NamesakesDoubted": ("told_apart", False),
    "CooperationProjectPublished": ("published", True), "CooperationProjectWithdrawn": ("published", False),
    "PublicationWithdrawn": ("published", False), "MemberNewsPublished": ("published", True), "MemberOfferPublished": ("published", True),
    "MemberProjectPublished": ("published", True), "MemberEventPublished": ("published", True),
    "MemberJoined": ("current", True), "MemberLeft": ("current", False), "MemberRestored": ("current", True),
    "CollegeOpened": ("open", True), "CollegeClosed": ("open", False),
    "BoardSeatTaken": ("current", True), "BoardSeatVacated": ("current", False), "BoardSeatRestored": ("current", True),
    "WorkingGroupFormed": ("open", True), "WorkingGroupClosed": ("open", False), "WorkingGroupRestored": ("open", True),
    "WorkingGroupJoined": ("taking_part", True), "WorkingGroupLeft": ("taking_part", False),
    "VolunteerWithdrawn": ("withdrawn", True), "VolunteerRestored": ("withdrawn", False),
    "CivicServiceRecruited": ("current", True), "CivicServiceSeconded": ("current", True), "CivicServiceEnded": ("current", False),
    "CivicServiceWithdrawn": ("withdrawn", True), "CivicServiceRestored": ("withdrawn", False),
    "CivicServicePlaceApproved": ("current", True), "CivicServicePlaceEnded": ("current", False),
    "CivicServicePlaceRestored": ("current", True),
    "StaffPostCreated": ("current", True), "StaffPostClosed": ("current", False), "StaffPostWithdrawn": ("withdrawn", True),
    "StaffPostRestored": ("current", True),
    "PeerNetworkJoined": ("current", True), "PeerNetworkLeft": ("current", False), "PeerNetworkRestored": ("current", True),
    "GatheringAnnounced": ("announced", True), "GatheringCancelled": ("cancelled", True), "GatheringReinstated": ("cancelled", False),
    "GatheringHeld": ("held", True), "GatheringHoldingUndone": ("held", False),
    "RegistrationCancelled": ("cancelled", True), "RegistrationReinstated": ("cancelled", False), "ParticipantMovedUp": ("waiting", False),
    "AgoraAttended": ("came", True), "GatheringAttended": ("came", True), "AttendanceUndone": ("came", False),
    "WorkshopWithdrawn": ("withdrawn", True), "ProjectPresentationWithdrawn": ("withdrawn", True),
    "TandemSchoolJoined": ("taking_part", True), "TandemSchoolLeft": ("taking_part", False),
    "TandemCancelled": ("cancelled", True), "TandemReinstated": ("cancelled", False),
    "ItemDropped": ("dropped", True), "ItemRestored": ("dropped", False),
    "IssueApproved": ("approved", True), "IssueSent": ("closed", True),
    "DeliveryAccepted": ("accepted", True), "DeliveryRefused": ("accepted", False), "MembershipRenewed": ("renewed", True),
    "PersonForgottenByDirectory": ("forgotten", True), "PersonForgottenByMembership": ("forgotten", True),
    "PersonForgottenByEvents": ("forgotten", True), "PersonForgottenByNewsletter": ("forgotten", True),
    "PersonForgottenByObservatory": ("forgotten", True),
    "ReviewPublished": ("published", True), "ReviewWithdrawn": ("withdrawn", True), "ReviewReplaced": ("replaced", True),
    "SurveyClosed": ("closed", True), "SurveyExtended": ("closed", False), "SurveyWithdrawn": ("put_away", True),
    "SurveyResultsPublished": ("results_published", True), "SurveyResultsWithdrawn": ("results_published", False),
    "SurveyDeclined": ("declined", True), "LetterBegun": ("handed_over", True), "LetterRefused": ("handed_over", False),
    "IdentificationWithdrawn": ("put_away", True), "IdentificationRestored": ("put_away", False),
}  # fmt: skip
"""Facts that a type says by itself."""

CLEARS: Mapping[str, Sequence[str]] = {
    "StructureUnpictured": ("picture", "picture_text"),
    "HeadCountWithdrawn": ("people",),
}
"""Fields that a type empties by itself."""

UNDOES: Mapping[str, frozenset[str]] = {
    undoing: frozenset(undone.split())
    for undoing, undone in {
        "SupportWithdrawn": "SupportGiven", "MediaCoverageWithdrawn": "MediaCoverageNoted",
        "IdentificationRequestWithdrawn": "IdentificationRequested", "MemberRestored": "MemberLeft",
        "VolunteerWithdrawn": "VolunteerContributed", "VolunteerRestored": "VolunteerWithdrawn",
        "CivicServiceWithdrawn": "CivicServiceRecruited CivicServiceSeconded",
        "CivicServiceRestored": "CivicServiceWithdrawn CivicServiceEnded", "CivicServicePlaceRestored": "CivicServicePlaceEnded",
        "StaffPostWithdrawn": "StaffPostCreated", "StaffPostRestored": "StaffPostClosed StaffPostWithdrawn",
        "PeerNetworkRestored": "PeerNetworkLeft", "BoardSeatRestored": "BoardSeatVacated", "WorkingGroupRestored": "WorkingGroupClosed",
        "GatheringReinstated": "GatheringCancelled", "GatheringHoldingUndone": "GatheringHeld", "HeadCountWithdrawn": "HeadsCounted",
        "WorkshopWithdrawn": "WorkshopHeld", "AttendanceUndone": "AgoraAttended GatheringAttended",
        "RegistrationReinstated": "RegistrationCancelled", "ProjectPresentationWithdrawn": "ProjectPresented",
        "TandemReinstated": "TandemCancelled", "ItemRestored": "ItemDropped", "StructuresUnmerged": "StructuresMerged",
        "StructureReleased": "StructureAbsorbed", "NamesakesDoubted": "NamesakesToldApart",
    }.items()
}  # fmt: skip
"""Types that take an earlier event back, and which: the latest of these, of the same part, that still stands."""


NOTHING: Sequence[Any] = (None, [], "")


@dataclass(frozen=True)
class Value:
    """A value that a fact has or had, and the event that says so."""

    value: Any
    seq: int
    time: datetime


@dataclass(frozen=True)
class Change:
    """What an event changed of what is known. `overtaken`: nothing, since what is known speaks of a later day."""

    part: str
    name: str
    before: Any
    after: Any
    overtaken: bool = False


@dataclass
class Told:
    """An event of a life. `undone`: the event that took it back; `undoes`: those that it took back itself; `late`: it
    speaks of a day before that of an event which was recorded earlier."""

    row: Row
    changes: list[Change] = field(default_factory=list)
    said: list[tuple[str, Any]] = field(default_factory=list)
    undone: int | None = None
    undoes: list[int] = field(default_factory=list)
    late: bool = False


@dataclass(frozen=True)
class Known:
    """A fact as it is known now, and the values before it, the latest first."""

    part: str
    name: str
    now: Value
    before: Sequence[Value]


@dataclass(frozen=True)
class Life:
    """What is known of a thing, and its events in the order of the log."""

    facts: Sequence[Known]
    told: Sequence[Told]


def life_of(rows: Iterable[Row]) -> Life:
    """The life that the events of one thing make; `rows` in the order of the log."""
    told: list[Told] = []
    known: dict[Fact, Value] = {}
    ever: dict[Fact, list[Value]] = {}
    latest: datetime | None = None
    for row in rows:
        one = Told(row)
        told.append(one)
        if not row["readable"] or row["time"] is None:
            continue
        data = data_of(row)
        one.said = [(name, value) for name, value in data.items() if name in ONCE and name != "cleared" and value != []]
        one.late = latest is not None and row["time"].date() < latest.date()
        latest = row["time"] if latest is None else max(latest, row["time"])
        own = facts_of(row["type"], data)
        taken_back = _take_back(one, told)
        before = known
        known = _all(told) if taken_back else _with(known, row, own)
        one.changes = _changes(before, known, own, row["seq"])
        for fact in {(change.part, change.name) for change in one.changes if not change.overtaken}:
            if fact in known:
                ever.setdefault(fact, []).insert(0, known[fact])
    facts = [
        Known(part, name, value, [old for old in ever.get((part, name), []) if old.seq != value.seq])
        for (part, name), value in known.items()
        if value.value not in NOTHING or (part, name) in ever
    ]
    return Life(facts, told)


def facts_of(kind: str, data: Mapping[str, Any]) -> dict[Fact, Any]:
    """The facts that an event states: of which part, which field, its value; None for one that it clears."""
    part = part_of(kind, data)
    own = PARTS.get(kind)
    found: dict[Fact, Any] = {
        (part, name): value for name, value in data.items() if name not in ONCE and name != own and value is not None
    }
    if kind in ("RoleGranted", "RoleWithdrawn"):
        found.clear()  # its part says it all
    for name in (*data.get("cleared", ()), *CLEARS.get(kind, ())):
        found[part, str(name)] = None
    if kind in STATES:
        name, value = STATES[kind]
        found[part, name] = value
    return found


def part_of(kind: str, data: Mapping[str, Any]) -> str:
    """The part of its thing that an event speaks of, "" for the thing itself."""
    name = PARTS.get(kind)
    if name is None:
        return ""
    where = f"{data['where']}:" if name == "role" and "where" in data else ""
    return f"{where}{data.get(name) or ''}"


def data_of(row: Row) -> dict[str, Any]:
    """The data of an event, sealed as it is."""
    found = orjson.loads(row["data"]) if row["data"] else {}
    return found if isinstance(found, dict) else {}


def _with(known: dict[Fact, Value], row: Row, own: Mapping[Fact, Any]) -> dict[Fact, Value]:
    """What is known once an event is, too: the latest word counts."""
    found = dict(known)
    for fact, value in own.items():
        before = found.get(fact)
        if before is None or (row["time"], row["seq"]) > (before.time, before.seq):
            found[fact] = Value(value, row["seq"], row["time"])
    return found


def _all(told: Sequence[Told]) -> dict[Fact, Value]:
    """What is known by all events that stand."""
    known: dict[Fact, Value] = {}
    for one in told:
        if one.undone is None and one.row["readable"] and one.row["time"] is not None:
            known = _with(known, one.row, facts_of(one.row["type"], data_of(one.row)))
    return known


def _take_back(one: Told, told: Sequence[Told]) -> bool:
    """Marks what this event takes back; True if there was something."""
    kind, data = one.row["type"], data_of(one.row)
    wanted = UNDOES.get(kind, frozenset())
    if kind == "MemberLeft" and data.get("reason") == "mistake":
        wanted = frozenset({"MemberJoined"})
    part = part_of(kind, data)
    for other in reversed(told[:-1]):
        row = other.row
        if row["type"] in wanted and other.undone is None and part_of(row["type"], data_of(row)) == part:
            other.undone = one.row["seq"]
            one.undoes.append(row["seq"])
            for again in told:  # what the other had taken back stands again
                if again.undone == row["seq"]:
                    again.undone = None
            return True
    return False


def _changes(
    before: Mapping[Fact, Value], after: Mapping[Fact, Value], own: Mapping[Fact, Any], seq: int
) -> list[Change]:
    found = []
    for fact in dict.fromkeys((*own, *before, *after)):
        old, new = before.get(fact), after.get(fact)
        was, is_ = old.value if old else None, new.value if new else None
        if was != is_ and not (was in NOTHING and is_ in NOTHING):
            found.append(Change(*fact, was, is_))
        elif fact in own and own[fact] != is_ and new is not None and new.seq != seq:
            found.append(Change(*fact, is_, own[fact], overtaken=True))
    return found
