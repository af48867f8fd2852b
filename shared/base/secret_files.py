"""Files that hold a secret: read here alone, and refused where they are not as they were written.

A file gets empty or short by a hand, a full disk, a tool that restores. What is then read as a secret is one that
everybody has: `Bearer` with nothing behind it would be the operator's token, and anybody could make the links in our
mails. So whatever reads a secret gets it whole, or SecretUnfit, whose text is the sentence for the operator.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import re
from base64 import b32decode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes
from tempfile import mkstemp

from shared.base.whole_files import Unreadable, read_whole, sync_folder, unreadable

KEY = 32  # bytes of a key
FEWEST = 16  # different bytes of a random key, at least: fewer come once in 10**15 keys
ZEROS = bytes(8)  # in no random key, and what a power cut or an erasing leaves of one
ANEW = (".foretold", "lock", ".lost", ".new", "notary.signed")
"""How the names end of what is no secret and may be made anew: whoever was foretold is foretold again"""
LARGEST = 1 << 20  # bytes of a file that may hold a secret
OPERATOR_TOKEN = "mlg_operator_"
RESTORE = "restore it from the backup of the keys"


class SecretUnfit(Exception):
    """A file of keys is not as it was written. The text, without its full stop, names it and says what to do."""


@dataclass(frozen=True)
class Kind:
    """A kind of secret. `wrong`: what is wrong with the content of a file, None of one that is fit; `text`: space
    around it does not count, as a human's editor leaves a newline at the end; `remedy`: what to do, by the name of the
    file."""

    wrong: Callable[[bytes], str | None]
    text: bool = False
    remedy: Mapping[str, str] | str = RESTORE

    def to_do(self, name: str) -> str:
        return self.remedy if isinstance(self.remedy, str) else self.remedy.get(name, RESTORE)


def _no_key(found: bytes) -> str | None:
    if len(found) != KEY:
        return f"has {len(found)} bytes instead of {KEY}"
    return "holds no random bytes" if len(set(found)) < FEWEST or ZEROS in found else None


def _not(pattern: bytes) -> Callable[[bytes], str | None]:
    """Its one group is what was random; a row of one letter never was."""
    fits = re.compile(pattern).fullmatch

    def wrong(found: bytes) -> str | None:
        match = fits(found)
        return None if match and len(set(match[1])) >= 8 else "is not as it was written"

    return wrong


def _no_seed(found: bytes) -> str | None:
    """The last two bytes of a seed are its checksum, at which nkeys does not look."""
    import nkeys  # whoever only asks an installation need not load it

    wrong = _not(rb"SU([A-Z2-7]{56})")(found)
    if wrong is None:
        raw = b32decode(found + b"=" * (-len(found) % 8))
        if nkeys.crc16(raw[:-2]) != int.from_bytes(raw[-2:], "little"):
            wrong = "is not as it was written"
    return wrong


def _no_password(found: bytes) -> str | None:
    """Others choose passwords too, so that only the least is asked of one: that there is one, on one line."""
    try:
        text = found.decode()
    except UnicodeDecodeError:
        return "holds no text"
    return None if text.isprintable() else "holds more than one line of text"


RANDOM = Kind(
    _no_key,
    remedy={
        "directory.session-key": f"{RESTORE}, or delete it, and another is made; nobody loses anything",
        "directory.link-key": (
            f"{RESTORE}, or delete it, and another is made; whoever waits for a link by mail asks again"
        ),
        "notary.key": f"{RESTORE}; without it this ledger can't be gone on with",
    },
)
"""32 random bytes"""
TOKEN = Kind(
    _not(OPERATOR_TOKEN.encode() + rb"([0-9a-f]{64})"),
    text=True,
    remedy="delete it, and the next start makes another; nothing is lost",
)
"""The operator's token"""
CODE = Kind(_not(rb"([A-Za-z0-9_-]{43})"), text=True, remedy="delete it, and another is made; nothing is lost")
"""The code of a link: 32 bytes in base64url"""
SEED = Kind(
    _no_seed,
    text=True,
    remedy="delete it, and `maillage up` makes another at its start, or `maillage deploy secrets` for containers",
)
"""A user's nkey seed"""
PASSWORD = Kind(
    _no_password, text=True, remedy="write the password into it again, or let `maillage deploy secrets` make it anew"
)
"""A password, perhaps of somebody else's making"""

KINDS: Mapping[str, Kind] = {"operator-token": TOKEN, "directory.first-link": CODE}
"""By the name of a file in a folder of keys; all others hold random bytes"""


def read_secret(path: Path, kind: Kind | None = None) -> bytes:
    """What a file holds, whole. Raises SecretUnfit, FileNotFoundError."""
    kind = kind or KINDS.get(path.name, RANDOM)
    try:
        found = read_whole(path, LARGEST)
    except Unreadable as why:
        raise SecretUnfit(f"{path} {why.what}: put that right, or {kind.to_do(path.name)}") from None
    if kind.text:
        found = found.strip()
    wrong = "is empty" if not found else kind.wrong(found)
    if wrong is not None:
        raise SecretUnfit(f"{path} {wrong}: {kind.to_do(path.name)}")
    return found


def files_fit(folder: Path, services: Iterable[str]) -> None:
    """Returns if whatever has the name of a file of keys, or of what is noted beside them, is a file that can be read;
    opens none. Other names are nobody's matter, such as `lost+found`. Raises SecretUnfit, OSError."""
    ours = (*(f"{service}." for service in services), "notary.", "heartbeat", "operator-token")
    for path in sorted(folder.iterdir()) if folder.exists() else ():
        if path.name.startswith(ours) and (what := unreadable(path)) is not None:
            raise SecretUnfit(f"{path} {what}: put that right, or {to_do(path.name)}")


def secret_file(path: Path) -> bytes:
    """32 random bytes kept in a file that only its owner reads; made, whole or not at all, at the first use. Raises
    SecretUnfit."""
    return kept(path, lambda: token_bytes(KEY))


def kept(path: Path, new: Callable[[], bytes]) -> bytes:
    """What a file holds, which is made from `new` where it is missing. Raises SecretUnfit."""
    with contextlib.suppress(FileNotFoundError):
        return read_secret(path)
    number, draft = mkstemp(prefix=f"{path.name}.", suffix=".new", dir=path.parent)  # only its owner reads it
    with open(number, "wb") as file:
        file.write(new())
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):  # another process was first
        os.link(draft, path)
    os.unlink(draft)
    sync_folder(path.parent)
    return read_secret(path)


def to_do(name: str) -> str:
    """What to do where a file of this name in a folder of keys is not as it was."""
    if name.startswith("heartbeat") or name.endswith(ANEW):
        return "delete it, and it is made anew"
    if name.endswith(".marks"):
        return f"{RESTORE}, or delete it, and the keys are compared with the log again"
    return KINDS.get(name, RANDOM).to_do(name)


def mac(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA-256 (RFC 2104). Raises ValueError for a key that is none: under an empty one anybody could do it."""
    if len(key) != KEY:
        raise ValueError(f"a key has {KEY} bytes, not {len(key)}")
    return hmac.digest(key, message, "sha256")


def macs(key: bytes) -> Callable[[bytes], bytes]:
    """`mac` under one key, in a third of the time: what follows from the key alone is done once. Raises ValueError."""
    mac(key, b"")
    begun = hmac.new(key, digestmod="sha256")

    def of(message: bytes) -> bytes:
        one = begun.copy()
        one.update(message)
        return one.digest()

    return of


def same(given: bytes, secret: bytes) -> bool:
    """Whether they are equal, in a time that tells nothing. Nothing equals a secret that is empty."""
    return bool(secret) and hmac.compare_digest(given, secret)
