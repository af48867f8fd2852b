"""A structure is a member once, though the directory may have had several records of it, each with a membership of its
own: what was merged into a record is that structure too. Whoever joins is told of the membership that runs already, and
two records whose memberships both run are not merged before one is left, or noted by mistake. Where older logs, or
corrections, have two that run all the same, one counts: that of the record that is kept, else the one of the least id
(the indicators' macro `member_at` says the same in SQL)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.kernel.corrections import told
from shared.kernel.eventlog.event_log import Log
from shared.kernel.line import Fact, standing
from shared.notions import membership
from shared.notions.referents import STRUCTURE, OnRecord
from shared.notions.structure_on_record import member_of

Period = tuple[date, date | None]
"""From when until when, the latter None for now; the last day is none of it"""


@dataclass(frozen=True, slots=True)
class Known:
    """A membership that a record of a structure has: its periods, and what it was called when it joined."""

    id: UUID
    periods: tuple[Period, ...]
    name: str = ""

    @property
    def runs(self) -> bool:
        return bool(self.periods) and self.periods[-1][1] is None

    def meets(self, since: date, until: date) -> bool:
        """Whether any of it is in these days."""
        return any(first < until and (last is None or since < last) for first, last in self.periods)


async def records_of(log: Log, structure: UUID) -> list[UUID]:
    """A record, and those that were merged into it. Raises Unavailable."""
    found: OnRecord = STRUCTURE.on(await _line(log, "directory", "structure", structure))
    return [structure, *sorted(found.followers - {structure})]


async def membership_of(log: Log, structure: UUID) -> Known:
    """The membership of one record, by the log and not by a view. Raises Unavailable."""
    id, state = member_of(structure), membership.NONE
    periods: list[Period] = []
    name = ""
    for fact in await _line(log, "membership", "member", id):
        before = state
        state = membership.after(state, type(fact.event).type_name(), membership.said(fact.event), str(fact.day))
        name = getattr(fact.event, "name", None) or name
        if state.member and not before.member:
            periods.append((fact.day, None))
        elif before.member and not state.member:
            periods[-1] = (periods[-1][0], fact.day)
    return Known(id, tuple(periods), name)


async def memberships_of(log: Log, structures: Iterable[UUID]) -> list[Known]:
    """Those of several records, of which somebody ever was a member. Raises Unavailable."""
    return [known for one in structures if (known := await membership_of(log, one)).periods]


def doubles(running: Mapping[str, str], into: Mapping[str, str]) -> set[str]:
    """Of memberships that run (id → the record that they are of), those that count through another one. `into`: a
    record that was merged → the one that is kept, however often that went on."""
    first: dict[str, tuple[bool, str]] = {}
    ranked = {id: (structure in into, id) for id, structure in running.items()}
    for id, structure in running.items():
        kept = into.get(structure, structure)
        first[kept] = min(first.get(kept, ranked[id]), ranked[id])
    return {id for id, structure in running.items() if first[into.get(structure, structure)] != ranked[id]}


async def _line(log: Log, service: str, entity: str, id: UUID) -> list[Fact]:
    history = await log.load(service, entity, id)
    return standing(*told(event for event in history.events if event.readable))
