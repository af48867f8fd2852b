"""Where the keys of a service lie: the file of the keys of persons, and the wrapping keys beside it, by their numbers.

Everything is readable by its owner alone, and is on disk before it counts. `keyring.py` says what the files are for.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkstemp
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.erasing import erase, sync_folder

NONCE = 12  # bytes
TRIES = 5  # readings of a key while another replica replaces the wrapping key again and again


class KeyMissing(Exception):
    """The wrapping key is gone while the keys that it wrapped are there; a new one would lose them for ever."""


class Wrapping:
    """One wrapping key, and what derives from it. `number` counts how many there were before."""

    def __init__(self, number: int, secret: bytes) -> None:
        self.number = number
        self._keys = AESGCM(secret)
        # Deterministic (RFC 5297), so that a hash can be looked up; its own key, by HKDF (RFC 5869).
        self._hashes = AESSIV(HKDF(SHA256(), 64, salt=None, info=b"maillage hashes of addresses").derive(secret))

    def wrap(self, person: str, key: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + self._keys.encrypt(nonce, key, person.encode())

    def unwrap(self, person: str, wrapped: bytes) -> bytes:
        """Raises InvalidTag."""
        return self._keys.decrypt(wrapped[:NONCE], wrapped[NONCE:], person.encode())

    def hide(self, digest: bytes) -> bytes:
        return self._hashes.encrypt(digest, None)

    def show(self, hidden: bytes) -> bytes:
        """Raises InvalidTag."""
        return self._hashes.decrypt(hidden, None)


class KeyFiles:
    """Where the keys of a service lie in a folder."""

    def __init__(self, folder: Path, service: str) -> None:
        self.folder, self.service = folder, service
        self.keys = folder / f"{service}.keys.sqlite"
        self.index = folder / f"{service}.index-key"

    def wrapping(self, number: int) -> Path:
        """The file of a wrapping key; the first has no number in its name."""
        return self.folder / (f"{self.service}.wrapping-key" + (f".{number}" if number else ""))

    def others(self) -> list[Path]:
        """What else the service keeps beside its keys: the key of its links, its passwords."""
        found = [*self.folder.glob(f"{self.service}.*-key"), *self.folder.glob(f"{self.service}.*.sqlite")]
        return [path for path in found if path not in (self.keys, self.index, self.wrapping(0))]

    def secret(self, number: int) -> bytes:
        """Raises KeyMissing."""
        path = self.wrapping(number)
        try:
            found = path.read_bytes()
        except FileNotFoundError:
            found = b""
        if len(found) != 32:
            raise KeyMissing(f"{path} is missing, and without it no personal data can be read: restore it")
        return found

    def read(self, number: int) -> Wrapping:
        """Raises KeyMissing."""
        return Wrapping(number, self.secret(number))

    def write(self, number: int) -> Wrapping:
        """A new wrapping key, on disk."""
        replace_file(self.wrapping(number), AESGCM.generate_key(256))
        return self.read(number)

    def erase_before(self, number: int) -> None:
        """Erases the wrapping keys before this one. A later one may be another process's, who is about to need it."""
        for other, path in self._numbered():
            if other < number:
                erase(path)

    def erase_but(self, number: int) -> None:
        """Erases all wrapping keys but this one, where nobody else is about to write one."""
        for other, path in self._numbered():
            if other != number:
                erase(path)

    def _numbered(self) -> list[tuple[int, Path]]:
        found = []
        for path in self.folder.glob(f"{self.service}.wrapping-key*"):
            end = path.name.removeprefix(f"{self.service}.wrapping-key").removeprefix(".") or "0"
            if end.isascii() and end.isdigit():
                found.append((int(end), path))
        return found

    def copy_to(self, folder: Path) -> None:
        """Replaces what `folder` holds of these keys by what stands now; they may be in use. What was forgotten before is in it no
        more, and the wrapping key that could open an older copy of it is erased. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        there = KeyFiles(folder, self.service)
        with _alone(folder / f"{self.service}.lock"):
            draft = there.keys.with_suffix(".sqlite.new")
            for _ in range(TRIES):
                copy_whole(self.keys, draft)
                number = wrapping_number(draft)
                with contextlib.suppress(KeyMissing):  # replaced meanwhile: the copy is an old one already
                    replace_file(there.wrapping(number), self.secret(number))
                    break
            else:
                raise OSError(f"{self.keys} changes too fast to be copied")
            replace_file(there.index, self.index.read_bytes())
            for path in self.others():
                if path.suffix == ".sqlite":
                    copy_whole(path, folder / f"{path.name}.new")
                    os.replace(folder / f"{path.name}.new", folder / path.name)
                else:
                    replace_file(folder / path.name, path.read_bytes())
            os.replace(draft, there.keys)
            sync_folder(folder)
            there.erase_but(number)


def forgotten_in(folder: Path, service: str) -> set[UUID]:
    """Everybody whom the keys in a folder, such as a backup of theirs, know for forgotten. Nobody where there are none."""
    path = KeyFiles(folder, service).keys
    if not path.exists():
        return set()
    with contextlib.closing(sqlite3.connect(path)) as db:
        return {UUID(row[0]) for row in db.execute("SELECT person FROM forgotten")}


def persons_in(folder: Path, service: str) -> int:
    """How many persons have a key in a folder; 0 where there are no keys."""
    path = KeyFiles(folder, service).keys
    if not path.exists():
        return 0
    with contextlib.closing(sqlite3.connect(path, timeout=30)) as db:
        return int(db.execute("SELECT count(*) FROM persons").fetchone()[0])


def wrapping_number(keys: Path) -> int:
    """The number of the wrapping key that a file of keys was wrapped with. Raises KeyMissing where there is none."""
    if not keys.exists():
        raise KeyMissing(f"{keys} is missing")
    with contextlib.closing(sqlite3.connect(keys)) as db:
        return int(db.execute("SELECT number FROM wrapping").fetchone()[0])


def copy_whole(keys: Path, draft: Path) -> None:
    """A file of keys as it stands at one moment, on disk, readable by its owner alone."""
    if draft.exists():
        erase(draft)
    os.close(os.open(draft, os.O_RDWR | os.O_CREAT, 0o600))
    source, target = sqlite3.connect(keys, timeout=30), sqlite3.connect(draft)
    with contextlib.closing(source), contextlib.closing(target):
        target.execute("PRAGMA journal_mode=OFF")
        source.backup(target)
    number = os.open(draft, os.O_RDONLY)
    os.fsync(number)
    os.close(number)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time."""
    number = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)


def replace_file(path: Path, content: bytes) -> None:
    """Writes a file that only its owner reads: on disk, and whole or as it was before."""
    number, draft = mkstemp(prefix=f"{path.name}.", suffix=".new", dir=path.parent)
    with open(number, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    sync_folder(path.parent)


def secret_file(path: Path) -> bytes:
    """32 random bytes kept in a file that only its owner reads; made, whole or not at all, at the first use."""
    if not path.exists():
        number, draft = mkstemp(prefix=f"{path.name}.", suffix=".new", dir=path.parent)  # only its owner reads it
        with open(number, "wb") as file:
            file.write(AESGCM.generate_key(256))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another process was first
            os.link(draft, path)
        os.unlink(draft)
        sync_folder(path.parent)
    return path.read_bytes()
