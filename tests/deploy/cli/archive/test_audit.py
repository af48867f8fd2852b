"""`maillage audit …` as a process of its own: an archive's folder and the key, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from shared.ledger.archive_format import SEGMENT, Archive
from tests.fixtures.archives import KEY, messages, write
from tests.fixtures.installation import maillage

pytestmark = pytest.mark.slow


def audit(*words: object, folder: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Runs `maillage audit …` in an empty folder, far from any installation."""
    away = folder / "away"
    away.mkdir(exist_ok=True)
    return maillage("audit", *map(str, words), timeout=120, cwd=away, stdin=stdin)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    write(tmp_path / "archive", [20, 5], segment=SEGMENT)
    return tmp_path / "archive"


def test_a_good_archive_is_good_and_a_changed_one_is_named_with_exit_code_1(archive: Path, tmp_path: Path) -> None:
    good = audit("verify", archive, "--key", KEY.verifier, "--json", folder=tmp_path)
    assert good.returncode == 0, good.stderr
    said = json.loads(good.stdout)
    assert (said["good"], said["events"], said["signed"], said["faults"]) == (True, 25, 25, [])
    path = Archive(archive).open_path
    whole = bytearray(path.read_bytes())
    whole[300] ^= 4
    path.write_bytes(whole)
    bad = audit("verify", archive, "--key", KEY.verifier, folder=tmp_path)
    assert bad.returncode == 1
    assert "open.segment, record 1" in bad.stdout


def test_a_proof_is_made_and_checked_by_whoever_has_the_key(archive: Path, tmp_path: Path) -> None:
    key = tmp_path / "key.txt"
    key.write_text(f"{KEY.verifier}\n")
    fifth = json.loads(messages(5)[4].body)
    made = audit("prove", fifth["id"], "--archive", archive, folder=tmp_path)
    assert made.returncode == 0, made.stderr
    checked = audit("check", "-", "--key", key, "--json", folder=tmp_path, stdin=made.stdout)
    assert checked.returncode == 0, checked.stderr
    said = json.loads(checked.stdout)
    assert (said["good"], said["seq"], said["type"], said["id"]) == (True, 5, "StructureRegistered", fifth["id"])
    forged = made.stdout.replace('"seq": 5', '"seq": 6')
    refused = audit("check", "-", "--key", key, folder=tmp_path, stdin=forged)
    assert refused.returncode == 1 and "BAD" in refused.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["verify"], "There is no archive"),
        (["verify", "."], "is no archive of a log"),
        (["verify", "ARCHIVE", "--key", "nonsense"], "This is no public key of a ledger"),
        (["verify", "ARCHIVE", "--checkpoint", "nowhere"], "No such file"),
        (["prove", "999", "--archive", "ARCHIVE"], "There is no event 999"),
        (["prove", "what", "--archive", "ARCHIVE"], "neither a place in the log nor the id"),
        (["replay", "--until", "yesterday", "--archive", "ARCHIVE"], "yesterday is no day"),
        (["replay", "--until", "99", "--archive", "ARCHIVE"], "The archive ends with event 25"),
    ],
)
def test_what_can_not_be_done_is_one_clear_sentence_and_exit_code_2(
    archive: Path, tmp_path: Path, words: list[str], sentence: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    from deploy.cli.main import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["maillage", "audit", *(str(archive) if w == "ARCHIVE" else w for w in words)])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert sentence in said.err.replace("\n", " ") and "Traceback" not in said.err
