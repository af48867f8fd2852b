"""The keys of persons: each personal value is sealed with the key of its person, each key with its service's own.

AES-256-GCM throughout (NIST SP 800-38D), a fresh random nonce of 96 bits each time. A value is bound to network,
person, event and field, a wrapped key to its person, so neither can be moved elsewhere. Keys lie in one SQLite file
a service, apart from events and views; the wrapping key in a file of its own, in no backup of the data.
`secure_delete` and a truncated journal make sure that what is deleted is not left in the file (design/proof.md).
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import os
import sqlite3
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from uuid_utils import uuid7

from shared.contract import Event
from shared.personal import Personal
from shared.stores.transaction import transaction

NONCE = 12  # bytes
CACHED_KEYS = 4096
SCHEMA = """
CREATE TABLE IF NOT EXISTS persons (person TEXT PRIMARY KEY, wrapped BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS addresses (hash BLOB PRIMARY KEY, person TEXT NOT NULL) WITHOUT ROWID;
"""


class Forgotten(Exception):
    """The key of this person is not here: the person was forgotten, or belongs to another service."""


class KeyMissing(Exception):
    """The wrapping key is gone while the keys that it wrapped are there; a new one would lose them for ever."""


def personal_fields(event: Event) -> dict[str, Personal]:
    """The personal values of an event, by field."""
    return {name: value for name, value in event if isinstance(value, Personal)}


class Keyring:
    """The keys of one service's persons. Opened with `Keyring(folder, network, service)`; makes what is missing."""

    def __init__(self, folder: Path, network: str, service: str) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.network, self.service = network, service
        wrapping, path = folder / f"{service}.wrapping-key", folder / f"{service}.keys.sqlite"
        if path.exists() and not wrapping.exists():
            raise KeyMissing(f"{wrapping} is missing, and without it no personal data can be read: restore it")
        self._wrapping = AESGCM(secret_file(wrapping))
        self._index = secret_file(folder / f"{service}.index-key")
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite gives its journal the same mode
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.executescript(
            "PRAGMA secure_delete=ON; PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL;" + SCHEMA
        )
        self._lock = threading.Lock()
        self._cache: OrderedDict[UUID, AESGCM] = OrderedDict()
        self._wanted: set[UUID] = set()
        self._making: asyncio.Task[None] | None = None

    def close(self) -> None:
        self._db.close()

    async def ensure(self, persons: Iterable[UUID]) -> None:
        """Returns once each person has a key on disk. Those who ask together share one transaction."""
        missing = [person for person in persons if not self._has(person)]
        while missing:
            self._wanted.update(missing)
            if self._making is None or self._making.done():
                self._making = asyncio.create_task(self._make())
            await asyncio.shield(self._making)
            missing = [person for person in missing if not self._has(person)]

    async def _make(self) -> None:
        await asyncio.sleep(0)  # let the others who are about to ask, ask
        wanted, self._wanted = self._wanted, set()
        await asyncio.to_thread(self.make_keys, wanted)

    def make_keys(self, persons: Iterable[UUID]) -> None:
        """Makes a key for each person that has none, in one transaction."""
        rows = [(str(p), self._wrap(p, AESGCM.generate_key(256))) for p in persons]
        with self._lock, transaction(self._db):
            self._db.executemany("INSERT OR IGNORE INTO persons VALUES (?, ?)", rows)

    def person_at(self, address: str, person: UUID | None = None) -> UUID:
        """The person who is reached under this mail address; if there is none yet, `person` or a new one.

        The address itself is not kept: it is found by HMAC-SHA-256 under a key of this service.
        """
        found = self.find(address)
        if found is not None:
            return found
        person = person or UUID(str(uuid7()))
        self.make_keys([person])
        with self._lock:
            self._db.execute("INSERT OR IGNORE INTO addresses VALUES (?, ?)", (self._hash(address), str(person)))
        found = self.find(address)
        assert found is not None
        return found

    def find(self, address: str) -> UUID | None:
        """The person who is reached under this mail address, if any."""
        with self._lock:
            row = self._db.execute("SELECT person FROM addresses WHERE hash = ?", (self._hash(address),)).fetchone()
        return UUID(row[0]) if row else None

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
            nonce = os.urandom(NONCE)
            about = self._about(value.person, str(event_id), field)
            sealed = nonce + self._key(value.person).encrypt(nonce, value.clear.encode(), about)
            changes[field] = Personal(person=value.person, sealed=urlsafe_b64encode(sealed).decode())
        return event.model_copy(update=changes)

    def open(self, value: Personal, event_id: str, field: str) -> str:
        """The clear text of a field of an event. Raises Forgotten where the key is gone."""
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

    def reveal(self, kept: dict[str, str] | None) -> str | None:
        """The clear text of a value that a view keeps (`views.kept`), None where it is absent or forgotten."""
        if kept is None:
            return None
        try:
            return self.open(Personal(person=UUID(kept["person"]), sealed=kept["sealed"]), kept["event"], kept["field"])
        except Forgotten:
            return None

    def _about(self, person: UUID, event_id: str, field: str) -> bytes:
        return f"{self.network}|{self.service}|{person}|{event_id}|{field}".encode()

    def _wrap(self, person: UUID, key: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + self._wrapping.encrypt(nonce, key, str(person).encode())

    def _has(self, person: UUID) -> bool:
        if person in self._cache:
            return True
        with self._lock:
            return self._db.execute("SELECT 1 FROM persons WHERE person = ?", (str(person),)).fetchone() is not None

    def _key(self, person: UUID) -> AESGCM:
        found = self._cache.get(person)
        if found is not None:
            return found
        with self._lock:
            row = self._db.execute("SELECT wrapped FROM persons WHERE person = ?", (str(person),)).fetchone()
        if row is None:
            raise Forgotten(str(person))
        try:
            key = AESGCM(self._wrapping.decrypt(row[0][:NONCE], row[0][NONCE:], str(person).encode()))
        except InvalidTag:
            raise Forgotten(str(person)) from None
        self._cache[person] = key
        if len(self._cache) > CACHED_KEYS:
            self._cache.popitem(last=False)
        return key

    def _hash(self, address: str) -> bytes:
        return hmac.new(self._index, address.strip().casefold().encode(), sha256).digest()


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
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    return path.read_bytes()
