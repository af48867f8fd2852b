"""The history of the older folder, played again with the code of today and in its words: it says the same facts, and
the same of them stand (README.md)."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.fixtures.earlier_commands import standing_facts
from tests.older.make import played, unpacked
from tests.older.portrait import Event, archived, events_in
from tests.older.same import counted, texts

pytestmark = [pytest.mark.drill, pytest.mark.timeout(1800)]  # a reaction is parked after more than two minutes

HERE = Path(__file__).parent
STRUCK = 15
"""Facts that do not stand, at least: else nothing is shown"""
CHANGED: dict[str, str] = json.loads((HERE / "played_changed.json").read_text())
"""Type of event that is said otherwise on purpose → why"""


class Said:
    """The facts of a closed folder, and which of them stand."""

    def __init__(self, data: Path) -> None:
        self.events, self.stands = list(events_in(data)), standing_facts(archived(data))

    def kept(self) -> list[Event]:
        return [one for one in self.events if one.type not in CHANGED]


def test_the_same_history_says_the_same(tmp_path: Path) -> None:
    compared(Said(unpacked(tmp_path / "then")), Said(played(tmp_path).data))


def compared(then: Said, now: Said) -> None:
    """First as it can be read, then with what each id is about."""
    for told in (texts, counted):
        before, after = told(then.kept(), then.stands), told(now.kept(), now.stands)
        assert (before - after, after - before) == (Counter(), Counter())
    before, after = texts(then.events, then.stands), texts(now.events, now.stands)
    differ = {type for type, _ in [*(before - after), *(after - before)]}
    assert differ == CHANGED.keys(), "a reason that is not needed is none"
    struck = [seq for seq, stands in now.stands.items() if not stands]
    assert len(struck) == len([seq for seq, stands in then.stands.items() if not stands]) >= STRUCK
