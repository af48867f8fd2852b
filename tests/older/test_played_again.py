"""The history of the older folder, played again with the code of today: it says the same, event for event
(README.md)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.older.make import played
from tests.older.portrait import CHANGED, events_in, kept, meant
from tests.older.same import counted

pytestmark = [pytest.mark.drill, pytest.mark.timeout(1800)]  # a reaction is parked after more than two minutes

HERE = Path(__file__).parent


def test_the_same_history_says_the_same(tmp_path: Path) -> None:
    then = counted(kept(HERE).said)
    now = counted(events_in(played(tmp_path).data))
    changed = json.loads((HERE / CHANGED).read_text())
    gone, new = ([one for one in some if not meant(changed, f"said/{one[0]}/0")] for some in (then - now, now - then))
    assert (gone, new) == ([], [])
