"""The notary, on a real log: what is in the log is archived and signed, and what disagrees stops it loudly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from nats.aio.client import Client

from services.observatory.ledger.notary import Notary, no_doubt
from shared.kernel.eventlog.event_log import Log
from shared.ledger.archive_format import Archive
from shared.ledger.archive_verifier import verify
from shared.ledger.archiver import KEY_FILE, SIGNED_FILE, ledger_there
from shared.ledger.inclusion_proofs import check
from shared.ledger.merkle import VerifierKey, verified
from shared.persons.keys.key_marks import KeyMarks
from shared.runtime.times.clock import Clock
from tests.fixtures.notaries import SOON, begin_job, ended

pytestmark = pytest.mark.slow

Begin = Callable[..., Notary]
Doubt = Callable[[], Awaitable[str | None]]


@pytest.fixture
async def begin(log: Log, tmp_path: Path) -> AsyncIterator[Begin]:
    """Starts a notary on the test's folder."""
    begun: list[Notary] = []

    def begin(
        seconds: float = 0.05, events: int = 100, *, of: Log = log, folder: str = "archive", doubt: Doubt = no_doubt
    ) -> Notary:
        notary = Notary(of, tmp_path / folder, tmp_path / "keys", "exemple.invalid/journal", seconds, events, pace=SOON)
        notary.doubt = doubt
        begin_job(notary)
        begun.append(notary)
        return notary

    yield begin
    for notary in begun:
        await ended(notary)


async def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - the notary has no event for it
            await asyncio.sleep(0.01)


def signed_by(notary: Notary) -> int:
    return notary.head.size if notary.head else 0


@pytest.fixture
def say(nc: Client, network: str) -> Callable[..., Awaitable[None]]:
    """Puts messages into the log. Whether they are events does not matter to the notary."""

    async def say(count: int, word: str = "said", to: str = network) -> None:
        for n in range(count):
            await nc.jetstream().publish(f"{to}.directory.structure.{n}", f"{word} {n}".encode())

    return say


Say = Callable[..., Awaitable[None]]


def key_in(folder: Path) -> VerifierKey:
    return VerifierKey.read(Archive(folder).key_path.read_text())


async def test_what_is_in_the_log_is_archived_and_signed(log: Log, begin: Begin, say: Say, tmp_path: Path) -> None:
    await say(30)
    notary = begin()
    await until(lambda: signed_by(notary) == 30)
    await say(5)
    await until(lambda: signed_by(notary) == 35)
    assert (notary.state, notary.problem) == ("signing", None)
    await ended(notary)
    archive = Archive(tmp_path / "archive")
    assert [message for run in archive.read() for message in run] == [m async for run in log.read() for m in run]
    report = verify(archive, key_in(archive.folder))
    assert report.good and (report.events, report.signed) == (35, 35)


async def test_it_signs_after_so_many_events_without_waiting(begin: Begin, say: Say) -> None:
    notary = begin(seconds=3600, events=10)
    await say(9)
    await until(lambda: notary.archived == 9)
    assert signed_by(notary) == 0
    await say(1)
    await until(lambda: signed_by(notary) == 10)


async def test_what_is_not_signed_yet_is_signed_at_the_end(begin: Begin, say: Say, tmp_path: Path) -> None:
    await say(3)
    notary = begin(seconds=3600)
    await until(lambda: notary.archived == 3)
    await ended(notary)
    assert verify(Archive(tmp_path / "archive"), key_in(tmp_path / "archive")).signed == 3


async def test_word_of_what_it_signed_lies_beside_its_key_in_the_marks_and_in_the_backup(
    begin: Begin, say: Say, tmp_path: Path
) -> None:
    await say(3)
    marks = KeyMarks(tmp_path / "keys", "observatory")

    async def doubt() -> str | None:
        return "who knows"

    notary = begin(doubt=doubt)
    await until(lambda: notary.state == "held" and notary.archived == 3)
    noted = marks.read()
    assert noted is not None and not noted.signed and "notary.key" in noted.files, "before anything is archived"
    await ended(notary)
    ledger_there(Archive(tmp_path / "archive"), tmp_path / "keys")

    notary = begin()
    notary.keys_backup = tmp_path / "backup"
    await until(lambda: signed_by(notary) == 3 and (tmp_path / "backup" / SIGNED_FILE).exists())
    await ended(notary)
    noted = marks.read()
    assert noted is not None and noted.signed
    for name in (KEY_FILE, SIGNED_FILE):
        assert (tmp_path / "backup" / name).read_bytes() == (tmp_path / "keys" / name).read_bytes()
    (tmp_path / "keys" / SIGNED_FILE).unlink()
    for path in (tmp_path / "archive").glob("checkpoint*"):
        path.unlink()
    notary = begin()
    await until(lambda: notary.state == "stopped")
    assert notary.problem is not None and "no checkpoint is there any more" in notary.problem


async def test_marks_that_are_none_stop_it_and_are_named(begin: Begin, say: Say, tmp_path: Path) -> None:
    (tmp_path / "keys" / "observatory.marks").mkdir(parents=True)
    notary = begin()
    await until(lambda: notary.state == "stopped")
    assert notary.problem is not None and notary.problem.startswith("keys/observatory.marks: it can't be read")


async def test_while_the_clock_is_in_doubt_it_archives_and_signs_nothing_also_at_its_end(
    log: Log, begin: Begin, say: Say, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    clock = Clock(log, tmp_path, "observatory", lambda: now)
    await clock.judge()
    now += timedelta(days=8)
    await say(3)
    for archived in (3, 5):
        notary = begin(doubt=clock.doubt)
        await until(lambda: notary.state == "held" and notary.archived == archived)  # noqa: B023
        await asyncio.sleep(0.3)
        assert notary.problem is not None and "last heartbeat" in notary.problem and signed_by(notary) == 0
        assert notary.alarm is None
        await ended(notary)
        assert Archive(tmp_path / "archive").latest() is None
        await say(2)
    notary = begin(doubt=clock.doubt)
    await until(lambda: notary.state == "held")
    await clock.confirm()
    await until(lambda: signed_by(notary) == 7)
    assert (notary.state, notary.problem) == ("signing", None)


async def test_an_empty_log_is_not_signed(begin: Begin, tmp_path: Path) -> None:
    notary = begin()
    await until(lambda: notary.state == "signing")
    await ended(notary)
    assert Archive(tmp_path / "archive").notes() == ([], 0)


async def test_the_next_notary_goes_on_with_the_same_key(begin: Begin, say: Say, tmp_path: Path) -> None:
    for size in (4, 8, 12):
        await say(4)
        notary = begin()
        await until(lambda size=size, notary=notary: signed_by(notary) == size)
        await ended(notary)
    archive = Archive(tmp_path / "archive")
    heads = [verified(note.text, key_in(archive.folder)) for note in archive.notes()[0]]
    assert [head.size for head in heads][-1] == 12
    assert verify(archive, key_in(archive.folder)).good


async def test_only_one_notary_signs_and_the_other_takes_over(begin: Begin, say: Say) -> None:
    first = begin()
    await until(lambda: first.state == "signing")
    second = begin()
    await until(lambda: second.state == "waiting")
    await say(3)
    await until(lambda: signed_by(first) == 3)
    assert second.state == "waiting"
    assert second.note == first.note, "who waits shows what is signed, all the same"
    await ended(first)
    await until(lambda: second.state == "signing")
    await say(2)
    await until(lambda: signed_by(second) == 5)


async def test_a_proof_from_the_notary_stands_for_itself(begin: Begin, say: Say) -> None:
    await say(9)
    notary = begin()
    await until(lambda: signed_by(notary) == 9)
    proof = await notary.proof(4)
    assert proof is not None and notary.key is not None
    assert check(msgspec.json.encode(proof), notary.key).seq == 4
    assert await notary.proof(10) is None
    assert await notary.proof(0) is None


async def test_a_proof_is_right_though_the_tree_on_disk_is_not(begin: Begin, say: Say, tmp_path: Path) -> None:
    await say(9)
    notary = begin()
    await until(lambda: signed_by(notary) == 9 and notary.compared_at is not None)
    path = Archive(tmp_path / "archive").tree_path
    whole = path.read_bytes()
    path.write_bytes(whole[: 32 * 2] + bytes(32) + whole[32 * 3 :])  # the node over the first two leaves
    proof = await notary.proof(4)
    assert proof is not None and notary.key is not None
    assert check(msgspec.json.encode(proof), notary.key).seq == 4
    assert path.read_bytes() == whole
    await say(1)
    await until(lambda: signed_by(notary) == 10)


async def test_void_messages_are_leaves(begin: Begin, nc: Client, network: str) -> None:
    for body in (b"", b"\xff\x00", b"{" * 5000):
        await nc.jetstream().publish(f"{network}.junk", body)
    notary = begin()
    await until(lambda: signed_by(notary) == 3)


@pytest.fixture
async def other(nc: Client) -> AsyncIterator[Log]:
    """The log of somebody who wants to put another one in the place of ours."""
    name = f"n{uuid4().hex[:12]}"
    log = Log(nc, name)
    await log.start()
    yield log
    await log.stop()
    await nc.jetstream().delete_stream(name)


async def stopped_on(notary: Notary) -> str:
    await until(lambda: notary.state == "stopped")
    assert notary.problem is not None
    return notary.problem


async def test_a_log_that_went_backwards_stops_it(begin: Begin, say: Say, nc: Client, network: str) -> None:
    await say(9)
    notary = begin()
    await until(lambda: signed_by(notary) == 9)
    note = notary.note
    await ended(notary)
    await nc.jetstream().delete_stream(network)
    log = Log(nc, network)
    await log.start()
    await say(5)
    notary = begin(of=log)
    assert "ends at sequence 5, but 9 events are in its archive" in await stopped_on(notary)
    assert notary.note == note, "what was signed stays, and nothing is signed any more"
    await log.stop()


async def test_another_last_event_stops_it(begin: Begin, say: Say, other: Log) -> None:
    await say(9)
    notary = begin()
    await until(lambda: signed_by(notary) == 9)
    await ended(notary)
    await say(9, "forged", to=other.network)
    assert "sequence 9 of the log is not the event that was archived" in await stopped_on(begin(of=other))


async def test_a_changed_event_in_the_middle_of_the_log_stops_it(
    begin: Begin, say: Say, nc: Client, network: str
) -> None:
    await say(9)
    notary = begin()
    await until(lambda: signed_by(notary) == 9)
    await ended(notary)
    await nc.jetstream().delete_stream(network)
    log = Log(nc, network)
    await log.start()
    for n in range(9):
        word = "forged" if n == 3 else "said"
        await nc.jetstream().publish(f"{network}.directory.structure.{n}", f"{word} {n}".encode())
    assert "sequence 4 of the log is not the event that was archived" in await stopped_on(begin(of=log))
    await log.stop()


async def test_an_archive_that_was_changed_stops_it(begin: Begin, say: Say, tmp_path: Path) -> None:
    await say(9)
    notary = begin()
    await until(lambda: signed_by(notary) == 9)
    await ended(notary)
    path = Archive(tmp_path / "archive").open_path
    whole = bytearray(path.read_bytes())
    whole[200] ^= 1
    path.write_bytes(whole)
    assert "open.segment, record" in await stopped_on(begin())
    assert path.read_bytes() == whole


async def test_a_lost_key_is_not_replaced_by_a_new_one(begin: Begin, say: Say, tmp_path: Path) -> None:
    await say(2)
    notary = begin()
    await until(lambda: signed_by(notary) == 2)
    await ended(notary)
    (tmp_path / "keys" / "notary.key").unlink()
    assert "restore it" in await stopped_on(begin())
    assert not (tmp_path / "keys" / "notary.key").exists()


async def test_a_tree_that_is_wrong_somewhere_is_made_again(begin: Begin, say: Say, tmp_path: Path) -> None:
    await say(9)
    notary = begin()
    await until(lambda: signed_by(notary) == 9)
    await ended(notary)
    path = Archive(tmp_path / "archive").tree_path
    whole = path.read_bytes()
    path.write_bytes(whole[:33] + b"\x00" + whole[34:])
    notary = begin()
    await until(lambda: notary.state == "signing" and path.exists() and path.read_bytes() == whole)
    await say(1)
    await until(lambda: signed_by(notary) == 10)


async def test_what_can_not_be_written_is_said_and_tried_again(begin: Begin, say: Say, tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("a file where the folder should be")
    await say(2)
    notary = begin()
    await until(lambda: notary.state == "failing")
    assert notary.problem is not None and "can't be written" in notary.problem
    assert str(tmp_path) not in notary.problem
    (tmp_path / "archive").unlink()
    await until(lambda: signed_by(notary) == 2)
    assert notary.problem is None


async def test_the_secret_key_is_readable_by_its_owner_only(begin: Begin, tmp_path: Path) -> None:
    notary = begin()
    await until(lambda: notary.state == "signing")
    assert (tmp_path / "keys" / "notary.key").stat().st_mode & 0o777 == 0o600
    for path in (tmp_path / "archive").rglob("*"):
        assert (tmp_path / "keys" / "notary.key").read_bytes() not in (path.read_bytes() if path.is_file() else b"")
