"""Which figures would move if events had been on other days: each that does, no other, and nothing is written."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest

from services.observatory.event_table.table import EventTable
from services.observatory.figures.recomputed import moves
from shared.contract.corrections import EventRedated
from shared.contract.directory.structures import StructureClosed, StructureRegistered
from tests.fixtures.observatory_history import History

TODAY = date(2017, 6, 1)
TOTAL = "directory.structures_total.value"
pytestmark = pytest.mark.slow


def history() -> History:
    h = History()
    for n in "abc":
        h.say(StructureRegistered(name=n, kind="association", department="31"), n, "2015-01-05")
    h.say(StructureClosed(reason="a cessé"), "c", "2017-03-01")
    return h


def id_of(h: History, seq: int) -> UUID:
    return UUID(json.loads(h.messages[seq - 1].body)["id"])


def test_the_figures_of_each_year_between_the_days_move_and_nothing_is_written(tmp_path: Path) -> None:
    with history().table(tmp_path) as table:
        found = {(m.as_of.year, m.path): (m.before, m.after) for m in moves(table, [(4, date(2015, 6, 1))], TODAY)}
        assert {year: pair for (year, path), pair in found.items() if path == TOTAL} == {2015: (3, 2), 2016: (3, 2)}
        assert all("structures" in path for _, path in found)
        assert moves(table, [], TODAY) == []
        assert table.rows("SELECT count(*) AS n FROM corrections")[0]["n"] == 0


class Empty:
    """A table that has no event, and may not be asked for figures."""

    position = 9

    def rows(self, query: str, parameters: object) -> list[dict[str, Any]]:
        assert query.startswith("SELECT seq FROM events")
        return []


def test_an_event_that_is_not_there_moves_nothing_and_no_figure_is_asked_for() -> None:
    assert moves(cast(EventTable, Empty()), [(10**9, date(1970, 1, 1)), (1, TODAY)], TODAY) == []


def test_it_is_what_the_figures_are_once_that_is_written(tmp_path: Path) -> None:
    after = history()
    redated = EventRedated(event=id_of(after, 4), kind="StructureClosed", day=date(2016, 2, 1), reason="x")
    after.say(redated, "c", "2017-05-01", of=StructureClosed)
    with history().table(tmp_path / "before") as table:
        foretold = {(one.as_of, one.path): one.after for one in moves(table, [(4, date(2016, 2, 1))], TODAY)}
    with after.table(tmp_path / "after") as table:
        undone = {(one.as_of, one.path): one.before for one in moves(table, [(4, date(2017, 3, 1))], TODAY)}
    assert foretold and foretold == undone
