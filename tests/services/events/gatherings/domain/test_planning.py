"""A gathering: planned, announced, moved, cancelled, held."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import ValidationError

from services.events.gatherings.domain.gathering import GATHERING
from services.events.gatherings.domain.headcounts import CountHeads
from services.events.gatherings.domain.planning import (
    AnnounceGathering,
    CancelGathering,
    HoldGathering,
    MoveGathering,
    PlanGathering,
    ReinstateGathering,
    ReviseGathering,
)
from shared.contract import Event
from shared.contract.events.gatherings import (
    GatheringAnnounced,
    GatheringCancelled,
    GatheringHeld,
    GatheringMoved,
    GatheringPlanned,
    GatheringReinstated,
    GatheringRevised,
)
from shared.kernel.command_handler import Outcome
from shared.kernel.correcting import RedateEvents
from shared.kernel.decider import Command, On
from shared.kernel.eventlog.event_log import Log
from tests.fixtures.deciding import decided
from tests.shared.kernel.test_correcting import Book

ID = uuid4()
STARTS = datetime(2016, 10, 14, 7, 30, tzinfo=UTC)
EVE = STARTS - timedelta(days=1)
THAT_DAY = datetime(2016, 10, 14, 10, tzinfo=UTC)
PLANNED = GatheringPlanned(kind="agora", title="Agora 2016", starts=STARTS, town="Toulouse", department="31")
HELD = GatheringHeld(kind="agora", title="Agora 2016", town="Toulouse", department="31")


def test_planning_says_all_that_is_known() -> None:
    command = PlanGathering(kind="training", title="Monter un projet", starts=STARTS, days=3, module="Micro-projet")
    expected = GatheringPlanned(kind="training", title="Monter un projet", starts=STARTS, days=3, module="Micro-projet")
    assert decided(GATHERING, [], command) == [expected]


def test_a_training_has_a_module_and_nothing_else_has() -> None:
    without = PlanGathering(kind="training", title="Monter un projet", starts=STARTS)
    assert decided(GATHERING, [], without) == "training-without-module"
    other = PlanGathering(kind="agora", title="Agora 2016", starts=STARTS, module="Micro-projet")
    assert decided(GATHERING, [], other) == "module-without-training"


def test_an_announcement_carries_what_the_newsletter_needs_and_is_made_once() -> None:
    command = AnnounceGathering(gathering=ID, summary="Venez")
    announced = GatheringAnnounced(kind="agora", title="Agora 2016", starts=STARTS, town="Toulouse", summary="Venez")
    assert decided(GATHERING, [PLANNED], command, EVE) == [announced]
    assert decided(GATHERING, [PLANNED, announced], command, EVE) == []
    assert decided(GATHERING, [PLANNED], command, THAT_DAY + timedelta(days=1)) == "gathering-over"


def test_an_announcement_recorded_late_is_taken_though_the_gathering_was_held() -> None:
    assert len(decided(GATHERING, [PLANNED, HELD], AnnounceGathering(gathering=ID), EVE)) == 1


def test_moving_says_only_what_changed() -> None:
    later = STARTS + timedelta(days=7)
    command = MoveGathering(gathering=ID, starts=later, town="Toulouse")
    assert decided(GATHERING, [PLANNED], command) == [GatheringMoved(starts=later)]
    assert decided(GATHERING, [PLANNED, GatheringMoved(starts=later)], command) == []


def test_what_is_emptied_is_cleared() -> None:
    planned = PLANNED.model_copy(update={"capacity": 300, "topics": ["Eau"]})
    command = ReviseGathering(gathering=ID, title="Agora 2016")
    assert decided(GATHERING, [planned], command) == [GatheringRevised(cleared=["capacity", "topics"])]


def test_what_is_held_carries_what_is_counted_as_it_was_last_said() -> None:
    moved = GatheringMoved(town="Albi", department="81")
    held = GatheringHeld(kind="agora", title="Agora 2016", town="Albi", department="81", guests=["France Volontaires"])
    command = HoldGathering(gathering=ID, guests=["France Volontaires"])
    assert decided(GATHERING, [PLANNED, moved], command, THAT_DAY) == [held]


def test_a_gathering_is_held_on_its_days_only() -> None:
    command = HoldGathering(gathering=ID)
    assert decided(GATHERING, [PLANNED], command, EVE) == "not-yet"
    in_grace = decided(GATHERING, [PLANNED], command, THAT_DAY + timedelta(days=7))
    assert in_grace == [On(STARTS.date(), HELD)], "a figure belongs to the year of the gathering"
    assert decided(GATHERING, [PLANNED], command, THAT_DAY + timedelta(days=8)) == "say-the-day"


def test_the_day_is_that_of_paris() -> None:
    planned = PLANNED.model_copy(update={"starts": datetime(2016, 10, 13, 22, 30, tzinfo=UTC)})
    assert (
        decided(GATHERING, [planned], HoldGathering(gathering=ID), datetime(2016, 10, 13, 21, tzinfo=UTC)) == "not-yet"
    )


@pytest.mark.parametrize(
    ("done", "undo", "undone"),
    [
        (GatheringCancelled(reason="Neige"), ReinstateGathering(gathering=ID), GatheringReinstated()),
    ],
)
def test_a_mistake_is_undone_once(done: Event, undo: Command, undone: Event) -> None:
    assert decided(GATHERING, [PLANNED], undo) == []
    assert decided(GATHERING, [PLANNED, done], undo) == [undone]
    assert decided(GATHERING, [PLANNED, done, undone], undo) == []


@pytest.mark.parametrize(
    ("given", "command", "code"),
    [
        ([], HoldGathering(gathering=ID), "unknown-gathering"),
        ([], ReinstateGathering(gathering=ID), "unknown-gathering"),
        ([PLANNED, GatheringCancelled(reason="Neige")], HoldGathering(gathering=ID), "gathering-cancelled"),
        ([PLANNED, GatheringCancelled(reason="Neige")], AnnounceGathering(gathering=ID), "gathering-cancelled"),
        ([PLANNED, HELD], CancelGathering(gathering=ID, reason="Neige"), "already-held"),
        ([PLANNED, HELD], MoveGathering(gathering=ID, town="Albi"), "already-held"),
    ],
)
def test_what_is_not_allowed(given: list[Event], command: Command, code: str) -> None:
    assert decided(GATHERING, given, command, THAT_DAY) == code


@pytest.mark.parametrize(
    "wrong",
    [
        {"starts": datetime(2016, 10, 14)}, {"starts": datetime(1889, 1, 1, tzinfo=UTC)}, {"days": 0}, {"days": 32},
        {"capacity": 0}, {"title": "  a "}, {"title": "deux\u0085lignes"}, {"title": "x" * 201}, {"department": "99"},
        {"kind": "Un concert"}, {"topics": ["x"] * 31}, {"town": "\x00"},
    ],
)  # fmt: skip
def test_bad_answers_are_refused(wrong: dict[str, object]) -> None:
    right = {"kind": "agora", "title": "Agora 2016", "starts": STARTS}
    with pytest.raises(ValidationError):
        PlanGathering.model_validate({**right, **wrong})


async def test_what_took_place_in_a_gathering_is_put_on_no_day_but_its_own(log: Log, tmp_path: Path) -> None:
    book = Book(log, tmp_path / "keys", "events", [GATHERING])
    plan = PlanGathering(kind="training", title="Monter un projet", starts=STARTS, days=2, module="Micro-projet")
    planned = await book.do(plan)
    assert isinstance(planned, Outcome)
    id = planned.entity_id
    assert isinstance(held := await book.do(HoldGathering(gathering=id), "2016-10-14"), Outcome)
    assert isinstance(counted := await book.do(CountHeads(gathering=id, others=7), "2016-10-15"), Outcome)

    async def redated(seq: int | None, day: date) -> Outcome | str:
        assert seq is not None
        return await book.correct(RedateEvents, "gathering", id, seq, day=day)

    for wrong in (date(2016, 10, 13), date(2016, 10, 16), date(2015, 2, 1), date(2017, 2, 1)):
        assert await redated(held.seq, wrong) == "not-its-day", "its figures are of its own days"
    assert isinstance(await redated(held.seq, date(2016, 10, 15)), Outcome)
    for wrong in (date(2016, 10, 13), date(2017, 2, 1)):
        assert await redated(counted.seq, wrong) == "not-its-day"
    assert isinstance(await redated(counted.seq, date(2016, 10, 18)), Outcome), "counted in the days of grace"
    assert isinstance(await redated(planned.seq, date(2016, 1, 1)), Outcome), "when it was planned is another matter"
