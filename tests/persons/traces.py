"""Searching files for what must not be in them, in the encodings that texts and keys take on their way."""

from __future__ import annotations

import quopri
import unicodedata
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

STRIDE = 64 * 1024 * 1024  # bytes of a file read at once


def written(text: str) -> set[bytes]:
    """A text as files may hold it: in either case, with and without accents, in Unicode's and in mail's encodings."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    forms = {form for one in (text, plain) for form in (one, one.casefold(), one.upper())}
    found: set[bytes] = set()
    for form in forms:
        clear = form.encode()
        found |= {clear, form.encode("utf-16-le"), form.encode("utf-16-be"), *in_base64(clear)}
        found |= {quopri.encodestring(clear).replace(b"=\n", b""), quote(form).encode(), quote(form, safe="").encode()}
        found |= {form.encode("ascii", "backslashreplace"), form.encode("ascii", "xmlcharrefreplace")}
        found |= {unicodedata.normalize("NFD", form).encode(), form.encode("latin-1", "ignore")}
    return {one for one in found if len(one) >= 6}


def in_base64(content: bytes) -> set[bytes]:
    """The base64 of bytes wherever they stand in a longer run: without the ends that their neighbours decide."""
    found = set()
    for shift in range(3):
        padded = bytes(shift) + content
        whole = len(padded) - len(padded) % 3
        for encode in (b64encode, urlsafe_b64encode):
            found.add(encode(padded[:whole])[4 if shift else 0 :])
    return found


def secret(content: bytes) -> set[bytes]:
    """A key as files may hold it."""
    return {content, content.hex().encode(), content.hex().upper().encode(), *in_base64(content)}


def holders(folders: Iterable[Path], traces: Iterable[bytes]) -> Iterator[Path]:
    """Every file in these folders that holds one of the traces, in its content or in its name."""
    wanted = list(traces)
    longest = max(map(len, wanted))
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and (
                any(one in str(path.name).encode() for one in wanted) or _holds(path, wanted, longest)
            ):
                yield path


def _holds(path: Path, wanted: list[bytes], longest: int) -> bool:
    end = b""
    with path.open("rb") as file:
        while part := file.read(STRIDE):
            content = end + part
            if any(one in content for one in wanted):
                return True
            end = content[-longest:]
    return False
