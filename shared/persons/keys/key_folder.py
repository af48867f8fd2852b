"""Where the keys of a service lie: the file of the keys of persons, and the wrapping keys beside it, by their numbers.

Everything is readable by its owner alone, and is on disk before it counts. `keyring.py` says what the files are for.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterable
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.base.secret_files import RESTORE, SecretUnfit, files_fit, read_secret
from shared.base.secret_files import secret_file as secret_file
from shared.base.secure_delete import erase
from shared.base.whole_files import alone, replace_file, sync_folder
from shared.persons.keys.key_database import (
    KeyMissing,
    begun,
    copy_whole,
    looked_at,
    opened,
    whole,
    whose,
    wrapping_number,
)
from shared.persons.keys.key_marks import KeyMarks, lost

log = structlog.get_logger()
NONCE = 12  # bytes
TRIES = 5  # readings of a key while another replica replaces the wrapping key again and again


class Wrapping:
    """One wrapping key, and what derives from it. `number` counts how many there were before."""

    def __init__(self, number: int, secret: bytes) -> None:
        self.number, self.digest = number, sha256(secret).digest()
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
        self.readings = folder / f"{service}.readings"
        self.marks = KeyMarks(folder, service)

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
        """Whether what there is of keys belongs to this log as far as can be told without it."""
        return looked_at(self.keys, frozenset({"persons", "forgotten"}))

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
        self.marks.fit()

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

    def copy_to(self, folder: Path, taken: Collection[str] = ()) -> None:
        """Replaces what `folder` holds of these keys by what stands now; they may be in use. What was forgotten before
        is in it no more, and the wrapping key that could open an older copy of it is erased. Nothing that is damaged
        replaces what is good there. `taken`: the numbers of files of which these hold everything. Raises OSError,
        SecretUnfit."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        there = KeyFiles(folder, self.service)
        with alone(folder / f"{self.service}.lock"):
            self._may_replace(there, taken)
            noted, secrets = self.marks.read(), {}
            draft = there.keys.with_suffix(".sqlite.new")
            for _ in range(TRIES):
                copy_whole(self.keys, draft)
                number = wrapping_number(draft)
                with contextlib.suppress(KeyMissing):  # replaced meanwhile: the copy is an old one already
                    replace_file(there.wrapping(number), self.secret(number))
                    break
            else:
                raise OSError(f"{self.keys} changes too fast to be copied")
            for path in (self.index, *self.others()):
                if path.suffix == ".sqlite":
                    copy_whole(path, folder / f"{path.name}.new")
                    os.replace(folder / f"{path.name}.new", folder / path.name)
                else:
                    secrets[path.name] = read_secret(path)
                    replace_file(folder / path.name, secrets[path.name])
            os.replace(draft, there.keys)
            self._copy_readings(folder)
            sync_folder(folder)
            there.erase_but(number)
            if noted is not None:
                there.marks.path.unlink(missing_ok=True)
                there.marks.note(log=noted.log, seq=noted.seq, known=noted.known, signed=noted.signed, only=secrets)

    def _copy_readings(self, folder: Path) -> None:
        """What is damaged is left out: whoever writes it sets it aside, and the keys are copied all the same."""
        draft = folder / f"{self.readings.name}.new"
        try:
            if self.readings.exists():
                copy_whole(self.readings, draft)
                os.replace(draft, folder / self.readings.name)
        except SecretUnfit as why:
            draft.unlink(missing_ok=True)
            log.warning("readings.not_copied", service=self.service, why=str(why))

    def _may_replace(self, there: KeyFiles, taken: Collection[str]) -> None:
        """Raises SecretUnfit where what is there is not older keys of this installation, but others."""
        ours, theirs = self.marks.read(), there.marks.read()
        what = None
        if ours and theirs and ours.log and theirs.log and ours.log != theirs.log:
            what = "are of another installation"
        elif not (known := whose(there.keys)) or not (own := whose(self.keys)):
            return
        elif known.counted and known.id not in (own.id, *taken):
            what = "are not those of this installation"
        elif known.counted > own.counted:
            what = f"know {known.counted} persons, and those in {self.folder} only {own.counted}"
        if what:
            raise SecretUnfit(
                f"the keys of {self.service} in {there.folder} {what}: name another folder, or take them away first"
            )


def fit(folder: Path, services: Iterable[str]) -> None:
    """Returns if every file of keys in a folder that is there is as it was written. Raises SecretUnfit."""
    files_fit(folder, services)
    for name in ("operator-token", "notary.key"):
        with contextlib.suppress(FileNotFoundError):
            read_secret(folder / name)
    noted = {service: marks.log for service in services if (marks := KeyMarks(folder, service).read()) and marks.log}
    if len(set(noted.values())) > 1:
        odd = min(noted, key=lambda service: list(noted.values()).count(noted[service]))
        raise SecretUnfit(
            f"{KeyMarks(folder, odd).path} is of another installation than the others in {folder}: restore all of "
            f"{odd}.* from the backup of its own keys"
        )
    for service in services:
        KeyFiles(folder, service).fit()


def forgotten_in(folder: Path, service: str) -> set[UUID]:
    """Everybody whom the keys in a folder, such as a backup of theirs, know for forgotten. Nobody where there are
    none."""
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


def known_in(folder: Path, service: str) -> set[str]:
    """All persons of whom the keys in a folder know, forgotten ones too. Nobody where there are none. Raises
    SecretUnfit."""
    files = KeyFiles(folder, service)
    if not files.begun():
        return set()
    with opened(files.keys) as db:
        return {row[0] for row in db.execute("SELECT person FROM persons UNION SELECT person FROM forgotten")}
