"""Files that nobody reads who has the folder: each is sealed under a token that its reader's browser has and no file
does.

What people send before anything is decided about it lies here for a while (imports, forms whose session had ended): it
may hold whatever they know about others. The key of what lies on disk derives from the token, and so does its name.
Whoever reads the folder, or what a disk keeps of a file that was erased, reads nothing (ADR 16).
"""

from __future__ import annotations

import os
import zlib
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
    """Parts of what was sent, each `<name>.<part>` in a folder; names and keys derive from tokens (HKDF, RFC 5869).

    `about` keeps what is kept for one purpose from being taken for another's.
    """

    def __init__(self, folder: Path, about: bytes = b"maillage upload") -> None:
        self.folder, self._about = folder, about

    def put(self, token: str, part: str, content: bytes) -> None:
        """Seals a part; whole or not at all. Blocks."""
        path = self.path(token, part)
        nonce = os.urandom(NONCE)
        sealed = nonce + self._key(token).encrypt(nonce, zlib.compress(content, 1), part.encode())
        replace(path, sealed)

    def get(self, token: str, part: str) -> bytes | None:
        """A part as it was put; None where there is none, or the token is not its. Blocks."""
        if not fullmatch(TOKEN, token):
            return None
        try:
            sealed = self.path(token, part).read_bytes()
            packed = self._key(token).decrypt(sealed[:NONCE], sealed[NONCE:], part.encode())
        except (FileNotFoundError, InvalidTag):
            return None
        return zlib.decompressobj().decompress(packed, UNPACKED)

    def has(self, token: str, part: str) -> bool:
        return fullmatch(TOKEN, token) is not None and self.path(token, part).exists()

    def drop(self, token: str, *parts: str) -> None:
        """Takes parts away, or all that there is under a token."""
        found = [self.path(token, part) for part in parts] or list(self.folder.glob(f"{self._name(token)}.*"))
        for path in found:
            path.unlink(missing_ok=True)

    def path(self, token: str, part: str) -> Path:
        return self.folder / f"{self._name(token)}.{part}"

    def _name(self, token: str) -> str:
        return sha256(self._about + b" " + token.encode()).hexdigest()[:32]

    def _key(self, token: str) -> AESGCM:
        return AESGCM(HKDF(SHA256(), 32, salt=None, info=self._about).derive(token.encode()))


def replace(path: Path, content: bytes) -> None:
    """Writes a file that its owner alone reads: whole and on disk when it has its name."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    number, draft = mkstemp(prefix=".", suffix=".new", dir=path.parent)
    with open(number, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)


def sweep(folder: Path, pattern: str, now: float, age: float) -> int:
    """Takes away the files that were last written longer ago than `age` seconds; how many. `now`: seconds since 1970.
    One that was written by a clock which was ahead is as old as if it were written now."""
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
