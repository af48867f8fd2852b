"""Pictures that members send: really looked at, made anew, kept under the hash of what was made.

Whatever comes is hostile: the format is found by decoding, never by name or type, in a process of its own that may hold
160 MB and no more; what would unfold to too many pixels is refused before it is unfolded; the pixels alone are written
anew, so nothing else of the file (EXIF with its place and time, comments, a script behind the picture) stays. The event
names the SHA-256 of the file that is kept.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from re import fullmatch

import orjson
import structlog

from services.directory.publications import picture_making
from services.directory.publications.picture_making import LONGEST
from shared.base.whole_files import sync_folder
from shared.kernel.decider import Refused
from shared.runtime.faces import Premises

__all__ = ["BIGGEST", "LONGEST", "MEDIA_TYPE", "Kept", "Pictures", "pictures_of", "remade"]

log = structlog.get_logger()
FILE = "picture_file"  # what a form calls the file
BIGGEST = 5 * 1024 * 1024  # bytes of a file that is sent
MEDIA_TYPE = "image/webp"
MAKER = (sys.executable, "-I", picture_making.__file__)
BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF", b"GIF8")  # of files that are worth a process
GIVES_BACK = {"MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072", "MALLOC_ARENA_MAX": "1"}
"""Its whole environment: what its decoder gives back is there for the encoder (glibc), and it knows nothing of ours"""
ONE_AT_A_TIME = threading.Lock()  # whoever calls: a container has room for one
PATIENCE = 90.0  # seconds that a picture may take to be made


@dataclass(frozen=True)
class Kept:
    """A picture that is kept: the SHA-256 (hex) of its file, its size in pixels and bytes."""

    sha256: str
    width: int
    height: int
    bytes: int


def remade(data: bytes) -> tuple[bytes, int, int]:
    """The picture in `data` as WebP without anything but its pixels, at most LONGEST a side; its width and height. Made
    in a process of its own (`picture_making`), whose memory is limited. Blocks.

    Raises Refused: `picture-too-big`, `not-a-picture`, `picture-too-many-pixels`, `picture-too-small`.
    """
    if len(data) > BIGGEST:
        raise Refused("picture-too-big", field=FILE, most=BIGGEST // 2**20)
    if not data.startswith(BEGINNINGS):
        raise Refused("not-a-picture", field=FILE)
    try:
        with ONE_AT_A_TIME:
            done = subprocess.run(MAKER, input=data, capture_output=True, timeout=PATIENCE, check=False, env=GIVES_BACK)
    except subprocess.TimeoutExpired:
        raise Refused("not-a-picture", field=FILE) from None
    head, _, made = done.stdout.partition(b"\n")
    if done.returncode != 0 or not head:
        log.warning("picture.not_made", ended=done.returncode)  # not what it said: that may quote the file
        raise Refused("not-a-picture", field=FILE)
    told = orjson.loads(head)
    if "refused" in told:
        raise Refused(told["refused"], field=FILE, **told["values"])
    return made, told["width"], told["height"]


class Pictures:
    """The pictures in a folder, each in a file called like its hash: `ab/abcdef….webp`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, data: bytes) -> Kept:
        """Keeps what was sent, made anew. On disk before it returns; the same picture twice is one file. Blocks."""
        made, width, height = remade(data)
        name = sha256(made).hexdigest()
        path = self._path(name)
        if not self.renew(name):
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f".{name}.{os.getpid()}.new")
            with draft.open("wb") as file:
                file.write(made)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
            sync_folder(path.parent)
        return Kept(name, width, height, len(made))

    def read(self, name: str) -> bytes | None:
        """The file under a hash; None where there is none, or where what lies there is not what the hash says."""
        if not fullmatch(r"[0-9a-f]{64}", name):
            return None
        try:
            data = self._path(name).read_bytes()
        except FileNotFoundError:
            return None
        return data if sha256(data).hexdigest() == name else None

    def renew(self, name: str) -> bool:
        """Says by the time of a file that it is wanted now; whether there is one."""
        try:
            os.utime(self._path(name))
        except FileNotFoundError:
            return False
        return True

    def sweep(self, living: Collection[str], now: float, age: float) -> int:
        """Takes away the files that are none of `living` and were last wanted longer ago than `age` seconds; how many.
        `now`: seconds since 1970. Blocks."""
        gone = []
        for name in self.names():
            wanted = now if name in living else self._path(name).stat().st_mtime
            if wanted >= now:  # also where a clock that was ahead said so
                self.renew(name)
            elif wanted < now - age:
                gone.append(name)
        self.erase(gone)
        return len(gone)

    def damaged(self) -> list[str]:
        """Hashes whose file holds something else."""
        return [name for name in self.names() if self.read(name) is None]

    def names(self) -> list[str]:
        return sorted(path.stem for path in self._folder.glob("??/*.webp") if not path.name.startswith("."))

    def erase(self, names: Iterable[str]) -> None:
        """Takes files away, for good: of one who is forgotten, or that nothing names any more."""
        for name in names:
            if fullmatch(r"[0-9a-f]{64}", name):
                self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / f"{name}.webp"


def pictures_of(service: Premises) -> Pictures:
    """The pictures of a service, in its own folder beside its views and keys."""
    return Pictures(service.data / "files" / service.name)
