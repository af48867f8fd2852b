"""Backups side by side: whole each, what they share once, what was erased gone from all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from deploy.cli.archive.backup import MANIFEST, Done, Manifest, files_of, kept, newest_in, read_manifest
from deploy.cli.backups.generations import LOCK, MAKING, generations, held, made
from deploy.host.data_folder import CannotStart
from shared.base.secure_delete import erase
from shared.ledger.archiver import write_whole

NOW = datetime(2026, 11, 30, 1, 30, tzinfo=UTC)
PICTURE, OTHER = b"pixels of somebody", b"others"


def backing_up(content: str, files: set[bytes]) -> Callable[[Path], Awaitable[Done]]:
    """As `back_up` does: writes anew, keeps what is there, erases what is no more."""

    async def back_up(to: Path) -> Done:
        (to / "archive").mkdir(exist_ok=True)
        write_whole(to / "archive" / "log", content.encode())
        (to / "files").mkdir(exist_ok=True)
        wanted = {sha256(one).hexdigest(): one for one in files}
        for name, one in wanted.items():
            if not (to / "files" / name).exists():
                write_whole(to / "files" / name, one)
        for path in files_of(to / "files"):
            if path.name not in wanted:
                erase(path)
        there = {str(path.relative_to(to)): kept(path) for path in files_of(to)}
        manifest = Manifest(
            made="", network="n", events=1, signed=1, root="", checkpoint="", files=there, views=[], persons={}
        )
        write_whole(to / MANIFEST, msgspec.json.encode(manifest))
        return Done(manifest)

    return back_up


def good(folder: Path) -> bool:
    """As a restore looks at it."""
    return all(kept(folder / name) == wanted for name, wanted in read_manifest(folder).files.items())


async def test_each_is_whole_what_they_share_is_there_once_and_older_ones_go(tmp_path: Path) -> None:
    for day in range(4):
        await made(tmp_path, NOW + timedelta(days=day), 3, backing_up(f"{day}", {PICTURE, OTHER}))
    there = generations(tmp_path)
    assert [path.name for path in there] == ["2026-12-01T0130Z", "2026-12-02T0130Z", "2026-12-03T0130Z"]
    assert [(path / "archive" / "log").read_text() for path in there] == ["1", "2", "3"] and all(map(good, there))
    assert len({path.stat().st_ino for one in there for path in (one / "files").iterdir()}) == 2
    assert newest_in(tmp_path) == there[-1] and newest_in(there[0]) == there[0]
    again, _ = await made(tmp_path, NOW + timedelta(days=3), 9, backing_up("4", {PICTURE}))
    assert again.name == "2026-12-03T0130Z-2" and newest_in(tmp_path) == again


async def test_what_was_erased_is_gone_from_older_ones_which_stay_good(tmp_path: Path) -> None:
    await made(tmp_path, NOW, 9, backing_up("0", {PICTURE, OTHER}))
    await made(tmp_path, NOW + timedelta(days=1), 9, backing_up("1", {OTHER}))
    old, new = generations(tmp_path)
    assert good(old) and good(new) and len(list((old / "files").iterdir())) == 1
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and PICTURE in path.read_bytes()]


@pytest.mark.parametrize("why", [OSError(28, "No space left on device"), KeyboardInterrupt()])
async def test_one_that_is_cut_off_or_finds_no_room_leaves_all_as_it_was(tmp_path: Path, why: BaseException) -> None:
    await made(tmp_path, NOW, 9, backing_up("0", {PICTURE}))

    async def fails(to: Path) -> Done:
        await backing_up("half", {OTHER})(to)
        raise why

    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(type(why)):
        await made(tmp_path, NOW + timedelta(days=1), 9, fails)
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert {path.name for path in tmp_path.iterdir()} == {"2026-11-30T0130Z", LOCK}
    assert {path for path in before if after.get(path) != before[path]} <= {
        tmp_path / "2026-11-30T0130Z" / "files" / sha256(PICTURE).hexdigest()
    }


async def test_what_a_kill_left_is_taken_away_and_two_at_once_are_refused(tmp_path: Path) -> None:
    (tmp_path / MAKING).mkdir()
    (tmp_path / MAKING / "half").write_text("x")
    with held(tmp_path), pytest.raises(CannotStart, match="is under way"):
        await made(tmp_path, NOW, 9, backing_up("0", set()))
    made_, _ = await made(tmp_path, NOW, 9, backing_up("0", set()))
    assert {path.name for path in tmp_path.iterdir()} == {made_.name, LOCK}


async def test_a_folder_that_is_a_single_backup_is_not_taken_for_one_of_several(tmp_path: Path) -> None:
    await backing_up("0", set())(tmp_path)
    with pytest.raises(CannotStart, match="a folder of its own"):
        await made(tmp_path, NOW, 9, backing_up("1", set()))


@pytest.mark.parametrize("keep", [1, 2, 3])
async def test_what_a_wrong_clock_named_does_not_count_as_newer_than_what_comes_after_it(
    tmp_path: Path, keep: int
) -> None:
    ahead = NOW + timedelta(days=5 * 365)
    for number in range(2):
        await made(tmp_path, ahead + timedelta(days=number), keep, backing_up(f"ahead {number}", {PICTURE}))
    now, _ = await made(tmp_path, NOW, keep, backing_up("now", {PICTURE, OTHER}))
    there = generations(tmp_path)
    assert there[-1] == now == newest_in(tmp_path) and len(there) == keep and all(map(good, there))
    assert (now / "archive" / "log").read_text() == "now" and len(list((now / "files").iterdir())) == 2
    wanted = ["ahead 0", "ahead 1", "now"][-keep:]
    assert [(path / "archive" / "log").read_text() for path in there] == wanted
    assert all(path.name <= f"{NOW:%Y-%m-%dT%H%M}Z-9" for path in there)


async def test_those_of_one_minute_are_in_their_order_and_copies_beside_them_are_none(tmp_path: Path) -> None:
    for number in range(11):
        await made(tmp_path, NOW, 20, backing_up(str(number), {PICTURE}))
    there = generations(tmp_path)
    assert [(path / "archive" / "log").read_text() for path in there] == [str(number) for number in range(11)]
    for odd in ("9999-copy", "2026-12-30T0130Z.old", "2027", "2026-12-30T0130Z-x", ".2026-12-30T0130Z"):
        await backing_up("odd", set())(_new(tmp_path / odd))
    (tmp_path / "2027-01-01T0000Z").write_text("a file")
    (tmp_path / "2027-01-02T0000Z").mkdir()
    assert generations(tmp_path) == there and newest_in(tmp_path) == there[-1]


@pytest.mark.parametrize("junk", [b"", b"\xff", b'{"format":"\xed\xa0\x80"}', b"[" * 100_000, b"{}", b"null"])
async def test_an_older_one_whose_manifest_is_damaged_is_none_and_in_nobody_s_way(tmp_path: Path, junk: bytes) -> None:
    old, _ = await made(tmp_path, NOW, 9, backing_up("0", {PICTURE, OTHER}))
    await made(tmp_path, NOW + timedelta(days=1), 9, backing_up("1", {PICTURE, OTHER}))
    (old / MANIFEST).write_bytes(junk)
    with pytest.raises(CannotStart, match="is no backup"):
        read_manifest(old)
    new, _ = await made(tmp_path, NOW + timedelta(days=2), 9, backing_up("2", {OTHER}))
    assert good(new) and not [path for path in tmp_path.rglob("*") if path.is_file() and PICTURE in path.read_bytes()]


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder
