"""What took place in a gathering is restored only to the gathering that it was of: not to one that was moved to another
place, or to other days, or that is called otherwise since (time.md, 3.4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.events.gatherings.domain.gathering import GATHERING
from services.events.gatherings.domain.headcounts import CountHeads, NoteWorkshop
from services.events.gatherings.domain.planning import HoldGathering, MoveGathering, PlanGathering, ReviseGathering
from shared.kernel.command_handler import Executor, Outcome, new_command_id
from shared.kernel.correcting import LiftStrikes, StrikeEvents
from shared.kernel.decider import Command, Refused
from shared.kernel.eventlog.event_log import Log
from shared.notions.references import LogReferences
from shared.notions.referents import REFERENTS
from shared.persons.keys.keyring import Keyring

DAY = date(2015, 5, 5)
PLAN = PlanGathering(
    kind="departmental_tour", title="Tour", town="Albi", department="81", starts=datetime(2015, 5, 5, 9, tzinfo=UTC)
)
LATER = datetime(2016, 5, 5, 9, tzinfo=UTC)


class Book:
    def __init__(self, log: Log, folder: Path) -> None:
        keys, refer = Keyring(folder, log.network, "events"), LogReferences(log, REFERENTS)
        self.execute = Executor(
            log, keys, "events", [GATHERING], lambda: datetime(2026, 6, 1, tzinfo=UTC), references=refer
        )

    async def do(self, command: Command, at: date | None = None) -> Outcome:
        return await self.execute(command, id=new_command_id(), actor="staff:test", at=at)

    async def word(self, what: type[Any], gathering: UUID, fact: str) -> Outcome:
        word = what(kind="gathering", about=gathering, events=[UUID(fact)], reason="par erreur")
        return await self.do(word)

    async def last(self, gathering: UUID) -> str:
        return (await self.execute.history("gathering", gathering)).events[-1].id


@pytest.fixture
def book(log: Log, tmp_path: Path) -> Book:
    return Book(log, tmp_path / "keys")


@pytest.mark.parametrize("fact", [HoldGathering, NoteWorkshop, CountHeads], ids=lambda one: one.__name__)
@pytest.mark.parametrize(
    ("since", "named"),
    [
        ({"town": "Auch", "department": "32", "starts": LATER}, "GatheringMoved"),
        ({"starts": LATER}, "GatheringMoved"),
        ({"town": "Auch"}, "GatheringMoved"),
        ({"title": "Autre titre"}, "GatheringRevised"),
        ({"place": "Salle des fêtes"}, None),
    ],
    ids=["place and day", "day", "place", "title", "room"],
)
async def test_what_took_place_does_not_come_back_elsewhere(
    book: Book, fact: type[Command], since: Mapping[str, Any], named: str | None
) -> None:
    id = (await book.do(PLAN)).entity_id
    said = {HoldGathering: {}, NoteWorkshop: {"workshop_title": "Puits"}, CountHeads: {"others": 3}}[fact]
    await book.do(fact.model_validate({"gathering": id, **said}), DAY)
    held = await book.last(id)
    await book.word(StrikeEvents, id, held)
    change = ReviseGathering(gathering=id, **since) if "title" in since else MoveGathering(gathering=id, **since)
    await book.do(change)
    moved = await book.last(id)
    if fact is not HoldGathering and "starts" not in since:
        named = None  # it says nothing of the place, nor of the title
    if named is None:
        assert (await book.word(LiftStrikes, id, held)).events == ("StrikeLifted",)
        return
    with pytest.raises(Refused) as no:
        await book.word(LiftStrikes, id, held)
    assert (no.value.code, no.value.values["of"], no.value.values["event"]) == ("later-stands-against", named, moved)


async def test_it_comes_back_once_the_gathering_is_where_it_was(book: Book) -> None:
    id = (await book.do(PLAN)).entity_id
    await book.do(MoveGathering(gathering=id, town="Castres"))
    await book.do(HoldGathering(gathering=id), DAY)
    held = await book.last(id)
    await book.word(StrikeEvents, id, held)
    await book.word(LiftStrikes, id, held)  # moved before it was held: that is where it was held
    await book.word(StrikeEvents, id, held)
    await book.do(MoveGathering(gathering=id, town="Auch", starts=LATER))
    await book.do(MoveGathering(gathering=id, town="Castres", starts=PLAN.starts))
    assert (await book.word(LiftStrikes, id, held)).events == ("StrikeLifted",)
