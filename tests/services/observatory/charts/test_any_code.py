"""A network calls its colleges and kinds as it likes: no code of theirs is taken for a word of a path."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from services.observatory.app import OBSERVATORY
from services.observatory.charts.drawing import Context, drawn, label, name
from services.observatory.event_table.filtering import ALL, Filters, narrowed
from services.observatory.figures.answers import given
from services.observatory.indicators import INDICATORS
from services.observatory.indicators.paths import TOTAL, is_total, part_of
from shared.base.translations import Lexicon
from shared.contract.events.gatherings import GatheringHeld
from shared.contract.membership.members import CollegeOpened, MemberJoined
from shared.web.words.messages import WORDS
from tests.fixtures.observatory_history import History, named

pytestmark = pytest.mark.slow

CODES = ("total", "values", "value", "all", "since", "unspecified", "2022", "31", "membership", "colleges_by_year")
WHERE = Context(date(2022, 12, 31), range(2021, 2023), "fr", Lexicon(WORDS, OBSERVATORY.words))
MEMBERS, HELD = INDICATORS["members_by_college"], INDICATORS["gatherings_held"]


def test_a_total_is_known_by_its_place_alone() -> None:
    assert is_total("membership.colleges_by_year.total.values.2022") and is_total("a.b.total.value")
    assert not is_total("membership.colleges_by_year.total.2022") and not is_total("events.gatherings.total.all")
    assert part_of("a.b.total.values.2022") == TOTAL and part_of("a.b.total.2022") == "total" and part_of("a.b") == ""


@pytest.mark.parametrize("code", CODES)
def test_any_code_of_a_college_stands_in_charts_tables_and_filters(tmp_path: Path, code: str) -> None:
    history = History()
    for college in ("towns", code):
        opened = CollegeOpened(college=college, title=f"Collège {college}", persons=False)
        history.say(opened, f"college {college}", "2021-01-01")
    for at, college in enumerate(("towns", "towns", code)):
        history.say(MemberJoined(structure=named(f"s{at}"), college=college, charter_version=1), f"m{at}", "2021-02-01")
    with history.table(tmp_path) as table:
        values = given(MEMBERS, date(2022, 12, 31), table.position, None, None)
        answer = narrowed(table.rows, MEMBERS, values, ALL)
        own = narrowed(table.rows, MEMBERS, values, Filters(college=code))
    found = drawn(MEMBERS, answer, WHERE)
    assert len(found.columns) == 4, "the year, two colleges, the total"
    assert sorted(found.rows[-1][1:3]) == [1, 2] and found.rows[-1][3] == 3  # type: ignore[type-var]
    assert {path: value for path, (value, _) in own.items() if path.endswith(".2022")} == {
        f"membership.colleges_by_year.{code}.2022": 1,
        "membership.colleges_by_year.total.values.2022": 1,
    }
    called = {name(MEMBERS, path, WHERE) for path in answer if path.endswith(".2022")}
    assert len(called) == 3, "each has a name of its own"
    assert label(WHERE, code, "college") not in ("En tout", "Haute-Garonne")


@pytest.mark.parametrize("code", CODES)
def test_any_code_of_a_kind_stands_in_charts_and_tables(tmp_path: Path, code: str) -> None:
    history = History()
    for at, kind in enumerate(("agora", "agora", code)):
        history.say(GatheringHeld(kind=kind, title=f"g{at}"), f"g{at}", "2022-02-01")
    with history.table(tmp_path) as table:
        answer = narrowed(table.rows, HELD, given(HELD, date(2022, 12, 31), table.position, None, None), ALL)
    found = drawn(HELD, answer, WHERE)
    assert sorted(found.rows[-1][1:3]) == [1, 2] and found.rows[-1][3] == 3  # type: ignore[type-var]
    assert len({name(HELD, path, WHERE) for path in answer}) == len(answer)
