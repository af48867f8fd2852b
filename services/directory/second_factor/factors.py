"""Second factors: the secrets of apps (TOTP, RFC 6238), sealed, and hashes of recovery codes, in a file beside the
directory's keys; in no event, view or log. Everything blocks.

A code is good once: the step of the last one is kept, and no earlier one is taken any more. Wrong codes slow down:
whoever sends them has shown a password or a link before, so nobody can lock somebody else out by them.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from base64 import b32encode
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.directory.second_factor.tickets import Tickets
from shared.base.outside import Outside
from shared.base.secret_files import mac, same, secret_file
from shared.contract.directory.accounts import Second
from shared.kernel.decider import Refused
from shared.kernel.sealing import KeysAway
from shared.kernel.stores.transaction import transaction
from shared.persons.keys.key_database import add_known, begin_whose, begun, count_again, unreadable

FILE, KEY_FILE = "directory.second-factors.sqlite", "directory.second-factor-key"
STEP = 30  # seconds of a code
AROUND = (0, -1, 1)  # steps by which the clock of a telephone may be wrong
AHEAD = 20  # steps beyond which a code that was taken in the future tells of a clock that was wrong, not of a replay
CODES = 10  # recovery codes
CODE_BYTES = 10  # of each: 16 letters of base32
FREE = 5  # wrong codes after which there is a pause
PAUSE, MOST = 30.0, 900.0  # seconds: the first pause, each next one twice as long, and the longest
NONCE = 12  # bytes
SCHEMA = """
CREATE TABLE IF NOT EXISTS factors (
  account TEXT PRIMARY KEY, sealed BLOB NOT NULL, step INTEGER NOT NULL, wrong INTEGER NOT NULL, wait REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS recovery (account TEXT, hash BLOB, PRIMARY KEY (account, hash)) WITHOUT ROWID;
"""


class SecondFactors:
    """Those of one installation's accounts. Opened with the folder of the keys; made at the first use. Raises
    SecretUnfit."""

    def __init__(self, folder: Path, network: str, outside: Outside) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / FILE
        begun(path)
        secret = secret_file(folder / KEY_FILE)
        self._seal, self._hashing = AESGCM(_derived(secret, b"secrets")), _derived(secret, b"recovery codes")
        self.tickets = Tickets(_derived(secret, b"tickets"), network, outside)
        self._outside = outside
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite gives its journal the same mode
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        try:
            self._db.executescript(
                "PRAGMA secure_delete=ON; PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL;"
                f"BEGIN IMMEDIATE; {SCHEMA} {begin_whose()} COMMIT;"
            )
            with transaction(self._db):
                count_again(self._db)
        except sqlite3.Error as error:
            self._db.close()
            raise unreadable(path, error) from error
        self._path, self._opened = path, path.stat().st_ino
        self._lock = threading.Lock()

    def close(self) -> None:
        self._db.close()

    def new_secret(self) -> str:
        """A secret for an app, in base32: 160 bits, as RFC 4226 asks."""
        return b32encode(self._outside.random(20)).decode()

    def has(self, account: UUID) -> bool:
        return self._row(account) is not None

    def begin(self, account: UUID, secret: str, typed: str) -> list[str]:
        """From now on this is the secret of the account's app, which has shown a code of it. The recovery codes, which
        are told this once. Raises Refused(`second-factor-wrong`), KeysAway."""
        step = self._step_of(secret, typed)
        if step is None:
            raise Refused("second-factor-wrong")
        nonce = self._outside.random(NONCE)
        sealed = nonce + self._seal.encrypt(nonce, secret.encode(), account.bytes)
        codes = self._new_codes()
        self._there()
        with self._using(), transaction(self._db):
            gone = self._db.execute("DELETE FROM factors WHERE account = ?", (str(account),)).rowcount
            self._db.execute("INSERT INTO factors VALUES (?, ?, ?, 0, 0)", (str(account), sealed, step))
            self._replace_codes(account, codes)
            add_known(self._db, 1 - gone)
        return codes

    def renew_codes(self, account: UUID) -> list[str]:
        """Other recovery codes, told this once. Raises KeysAway."""
        codes = self._new_codes()
        self._there()
        with self._using(), transaction(self._db):
            self._replace_codes(account, codes)
        return codes

    def codes_left(self, account: UUID) -> int:
        with self._using():
            query = "SELECT count(*) FROM recovery WHERE account = ?"
            return int(self._db.execute(query, (str(account),)).fetchone()[0])

    def forget(self, account: UUID) -> None:
        """The account has no second factor any more."""
        with self._using(), transaction(self._db):
            gone = self._db.execute("DELETE FROM factors WHERE account = ?", (str(account),)).rowcount
            self._db.execute("DELETE FROM recovery WHERE account = ?", (str(account),))
            add_known(self._db, -gone)

    def check(self, account: UUID, typed: str) -> Second:
        """What a code is that fits; it is good no more. Raises Refused: `second-factor-wrong`, `second-factor-used`,
        `second-factor-wait` (`minutes`), `second-factor-lost`; KeysAway."""
        now = self._outside.now().timestamp()
        self._there()
        with self._using(), transaction(self._db):  # what did not fit is counted: nothing is raised in here
            found = self._judged(account, typed, now)
        if isinstance(found, Refused):
            raise found
        return found

    def _judged(self, account: UUID, typed: str, now: float) -> Second | Refused:
        query = "SELECT sealed, step, wrong, wait FROM factors WHERE account = ?"
        row = self._db.execute(query, (str(account),)).fetchone()
        secret = self._opened_secret(account, row[0]) if row else None
        if row is None or secret is None:
            return Refused("second-factor-lost")
        _, last, wrong, wait = row
        if 0 < wait - now <= MOST:
            return Refused("second-factor-wait", minutes=int((wait - now) // 60) + 1)
        step = self._step_of(secret, typed)
        if step is not None and not last >= step > last - AHEAD:
            self._note(account, step, 0, 0.0)
            return "code"
        if step is None and self._took_recovery(account, typed):
            self._note(account, last, 0, 0.0)
            return "recovery-code"
        pause = min(PAUSE * 2 ** min(wrong + 1 - FREE, 10), MOST) if wrong + 1 >= FREE else 0.0
        self._note(account, last, wrong + 1, now + pause if pause else 0.0)
        return Refused("second-factor-wrong" if step is None else "second-factor-used")

    def _note(self, account: UUID, step: int, wrong: int, wait: float) -> None:
        command = "UPDATE factors SET step = ?, wrong = ?, wait = ? WHERE account = ?"
        self._db.execute(command, (step, wrong, wait, str(account)))

    def _step_of(self, secret: str, typed: str) -> int | None:
        """The step of which this is the code, around now; None where it is none."""
        digits = "".join(typed.split())
        if len(digits) != 6 or not (digits.isascii() and digits.isdecimal()):
            return None
        app, step = pyotp.TOTP(secret, interval=STEP), int(self._outside.now().timestamp()) // STEP
        return next((step + by for by in AROUND if same(digits.encode(), app.generate_otp(step + by).encode())), None)

    def _took_recovery(self, account: UUID, typed: str) -> bool:
        hash = self._hash(account, typed)
        delete = "DELETE FROM recovery WHERE account = ? AND hash = ?"
        return self._db.execute(delete, (str(account), hash)).rowcount == 1

    def _replace_codes(self, account: UUID, codes: Sequence[str]) -> None:
        self._db.execute("DELETE FROM recovery WHERE account = ?", (str(account),))
        rows = [(str(account), self._hash(account, one)) for one in codes]
        self._db.executemany("INSERT INTO recovery VALUES (?, ?)", rows)

    def _new_codes(self) -> list[str]:
        """Each of 80 random bits: nobody finds one from its hash."""
        letters = [b32encode(self._outside.random(CODE_BYTES)).decode() for _ in range(CODES)]
        return [grouped(one) for one in letters]

    def _hash(self, account: UUID, code: str) -> bytes:
        folded = "".join(c for c in code.upper() if c.isalnum()).replace("0", "O").replace("1", "I").replace("8", "B")
        return mac(self._hashing, account.bytes + folded.encode(errors="replace"))

    def _opened_secret(self, account: UUID, sealed: bytes) -> str | None:
        try:
            return self._seal.decrypt(sealed[:NONCE], sealed[NONCE:], account.bytes).decode()
        except InvalidTag:
            return None

    def _row(self, account: UUID) -> bytes | None:
        with self._using():
            row = self._db.execute("SELECT sealed FROM factors WHERE account = ?", (str(account),)).fetchone()
        return row[0] if row else None

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


def grouped(text: str) -> str:
    """A key or a code as it is read and copied: in groups of four."""
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def _derived(secret: bytes, about: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"maillage second factor: " + about).derive(secret)
