"""A file of events that was taken away is read as what it is, or refused in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.cli.archive.audit_compare import compared, read
from deploy.host.data_folder import CannotStart
from shared.ledger.archive_format import Archive


def test_rows_are_read_whatever_the_kind_of_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("\ufeffseq;type\n1;A\n", encoding="utf-8")
    (tmp_path / "a.jsonl").write_text('{"seq": 1, "type": "A"}\n[1]\n')
    assert list(read(tmp_path / "a.csv")) == [{"seq": "1", "type": "A"}]
    assert list(read(tmp_path / "a.jsonl")) == [{"seq": 1, "type": "A"}, {}]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.txt", b""), ("a.jsonl", b"{"), ("a.jsonl", b"\xff"), ("a.parquet", b"PAR1"), ("a.csv", b"seq\n\xff\n")],
)
def test_what_can_not_be_read_is_a_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CannotStart, match=rf"{name}.*\.$"):
        list(read(tmp_path / name))


def test_a_row_that_names_no_event_of_the_archive_differs(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"seq": 1}\n{"seq": 0}\n{"seq": "x"}\n{}\n')
    found = list(compared(Archive(tmp_path / "archive"), tmp_path / "a.jsonl", 0))
    assert [seq for seq, _ in found] == [1, 0, 0, 0] and all(why for _, why in found)
