"""Passwords: their argon2id hashes (RFC 9106), in a file beside the directory's keys, in no event, view or log.

A password is at least twelve characters and none of those that everybody tries (NIST SP 800-63B §3.1.1.2). Checking one
takes the same time whether the account is known or not.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from shared.kernel.decider import Refused
from shared.kernel.sealing import KeysAway
from shared.kernel.stores.transaction import transaction
from shared.persons.keys.key_database import add_known, begin_whose, begun, count_again, unreadable

FILE = "directory.passwords.sqlite"
LEAST, MOST = 12, 200  # characters
AT_ONCE = 2  # checks at the same time: each takes 64 MiB and a core
HASHING = PasswordHash((Argon2Hasher(time_cost=3, memory_cost=64 * 1024, parallelism=4),))  # RFC 9106 §4, second choice
COMMON = frozenset((Path(__file__).parent / "common_passwords.txt").read_text(encoding="utf-8").split())
SCHEMA = "CREATE TABLE IF NOT EXISTS passwords (account TEXT PRIMARY KEY, hash TEXT NOT NULL) WITHOUT ROWID"


def check_new(password: str, address: str) -> None:
    """Returns if this may become a password. Raises Refused."""
    if len(password) < LEAST:
        raise Refused("password-too-short", field="password", least=LEAST)
    if len(password) > MOST:
        raise Refused("password-too-long", field="password", most=MOST)
    if any("\ud800" <= c <= "\udfff" for c in password):
        raise Refused("password-unreadable", field="password")
    plain = "".join(c for c in password.casefold() if c.isalnum())
    parts = {"".join(c for c in part.casefold() if c.isalnum()) for part in (address, address.partition("@")[0])}
    if plain in COMMON or plain.rstrip("0123456789") in COMMON or len(set(password)) < 5 or plain in parts:
        raise Refused("password-common", field="password")


class Passwords:
    """The hashes of one installation's accounts. Opened with the folder of the keys; made at the first use. Raises
    SecretUnfit."""

    def __init__(self, folder: Path, hashing: PasswordHash = HASHING) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / FILE
        begun(path)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite gives its journal the same mode
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        try:
            self._db.executescript(
                f"PRAGMA secure_delete=ON; PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL;"
                f"BEGIN IMMEDIATE; {SCHEMA}; {begin_whose()} COMMIT;"
            )
            with transaction(self._db):
                count_again(self._db)
        except sqlite3.Error as error:
            self._db.close()
            raise unreadable(path, error) from error
        self._path, self._opened = path, path.stat().st_ino
        self._lock = threading.Lock()
        self._hashing = hashing
        self._nobody = hashing.hash(os.urandom(16).hex())
        self._turns = asyncio.Semaphore(AT_ONCE)

    def close(self) -> None:
        self._db.close()

    async def keep(self, account: UUID, password: str) -> None:
        """From now on this is the account's password. Raises KeysAway."""
        async with self._turns:
            await asyncio.to_thread(self._keep, account, password)

    async def fits(self, account: UUID | None, password: str) -> bool:
        """Whether it is the account's password. As slow for an account that is None or has none."""
        async with self._turns:
            return await asyncio.to_thread(self._fits, account, password)

    def has(self, account: UUID) -> bool:
        return self._hash(account) is not None

    def forget(self, account: UUID) -> None:
        """The account has no password any more."""
        with self._using(), transaction(self._db):
            gone = self._db.execute("DELETE FROM passwords WHERE account = ?", (str(account),)).rowcount
            add_known(self._db, -gone)

    @contextlib.contextmanager
    def _using(self) -> Iterator[None]:
        """One at a time. Raises KeysAway where the file can't be used."""
        with self._lock:
            try:
                yield
            except sqlite3.OperationalError as error:  # a full disk, a disk that can only be read, one that fails
                raise KeysAway(str(unreadable(self._path, error))) from error

    def _there(self) -> None:
        """SQLite goes on with a file that was deleted, and with it goes what is written there. Raises KeysAway."""
        if not self._path.exists() or self._path.stat().st_ino != self._opened:
            raise KeysAway(f"{self._path} was taken away or replaced: put it back as it was, and start again")

    def _keep(self, account: UUID, password: str) -> None:
        self._write(account, self._hashing.hash(password))

    def _fits(self, account: UUID | None, password: str) -> bool:
        if len(password) > MOST:
            password = ""
        kept = self._hash(account) if account else None
        try:
            fits, better = self._hashing.verify_and_update(password, kept or self._nobody)
        except UnicodeEncodeError:  # half a character: it was never anybody's password
            fits, better = self._hashing.verify_and_update("", self._nobody)
        if kept is None or account is None or not fits:
            return False
        if better is not None:  # the parameters have grown since
            self._write(account, better)
        return True

    def _hash(self, account: UUID) -> str | None:
        with self._using():
            row = self._db.execute("SELECT hash FROM passwords WHERE account = ?", (str(account),)).fetchone()
        return row[0] if row else None

    def _write(self, account: UUID, hash: str) -> None:
        self._there()
        with self._using(), transaction(self._db):
            gone = self._db.execute("DELETE FROM passwords WHERE account = ?", (str(account),)).rowcount
            self._db.execute("INSERT INTO passwords VALUES (?, ?)", (str(account), hash))
            add_known(self._db, 1 - gone)
