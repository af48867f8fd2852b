"""How services corrected before there were the three corrections of every entity (shared/contract/corrections.py): by
events of their own, such as `…Restored`, `…Undone`, `…Withdrawn`. They are written no more, and read for ever as what
they meant; whoever reads a line does so by this table (shared/kernel/corrections.py)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Latest:
    """It strikes the latest event of these types; `same`: of the same part of the entity, by this field."""

    types: tuple[str, ...]
    same: str | None = None


@dataclass(frozen=True, slots=True)
class Every:
    """It strikes all of them: struck alone, the last would bring the one before it back."""

    types: tuple[str, ...]
    same: str | None = None


@dataclass(frozen=True, slots=True)
class Never:
    """All that was said of the entity before was noted by mistake."""


@dataclass(frozen=True, slots=True)
class Back:
    """It takes back the latest of these ends, or of the strikes of these withdrawals."""

    ends: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mistake:
    """With this reason it strikes the latest beginning, and all that was said since of the time after it; else it is a
    fact."""

    beginning: str
    reason: str


@dataclass(frozen=True, slots=True)
class SameDay:
    """On the day of this end it strikes it; later it is a fact. Only earlier releases wrote it of that day."""

    end: str


Meaning = Latest | Every | Never | Back | Mistake | SameDay
NEVER = Never()
READ_AS: Mapping[str, Meaning] = {
    "MemberLeft": Mistake("MemberJoined", "mistake"),
    "MemberRestored": Back(("MemberLeft",), ("MemberLeft",)),
    "BoardSeatRestored": Back(("BoardSeatVacated",)),
    "WorkingGroupRestored": Back(("WorkingGroupClosed",)),
    "CivicServicePlaceRestored": Back(("CivicServicePlaceEnded",)),
    "PeerNetworkRestored": Back(("PeerNetworkLeft",)),
    "CivicServiceRestored": Back(("CivicServiceEnded",), ("CivicServiceWithdrawn",)),
    "StaffPostRestored": Back(("StaffPostClosed",), ("StaffPostWithdrawn",)),
    "VolunteerRestored": Back(withdrawn=("VolunteerWithdrawn",)),
    "TandemReinstated": Back(withdrawn=("TandemCancelled",)),
    "SupportWithdrawn": NEVER,
    "MediaCoverageWithdrawn": NEVER,
    "IdentificationRequestWithdrawn": NEVER,
    "VolunteerWithdrawn": NEVER,
    "CivicServiceWithdrawn": NEVER,
    "StaffPostWithdrawn": NEVER,
    "ProjectPresentationWithdrawn": NEVER,
    "TandemCancelled": NEVER,
    "GatheringHoldingUndone": Latest(("GatheringHeld",)),
    "WorkshopWithdrawn": Latest(("WorkshopHeld",), same="workshop"),
    "AttendanceUndone": Latest(("AgoraAttended", "GatheringAttended"), same="registration"),
    "TandemSchoolLeft": Latest(("TandemSchoolJoined",), same="school"),
    "HeadCountWithdrawn": Every(("HeadsCounted",), same="audience"),
    "StructureReopened": SameDay("StructureClosed"),
}
"""The type of an event of correction → what it meant."""
UNMERGING: Mapping[str, tuple[str, str]] = {
    "StructuresUnmerged": ("StructuresMerged", "merged"),
    "StructureReleased": ("StructureAbsorbed", "kept"),
}
"""What undoes a merge → what made it, and by which field they speak of the same"""
