"""Each indicator: the history beside it, and the figures it comes to."""

from __future__ import annotations

import re
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from services.observatory.figures.answers import ask, ask_all
from services.observatory.indicators import DOCUMENT, HERE, INDICATORS, LISTED, MACROS, Headless, documented, read
from shared.contract import EVENTS
from shared.contract.corrections import EventRedated
from shared.contract.membership.members import CollegeClosed, CollegeOpened, MemberJoined
from shared.contract.membership.team import VolunteerContributed
from tests.docs.counting_table import counted_by
from tests.fixtures import indicator_histories as given
from tests.fixtures.observatory_history import History, named

EARLIER = Path(__file__).parent / "earlier"
"""The histories of figures as an earlier release called them"""
college = "membership.colleges_by_year."
HEAD = """-- title: T
-- version: 1
-- unit: structure
-- counts: things
-- partial: day
-- definition: D
SELECT 'a' AS path, 1 AS value, [1] AS events FROM known($as_of, $known)
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", INDICATORS)
def test_an_indicator_counts_what_its_history_says(name: str, tmp_path: Path) -> None:
    history, expected = given.read((EARLIER if INDICATORS[name].earlier else HERE) / f"{name}.sql")
    with history.table(tmp_path) as table:
        for one in expected:
            known = table.position if one.known is None else one.known
            found = ask(table, name, one.as_of, known, one.years.get("first"), one.years.get("last"), one.filters)
            assert set(found) == set(one.figures), one
            for path, (value, events) in found.items():
                assert value == pytest.approx(one.figures[path][0]), (path, one)
                assert events == one.figures[path][1], (path, one)
                if INDICATORS[name].counts == "things":
                    assert value == len(events), "a count of things rests on one event for each"
            if not one.years:  # the dashboard asks many at once
                assert ask_all(table, [name], one.as_of, known, one.filters)[name] == found
    for n, one in enumerate(expected):
        if one.known is not None:  # known at a sequence is what a log says that ends there
            with history.table(tmp_path / str(n), one.known) as cut:
                known = one.known
                found = ask(cut, name, one.as_of, known, one.years.get("first"), one.years.get("last"), one.filters)
                assert {path: events for path, (_, events) in found.items()} == {
                    path: events for path, (_, events) in one.figures.items()
                }


def test_every_history_belongs_to_an_indicator() -> None:
    assert {path.stem for path in HERE.glob("*.yaml")} == {one.name for one in LISTED}
    assert {path.stem for path in EARLIER.glob("*.yaml")} == set(INDICATORS) - {one.name for one in LISTED}


@pytest.mark.parametrize("path", [MACROS, *(HERE / f"{one.name}.sql" for one in LISTED)], ids=lambda path: path.stem)
def test_who_asks_for_a_timeless_beginning_asks_standing(path: Path) -> None:
    """`dated` shows such a beginning from its own day on only. Whoever reads it names what it wants behind it, in that
    line or in the next; `running` is told it. Asked for all days, or for the first of all, both say the same."""
    text = re.sub(r"CREATE OR REPLACE MACRO (standing|running|years)\(.*?;\n", "", path.read_text(), flags=re.DOTALL)
    wanted = re.findall(r"\bdated\((?!DATE '9999)(?:as_of|\$as_of).*?\)(?! AS TABLE)(.*\n?.*)", text)
    for asked in [*wanted, *re.findall(r"\brunning\((.*)", text)]:
        named = {EVENTS[name] for name in re.findall(r"'([A-Z]\w+)'", asked)}
        kinds = re.findall(r"entity = '([\w-]+)'", asked)
        named |= {event for event in EVENTS.values() if event.entity in kinds}
        assert named, asked
        assert not [event.type_name() for event in named if event.timeless], asked


TOLD_APART = {
    ("agora_attendance", "training_participants"): "of kinds of gatherings that are others, unless a network says both",
    ("agora_publics", "training_participants"): "the same",
}


def test_of_two_counts_of_the_same_persons_one_is_judged_beside_the_other() -> None:
    """Else the difference of the two is a number of persons that nobody judged."""
    ones = [one for one in LISTED if one.persons]
    for one, other in combinations(sorted(ones, key=lambda each: each.name), 2):
        if (one.name, other.name) in TOLD_APART or not {*counted_by(one)} & {*counted_by(other)}:
            continue
        beside = [{each.sums, each.shares, each.same} for each in (one, other)]
        assert other.name in beside[0] or one.name in beside[1] or (one.same or other.same), (one.name, other.name)


@pytest.mark.parametrize(
    ("beside", "why"),
    [
        (None, "has no history"),
        ("given: []\nexpect: []\n", "nothing under `given`"),
        ("given: [[2012-01-01, a, StructureListed]]\n", "nothing under `expect`"),
        (
            "given: [[2012-01-01, a, StructureListed]]\nexpect: [{asked: {}, figures: {a: [0, []]}}]\n",
            "no figure that is more",
        ),
    ],
)
def test_an_indicator_without_a_history_of_its_own_fails(tmp_path: Path, beside: str | None, why: str) -> None:
    indicator = tmp_path / "new.sql"
    indicator.write_text(HEAD)
    if beside is not None:
        indicator.with_suffix(".yaml").write_text(beside)
    with pytest.raises(given.NoHistory, match=why):
        given.read(indicator)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("-- title: T\n", "", "does not say its title"),
        ("-- version: 1\n", "", "does not say its version"),
        ("partial: day", "partial: never", "partial is never"),
        ("counts: things", "counts: heads\n-- filters: kind", "only a count of things"),
        ("-- unit: structure\n", "-- unit: structure\n-- filters: age\n", "filters is age"),
        ("known($as_of, $known)", "known($as_of, 9)", "two parameters"),
    ],
)
def test_an_indicator_that_does_not_say_what_it_is_fails(tmp_path: Path, old: str, new: str, why: str) -> None:
    indicator = tmp_path / "new.sql"
    indicator.write_text(HEAD)
    assert read(indicator).title == "T"
    indicator.write_text(HEAD.replace(old, new))
    with pytest.raises(Headless, match=why):
        read(indicator)


def test_the_documentation_of_indicators_is_made_from_their_heads() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == documented(), "run python -m services.observatory.indicators"


def test_a_college_that_was_opened_by_mistake_is_not_measured(tmp_path: Path) -> None:
    h = History()
    h.say(CollegeOpened(college="economic", title="Économique"), "economic", "2012-01-01")
    h.say(CollegeClosed(college="economic"), "economic", "2013-01-01")
    assert h.figures(tmp_path, "members_by_college", "2013-06-30") == {
        college + "economic.2012": (0, []),
        college + "total.values.2012": (0, []),
    }


def test_a_member_who_joins_again_after_a_mistake_counts_from_then_on(tmp_path: Path) -> None:
    h, _ = given.read(HERE / "members_by_college.sql")
    again = h.say(
        MemberJoined(college="economic", charter_version=2, structure=named("d"), name="D"), "d", "2014-06-01"
    )
    found = h.figures(tmp_path, "members_by_college", "2014-12-31")
    assert found[college + "economic.2014"] == (1, [again])
    assert college + "economic.2013" not in found


def test_a_volunteer_counts_in_the_year_of_the_day_that_was_corrected(tmp_path: Path) -> None:
    h = History()
    noted = h.say(VolunteerContributed(year=2016), "1", "2016-05-01")
    moved = EventRedated(
        event=named(f"event/{noted}"), kind="VolunteerContributed", day=date(2014, 12, 31), reason="relu"
    )
    h.say(moved, "1", "2017-01-10", of=VolunteerContributed)
    by_year = "membership.volunteers_by_year.values."
    assert h.figures(tmp_path, "volunteers", "2017-12-31") == {by_year + "2014": (1, [noted])}
    assert h.figures(tmp_path, "volunteers", "2014-12-30") == {}
