"""The keys of persons: each personal value is sealed with the key of its person, each key with its service's own.

AES-256-GCM throughout (NIST SP 800-38D), a fresh random nonce of 96 bits each time. A value is bound to network,
person, event and field, a wrapped key to its person, so neither can be moved elsewhere. Keys lie in one SQLite file
a service, apart from events and views; the wrapping key in a file of its own, in no backup of the data.

Forgetting a person deletes the wrapped key and replaces the wrapping key, so that older copies of the file open nothing
any more (ADR 8). The wrapping keys are numbered: the file of the next one is written first, then one transaction wraps
every key with it and names its number, then the file before it is erased. Wherever that is cut off, either the old
number stands and its key is there, or the new one and its key; what is left over is erased at the next opening.
`secure_delete` and a truncated journal make sure that what is deleted is not left in the file.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.base.outside import REAL, Outside
from shared.base.secret_files import RESTORE, SecretUnfit, mac, read_secret, secret_file
from shared.base.secure_delete import erase
from shared.base.whole_files import has_room, replace_file, sync_folder
from shared.contract import Event
from shared.contract.envelope import Recorded, Void
from shared.contract.fields import spellings
from shared.contract.personal import Personal
from shared.kernel.sealing import ADDRESSES, Forgotten, KeysAway, personal_fields
from shared.kernel.stores.transaction import transaction
from shared.persons.keys.key_database import (
    LOOKED_AT,
    KeyMissing,
    add_known,
    begin_whose,
    copy_whole,
    count_again,
    unreadable,
    whose,
    wrapping_number,
)
from shared.persons.keys.key_folder import NONCE, TRIES, KeyFiles, Wrapping, forgotten_in
from shared.persons.readings.noting import opens

log = structlog.get_logger()
CACHED_KEYS = 4096
LOOK = 0.05  # seconds that a replica may go on with a key that another one has deleted
SCHEMA = """
CREATE TABLE IF NOT EXISTS persons (person TEXT PRIMARY KEY, wrapped BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS addresses (hash BLOB PRIMARY KEY, person TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reached (hash BLOB, person TEXT, PRIMARY KEY (hash, person)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS addresses_of ON addresses (person);
CREATE INDEX IF NOT EXISTS reached_of ON reached (person);
CREATE TABLE IF NOT EXISTS forgotten (person TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS wrapping (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL);
INSERT OR IGNORE INTO wrapping VALUES (1, 0);
"""


class Keyring:
    """The keys of one service's persons. Opened with `Keyring(folder, network, service)`; makes what is missing.

    Several processes may use one folder: each write looks first which wrapping key stands, each reading at least every
    `look` seconds. Raises SecretUnfit: KeyMissing where a key is gone that nothing is to be read without.
    """

    def __init__(
        self,
        folder: Path,
        network: str,
        service: str,
        look: float = LOOK,
        *,
        looking: bool = False,
        outside: Outside = REAL,
    ) -> None:
        """`looking`: makes and changes nothing; for whoever only reads."""
        self._look_every, self._outside = look, outside
        self.network, self.service = network, service
        self.folder, self._files = folder, KeyFiles(folder, service)
        if not looking:
            self._begin()
        self._index = read_secret(self._files.index)
        mode = "ro" if looking else "rw"
        name = f"{self._files.keys.absolute().as_uri()}?mode={mode}"
        self._db = sqlite3.connect(name, uri=True, check_same_thread=False, isolation_level=None, timeout=30)
        self._lock = threading.Lock()
        self._cache: OrderedDict[UUID, AESGCM] = OrderedDict()
        self._wanted: dict[UUID, set[str]] = {}
        self._making: asyncio.Task[None] | None = None
        try:
            if not looking:
                self._make_tables()
            self._wrapping = self._files.read(self._number())
        except sqlite3.Error as error:
            self._db.close()
            raise unreadable(self._files.keys, error) from error
        except BaseException:
            self._db.close()
            raise
        self._seen, self._looked = self._data_version(), self._outside.monotonic()
        self._opened = _stamp(self._files.keys)
        self._said = ""
        self._taken: set[str] = set()  # the numbers of files whose keys have all been taken over
        self._read = {self._files.index: _stamp(self._files.index)}
        if not looking:
            self._files.erase_before(self._wrapping.number)

    def _begin(self) -> None:
        """Makes what is missing."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._files.begun():
            self._files.same_index()
        else:
            secret_file(self._files.wrapping(0))
        secret_file(self._files.index)
        os.close(os.open(self._files.keys, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite gives its journal the same mode

    def _make_tables(self) -> None:
        self._db.executescript(
            "PRAGMA secure_delete=ON; PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL;"
            f"BEGIN IMMEDIATE; {SCHEMA} {begin_whose()} COMMIT;"  # all or nothing, wherever it is cut off
        )
        with transaction(self._db):
            count_again(self._db)
        if self._db.execute("PRAGMA user_version").fetchone()[0] < LOOKED_AT:
            self._db.execute(f"PRAGMA user_version={LOOKED_AT}")

    def close(self) -> None:
        self._db.close()

    # Keys

    async def ensure(self, persons: Iterable[UUID], addresses: Iterable[tuple[UUID, str]] = ()) -> None:
        """Returns once each person has a key on disk, and is found by their addresses. Those who ask together share one
        transaction. Raises Forgotten for a person who was forgotten: there never is a new key for one."""
        wanted: dict[UUID, set[str]] = {person: set() for person in persons}
        for person, address in addresses:
            wanted.setdefault(person, set()).add(address)
        missing = self._missing(wanted)
        while missing:
            for person, some in missing.items():
                self._wanted.setdefault(person, set()).update(some)
            if self._making is None or self._making.done():
                self._making = asyncio.create_task(self._make())
            await asyncio.shield(self._making)
            missing = self._missing(missing)

    async def _make(self) -> None:
        await self._outside.sleep(0)  # let the others who are about to ask, ask
        wanted, self._wanted = self._wanted, {}
        reached = [(p, one) for p, some in wanted.items() for one in some]
        await self._outside.in_thread(self.make_keys, wanted, reached)

    def make_keys(self, persons: Iterable[UUID], addresses: Iterable[tuple[UUID, str]] = ()) -> None:
        """Makes a key for each person that has none, in one transaction; none for those who were forgotten."""
        digests = [(str(person), self._digest(address)) for person, address in addresses]
        made = found_by = 0
        with self._reading(), self._writing():
            for person in map(str, persons):
                if not self._is_forgotten(person):
                    row = (person, self._wrapping.wrap(person, AESGCM.generate_key(256)))
                    made += self._db.execute("INSERT OR IGNORE INTO persons VALUES (?, ?)", row).rowcount
            for person, digest in digests:
                if not self._is_forgotten(person):
                    found = (self._wrapping.hide(digest), person)
                    found_by += self._db.execute("INSERT OR IGNORE INTO reached VALUES (?, ?)", found).rowcount
            add_known(self._db, made, found_by)

    def has(self, person: UUID) -> bool:
        """Whether this person has a key here."""
        with self._reading():
            return self._has(str(person))

    def person_at(self, address: str, person: UUID | None = None) -> UUID:
        """The person whose own address of mail this is; if there is none yet, `person` or a new one.

        The address itself is not kept: it is found by HMAC-SHA-256 under a key of this service. Raises Forgotten where
        `person` was forgotten: whoever comes back under an address is a new person.
        """
        digest = self._digest(address)
        with self._reading(), self._writing():
            found = self._at(address)
            if found is None:
                found = person or self._outside.new_id()
                if self._is_forgotten(str(found)):
                    raise Forgotten(str(found))
                row = (str(found), self._wrapping.wrap(str(found), AESGCM.generate_key(256)))
                new = self._db.execute("INSERT OR IGNORE INTO persons VALUES (?, ?)", row).rowcount
                add_known(self._db, new, 1)
                self._db.execute("INSERT INTO addresses VALUES (?, ?)", (self._wrapping.hide(digest), str(found)))
        return found

    def find(self, address: str) -> UUID | None:
        """The person whose own address of mail this is (`person_at`), if any."""
        with self._reading():
            self._look(now=True)
            return self._at(address)

    def persons_at(self, address: str) -> set[UUID]:
        """All persons of whom an event ever said that this is their address of mail, or whose own it is."""
        with self._reading():
            self._look(now=True)
            rows = []
            for hidden in self._hidden(address):
                rows += self._db.execute(
                    "SELECT person FROM addresses WHERE hash = ? UNION SELECT person FROM reached WHERE hash = ?",
                    (hidden, hidden),
                ).fetchall()
        return {UUID(row[0]) for row in rows}

    # Sealing and opening

    def seal(self, event: Event, event_id: UUID) -> Event:
        """The same event with every personal field sealed. Each must say its person, who must have a key."""
        fields = personal_fields(event)
        if not fields:
            return event
        changes: dict[str, Personal] = {}
        for field, value in fields.items():
            if value.is_sealed:
                raise ValueError(f"{field} is sealed already, for another event")
            if value.person is None:
                raise ValueError(f"{field} of {event.type_name()} does not say whose it is")
            nonce = os.urandom(NONCE)  # noqa: TID251 - a secret, not to be foreseen
            about = self._about(value.person, str(event_id), field)
            sealed = nonce + self._key(value.person).encrypt(nonce, value.clear.encode(), about)
            changes[field] = Personal(person=value.person, sealed=urlsafe_b64encode(sealed).decode())
        return event.model_copy(update=changes)

    def open(self, value: Personal, event_id: str, field: str) -> str:
        """The clear text of a field of an event, for somebody to read: noted where a request is under way
        (shared/persons/readings). Raises Forgotten where the key is gone, KeysAway where nothing can be noted."""
        clear = self._clear(value, event_id, field)
        if value.person is not None and value.sealed is not None:
            opens(value.person)
        return clear

    def _clear(self, value: Personal, event_id: str, field: str) -> str:
        if value.person is None or value.sealed is None:
            return value.clear
        try:
            raw = urlsafe_b64decode(value.sealed)
            return (
                self._key(value.person)
                .decrypt(raw[:NONCE], raw[NONCE:], self._about(value.person, event_id, field))
                .decode()
            )
        except (InvalidTag, ValueError):
            raise Forgotten(str(value.person)) from None

    def reveal(self, kept: Mapping[str, str] | None) -> str | None:
        """The clear text of a value that a view keeps (`views.kept`), for somebody to read; None where it is absent or
        forgotten."""
        clear = self.inside(kept)
        if clear is not None and kept is not None:
            opens(UUID(kept["person"]))
        return clear

    def inside(self, kept: Mapping[str, str] | None) -> str | None:
        """The same for the program itself, to compare it or to send it there: shown to nobody, and so noted nowhere."""
        if kept is None:
            return None
        value = Personal(person=UUID(kept["person"]), sealed=kept["sealed"])
        try:
            return self._clear(value, kept["event"], kept["field"])
        except Forgotten:
            return None

    def finds(self, event: Recorded) -> bool | None:
        """Whether a person of an event is found by the address of mail that it gives for them; None where it gives
        none, or nothing is noted of them."""
        try:
            fields = personal_fields(event.data)
        except (KeyError, Void):  # of a later release, or of nobody
            return None
        for name, value in fields.items():
            if name not in ADDRESSES or value.person is None:
                continue
            try:
                address = self._clear(value, event.id, name)
            except Forgotten:
                continue
            with self._reading():
                noted = self._has_address(str(value.person))
            if noted:
                return value.person in self.persons_at(address)
        return None

    # Forgetting

    def forget(self, persons: Iterable[UUID], at: datetime | None = None) -> bool:
        """Deletes the keys and addresses of these persons for ever, and notes that they were forgotten.

        Returns once none of it can be read in these files, nor in any older copy of them. True where there was
        something to delete: then the wrapping key was replaced. `at` is noted as the time.
        """
        when = (at or self._outside.now()).isoformat(timespec="seconds")
        ids = sorted({str(person) for person in persons})
        with self._reading():
            with self._writing():
                gone = [person for person in ids if self._has(person) or self._has_address(person)]
                new = [(person, when) for person in ids if not self._is_forgotten(person)]
                if gone:
                    # Others wait for this transaction, so a file of this number is one that was cut off before.
                    fresh = self._files.write(self._wrapping.number + 1)
                    for table in ("persons", "addresses", "reached"):
                        self._db.executemany(f"DELETE FROM {table} WHERE person = ?", [(person,) for person in gone])
                    self._rewrap(fresh)
                    self._db.execute("UPDATE wrapping SET number = ?", (fresh.number,))
                self._db.executemany("INSERT INTO forgotten VALUES (?, ?)", new)
                if gone or new:
                    count_again(self._db, fewer=True)
            if gone:
                self._wrapping = fresh
            self._cache.clear()
            self._files.erase_before(self._wrapping.number)
        return bool(gone)

    def lacking(self, persons: Iterable[UUID]) -> set[UUID]:
        """Those of these persons who have no key here and were not forgotten: the keys are older than what names
        them."""
        with self._reading():
            query = "SELECT person FROM persons UNION SELECT person FROM forgotten"
            known = {row[0] for row in self._db.execute(query)}
        return {person for person in persons if str(person) not in known}

    def known(self) -> int:
        """How many persons have a key, or were forgotten."""
        with self._reading():
            return int(self._db.execute("SELECT known FROM whose").fetchone()[0])

    def forgotten(self) -> dict[UUID, str]:
        """Everybody who was ever forgotten here, with the time (RFC 3339)."""
        with self._reading():
            return {UUID(person): at for person, at in self._db.execute("SELECT person, at FROM forgotten")}

    def was_forgotten(self, person: UUID) -> bool:
        with self._reading():
            return self._is_forgotten(str(person))

    def _rewrap(self, fresh: Wrapping) -> None:
        """Wraps every key, and hides every hash, with `fresh`. What could not be read before stays as it is."""
        keys, old = [], self._wrapping
        for person, wrapped in self._db.execute("SELECT person, wrapped FROM persons").fetchall():
            with contextlib.suppress(InvalidTag):
                keys.append((fresh.wrap(person, old.unwrap(person, wrapped)), person))
        self._db.executemany("UPDATE persons SET wrapped = ? WHERE person = ?", keys)
        for table in ("addresses", "reached"):
            rows = []
            for hidden, person in self._db.execute(f"SELECT hash, person FROM {table}").fetchall():
                with contextlib.suppress(InvalidTag):
                    rows.append((fresh.hide(old.show(hidden)), person))
            self._db.execute(f"DELETE FROM {table}")
            self._db.executemany(f"INSERT INTO {table} VALUES (?, ?)", sorted(rows))

    # The keys' own backup

    def backup(self, folder: Path) -> None:
        """Replaces what `folder` holds of this service's keys by what stands now (`KeyFiles.copy_to`). Raises OSError,
        SecretUnfit."""
        self._files.copy_to(folder, self._taken)

    def merge(self, folder: Path) -> None:
        """Takes over what a backup of these keys knows and they do not: they may be an older copy that was put back.
        Who was forgotten on either side is forgotten here. Raises SecretUnfit."""
        there = KeyFiles(folder, self.service)
        try:
            if not there.begun():
                return
            ours, theirs = self._files.marks.read(), there.marks.read()
            if ours and theirs and ours.log and theirs.log and ours.log != theirs.log:
                raise SecretUnfit(
                    f"{folder} holds the keys of another installation: name another folder for the backup"
                )
            whose_backup = whose(there.keys)
            self.forget(forgotten_in(folder, self.service))
            wrapping = there.read(wrapping_number(there.keys))
            same_index = read_secret(there.index) == self._index
        except (KeyMissing, FileNotFoundError):
            return
        except SecretUnfit as why:
            if "another installation" in str(why):
                raise
            what = str(why).partition(": ")[0]
            raise SecretUnfit(f"{what}: take this backup of the keys away, another is made") from None
        with contextlib.closing(sqlite3.connect(there.keys)) as db, self._reading(), self._writing():
            known = {
                row[0] for row in self._db.execute("SELECT person FROM persons UNION SELECT person FROM forgotten")
            }
            new = [row for row in db.execute("SELECT person, wrapped FROM persons") if row[0] not in known]
            for person, wrapped in new:
                with contextlib.suppress(InvalidTag):
                    row = (person, self._wrapping.wrap(person, wrapping.unwrap(person, wrapped)))
                    self._db.execute("INSERT INTO persons VALUES (?, ?)", row)
            added = {person for person, _ in new}
            for table in ("addresses", "reached") if same_index else ():
                for hidden, person in db.execute(f"SELECT hash, person FROM {table}").fetchall():
                    if person in added:
                        with contextlib.suppress(InvalidTag):
                            found = (self._wrapping.hide(wrapping.show(hidden)), person)
                            self._db.execute(f"INSERT OR IGNORE INTO {table} VALUES (?, ?)", found)
            count_again(self._db)
        if whose_backup is not None:
            self._taken.add(whose_backup.id)

    # What stands

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """A transaction that begins with the wrapping key that stands now. Nobody else writes meanwhile."""
        with transaction(self._db):
            self._follow()
            self._there()
            yield

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        """Nobody else of this process meanwhile. Raises KeysAway where the files of keys can't be used."""
        with self._lock:
            try:
                yield
            except sqlite3.OperationalError as error:  # a full disk, a disk that can only be read, one that fails
                raise self._away(str(unreadable(self._files.keys, error))) from error
            except sqlite3.DatabaseError as error:
                if type(error) is not sqlite3.DatabaseError:
                    raise
                raise self._away(str(unreadable(self._files.keys, error))) from error
            except SecretUnfit as why:
                raise self._away(str(why)) from why
            except OSError as error:
                what = error.filename or self.folder
                raise self._away(f"{what} can't be written ({error.strerror}): put that right") from error

    def trouble(self) -> str | None:
        """Why nothing can be sealed now, in words; None where something can: each file is there as it was opened, and
        its disk takes more."""
        try:
            with self._reading():
                self._look(now=True)
                self._there()
                has_room(self.folder, self.service)
        except KeysAway as why:
            return str(why)
        except sqlite3.ProgrammingError:  # it has ended
            return "the keys are closed"
        return None

    def _there(self) -> None:
        """Returns if what is made now is found again: SQLite goes on with a file that was deleted, and with it goes
        what is written there. Raises KeysAway."""
        if _stamp(self._files.keys)[:2] != self._opened[:2]:
            raise self._away(f"{self._files.keys} was taken away or replaced: put it back as it was, and start again")
        if _stamp(self._files.wrapping(self._wrapping.number)) not in self._read.values():
            self._follow()  # another replica may just have replaced it
        wrapping = self._files.wrapping(self._wrapping.number)
        for path, digest in ((self._files.index, sha256(self._index).digest()), (wrapping, self._wrapping.digest)):
            stamp = _stamp(path)
            if stamp == self._read.get(path):
                continue
            try:
                good = sha256(read_secret(path)).digest() == digest
            except FileNotFoundError:
                raise self._away(f"{path} is missing: {RESTORE}") from None
            except SecretUnfit as why:
                raise self._away(str(why)) from None
            if not good:
                raise self._away(f"{path} was replaced: put it back as it was")
            self._read[path] = stamp

    def _away(self, why: str) -> KeysAway:
        if why != self._said:
            log.error("keys.away", service=self.service, why=why)
            self._said = why
        return KeysAway(why)

    def _look(self, *, now: bool = False) -> None:
        """Finds out whether another process has changed the keys, and drops what was read before it replaced the
        wrapping key."""
        at = self._outside.monotonic()
        if not now and at - self._looked < self._look_every:
            return
        version, self._looked = self._data_version(), at
        if version != self._seen:
            self._follow()
            self._seen = version

    def _follow(self) -> None:
        """Goes on with the wrapping key that stands now. Raises KeyMissing."""
        for left in reversed(range(TRIES)):
            number = self._number()
            if number == self._wrapping.number:
                return
            try:
                self._wrapping = self._files.read(number)
            except KeyMissing:
                if left:  # it may have been replaced once more since we read its number
                    continue
                raise
            self._cache.clear()
            return

    def _data_version(self) -> int:
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def _number(self) -> int:
        return int(self._db.execute("SELECT number FROM wrapping").fetchone()[0])

    def _missing(self, wanted: dict[UUID, set[str]]) -> dict[UUID, set[str]]:
        """Those who have no key yet, or are not found by an address yet. Raises Forgotten, KeysAway."""
        missing = {}
        with self._reading():
            self._look()
            self._there()
            for person, addresses in wanted.items():
                known = person in self._cache or self._has(str(person))
                if not known and self._is_forgotten(str(person)):
                    raise Forgotten(str(person))
                if not known or not all(self._reached(str(person), address) for address in addresses):
                    missing[person] = addresses
        return missing

    def _has(self, person: str) -> bool:
        return self._db.execute("SELECT 1 FROM persons WHERE person = ?", (person,)).fetchone() is not None

    def _has_address(self, person: str) -> bool:
        query = "SELECT 1 FROM addresses WHERE person = ? UNION ALL SELECT 1 FROM reached WHERE person = ? LIMIT 1"
        return self._db.execute(query, (person, person)).fetchone() is not None

    def _is_forgotten(self, person: str) -> bool:
        return self._db.execute("SELECT 1 FROM forgotten WHERE person = ?", (person,)).fetchone() is not None

    def _reached(self, person: str, address: str) -> bool:
        row = (self._wrapping.hide(self._digest(address)), person)
        return self._db.execute("SELECT 1 FROM reached WHERE hash = ? AND person = ?", row).fetchone() is not None

    def _at(self, address: str) -> UUID | None:
        for hidden in self._hidden(address):
            row = self._db.execute("SELECT person FROM addresses WHERE hash = ?", (hidden,)).fetchone()
            if row is not None:
                return UUID(row[0])
        return None

    def _hidden(self, address: str) -> list[bytes]:
        """What an address may be noted as: releases before did not write its domain as DNS does."""
        digests = dict.fromkeys(self._digest(one) for one in spellings(address))
        return [self._wrapping.hide(one) for one in digests]

    def _about(self, person: UUID, event_id: str, field: str) -> bytes:
        return f"{self.network}|{self.service}|{person}|{event_id}|{field}".encode()

    def _key(self, person: UUID) -> AESGCM:
        with self._reading():
            self._look()
            found = self._cache.get(person)
            if found is not None:
                return found
            key = self._cache[person] = AESGCM(self._unwrapped(str(person)))
            if len(self._cache) > CACHED_KEYS:
                self._cache.popitem(last=False)
            return key

    def _unwrapped(self, person: str) -> bytes:
        for _ in range(TRIES):
            query = "SELECT wrapped, (SELECT number FROM wrapping) FROM persons WHERE person = ?"
            row = self._db.execute(query, (person,)).fetchone()
            if row is None:
                break
            if row[1] != self._wrapping.number:
                self._follow()
                continue
            try:
                return self._wrapping.unwrap(person, row[0])
            except InvalidTag:
                break
        raise Forgotten(person)

    def _digest(self, address: str) -> bytes:
        return mac(self._index, address.strip().casefold().encode(errors="surrogatepass"))


def _stamp(path: Path) -> tuple[int, int, int, int]:
    """Which file this is, and when it was written; zeros where there is none."""
    try:
        found = path.stat()
    except OSError:
        return (0, 0, 0, 0)
    return (found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size)


def restored(backup: Path, folder: Path, service: str) -> None:
    """Puts the keys of a service from their own backup into `folder`; what was forgotten on either side stays
    forgotten.

    No process may use them meanwhile. Raises KeyMissing where the backup is not whole, ValueError where `folder` holds
    keys that are newer: the backup would bring back whom they have forgotten.
    """
    here, there = KeyFiles(folder, service), KeyFiles(backup, service)
    number = wrapping_number(there.keys)
    there.secret(number)
    also = forgotten_in(folder, service)
    if here.keys.exists() and wrapping_number(here.keys) > number:
        raise ValueError(f"the keys in {folder} are newer than those in {backup}: keep them, or take them away first")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    replace_file(here.wrapping(number), there.secret(number))
    marks = [there.marks.path] if there.marks.path.exists() else []
    for path in (there.index, *there.others(), *marks):
        replace_file(
            folder / path.name, path.read_bytes() if path.suffix in (".sqlite", ".marks") else read_secret(path)
        )
    if there.readings.exists() and not here.readings.exists():  # what is there is newer
        copy_whole(there.readings, here.readings)
    draft = here.keys.with_suffix(".sqlite.new")
    copy_whole(there.keys, draft)
    erase(here.keys.with_name(here.keys.name + "-journal"))  # else SQLite would take it for one of the new file
    os.replace(draft, here.keys)
    sync_folder(folder)
    here.erase_before(number)
    ring = Keyring(folder, "", service)
    try:
        ring.forget(also)
    finally:
        ring.close()
