"""The log as a table: what counts when, what is passed over, what a restart and another contract do."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.observatory.event_table import columns
from services.observatory.event_table.table import EventTable
from services.observatory.figures.answers import ask
from shared.contract import load_all
from shared.contract.directory.structures import ContactAdded, StructureClosed, StructureRegistered, StructureRevised
from shared.contract.envelope import Message, guard_subject
from shared.kernel.eventlog.event_log import Log, LogDamaged, Unit, Write
from tests.fixtures.following import following
from tests.fixtures.observatory_history import REGION, History, named, someone

pytestmark = pytest.mark.slow

TOTAL, IN_31 = "directory.structures_total.value", "directory.structures_by_department.values.31"


def registered(department: str = "31") -> StructureRegistered:
    return StructureRegistered(name="S", kind="association", department=department)


def total(t: EventTable, as_of: str, known: int | None = None) -> float | None:
    return ask(t, "structures_total", date.fromisoformat(as_of), t.position if known is None else known)[TOTAL][0]


def in_31(t: EventTable, as_of: str, known: int) -> float | None:
    return ask(t, "structures_by_department", date.fromisoformat(as_of), known)[IN_31][0]


def test_a_correction_recorded_late_changes_the_past_only_for_who_knows_of_it(tmp_path: Path) -> None:
    h = History()
    h.say(registered("31"), "a", "2014-03-01")
    h.say(StructureRevised(department="34"), "a", "2016-03-01")
    late = h.say(StructureRevised(department="31"), "a", "2015-06-01", known="2017-05-01")
    h.say(StructureRevised(department="34"), "a", "2015-02-01", known="2017-06-01")
    with h.table(tmp_path) as t:
        before, after = t.known_on(date(2017, 4, 30)), t.known_on(date(2017, 5, 1))
        assert (before, after) == (2, late)
        assert in_31(t, "2015-12-31", before) == 1
        assert in_31(t, "2016-12-31", after) == 0, "the later word about the world counts, though it was said earlier"
        assert in_31(t, "2015-03-01", t.position) == 0
        assert in_31(t, "2015-12-31", t.position) == 1


def test_the_day_is_that_of_paris(tmp_path: Path) -> None:
    h = History()
    h.say(registered(), "a", "2015-06-01")
    body = json.loads(h.messages[0].body)
    h.messages[0] = h.messages[0]._replace(body=json.dumps({**body, "time": "2015-12-31T23:30:00.000000Z"}).encode())
    with h.table(tmp_path) as t:
        assert (total(t, "2015-12-31"), total(t, "2016-01-01")) == (0, 1)


def test_known_at_a_day_is_the_last_sequence_whose_latest_recording_lies_before_its_end(tmp_path: Path) -> None:
    h = History()
    h.say(registered(), "a", "2016-01-10")
    h.say(registered(), "b", "2016-01-12")
    h.say(registered(), "c", "2016-01-11")  # another machine's clock was behind
    h.say(registered(), "d", "2016-01-20")
    with h.table(tmp_path) as t:
        assert t.known_on(date(2016, 1, 9)) == 0
        assert t.known_on(date(2016, 1, 10)) == 1
        assert t.known_on(date(2016, 1, 11)) == 1, "the third was written after the second, so it was not known before"
        assert t.known_on(date(2016, 1, 12)) == 3
        assert t.known_on(date(2199, 12, 31)) == 4


def test_what_a_clock_in_doubt_recorded_hides_nothing_that_was_known_later(tmp_path: Path) -> None:
    h = History()
    h.say(registered(), "a", "2016-01-10")
    h.say(registered(), "b", "2031-01-11", believed="2016-01-11")
    h.say(registered(), "c", "1970-01-01", believed="2016-01-12")
    h.say(registered(), "d", "2016-01-20")
    with h.table(tmp_path) as t:
        days = [t.known_on(date(2016, 1, day)) for day in (9, 10, 11, 19, 20)]
        assert days == [0, 1, 3, 3, 4] and t.known_on(date(2031, 1, 11)) == 4


def test_what_is_void_is_passed_over_and_shown(tmp_path: Path) -> None:
    h = History()
    h.say(registered(), "a", "2016-01-10")
    copied = h.messages[0]
    h.put(copied.subject, copied.body)  # a copy: its version is that of the first
    h.put("test.directory.structure.x.StructureRegistered", b"\xff junk")
    h.put(copied.subject.replace("Registered", "Closed"), copied.body)
    h.say(StructureClosed(reason="ceased"), "a", "2017-01-10")
    with h.table(tmp_path) as t:
        assert (total(t, "2016-12-31"), total(t, "2017-12-31")) == (1, 0)
        assert [(r["seq"], r["reason"]) for r in t.rows("SELECT * FROM voids ORDER BY seq")] == [
            (2, "out-of-turn"),
            (3, "not-an-event"),
            (4, "subject-disagrees"),
        ]
        assert t.position == 5


def test_a_guard_is_neither_an_event_nor_void_also_where_it_comes_last(tmp_path: Path) -> None:
    h = History()
    h.say(registered(), "a", "2016-01-10")
    h.put(guard_subject("test", "directory"), b"")
    with h.table(tmp_path) as t:
        assert t.position == 2 and not t.rows("SELECT * FROM voids") and total(t, "2016-12-31") == 1
    h.say(StructureRevised(department="34"), "a", "2016-02-01")
    h.put(guard_subject("test", "directory"), b"{}")
    again = EventTable(tmp_path / "observatory.duckdb", REGION)
    again.open()
    assert again.position == 2
    again.take(h.messages[2:])
    assert again.rows("SELECT seq, reason FROM voids") == [{"seq": 4, "reason": "not-an-event"}]
    again.close()


def changed(message: Message, **changes: object) -> Message:
    return message._replace(body=json.dumps({**json.loads(message.body), **changes}).encode())


@pytest.mark.parametrize(
    "changes",
    [
        {"data": {"name": "S", "kind": "Une banque"}},
        {"data": {"kind": "association"}},
        {"data": {"name": 7, "kind": "association"}},
        {"data": [1]},
        {"data": None},
        {"time": "9999-12-31T23:30:00.000000Z"},
        {"recordedtime": "9999-12-31T23:30:00.000000Z"},
    ],
)
def test_an_event_that_can_not_be_read_is_kept_and_counts_nowhere(changes: dict[str, object], tmp_path: Path) -> None:
    h = History()
    h.say(registered(), "a", "2016-01-10")
    h.messages[0] = changed(h.messages[0], **changes)
    h.say(StructureRevised(department="34"), "a", "2016-02-01")
    with h.table(tmp_path) as t:
        assert total(t, "2017-01-01") == 0
        assert [r["readable"] for r in t.rows("SELECT readable FROM events ORDER BY seq")] == [False, True]
        assert not t.rows("SELECT * FROM voids"), "it has its turn, so what comes after it is not void"


def test_data_that_only_a_tolerant_reader_takes_counts_as_in_the_views(tmp_path: Path) -> None:
    h = History()
    h.say(ContactAdded(structure=named("s"), name=someone()), "c", "2016-01-10")
    data = json.loads(h.messages[0].body)["data"]
    h.messages[0] = changed(h.messages[0], data={**data, "structure": data["structure"].upper()})
    assert h.figures(tmp_path, "contacts_total")["directory.contacts_total.value"] == (1, [1])


def test_a_person_in_clear_never_enters_the_table(tmp_path: Path) -> None:
    h = History()
    h.say(ContactAdded(structure=named("s"), name=someone()), "c", "2016-01-10")
    h.messages[0] = changed(h.messages[0], data={"structure": str(named("s")), "name": "Personne inventée 0001"})
    with h.table(tmp_path) as t:
        assert t.rows("SELECT data, name, readable FROM events") == [{"data": None, "name": None, "readable": False}]
    assert b"Personne invent" not in (tmp_path / "observatory.duckdb").read_bytes()


def test_a_restart_goes_on_where_it_stood(tmp_path: Path) -> None:
    h = History()
    h.say(registered(), "a", "2016-01-10")
    h.say(registered(), "b", "2016-01-12")
    with h.table(tmp_path):
        pass
    h.put(h.messages[0].subject, h.messages[0].body)
    h.say(StructureRevised(department="34"), "a", "2015-01-01")
    again = EventTable(tmp_path / "observatory.duckdb", REGION)
    again.open()
    assert again.position == 2
    again.take(h.messages[2:])
    assert again.rows("SELECT reason FROM voids") == [{"reason": "out-of-turn"}], "it remembers whose turn it is"
    assert total(again, "2017-01-01") == 2
    again.close()


def test_another_contract_or_a_file_that_is_none_makes_it_begin_again(
    tmp_path: Path,
) -> None:
    h = History()
    h.say(registered(), "a", "2016-01-10")
    with h.table(tmp_path):
        pass
    again = EventTable(tmp_path / "observatory.duckdb", REGION, contract="of another contract")
    again.open()
    assert again.position == 0
    again.close()
    (tmp_path / "observatory.duckdb").write_bytes(b"not a database" * 1000)
    again = EventTable(tmp_path / "observatory.duckdb", REGION)
    again.open()
    assert again.position == 0
    again.close()


def test_it_opens_no_other_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    with History().table(tmp_path) as t:
        for sql in (
            f"SELECT * FROM read_csv('{secret}')",
            f"COPY events TO '{tmp_path}/out.csv'",
            "SET enable_external_access = true",
        ):
            with pytest.raises(Exception, match=r"(?i)permission|disabled|lock"):
                t.rows(sql)


def test_there_is_a_strict_reader_for_every_type_of_event() -> None:
    assert set(columns.readers()) == set(load_all())


events = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["31", "34", "closed"]), st.integers(1, 28), st.integers(1, 28)),
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(events, st.integers(1, 28), st.integers(1, 28))
def test_known_on_a_day_equals_a_table_of_the_log_cut_there(
    said: list[tuple[str, str, int, int]], as_of: int, known: int
) -> None:
    h = History()
    for thing, what, happened, learnt in said:
        event = StructureClosed(reason="x") if what == "closed" else registered(what)
        h.say(event, thing, f"2016-01-{happened:02d}", known=f"2016-02-{learnt:02d}")
    day = date(2016, 1, as_of)
    names = ("structures_total", "structures_by_department", "structures_by_region")
    with TemporaryDirectory() as whole, TemporaryDirectory() as part, h.table(Path(whole)) as t:
        cut = t.known_on(date(2016, 2, known))
        recorded = [date(2016, 2, learnt) for *_, learnt in said]
        assert cut == next((n for n, at in enumerate(recorded) if at > date(2016, 2, known)), len(said))
        with h.table(Path(part), upto=cut) as alone:
            assert alone.position == cut
            for name in names:
                assert ask(t, name, day, cut) == ask(alone, name, day, cut)


def said(log: Log, thing: str) -> Unit:
    """A structure is registered, as a message of this log."""
    h = History()
    h.say(registered(), thing, "2016-01-10")
    subject = h.messages[0].subject.replace("test.", f"{log.network}.", 1)
    body = h.messages[0].body.replace(b"/test/", f"/{log.network}/".encode())
    return Unit([Write(subject, str(named(thing)), body)], {subject.rpartition(".")[0]: 0})


async def test_it_follows_the_log_and_refuses_another(log: Log, tmp_path: Path) -> None:
    await log.append(said(log, "a"))
    t = EventTable(tmp_path / "observatory.duckdb", REGION)
    t.open()
    async with following(t, log):
        assert await t.wait_for(1)
        seq = await log.append(said(log, "b"))
        assert await t.wait_for(seq)
        assert len(await t.ask("SELECT * FROM events")) == 2
        found = await asyncio.gather(*(t.ask("SELECT count(*) AS n FROM events") for _ in range(20)))
        assert {rows[0]["n"] for rows in found} == {2}

    with duckdb.connect(tmp_path / "observatory.duckdb") as db:
        db.execute("UPDATE checkpoint SET id = 'another event'")
    again = EventTable(tmp_path / "observatory.duckdb", REGION)
    again.open()
    with pytest.raises(LogDamaged, match="is not the event"):
        await again.agree(log)
    again.position = 99
    with pytest.raises(LogDamaged, match="restore it"):
        await again.agree(log)
    await again.stop()


async def test_what_could_not_be_written_is_written_once_the_table_can_be(log: Log, tmp_path: Path) -> None:
    t = EventTable(tmp_path / "observatory.duckdb", REGION)
    t.open()
    async with following(t, log):
        await t.change(lambda db: db.execute("ALTER TABLE events RENAME TO away"))
        for thing in "abc":
            seq = await log.append(said(log, thing))
        assert not await t.wait_for(1, timeout=0.5)
        await t.change(lambda db: db.execute("ALTER TABLE away RENAME TO events"))
        assert await t.wait_for(seq, timeout=30)
        assert [row["seq"] for row in await t.ask("SELECT seq FROM events ORDER BY seq")] == [1, 2, 3]


def test_run_after_run_gives_the_same_table_as_one(tmp_path: Path) -> None:
    h = History()
    for n in range(60):
        h.say(registered() if n < 20 else StructureRevised(department="34"), f"{n % 20}", f"2016-01-{1 + n % 28:02d}")
    h.put(h.messages[0].subject, h.messages[0].body)
    tables = []
    for name, runs in (("one", [h.messages]), ("many", [h.messages[n : n + 7] for n in range(0, 61, 7)])):
        t = EventTable(tmp_path / f"{name}.duckdb", REGION)
        t.open()
        t.take_all(runs)
        assert t.position == 61
        tables.append([t.rows(f"SELECT * FROM {each} ORDER BY seq") for each in ("events", "voids", "checkpoint")])
        t.close()
    assert tables[0] == tables[1]
    assert len(tables[0][0]) == 60 and len(tables[0][1]) == 1
