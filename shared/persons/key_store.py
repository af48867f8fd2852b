"""Where the keys of a service lie: the file of the keys of persons, and the wrapping keys beside it, by their numbers.

Everything is readable by its owner alone, and is on disk before it counts. `keyring.py` says what the files are for.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.base.secret_files import RESTORE, SecretUnfit, read_secret
from shared.base.secret_files import secret_file as secret_file
from shared.base.secure_delete import erase
from shared.base.whole_files import alone, replace_file, sync_folder

NONCE = 12  # bytes
HEAD = b"SQLite format 3\0"
LOOKED_AT = (
    1  # `user_version` of a file of keys that was made, or kept, once the log had been asked whether it is missed
)
TRIES = 5  # readings of a key while another replica replaces the wrapping key again and again


class KeyMissing(SecretUnfit):
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
        self.first_link = folder / f"{service}.first-link"

    def wrapping(self, number: int) -> Path:
        """The file of a wrapping key; the first has no number in its name."""
        return self.folder / (f"{self.service}.wrapping-key" + (f".{number}" if number else ""))

    def others(self) -> list[Path]:
        """What else the service keeps beside its keys: the key of its links, its passwords."""
        found = [*self.folder.glob(f"{self.service}.*-key"), *self.folder.glob(f"{self.service}.*.sqlite")]
        return [path for path in found if path not in (self.keys, self.index, self.wrapping(0))]

    def begun(self) -> bool:
        """Whether there is a file of keys, with something in it. Raises SecretUnfit for another kind of file."""
        return begun(self.keys)

    def looked_at(self) -> bool:
        """Whether what there is of keys belongs to this log as far as can be told without it: somebody has a key or was
        forgotten, or it was made by a start that had asked the log (`LOOKED_AT`)."""
        if not self.begun():
            return False
        with opened(self.keys) as db:
            if int(db.execute("PRAGMA user_version").fetchone()[0]) >= LOOKED_AT:
                return True
            tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            known = tables & {"persons", "forgotten"}
            return any(db.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() for table in sorted(known))

    def fit(self) -> None:
        """Returns if every file of these keys that is there is as it was written. Raises SecretUnfit."""
        for path in (*self.others(), self.index, self.first_link):
            if path.suffix != ".sqlite":
                with contextlib.suppress(FileNotFoundError):
                    read_secret(path)
            elif begun(path):
                whole(path)
        if self.begun():
            whole(self.keys)  # which takes back what a crash has left half done: there may be nothing then
        if self.begun():
            self.same_index()
            self._opens()

    def same_index(self) -> None:
        """Raises KeyMissing where the key is gone by which persons are found, while there are some."""
        if self.index.exists() or lost(self.index):
            return
        with opened(self.keys) as db:
            if db.execute("SELECT 1 FROM persons LIMIT 1").fetchone():
                raise KeyMissing(
                    f"{self.index} is missing, and without it nobody is found by a mail address: {RESTORE}"
                )

    def _opens(self) -> None:
        """Raises KeyMissing where the wrapping key is not the one with which the keys of persons were wrapped."""
        for left in reversed(range(TRIES)):
            with opened(self.keys) as db:
                query = "SELECT person, wrapped, (SELECT number FROM wrapping) FROM persons LIMIT 20"
                rows = db.execute(query).fetchall()
            try:
                number = rows[0][2] if rows else wrapping_number(self.keys)
                wrapping = self.read(number)
            except KeyMissing:
                if left and wrapping_number(self.keys) != number:  # another process has just replaced it
                    continue
                raise
            for person, wrapped, _ in rows:
                with contextlib.suppress(InvalidTag):
                    wrapping.unwrap(person, wrapped)
                    return
            if rows:
                path = self.wrapping(number)
                raise KeyMissing(f"{path} is not the key that {self.keys} was made with: {RESTORE}, with that file")
            return

    def secret(self, number: int) -> bytes:
        """Raises KeyMissing."""
        path = self.wrapping(number)
        try:
            return read_secret(path)
        except FileNotFoundError:
            raise KeyMissing(f"{path} is missing, and without it no personal data can be read: {RESTORE}") from None
        except SecretUnfit as why:
            raise KeyMissing(str(why)) from None

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
        more, and the wrapping key that could open an older copy of it is erased. Nothing that is damaged replaces what is
        good there. Raises OSError, SecretUnfit."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        there = KeyFiles(folder, self.service)
        with alone(folder / f"{self.service}.lock"):
            draft = there.keys.with_suffix(".sqlite.new")
            for _ in range(TRIES):
                copy_whole(self.keys, draft)
                number = wrapping_number(draft)
                with contextlib.suppress(KeyMissing):  # replaced meanwhile: the copy is an old one already
                    replace_file(there.wrapping(number), self.secret(number))
                    break
            else:
                raise OSError(f"{self.keys} changes too fast to be copied")
            replace_file(there.index, read_secret(self.index))
            for path in self.others():
                if path.suffix == ".sqlite":
                    copy_whole(path, folder / f"{path.name}.new")
                    os.replace(folder / f"{path.name}.new", folder / path.name)
                else:
                    replace_file(folder / path.name, read_secret(path))
            os.replace(draft, there.keys)
            sync_folder(folder)
            there.erase_but(number)


def fit(folder: Path, services: Iterable[str]) -> None:
    """Returns if every file of keys in a folder that is there is as it was written. Raises SecretUnfit."""
    for name in ("operator-token", "notary.key"):
        with contextlib.suppress(FileNotFoundError):
            read_secret(folder / name)
    for service in services:
        KeyFiles(folder, service).fit()


def lost(path: Path) -> bool:
    """Whether the operator has said that a file is lost for good, by an empty one beside it, `<its name>.lost`: another
    may be made in its place (docs/operating.md)."""
    return path.with_name(f"{path.name}.lost").exists()


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A file of keys or of passwords that is there. Raises SecretUnfit where it is none."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=30)) as db:
            yield db
    except sqlite3.Error as error:
        raise unreadable(path, error) from error


def begun(path: Path) -> bool:
    """Whether there is something in an SQLite file. Raises SecretUnfit for another kind of file: a short one SQLite itself
    would take for a new one."""
    if not size(path):
        return False
    try:
        with path.open("rb") as file:
            head = file.read(len(HEAD))
    except OSError as error:
        raise SecretUnfit(f"{path} can't be read ({error.strerror}): put that right, or {RESTORE}") from None
    if head != HEAD:
        raise SecretUnfit(f"{path} is not as it was written: {RESTORE}")
    return True


def unreadable(path: Path, error: sqlite3.Error) -> SecretUnfit:
    """What is said of a file that SQLite can't work with."""
    return SecretUnfit(f"{path} can't be used ({error}): {RESTORE}")


def whole(path: Path) -> None:
    """Returns if SQLite finds nothing wrong with a file. Raises SecretUnfit."""
    with opened(path) as db:
        found = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise SecretUnfit(f"{path} is damaged: {RESTORE}")


def size(path: Path) -> int:
    """The bytes of a file, 0 where there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def forgotten_in(folder: Path, service: str) -> set[UUID]:
    """Everybody whom the keys in a folder, such as a backup of theirs, know for forgotten. Nobody where there are none."""
    files = KeyFiles(folder, service)
    if not files.begun():
        return set()
    with opened(files.keys) as db:
        return {UUID(row[0]) for row in db.execute("SELECT person FROM forgotten")}


def persons_in(folder: Path, service: str) -> int:
    """How many persons have a key in a folder; 0 where there are no keys."""
    files = KeyFiles(folder, service)
    if not files.begun():
        return 0
    with opened(files.keys) as db:
        return int(db.execute("SELECT count(*) FROM persons").fetchone()[0])


def wrapping_number(keys: Path) -> int:
    """The number of the wrapping key that a file of keys was wrapped with. Raises KeyMissing where there is none."""
    if not keys.exists():
        raise KeyMissing(f"{keys} is missing")
    with opened(keys) as db:
        return int(db.execute("SELECT number FROM wrapping").fetchone()[0])


def copy_whole(keys: Path, draft: Path) -> None:
    """A file of keys as it stands at one moment, on disk, readable by its owner alone. Raises SecretUnfit."""
    if not size(keys):
        raise SecretUnfit(f"{keys} is empty: {RESTORE}")
    if draft.exists():
        erase(draft)
    os.close(os.open(draft, os.O_RDWR | os.O_CREAT, 0o600))
    with opened(keys) as source, contextlib.closing(sqlite3.connect(draft)) as target:
        target.execute("PRAGMA journal_mode=OFF")
        source.backup(target)
    number = os.open(draft, os.O_RDONLY)
    os.fsync(number)
    os.close(number)
