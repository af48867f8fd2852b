"""The journal of readings: what is noted is found, in its term and no longer; what was changed in it shows."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from shared.base.outside import REAL, Outside
from shared.kernel.sealing import KeysAway
from shared.persons.keys.key_folder import KeyFiles
from shared.persons.keys.keyring import Keyring, restored
from shared.persons.readings.journal import AT_ONCE, Journal, Read, Wanted, Why

ROOT = Path(__file__).parents[4]
NOW = datetime(2024, 3, 9, 8, tzinfo=UTC)
ACCOUNT, PROGRAM, OTHER = f"account:{UUID(int=7)}", f"token:{UUID(int=7)}/{UUID(int=8)}", f"account:{UUID(int=9)}"
SOMEBODY, OTHERS = UUID(int=1), UUID(int=2)


def at(now: datetime) -> Outside:
    return replace(REAL, now=lambda: now)


def read(
    *persons: UUID, who: str = ACCOUNT, why: Why = "record", after: timedelta = timedelta(), role: str = "editor"
) -> Read:
    return Read(NOW + after, who, role, why, "/directory/structures/{key}", persons)


async def written(journal: Journal, *some: Read) -> None:
    for one in some:
        journal.note(one)
    await journal.write()


async def test_what_is_noted_is_found_the_latest_first_by_each_filter_and_by_all(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "directory")
    assert journal.find(Wanted(), limit=9) == ([], 0) and journal.whole() and not journal.path.exists()
    day = timedelta(days=1)
    await written(
        journal,
        read(SOMEBODY),
        read(SOMEBODY, OTHERS, why="list", after=day),
        read(OTHERS, who=PROGRAM, why="program", after=2 * day),
        read(who=OTHER, why="journal", after=3 * day, role="auditor"),
    )
    found, total = journal.find(Wanted(), limit=2)
    assert total == 4 and [one.why for one in found] == ["journal", "program"] and found[1].persons == (OTHERS,)
    assert [one.why for one in journal.find(Wanted(), limit=2, offset=2)[0]] == ["list", "record"]

    def whys(**said: object) -> list[str]:
        return [one.why for one in journal.find(Wanted(**said), limit=9)[0]]  # type: ignore[arg-type]

    assert whys(person=SOMEBODY) == ["list", "record"] and whys(person=OTHERS) == ["program", "list"]
    assert whys(account=str(UUID(int=7))) == whys(account=ACCOUNT) == ["program", "list", "record"]
    assert whys(account=PROGRAM) == ["program"] and whys(account="%") == whys(account="' OR 1 --") == []
    assert whys(since=NOW + day, until=NOW + 3 * day) == ["program", "list"] and whys(why="own") == []
    assert whys(account=ACCOUNT, person=SOMEBODY, why="list", since=NOW, until=NOW + 9 * day) == ["list"]
    assert journal.readers() == [ACCOUNT, OTHER, PROGRAM] and journal.whole()
    assert oct(journal.path.stat().st_mode)[-3:] == "600"


async def test_many_persons_are_lines_of_a_bounded_length_and_each_of_them_is_found(tmp_path: Path) -> None:
    journal, many = Journal(tmp_path, "directory"), tuple(uuid4() for _ in range(2 * AT_ONCE + 1))
    await written(journal, read(*many))
    found, total = journal.find(Wanted(), limit=9)
    assert total == 3 and sum((one.persons for one in reversed(found)), ()) == many
    assert all(journal.find(Wanted(person=one), limit=9)[1] == 1 for one in (many[0], many[-1], many[AT_ONCE]))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE readings SET who = 'account:x' WHERE number = 2",
        "UPDATE readings SET persons = X'00' WHERE number = 3",
        "UPDATE readings SET at = at + 1 WHERE number = 1",
        "DELETE FROM readings WHERE number = 2",
        "DELETE FROM readings WHERE number = 1",
        "INSERT INTO readings SELECT 9, at, who, role, why, route, persons, chain FROM readings WHERE number = 1",
    ],
)
async def test_a_line_that_was_changed_or_taken_out_shows(tmp_path: Path, change: str) -> None:
    journal = Journal(tmp_path, "directory", outside=at(NOW))
    await written(journal, *(read(SOMEBODY, after=timedelta(seconds=n)) for n in range(4)))
    journal.close()
    with sqlite3.connect(journal.path) as db:
        with pytest.raises(sqlite3.Error):
            db.execute("UPDATE readings SET who = 'x'")
        db.execute("DROP TRIGGER stands")
        db.execute(change)
    db.close()
    assert not journal.whole()
    journal.erase_before(NOW - timedelta(days=1))
    assert journal.broken


async def test_a_line_goes_at_the_end_of_its_term_out_of_the_file_too_and_what_is_left_is_whole(tmp_path: Path) -> None:
    journal, gone, stays = Journal(tmp_path, "directory", outside=at(NOW)), uuid4(), uuid4()
    await written(
        journal, read(gone), read(gone, stays, after=timedelta(days=40)), read(stays, after=timedelta(days=41))
    )
    later = Journal(tmp_path, "directory", outside=at(NOW + timedelta(days=50)))
    assert later.erase_before(NOW) == 0 and later.erase_before(NOW + timedelta(days=1)) == 1
    assert later.whole() and not later.broken and later.find(Wanted(person=gone), limit=9)[1] == 1
    assert later.erase_before(NOW + timedelta(days=40, seconds=1)) == 1
    journal.close()
    later.close()
    for path in tmp_path.iterdir():
        assert gone.bytes not in path.read_bytes(), path.name
    assert later.find(Wanted(), limit=9)[1] == 1 and later.whole()
    await written(later, read(gone, after=timedelta(days=50)))
    assert later.whole() and later.find(Wanted(), limit=1)[0][0].number == 4, "a number is never given twice"


async def test_lines_of_a_clock_that_was_wrong_neither_take_others_with_them_nor_keep_them(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "directory", outside=at(NOW + timedelta(days=400)))
    years = timedelta(days=1826)
    await written(
        journal,
        read(SOMEBODY),
        read(SOMEBODY, after=years),  # the clock was five years ahead
        read(SOMEBODY, after=timedelta(days=390)),
        read(SOMEBODY, after=-years),  # and five years behind
        read(SOMEBODY, after=timedelta(days=399)),
    )
    assert journal.erase_before(NOW + timedelta(days=35)) == 2
    assert [one.number for one in journal.find(Wanted(), limit=9)[0]] == [5, 4, 3]


async def test_two_replicas_write_one_file_and_its_chain_is_one(tmp_path: Path) -> None:
    both = [Journal(tmp_path, "directory") for _ in range(2)]
    for n in range(20):
        for one in both:
            one.note(read(UUID(int=n + 1)))
        await asyncio.gather(*(one.write() for one in both))
    assert both[0].find(Wanted(), limit=1)[1] == both[1].find(Wanted(), limit=1)[1] == 40
    assert both[0].whole()


async def test_a_write_whose_waiting_was_cut_off_writes_nothing_twice(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "directory")
    for n in range(200):
        journal.note(read(UUID(int=n + 1)))
    for _ in range(3):
        cut = asyncio.create_task(journal.write())
        await asyncio.sleep(0)
        cut.cancel()
    await journal.write()
    assert journal.find(Wanted(), limit=1)[1] == 200 and journal.waiting == 0 and journal.whole()


async def test_what_was_written_is_there_after_a_kill(tmp_path: Path) -> None:
    script = """
import asyncio, os, sys
from pathlib import Path
from tests.shared.persons.readings.test_journal import SOMEBODY, Journal, read
async def run():
    journal = Journal(Path(sys.argv[1]), "directory")
    for _ in range(3):
        journal.note(read(SOMEBODY))
        await journal.write()
    journal.note(read(SOMEBODY))
    os.kill(os.getpid(), 9)
asyncio.run(run())
"""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", script, tmp_path], cwd=ROOT, env=env)
    assert ended.returncode == -9
    journal = Journal(tmp_path, "directory")
    assert journal.find(Wanted(), limit=9)[1] == 3 and journal.whole(), "only what waited is lost"


async def test_a_file_that_is_damaged_is_set_aside_and_goes_at_the_end_of_the_term_as_well(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "directory", outside=at(NOW))
    await written(journal, read(SOMEBODY))
    journal.close()
    journal.path.write_bytes(b"junk" * 4096)
    journal.note(read(OTHERS))
    with pytest.raises(KeysAway):
        await journal.write()
    assert journal.broken and journal.waiting == 1
    await journal.write()
    assert journal.find(Wanted(), limit=9)[1] == 1 and journal.waiting == 0
    (aside,) = tmp_path.glob("directory.readings.broken-*")
    journal.erase_before(NOW - timedelta(days=1))
    assert aside.exists()
    journal.erase_before(NOW + timedelta(days=1))
    assert not aside.exists()


async def test_an_account_that_reads_more_than_is_usual_within_an_hour_is_told(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "directory", most=3, judged=0.0, outside=at(NOW))
    some = [UUID(int=n) for n in range(1, 9)]
    await written(journal, read(*some[:3]), read(*some[:2]), read(*some, who=OTHER, why="own"))
    assert journal.unusual == ()
    await written(journal, read(*some, who=OTHER, after=-timedelta(hours=2)))
    assert journal.unusual == (), "that is over"
    await written(journal, read(some[4]))
    assert [(one.who, one.persons) for one in journal.unusual] == [(ACCOUNT, 4)]


async def test_the_backup_of_the_keys_has_it_and_keys_that_come_back_bring_it(tmp_path: Path) -> None:
    ring, journal = Keyring(tmp_path / "keys", "net", "directory"), Journal(tmp_path / "keys", "directory")
    await written(journal, read(SOMEBODY))
    ring.backup(tmp_path / "backup")
    await written(journal, read(OTHERS))
    restored(tmp_path / "backup", tmp_path / "keys", "directory")
    assert journal.find(Wanted(), limit=9)[1] == 2, "what is there is newer"
    restored(tmp_path / "backup", tmp_path / "again", "directory")
    again = Journal(tmp_path / "again", "directory")
    assert again.find(Wanted(), limit=9)[1] == 1 and again.whole()
    assert KeyFiles(tmp_path / "again", "directory").readings == again.path
    journal.close()
    journal.path.write_bytes(b"junk" * 4096)
    ring.backup(tmp_path / "backup")  # a damaged one keeps the keys' backup from nothing, and replaces nothing there
    kept = Journal(tmp_path / "backup", "directory")
    assert kept.find(Wanted(), limit=9)[1] == 1
    for one in (ring, journal, again, kept):
        one.close()
