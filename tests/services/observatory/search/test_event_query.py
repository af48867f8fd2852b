"""What is asked of the log: pages that leave nothing out, days that are days."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.observatory.search.event_query import PAGE, Wanted, counts, page, wanted
from shared.contract.directory.structures import StructureRegistered
from shared.kernel.decider import Refused
from tests.fixtures.observatory_history import History


async def test_pages_go_on_where_the_last_ended_and_nothing_is_left_out(tmp_path: Path) -> None:
    h = History()
    for n in range(PAGE * 2 + 7):
        h.say(StructureRegistered(name=f"Structure {n}", kind="association"), f"{n}", "2015-01-01")
    with h.table(tmp_path) as table:
        which, seen, before = Wanted(), [], None
        while True:
            shown = await page(table, which, before=before)
            assert shown.newer == (before is not None)
            seen += [row["seq"] for row in shown.rows]
            if not shown.older:
                break
            before = seen[-1]
        assert seen == list(range(PAGE * 2 + 7, 0, -1))
        first = await page(table, which, after=0)
        assert [row["seq"] for row in first.rows] == list(range(PAGE, 0, -1)) and first.newer and not first.older
        assert (await page(table, which, after=PAGE)).rows[-1]["seq"] == PAGE + 1
        assert (await counts(table, Wanted(q="structure 10"))).total == 8, (
            "1, 10, 100 … are words of a text, not of a form"
        )


def test_a_day_that_is_none_is_refused() -> None:
    for name in ("since", "until", "known_since", "known_until"):
        with pytest.raises(Refused):
            wanted(**{name: "hier"})
