"""What somebody sent for an import, until it is confirmed or dropped: sealed under the address of its page.

Such files hold what nobody asked for: names, mail addresses, telephones in columns that are never read. So the key of
what lies on disk is in no file: it derives from the random part of the page's address, which the browser has and the
folder does not. Whoever reads the folder, or what a disk keeps of a file that was erased, reads nothing (ADR 16).
"""

from __future__ import annotations

import fcntl
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from re import fullmatch
from secrets import token_urlsafe
from tempfile import mkstemp

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

TOKEN = r"[A-Za-z0-9_-]{22}"  # 128 random bits
NONCE = 12  # bytes
UNPACKED = 400 * 1024 * 1024  # bytes that a part may unfold to; ours are far smaller


def new_token() -> str:
    return token_urlsafe(16)


class SealedFiles:
    """Parts of uploads in a folder, each `<name>.<part>`; names and keys derive from tokens (HKDF, RFC 5869)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, token: str, part: str, content: bytes) -> None:
        """Seals a part; whole or not at all. Blocks."""
        path = self.path(token, part)
        nonce = os.urandom(NONCE)
        sealed = nonce + _key(token).encrypt(nonce, zlib.compress(content, 1), part.encode())
        replace(path, sealed)

    def get(self, token: str, part: str) -> bytes | None:
        """A part as it was put; None where there is none, or the token is not its. Blocks."""
        if not fullmatch(TOKEN, token):
            return None
        try:
            sealed = self.path(token, part).read_bytes()
            packed = _key(token).decrypt(sealed[:NONCE], sealed[NONCE:], part.encode())
        except (FileNotFoundError, InvalidTag):
            return None
        return zlib.decompressobj().decompress(packed, UNPACKED)

    def has(self, token: str, part: str) -> bool:
        return fullmatch(TOKEN, token) is not None and self.path(token, part).exists()

    def drop(self, token: str, *parts: str) -> None:
        """Takes parts away, or all that there is of an upload."""
        found = [self.path(token, part) for part in parts] or list(self.folder.glob(f"{_name(token)}.*"))
        for path in found:
            path.unlink(missing_ok=True)

    def path(self, token: str, part: str) -> Path:
        return self.folder / f"{_name(token)}.{part}"


def replace(path: Path, content: bytes) -> None:
    """Writes a file that its owner alone reads: whole and on disk when it has its name."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    number, draft = mkstemp(prefix=".", suffix=".new", dir=path.parent)
    with open(number, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)


@contextmanager
def alone(path: Path) -> Iterator[bool]:
    """Whether this process, of all replicas that share the folder, is the one that works on a file. The system gives the
    file free when the process ends, however it ends."""
    try:
        number = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        yield False
        return
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield path.exists()  # whoever had it before may have been done with it
    finally:
        os.close(number)


def sweep(folder: Path, pattern: str, now: float, age: float) -> int:
    """Takes away the files that were last written longer ago than `age` seconds; how many. `now`: seconds since 1970. One
    that was written by a clock which was ahead is as old as if it were written now."""
    count = 0
    for path in folder.glob(pattern):
        try:
            written = path.stat().st_mtime
            if written < now - age:
                path.unlink()
                count += 1
            elif written > now:
                os.utime(path, (now, now))
        except FileNotFoundError:
            continue
    return count


def _name(token: str) -> str:
    return sha256(b"maillage upload " + token.encode()).hexdigest()[:32]


def _key(token: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"maillage upload").derive(token.encode()))
