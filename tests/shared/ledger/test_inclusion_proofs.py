"""Whatever is changed in an archive is either without effect or refused, with its place named. And proofs."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest

from shared.contract.envelope import Message
from shared.ledger.archive_format import MAGIC, Archive, ArchiveDamaged, read_segment, record_of, table_of
from shared.ledger.archive_verifier import Report, verify
from shared.ledger.inclusion_proofs import Proof, check, proof_of, prove
from shared.ledger.merkle import NotVerified, SigningKey, TreeHead, fingerprint, leaf_hash, leaf_of, signed
from tests.fixtures.archives import KEY, messages, opened, sign, write

FLIPS = 40  # in each file


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An archive of 37 messages, signed after 4, 17, 30 and 35."""
    folder = tmp_path_factory.mktemp("archive") / "archive"
    write(folder, [4, 13, 13, 5], unsigned=2)
    yield folder


@pytest.fixture
def copy(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "archive"))


def report_of(folder: Path) -> Report:
    return verify(Archive(folder), KEY.verifier)


def readable(folder: Path) -> list[Message] | None:
    try:
        return [message for run in Archive(folder).read() for message in run]
    except ArchiveDamaged:
        return None


def rewritten(folder: Path, number: int, change: Callable[[list[Message]], list[Message]]) -> None:
    """A closed file with other messages, as somebody writes it who knows how."""
    segment = Archive(folder).segments()[number]
    pq.write_table(table_of(change(read_segment(segment))), segment.path, store_schema=False, write_page_checksum=True)


def test_a_good_archive_is_good(pristine: Path) -> None:
    done: list[tuple[int, int]] = []
    report = verify(Archive(pristine), KEY.verifier, progress=lambda at, total: done.append((at, total)))
    assert report.good and (report.events, report.signed, report.checkpoints) == (37, 35, 4)
    assert done[-1] == (37, 37)
    assert report.remarks == ["2 events at the end are covered by no checkpoint yet"]


@pytest.mark.parametrize(
    "name",
    [
        "segments/000000000001-000000000010.parquet", "segments/000000000021-000000000030.parquet", "open.segment",
        "checkpoints.log", "checkpoint", "tree",
    ],
)  # fmt: skip
def test_a_flipped_bit_is_refused_or_without_effect(copy: Path, name: str) -> None:
    wanted = messages(37)
    path = copy / name
    whole = path.read_bytes()
    refused = 0
    for bit in random.Random(name).sample(range(8 * len(whole)), FLIPS):
        bent = bytearray(whole)
        bent[bit // 8] ^= 1 << bit % 8
        path.write_bytes(bent)
        report = report_of(copy)
        if report.good:
            found = readable(copy)
            assert found is not None and found == wanted[: len(found)] and len(found) >= 35, bit
        else:
            refused += 1
            assert any(fault.place.startswith(name) for fault in report.faults), (bit, report.faults)
    path.write_bytes(whole)
    assert refused > FLIPS / 3 or name == "tree"
    assert report_of(copy).good


def test_a_forged_event_is_named_by_its_row(copy: Path) -> None:
    def forge(rows: list[Message]) -> list[Message]:
        rows[4] = rows[4]._replace(body=rows[4].body.replace(b"Structure 15", b"Structure 51"))
        return rows

    rewritten(copy, 1, forge)
    report = report_of(copy)
    assert [fault.place for fault in report.faults] == ["segments/000000000011-000000000020.parquet, row 5"]
    assert "event 15 is not the one that was signed" in report.faults[0].what
    assert report.signed == 35, "the rest is still checked"


def test_two_forged_events_are_named_both(copy: Path) -> None:
    rewritten(copy, 0, lambda rows: [rows[0]._replace(subject="test.other"), *rows[1:]])
    rewritten(copy, 2, lambda rows: [*rows[:9], rows[9]._replace(body=b"{}")])
    assert [fault.place for fault in report_of(copy).faults] == [
        "segments/000000000001-000000000010.parquet, row 1",
        "segments/000000000021-000000000030.parquet, row 10",
    ]


def test_without_the_tree_a_forged_event_is_named_between_two_checkpoints(copy: Path) -> None:
    Archive(copy).tree_path.unlink()
    rewritten(copy, 1, lambda rows: [*rows[:9], rows[9]._replace(body=b"{}")])
    report = report_of(copy)
    assert [fault.place for fault in report.faults] == ["checkpoints.log, line 13"]
    assert "one of the events 18 to 30" in report.faults[0].what
    assert report.signed == 17


def test_a_forger_who_writes_the_tree_anew_is_found_out(copy: Path) -> None:
    rewritten(copy, 1, lambda rows: [rows[0]._replace(body=b"{}"), *rows[1:]])
    Archive(copy).tree_path.unlink()
    with pytest.raises(ArchiveDamaged, match="not the ones that were signed"):
        opened(copy)
    report = report_of(copy)
    assert not report.good and "one of the events 5 to 17" in report.faults[0].what


def test_events_that_change_places_are_named(copy: Path) -> None:
    def swap(rows: list[Message]) -> list[Message]:
        return [rows[1]._replace(seq=rows[0].seq), rows[0]._replace(seq=rows[1].seq), *rows[2:]]

    rewritten(copy, 1, swap)
    assert [fault.place[-5:] for fault in report_of(copy).faults] == ["row 1", "row 2"]
    rewritten(copy, 1, lambda rows: [rows[1], rows[0], *rows[2:]])
    assert "event 12 stands where 11 belongs" in report_of(copy).faults[0].what


@pytest.mark.parametrize(
    "change", [lambda rows: rows[1:], lambda rows: rows[:-1], lambda rows: [*rows[:3], rows[3], *rows[3:]]]
)
def test_an_event_that_was_removed_or_added_is_named(
    copy: Path, change: Callable[[list[Message]], list[Message]]
) -> None:
    rewritten(copy, 2, change)
    report = report_of(copy)
    assert report.faults[0].place == "segments/000000000021-000000000030.parquet"


def test_a_file_that_is_missing_or_stands_twice_is_named(copy: Path) -> None:
    segments = Archive(copy).segments()
    segments[1].path.unlink()
    report = report_of(copy)
    assert "events 11 to 20 are missing" in report.faults[0].what
    shutil.copy(segments[0].path, segments[0].path.with_name("000000000001-000000000011.parquet"))
    assert any("-000000000011.parquet" in fault.place for fault in report_of(copy).faults)
    shutil.copy(segments[0].path, segments[0].path.with_name("new.parquet"))
    assert "new.parquet" in report_of(copy).faults[0].place


def test_an_end_that_was_cut_off_is_named(copy: Path) -> None:
    Archive(copy).open_path.write_bytes(MAGIC)
    report = report_of(copy)
    assert "signed of 35 events, but the archive ends with event 30" in report.faults[-1].what


def test_what_was_added_to_the_open_file_is_signed_by_nobody(copy: Path) -> None:
    path = Archive(copy).open_path
    forged = leaf_of(Message(38, "test.directory", b"forged"))
    path.write_bytes(path.read_bytes() + record_of(forged, leaf_hash(forged)))
    report = report_of(copy)
    assert report.good and report.signed == 35 and "3 events" in report.remarks[0]


def test_a_forged_record_of_the_open_file_is_named(copy: Path) -> None:
    open_ = Archive(copy).opened()
    leaves = [leaf_of(message) for message in open_.messages]
    leaves[1] = leaf_of(open_.messages[1]._replace(body=b"{}"))
    Archive(copy).open_path.write_bytes(MAGIC + b"".join(record_of(leaf, leaf_hash(leaf)) for leaf in leaves))
    assert [fault.place for fault in report_of(copy).faults] == ["open.segment, record 2"]


def test_an_end_cut_off_together_with_its_checkpoints_shows_to_who_kept_one(copy: Path) -> None:
    kept = Archive(copy).latest()
    assert kept is not None
    archive = Archive(copy)
    notes, _ = archive.notes()
    archive.open_path.write_bytes(MAGIC)
    archive.log_path.write_text("".join(f"{note.text}\n" for note in notes[:-1]))
    archive.latest_path.write_text(notes[-2].text)
    assert verify(archive, KEY.verifier).good, "the archive alone can't show it"
    report = verify(archive, KEY.verifier, [("mine.txt", kept)])
    assert report.faults[0].place == "mine.txt"


def test_a_checkpoint_of_another_history_by_the_same_key_is_named(copy: Path) -> None:
    fork = signed(TreeHead(KEY.name, 30, bytes(32)), KEY)
    report = verify(Archive(copy), KEY.verifier, [("fork.txt", fork)])
    assert [fault.place for fault in report.faults] == ["fork.txt"]
    with Archive(copy).log_path.open("a") as file:
        file.write(f"{fork}\n")
    places = [fault.place for fault in report_of(copy).faults]
    assert places == ["checkpoints.log, line 25"] * 2, "it goes back, and its root is another"


def test_another_key_proves_nothing(copy: Path) -> None:
    report = verify(Archive(copy), SigningKey.of(KEY.name, bytes(32)).verifier)
    assert not report.good and report.signed == 0


def test_an_archive_without_checkpoints_is_not_good(copy: Path) -> None:
    Archive(copy).log_path.unlink()
    Archive(copy).latest_path.unlink()
    report = report_of(copy)
    assert not report.good and report.signed == 0
    Archive(copy).latest_path.write_text("nothing\n")
    assert not report_of(copy).good


def test_many_faults_are_told_up_to_a_hundred(copy: Path) -> None:
    Archive(copy).log_path.write_bytes(b"x\n\n" * 300)
    report = report_of(copy)
    assert len(report.faults) == 100 and report.more > 100


def test_an_archive_that_grows_meanwhile_is_good(pristine: Path, tmp_path: Path) -> None:
    """A file is closed between the reading of the open one and that of the list."""
    folder = Path(shutil.copytree(pristine, tmp_path / "archive"))
    archive = Archive(folder)

    class Growing(Archive):
        def segments(self) -> list[object]:  # type: ignore[override]
            if (archivist := opened(folder)).size == 37:
                archivist.append(messages(9, first=38))
                sign(archivist)
            archivist.close()
            return super().segments()  # type: ignore[return-value]

    report = verify(Growing(folder), KEY.verifier)
    assert report.good and report.events >= 37
    assert verify(archive, KEY.verifier).signed == 46


# -- proofs


def encoded(proof: Proof | None) -> bytes:
    assert proof is not None
    return msgspec.json.encode(proof)


@pytest.mark.parametrize("seq", [1, 2, 7, 17, 30, 35])
def test_a_proof_stands_for_itself(pristine: Path, seq: int) -> None:
    proof = prove(Archive(pristine), KEY.verifier, lambda message: message.seq == seq, after=seq - 1)
    proven = check(encoded(proof), KEY.verifier)
    assert (proven.seq, proven.message, proven.head.size) == (seq, messages(37)[seq - 1], 35)


def test_a_proof_needs_no_tree_and_believes_no_wrong_one(copy: Path) -> None:
    path = Archive(copy).tree_path
    whole = path.read_bytes()
    true = prove(Archive(copy), KEY.verifier, lambda message: message.seq == 9)
    for wrong in (whole[:100], bytes(len(whole)), whole[:32] + bytes(32) + whole[64:]):
        path.write_bytes(wrong)
        assert (
            check(encoded(prove(Archive(copy), KEY.verifier, lambda message: message.seq == 9)), KEY.verifier).seq == 9
        )
    path.unlink()
    assert prove(Archive(copy), KEY.verifier, lambda message: message.seq == 9) == true


def test_a_proof_without_the_event_shows_its_hash(copy: Path) -> None:
    archivist = opened(copy)
    assert archivist.note is not None
    proof = proof_of(9, archivist.note, KEY.verifier, archivist.node)
    archivist.close()
    proven = check(encoded(proof), KEY.verifier)
    assert (proven.seq, proven.message) == (9, None)


def test_what_is_not_signed_yet_or_not_there_has_no_proof(pristine: Path) -> None:
    with pytest.raises(NotVerified, match="not signed yet"):
        prove(Archive(pristine), KEY.verifier, lambda message: message.seq == 36)
    assert prove(Archive(pristine), KEY.verifier, lambda message: False) is None


def test_an_event_that_was_changed_has_no_proof_and_the_others_have_it_by_the_tree_alone(copy: Path) -> None:
    rewritten(copy, 1, lambda rows: [rows[0]._replace(body=b"{}"), *rows[1:]])
    with pytest.raises(NotVerified, match="not the one that was signed"):
        prove(Archive(copy), KEY.verifier, lambda message: message.seq == 11)
    assert prove(Archive(copy), KEY.verifier, lambda message: message.seq == 2) is not None
    Archive(copy).tree_path.unlink()
    with pytest.raises(NotVerified, match="not the one that was signed"):
        prove(Archive(copy), KEY.verifier, lambda message: message.seq == 2)


def test_any_flipped_bit_of_a_proof_is_refused_or_without_effect(pristine: Path) -> None:
    whole = encoded(prove(Archive(pristine), KEY.verifier, lambda message: message.seq == 9))
    true = check(whole, KEY.verifier)
    without = 0
    for bit in random.Random(9).sample(range(8 * len(whole)), 400):
        bent = bytearray(whole)
        bent[bit // 8] ^= 1 << bit % 8
        try:
            assert check(bytes(bent), KEY.verifier)._replace(message=None) == true._replace(message=None)
            assert b'"key"' in whole
            without += 1
        except NotVerified:
            pass
    assert without < 60, "only in the copy of the key, which is there to be read"


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b"\xff", b"[" * 100_000, b'{"seq": 1e400}'])
def test_what_is_no_proof_is_refused_clearly(text: bytes) -> None:
    with pytest.raises(NotVerified, match="no proof"):
        check(text, KEY.verifier)


def test_a_proof_of_another_kind_or_half_an_event_is_refused(pristine: Path) -> None:
    proof = prove(Archive(pristine), KEY.verifier, lambda message: message.seq == 9)
    assert proof is not None
    for bent in (
        msgspec.structs.replace(proof, format="maillage-proof@v9"),
        msgspec.structs.replace(proof, subject=None),
        msgspec.structs.replace(proof, seq=0),
        msgspec.structs.replace(proof, seq=2**70),
        msgspec.structs.replace(proof, seq=8),
    ):
        with pytest.raises(NotVerified):
            check(msgspec.json.encode(bent) if bent.seq < 2**63 else b'{"seq": 1180591620717411303424}', KEY.verifier)


def test_a_fingerprint_is_short_and_of_the_key() -> None:
    other = SigningKey.of(KEY.name, bytes(32)).verifier
    assert len(fingerprint(KEY.verifier).split()) == 8
    assert fingerprint(KEY.verifier) != fingerprint(other)
