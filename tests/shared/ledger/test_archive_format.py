"""The archive: what is in it comes back exactly, whatever moment a crash chose."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from shared.contract.envelope import Message
from shared.ledger import archive_format as archive_module
from shared.ledger.archive_format import MAGIC, Archive, ArchiveDamaged, read_open, recorded_of
from shared.ledger.archive_verifier import verify
from shared.ledger.archiver import ArchiveBusy, Archivist
from shared.ledger.merkle import NotVerified, SigningKey, Tree, leaf_hash, leaf_of, verified
from tests.fixtures.archives import FILE, KEY, messages, opened, sign, write


def everything(folder: Path, after: int = 0) -> list[Message]:
    return [message for run in Archive(folder).read(after) for message in run]


def root(of: list[Message]) -> bytes:
    tree = Tree()
    tree.extend(leaf_hash(leaf_of(message)) for message in of)
    return tree.root


def test_what_was_added_comes_back_exactly_void_messages_too(tmp_path: Path) -> None:
    written = write(tmp_path, [3, 20, 14])
    assert everything(tmp_path) == written
    assert everything(tmp_path, after=12) == written[12:]
    assert [(s.first, s.last) for s in Archive(tmp_path).segments()] == [(1, 10), (11, 20), (21, 30)]
    assert [m.seq for m in Archive(tmp_path).opened().messages] == list(range(31, 38))


def test_an_archive_ends_where_it_is_opened_again(tmp_path: Path) -> None:
    written = write(tmp_path, [25], unsigned=3)
    archivist = opened(tmp_path)
    assert (archivist.size, archivist.last) == (28, written[-1])
    assert archivist.head is not None and archivist.head.size == 25
    archivist.append(messages(7, first=29))
    note = sign(archivist)
    archivist.close()
    assert verified(note, KEY.verifier).root == root(messages(35))
    assert everything(tmp_path) == messages(35)


def test_closed_files_are_ordinary_parquet(tmp_path: Path) -> None:
    written = write(tmp_path, [FILE])
    rows = duckdb.sql(
        f"SELECT seq, subject, epoch_us(recorded), body FROM read_parquet('{tmp_path}/segments/*.parquet') ORDER BY seq"
    ).fetchall()
    assert [(seq, subject, body) for seq, subject, _, body in rows] == written
    said = [recorded_of(message.body) for message in written]
    assert [when for *_, when, _ in rows] == [when and round(when.timestamp() * 1_000_000) for when in said]
    assert rows[6][2] is None, "a void message says no time"


def test_a_file_is_closed_early_where_its_messages_are_large(tmp_path: Path) -> None:
    written = [Message(n, "test.directory", b"x" * 1000) for n in range(1, 8)]
    archivist = opened(tmp_path, segment_bytes=3000)
    archivist.append(written)
    sign(archivist)
    archivist.close()
    assert [(s.first, s.last) for s in Archive(tmp_path).segments()] == [(1, 3), (4, 6)]
    assert verify(Archive(tmp_path), KEY.verifier).good


def test_a_second_notary_waits(tmp_path: Path) -> None:
    first = opened(tmp_path)
    with pytest.raises(ArchiveBusy):
        opened(tmp_path)
    first.close()
    opened(tmp_path).close()


def test_all_checkpoints_are_kept_and_each_continues_the_last(tmp_path: Path) -> None:
    written = write(tmp_path, [1, 9, 1, 13])
    notes, torn = Archive(tmp_path).notes()
    assert torn == 0
    heads = [verified(note.text, KEY.verifier) for note in notes]
    assert [head.size for head in heads] == [1, 10, 11, 24]
    assert all(head.root == root(written[: head.size]) for head in heads)
    assert Archive(tmp_path).latest() == notes[-1].text
    assert [note.line for note in notes] == [1, 7, 13, 19]


@pytest.mark.parametrize("cut", range(1, 180, 7))
def test_a_torn_end_that_nobody_signed_is_taken_away(tmp_path: Path, cut: int) -> None:
    write(tmp_path, [25], unsigned=2)
    path = Archive(tmp_path).open_path
    path.write_bytes(path.read_bytes()[:-cut])
    archivist = opened(tmp_path)
    assert archivist.size in (25, 26)
    archivist.append(messages(27 - archivist.size, first=archivist.size + 1))
    sign(archivist)
    archivist.close()
    assert everything(tmp_path) == messages(27)
    assert verify(Archive(tmp_path), KEY.verifier).good


def test_what_a_checkpoint_covers_is_never_taken_away(tmp_path: Path) -> None:
    write(tmp_path, [25])
    path = Archive(tmp_path).open_path
    whole = path.read_bytes()
    for cut in (1, 100, len(whole) - len(MAGIC), len(whole)):
        path.write_bytes(whole[:-cut])
        with pytest.raises(ArchiveDamaged, match=r"open\.segment"):
            opened(tmp_path)
        assert path.read_bytes() == whole[:-cut], "untouched, for who mends it"
    path.unlink()
    with pytest.raises(ArchiveDamaged, match="25 were signed"):
        opened(tmp_path)


def test_a_torn_checkpoint_was_never_shown_and_goes(tmp_path: Path) -> None:
    write(tmp_path, [5, 5])
    path = Archive(tmp_path).log_path
    whole = path.read_bytes()
    following = whole[: whole.index(b"\n\n", 0) + 60]
    for torn in (
        b"exemple.inv",
        b"exemple.invalid/journal\n11\nAAAA",
        following[:40],
        b"a\n1\nb\n\n",
        b"a\n1\nb\n\n\xe2\x80",
    ):
        path.write_bytes(whole + torn)
        archivist = opened(tmp_path)
        assert archivist.head is not None and archivist.head.size == 10
        archivist.close()
        assert path.read_bytes() == whole


def test_a_lost_checkpoint_is_damage(tmp_path: Path) -> None:
    write(tmp_path, [5, 5])
    path = Archive(tmp_path).log_path
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"\n\n", whole.index(b"\n\n") + 2) + 2])
    with pytest.raises(ArchiveDamaged, match=r"checkpoints\.log"):
        opened(tmp_path)
    path.unlink()
    with pytest.raises(ArchiveDamaged, match=r"checkpoints\.log"):
        opened(tmp_path)


def test_a_crash_between_the_list_of_checkpoints_and_the_latest_is_mended(tmp_path: Path) -> None:
    write(tmp_path, [5])
    before = Archive(tmp_path).latest_path.read_bytes()
    archivist = opened(tmp_path)
    archivist.append(messages(3, first=6))
    note = sign(archivist)
    archivist.close()
    Archive(tmp_path).latest_path.write_bytes(before)
    opened(tmp_path).close()
    assert Archive(tmp_path).latest() == note


def test_a_crash_between_closing_a_file_and_beginning_the_next_is_mended(tmp_path: Path) -> None:
    write(tmp_path, [9])
    before = Archive(tmp_path).open_path.read_bytes()
    archivist = opened(tmp_path)
    archivist.append(messages(1, first=10))
    archivist.close()
    assert len(Archive(tmp_path).segments()) == 1
    tenth = leaf_of(messages(1, first=10)[0])
    open_again = before + archive_module.record_of(tenth, leaf_hash(tenth))
    Archive(tmp_path).open_path.write_bytes(open_again)
    assert everything(tmp_path) == messages(10), "read once, though it stands there twice"
    assert verify(Archive(tmp_path), KEY.verifier).good
    archivist = opened(tmp_path)
    assert archivist.size == 10
    archivist.append(messages(4, first=11))
    sign(archivist)
    archivist.close()
    assert everything(tmp_path) == messages(14)


def test_an_open_file_that_contradicts_a_closed_one_is_damage(tmp_path: Path) -> None:
    write(tmp_path, [FILE])
    other = leaf_of(Message(10, "test.directory", b"other"))
    Archive(tmp_path).open_path.write_bytes(MAGIC + archive_module.record_of(other, leaf_hash(other)))
    with pytest.raises(ArchiveDamaged, match="other events"):
        opened(tmp_path)


def test_a_tree_that_is_lost_or_wrong_is_made_again(tmp_path: Path) -> None:
    write(tmp_path, [37])
    path = Archive(tmp_path).tree_path
    whole = path.read_bytes()
    for wrong in (b"", whole[:-32], whole[:100], bytes(len(whole)), whole + b"\x01" * 64):
        path.write_bytes(wrong)
        archivist = opened(tmp_path)
        assert archivist.size == 37
        archivist.close()
        assert path.read_bytes() == whole


def test_another_key_is_refused(tmp_path: Path) -> None:
    write(tmp_path, [3])
    other = Archivist(tmp_path, SigningKey.of(KEY.name, bytes(32)).verifier)
    with pytest.raises(ArchiveDamaged, match="public-key"):
        other.open()
    Archive(tmp_path).key_path.unlink()
    with pytest.raises(ArchiveDamaged, match="public-key"):
        opened(tmp_path)


def test_a_signature_that_was_not_made_by_the_key_is_never_kept(tmp_path: Path) -> None:
    from shared.ledger.merkle import signed

    archivist = opened(tmp_path)
    archivist.append(messages(3))
    with pytest.raises(NotVerified):
        archivist.keep(signed(archivist.sync(), SigningKey.of(KEY.name, bytes(32))))
    archivist.close()
    assert Archive(tmp_path).notes() == ([], 0)


def test_a_missing_file_is_named_by_what_it_held(tmp_path: Path) -> None:
    write(tmp_path, [37])
    Archive(tmp_path).segments()[1].path.unlink()
    with pytest.raises(ArchiveDamaged, match="11 to 20 are missing"):
        everything(tmp_path)
    with pytest.raises(ArchiveDamaged, match="begins with event 21, not 11"):
        opened(tmp_path)


def test_an_open_file_of_any_bytes_is_read_up_to_what_is_whole() -> None:
    for data in (b"", b"MLG", MAGIC + b"\xff" * 50, MAGIC + bytes(36), b"x" * 100):
        found = read_open(data)
        assert not found.messages and found.damage is not None


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b"[]", b"[" * 100_000, b'{"recordedtime": 7}', b'{"recordedtime": "2016-02-30T10:00:00.000000Z"}',
        b'{"recordedtime": "2016-02-03"}', b'{"recordedtime": "\xff"}',
        b'{"recordedtime": "0000-01-01T00:00:00.000000Z"}',
    ],
)  # fmt: skip
def test_a_body_that_says_no_time_has_none(body: bytes) -> None:
    assert recorded_of(body) is None


WRITER = """
import sys
from pathlib import Path
import structlog
from tests.fixtures.archives import messages, opened, sign
structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # it tells of a torn \
record; sizes only here
folder, everything = Path(sys.argv[1]), messages(2000)
archivist = opened(folder, 50)
while archivist.size < 2000:
    archivist.append(everything[archivist.size : archivist.size + 7])
    print(sign(archivist).split("\\n")[1], flush=True)
"""


@pytest.mark.slow
def test_kill_9_at_any_moment_loses_nothing_that_was_signed(tmp_path: Path) -> None:
    wanted = messages(2001)  # one more than they write: on a busy machine they may come to their end before the kill
    folder = tmp_path / "archive"
    shown = 0
    for lines in (1, 2, 9, 15, 20, 40):  # checkpoints until it is killed
        writer = subprocess.Popen([sys.executable, "-c", WRITER, folder], stdout=subprocess.PIPE, cwd=os.getcwd())
        assert writer.stdout is not None
        for _ in range(lines):
            line = writer.stdout.readline()
            shown = int(line) if line else shown
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.read().split()
        writer.wait()
        writer.stdout.close()
        shown = int(rest[-1]) if rest else shown
        report = verify(Archive(folder), KEY.verifier)
        assert report.good, report.faults
        assert report.signed >= shown
        found = everything(folder)
        assert found == wanted[: len(found)] and len(found) >= shown
    assert shown > 200
    archivist = opened(folder)
    archivist.append(wanted[archivist.size :])
    sign(archivist)
    archivist.close()
    assert verify(Archive(folder), KEY.verifier).signed == 2001
