"""Members in the sample: who joined when, renewed, changed college, left.

Real: the 179 members of 2017 and their colleges, and the counts of each year. Invented: earlier members who left
(marked so), who joined in which year, every day within a year.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from uuid import UUID

from deploy.sample.network import RENAMED
from deploy.sample.plan import END, Step, some_day
from deploy.sample.structures import SampleStructure, early_invented, structures
from services.membership.members.domain.member import (
    ChangeCollege,
    JoinNetwork,
    LeaveNetwork,
    RenewMembership,
)
from shared.contract.directory.structure_facts import StructureKind
from shared.contract.membership.members import CollegeCode, LeaveReason
from shared.notions.structure_on_record import member_of

YEARS = range(2012, 2018)
NEW_IN_2016 = frozenset({"11", "30", "34", "48", "66"})
"""The departments that came with the merger of the regions: who is there joined from 2016 on."""
FIRST_TO_JOIN = ("Terres en Mêlées", "Association développement éducation Nord-Sud (Aden-s)")
"""Members since the beginning, by their own words in the review, p. 20."""
REAL_AT_YEARS_END: dict[CollegeCode, tuple[int, ...]] = {
    "public": (7, 8, 8, 9, 11, 12),
    "associative": (50, 64, 70, 72, 120, 158),
    "economic": (1, 1, 2, 3, 6, 9),
}
"""How many of the members of 2017 had joined by the end of each year, 2012 to 2017. The invented ones who left make up
the rest of the published counts; `tests/deploy/sample/test_membership.py` counts."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """Invented members alike: how many of a kind, when they joined and left, and which college they went to when."""

    count: int
    kind: StructureKind
    college: CollegeCode
    joined: int
    left: int
    changed: tuple[int, CollegeCode] | None = None


EARLIER = (
    Earlier(2, "association", "associative", 2012, 2013),
    Earlier(2, "association", "associative", 2012, 2014),
    Earlier(3, "association", "associative", 2012, 2015),
    Earlier(2, "association", "associative", 2012, 2016),
    Earlier(2, "association", "associative", 2012, 2017),
    Earlier(1, "association", "associative", 2013, 2017, (2014, "economic")),
    Earlier(1, "association", "associative", 2013, 2015),
    Earlier(1, "association", "associative", 2013, 2016),
    Earlier(2, "association", "associative", 2013, 2017),
    Earlier(1, "association", "associative", 2014, 2016),
    Earlier(2, "association", "associative", 2014, 2017),
    Earlier(2, "association", "associative", 2016, 2017),
    Earlier(3, "public_body", "public", 2012, 2014),
    Earlier(1, "public_body", "public", 2012, 2017, (2015, "associative")),
    Earlier(1, "public_body", "public", 2012, 2016),
    Earlier(1, "public_body", "public", 2013, 2016),
    Earlier(1, "public_body", "public", 2015, 2017),
    Earlier(1, "company", "economic", 2012, 2014),
    Earlier(1, "company", "economic", 2013, 2014),
)

REASONS: tuple[LeaveReason, ...] = ("lapse", "lapse", "withdrawal", "dissolution")


@dataclass(frozen=True, slots=True)
class SampleMember:
    """One member: what it is, when it came and went."""

    structure: SampleStructure
    college: CollegeCode
    joined: datetime
    changed: tuple[datetime, CollegeCode] | None = None
    left: datetime | None = None

    @property
    def id(self) -> UUID:
        return member_of(self.structure.id)

    def in_college(self, day: date) -> CollegeCode | None:
        """Its college at the end of a day, None where it was no member."""
        if self.joined.date() > day or (self.left is not None and self.left.date() <= day):
            return None
        return self.changed[1] if self.changed and self.changed[0].date() <= day else self.college


@cache
def members() -> Sequence[SampleMember]:
    """Everyone who was ever a member by 2017-10-31: the 179 by their names, then the invented ones who had left."""
    return (*_real(), *_earlier())


def _real() -> Iterator[SampleMember]:
    for college, by_year in REAL_AT_YEARS_END.items():
        queue = [s for s in structures() if s.college == college]
        Random(f"joining/{college}").shuffle(queue)
        queue.sort(key=lambda s: (s.department in NEW_IN_2016, s.name not in FIRST_TO_JOIN))
        before_2016 = by_year[2015 - YEARS[0]]
        late = queue[before_2016:]
        Random(f"joining late/{college}").shuffle(late)
        queue[before_2016:] = late
        for n, structure in enumerate(queue):
            year = next(year for year, so_far in zip(YEARS, by_year, strict=True) if n < so_far)
            yield SampleMember(structure, college, _joined(structure, year))


def _earlier() -> Iterator[SampleMember]:
    waiting = {
        kind: iter(sorted(early_invented(kind, 10_000), key=lambda s: s.registered))
        for kind in ("association", "public_body", "company")
    }
    for alike in EARLIER:
        for _ in range(alike.count):
            s = next(waiting[alike.kind])
            changed = None
            if alike.changed is not None:
                year, college = alike.changed
                changed = some_day(f"change/{s.key}", date(year, 4, 1), date(year, 11, 30)), college
            last = END if alike.left == END.year else date(alike.left, 12, 15)
            left = some_day(f"leave/{s.key}", date(alike.left, 4, 1), last)
            yield SampleMember(s, alike.college, _joined(s, alike.joined), changed, left)


def _joined(structure: SampleStructure, year: int) -> datetime:
    first = max(date(year, 2, 1), structure.registered.date() + timedelta(days=1))
    last = date(2017, 10, 20) if year == END.year else date(year, 12, 15)
    return some_day(f"join/{structure.key}", first, last)


def joining() -> Iterator[Step]:
    for one in members():
        command = JoinNetwork(
            structure=one.structure.id,
            name=one.structure.name,
            college=one.college,
            charter_version=1 if one.joined < RENAMED else 2,
        )
        yield Step(f"join/{one.structure.key}", command, one.joined)


def renewals() -> Iterator[Step]:
    """Each member renews in the first quarter of each year after the one in which it joined."""
    for one in members():
        for year in range(one.joined.year + 1, END.year + 1):
            day = some_day(f"renew/{one.structure.key}/{year}", date(year, 1, 8), date(year, 3, 31))
            if one.left is None or day < one.left:
                yield Step(f"renew/{one.structure.key}/{year}", RenewMembership(member=one.id, year=year), day)


def colleges_changed() -> Iterator[Step]:
    for one in members():
        if one.changed is not None:
            day, college = one.changed
            yield Step(f"change/{one.structure.key}", ChangeCollege(member=one.id, college=college), day)


def departures() -> Iterator[Step]:
    for one in members():
        if one.left is not None:
            reason = Random(f"reason/{one.structure.key}").choice(REASONS)
            yield Step(f"leave/{one.structure.key}", LeaveNetwork(member=one.id, reason=reason), one.left)
