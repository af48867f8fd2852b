"""What was noted by mistake and struck, at whatever hour, after however long: to every reader as if it had never been;
and as it was known before, unchanged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.observatory.event_table.table import EventTable
from shared.contract.envelope import Message
from shared.kernel.corrections import told
from shared.kernel.line import standing
from shared.kernel.views.projection import View
from tests.dense.history import by_entity
from tests.dense.readers import DECIDERS, VIEWS, following, holding
from tests.dense.undone import DAY, DELAYS, HOURS, Undone, undone
from tests.simulation.store import Disk, MemoryStore

pytestmark = pytest.mark.slow
DAYS = (date(2013, 12, 31), date(2014, 1, 1), DAY, date(2016, 12, 31), date(2018, 12, 31))
REACHED = 45
"""Types of facts, at least"""


@pytest.fixture(scope="module")
def log() -> Undone:
    return undone()


def test_every_fact_of_a_day_is_struck_at_each_hour_after_each_delay(log: Undone) -> None:
    assert log.missing == []
    kinds = {case.kind for case in log.cases}
    assert len(log.cases) == len(kinds) * len(HOURS) * len(DELAYS) and len(kinds) >= REACHED


def test_deciders_decide_as_if_it_had_never_been(log: Undone) -> None:
    never = by_entity(message for message in log.never if message.body != b"-")
    for ref, events in by_entity(log.said).items():
        decider = DECIDERS[ref.rpartition(".")[0]]
        facts, corrections = told(events)
        line, other = standing(facts, corrections), standing(*told(never.get(ref, ())))
        assert [fact.id for fact in line] == [fact.id for fact in other], ref
        assert decider.on(line) == decider.on(other) and decider.on(line, DAY) == decider.on(other, DAY)
        before = standing(*told(event for event in events if event.seq <= log.before))
        assert standing(facts, corrections, known=log.before) == before, "as it was known before"


def standing_of(path: Path, messages: Sequence[Message], known: int) -> list[list[dict[str, Any]]]:
    """What the table counts on several days, as known at a sequence."""
    table = EventTable(path, ("31", "34"))
    table.open()
    try:
        table.take(messages)
        asked = "SELECT * EXCLUDE (peak) FROM standing(DATE '{:%Y-%m-%d}', {:d}) ORDER BY turn, seq"
        return [table.rows(asked.format(day, known)) for day in DAYS]
    finally:
        table.close()


def test_the_table_counts_as_if_it_had_never_been(log: Undone, tmp_path: Path) -> None:
    said = standing_of(tmp_path / "said", log.said, len(log.said))
    assert said == standing_of(tmp_path / "never", log.never, len(log.never))
    then = standing_of(tmp_path / "said-then", log.said, log.before)
    assert then == standing_of(tmp_path / "cut", log.said[: log.before], log.before), "as it was known before"
    assert then != said


def plain(store: MemoryStore, view: View) -> dict[str, dict[str, Any]]:
    """The documents of a view without what tells of the last event by the log."""
    return {
        key: {name: value for name, value in document.items() if name not in view.stamps}
        for key, document in store.documents(view).items()
    }


@pytest.mark.parametrize("service", VIEWS)
async def test_views_show_as_if_it_had_never_been(log: Undone, service: str) -> None:
    said, never = MemoryStore(Disk()), MemoryStore(Disk())
    for store, messages in ((said, log.said), (never, log.never)):
        async with following(holding(messages), service, VIEWS[service], [store]) as (one,):
            await one.digests(len(messages))
    for view in VIEWS[service]:
        if not view.of_log:  # which tells of all that was said
            assert plain(said, view) == plain(never, view), view.name
