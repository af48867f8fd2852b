"""The table's corrections are those that every reader finds: since which sequence, about which, of which day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.observatory.event_table.columns import SCHEMA, fields_of
from services.observatory.event_table.corrections import EVER, NEEDED, write_corrections
from services.observatory.event_table.table import TABLES
from services.observatory.indicators import MACROS
from shared.contract.directory.structures import StructureListed, StructureRegistered, StructureRevised
from shared.contract.envelope import Recorded
from tests.fixtures.entity_lines import Story
from tests.fixtures.entity_lines import day as _day

COLUMNS = [name.strip() for name in NEEDED.split(",")]
WRITTEN = [*COLUMNS, "readable", "day", "turn", "since", "until", "again"]
FOUND = "SELECT about, since, kind, CAST(moved AS VARCHAR) FROM corrections ORDER BY since, about, kind"


@pytest.fixture
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        begin(made)
        yield made


def begin(db: duckdb.DuckDBPyConnection) -> None:
    db.execute(TABLES.format(schema=""))
    db.execute(MACROS.read_text(encoding="utf-8"))


@cache
def made_once() -> duckdb.DuckDBPyConnection:
    db = duckdb.connect()
    begin(db)
    return db


@contextmanager
def emptied() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty table, the same for each: making one takes longer than all that is asked of it."""
    db = made_once()
    for name in ("versions", "corrections"):
        db.execute(f"DELETE FROM {name}")
    yield db


def written(db: duckdb.DuckDBPyConnection, events: list[Recorded]) -> None:
    """The columns of these events that corrections are read from, as the table has them."""
    for event in events:
        fields = fields_of(event)
        row = [*(fields[name] for name in WRITTEN[:-3]), event.seq, EVER, False]
        db.execute(f"INSERT INTO versions ({', '.join(WRITTEN)}) VALUES ({', '.join('?' * len(row))})", row)


def told_at(db: duckdb.DuckDBPyConnection, known: int, table: str) -> list[Any]:
    """What a table of facts holds at a sequence."""
    held = "since <= $known AND until > $known"
    return db.execute(
        f"SELECT seq, CAST(day AS VARCHAR), turn FROM {table} WHERE readable AND {held} ORDER BY seq", {"known": known}
    ).fetchall()


def found(db: duckdb.DuckDBPyConnection) -> list[Any]:
    return db.execute(FOUND).fetchall()


@pytest.fixture
def story() -> Story:
    told = Story()
    told.say(StructureRegistered(name="Eau vive", kind="association"), "2016-03-01")
    told.say(StructureRevised(summary="Toulouse"), "2016-05-01")
    told.say(StructureListed(), "2016-06-01")
    return told


def test_a_table_without_corrections_has_none(db: duckdb.DuckDBPyConnection, story: Story) -> None:
    written(db, story.events)
    write_corrections(db, 0)
    assert found(db) == []


def test_each_correction_is_about_its_event_since_its_own_sequence(db: duckdb.DuckDBPyConnection, story: Story) -> None:
    story.strike(2)
    story.lift(2)
    story.redate(3, "2016-07-14")
    written(db, story.events)
    write_corrections(db, 0)
    about = [row for row in found(db) if row[0] < 4]
    assert about == [(2, 4, "struck", None), (2, 5, "lifted", None), (3, 6, "redated", "2016-07-14")]


def test_a_correcting_event_is_no_fact_from_its_own_sequence_on(db: duckdb.DuckDBPyConnection, story: Story) -> None:
    story.strike(2)
    written(db, story.events)
    write_corrections(db, 0)
    assert (4, 4, "struck", None) in found(db)


def test_only_what_is_after_a_sequence_is_added(db: duckdb.DuckDBPyConnection, story: Story) -> None:
    story.strike(2)
    written(db, story.events)
    write_corrections(db, 0)
    before = found(db)
    write_corrections(db, 4)
    assert found(db) == before
    story.lift(2)
    written(db, story.events[4:])
    write_corrections(db, 4)
    assert found(db) == [*before, (2, 5, "lifted", None), (5, 5, "struck", None)]


def test_what_can_t_be_read_corrects_nothing(db: duckdb.DuckDBPyConnection, story: Story) -> None:
    story.strike(2)
    written(db, story.events)
    db.execute("UPDATE versions SET readable = false WHERE seq = 4")
    write_corrections(db, 0)
    assert found(db) == []


def test_the_columns_are_those_that_the_table_has() -> None:
    assert set(COLUMNS) <= set(SCHEMA.names)


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(["strike", "lift", "redate"]), st.integers(1, 3)), max_size=8), st.data())
def test_in_however_many_runs_it_is_written_the_table_says_what_a_line_does(
    said: list[tuple[str, int]], data: st.DataObject
) -> None:
    story = Story()
    for day in ("2016-03-01", "2016-05-01", "2016-06-01"):
        story.say(StructureRevised(summary=day), day)
    for what, seq in said:
        day = (
            data.draw(st.dates(min_value=_day("2015-01-01"), max_value=_day("2017-12-31")))
            if what == "redate"
            else None
        )
        story.redate(seq, day) if day else getattr(story, what)(seq)
    cut = data.draw(st.integers(0, len(story.events)))
    with emptied() as db:
        written(db, story.events[:cut])
        write_corrections(db, 0)
        written(db, story.events[cut:])
        write_corrections(db, cut)
        rows = found(db)
        for known in range(len(story.events) + 1):
            assert told_at(db, known, "told") == told_at(db, known, f"told_by({known})")
    for known in range(len(story.events) + 1):
        struck = {about: kind == "struck" for about, since, kind, _ in rows if since <= known and kind != "redated"}
        moved = {about: day for about, since, kind, day in rows if since <= known and kind == "redated"}
        stands = {seq for seq in range(1, known + 1) if not struck.get(seq, False)}
        line = story.line(known)
        assert stands == {fact.seq for fact in line}
        assert {fact.seq: str(fact.day) for fact in line if fact.seq in moved} == {
            s: d for s, d in moved.items() if s in stands
        }
