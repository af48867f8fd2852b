"""Kill -9 at ten random moments of the loading: resumed, nothing lost, nothing twice, the same review."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.installation import PROMPT, Up, alive, get_json

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
SEED = 20171031
KILLS = 10


def events_of(url: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while page := get_json(f"{url}/observatory/api/events?after={found[-1]['seq'] if found else 0}&limit=1000")[
        "events"
    ]:
        found += page
    return found


def holes_of(url: str, found: list[dict[str, Any]]) -> set[str]:
    """What lies in the log between events."""
    between = set(range(1, found[-1]["seq"])) - {one["seq"] for one in found}
    return {get_json(f"{url}/observatory/api/events/{seq}")["void"] for seq in between}


def figures_of(url: str) -> dict[str, Any]:
    rows = get_json(f"{url}/observatory/api/review")["figures"]
    return {row["path"]: (row["value"], row["events"]) for row in rows}


def test_a_loading_that_is_killed_ten_times_ends_as_one_that_was_not(tmp_path: Path, copy_of_sample: Path) -> None:
    whole = Up(copy_of_sample).start()
    try:
        url = whole.wait()
        whole.quiet()  # reactions to the last commands are written after the loading has ended
        wanted_events, wanted_figures = events_of(url), figures_of(url)
    finally:
        whole.stop()
    chance = random.Random(SEED)
    up = Up(tmp_path / "loading")
    table = ["kill  after  whom            events then"]
    for n in range(KILLS):
        up.start()
        assert up.process is not None
        pause = chance.uniform(1.5, 6.0)
        time.sleep(pause)
        children = up.children()
        together = n % 2 == 1
        if up.process.poll() is not None:
            raise AssertionError(up.output())
        up.kill(children=together)
        for _ in range(3000):
            if not any(map(alive, children)):
                break
            time.sleep(0.02)
        assert not any(map(alive, children)), "the NATS server outlived its parent"
        size = sum(p.stat().st_size for p in (tmp_path / "loading" / "nats" / "store").rglob("*.blk"))
        table.append(
            f"{n + 1:>4}  {pause:4.1f}s  {'the whole group' if together else 'main alone     '} {size / 1e6:8.1f} MB"
        )
    up.start()
    try:
        url = up.wait()
        up.quiet()
        found_events, found_figures = events_of(url), figures_of(url)
        holes = holes_of(url, found_events)
    finally:
        seconds = up.stop()
    print("\n".join(table))
    assert seconds < PROMPT
    sequences = [e["seq"] for e in found_events]
    assert sequences == sorted(set(sequences)) and sequences[0] == 1
    assert holes <= {"guard"}, "what a decision had read takes a sequence (ADR 46), and nothing else does"
    assert len({e["id"] for e in found_events}) == len(found_events)
    assert {e["id"] for e in found_events} == {e["id"] for e in wanted_events}
    assert found_figures == wanted_figures
