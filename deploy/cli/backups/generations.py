"""A folder of backups, each whole and named by its moment: `2026-11-30T0130Z`, the newest last.

What two of them share lies on the disk once, by hard links, since nothing in a backup is ever written over but by a new
file. There is one exception, and it is meant: a file that was erased, of which the bytes are overwritten, is gone from
all of them. It then leaves their manifests too, so that an older one is as good a backup as before.

A backup that is being made is `.making`; one that was cut off is taken away by the next. One process at a time.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from deploy.cli.archive.backup import MANIFEST, Done, files_of, generations, read_manifest
from deploy.host.data_folder import CannotStart
from shared.base.secure_delete import erase
from shared.base.whole_files import sync_folder
from shared.ledger.archiver import write_whole

MAKING = ".making"
LOCK = ".lock"


@contextlib.contextmanager
def held(root: Path) -> Iterator[None]:
    """The folder, for one process. Raises CannotStart where another one is at work, OSError."""
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    if (root / MANIFEST).exists() or (root / "archive").is_dir():
        raise CannotStart(f"{root} is a single backup; name a folder of its own for those that run by themselves.")
    lock = os.open(root / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(f"Another backup into {root} is under way.") from None
        yield
    finally:
        os.close(lock)


async def made(root: Path, now: datetime, keep: int, back_up: Callable[[Path], Awaitable[Done]]) -> tuple[Path, Done]:
    """One backup more, and those beyond the newest `keep` gone. `back_up` brings the folder that it is given up to
    date. Where it fails, all is as it was. Raises what `back_up` raises, CannotStart, OSError."""
    with held(root):
        draft = root / MAKING
        shutil.rmtree(draft, ignore_errors=True)
        try:
            async with _begun(root, draft):
                done = await back_up(draft)
            _not_to_come(root, now)
            made_ = _named(root, now)
            draft.rename(made_)
        finally:
            shutil.rmtree(draft, ignore_errors=True)  # also where it was cut off: its room is wanted
        sync_folder(root)
        there = generations(root)
        for old in there[: max(0, len(there) - keep)]:
            shutil.rmtree(old)
        _forgotten_in(generations(root))
        return made_, done


@contextlib.asynccontextmanager
async def _begun(root: Path, draft: Path) -> AsyncIterator[None]:
    draft.mkdir(mode=0o700)
    for newest in generations(root)[-1:]:
        for path in (*files_of(newest), newest / MANIFEST):
            target = draft / path.relative_to(newest)
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                os.link(path, target)
            except OSError:  # a file system without hard links
                shutil.copy2(path, target)
    yield


def _not_to_come(root: Path, now: datetime) -> None:
    """Gives backups whose name is of a moment to come, since a clock was wrong, names of now, in their order. Else each
    that is made would count as older than these: it would be destroyed at once, and they restored."""
    for path in generations(root):
        if path.name.partition("Z")[0] > f"{now:%Y-%m-%dT%H%M}":
            path.rename(_named(root, now))


def _named(root: Path, now: datetime) -> Path:
    name, number = f"{now:%Y-%m-%dT%H%M}Z", 1
    while (root / name).exists():
        number += 1
        name = f"{now:%Y-%m-%dT%H%M}Z-{number}"
    return root / name


def _forgotten_in(there: list[Path]) -> None:
    """Takes what the newest no longer has of the services' files out of the older ones too."""
    if not there:
        return
    newest = {path.relative_to(there[-1]) for path in files_of(there[-1] / "files")}
    for old in there[:-1]:
        gone = [path for path in files_of(old / "files") if path.relative_to(old) not in newest]
        for path in gone:
            erase(path)
        with contextlib.suppress(CannotStart):  # of a backup that is none any more there is nothing to put right
            if not gone:
                continue
            manifest = read_manifest(old)
            left = {name: kept for name, kept in manifest.files.items() if (old / name).exists()}
            manifest = msgspec.structs.replace(manifest, files=left)
            write_whole(old / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
