"""What a typed or pasted text becomes before it is said in an event: one behaviour for every field of every service.

Nothing here guesses: what cannot be seen and means nothing goes, what would deceive whoever reads is refused, with its
place. Both functions are idempotent. Categories are those of Unicode (UAX 44), the normal form is NFC (UAX 15), the
characters that turn the direction of what follows are those of UAX 9 (explicit embeddings, overrides and isolates).
"""

from __future__ import annotations

import re
from typing import LiteralString
from unicodedata import category, is_normalized, normalize

from pydantic_core import PydanticCustomError

__all__ = ["WHITE", "line", "mended_line", "mended_text", "paragraphs"]

_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17)
)
_UNREADABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # controls, C1 too
    "\ud800-\udfff"  # halves of characters: no UTF-8 holds them
    "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"  # private use: each font shows something else
    f"{_NONCHARACTERS}]"
)
_REVERSING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u17b4\u17b5\u180e\u200b\u200e\u200f\u2060-\u2065\u206a-\u206f\ufeff\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
)
"""Soft hyphen, zero-width space, byte order mark and their like (Default_Ignorable_Code_Point of UAX 44, but joiners,
selectors, blanks and what reverses): two names that differ by one look the same"""
_BLANK = re.compile("[\u115f\u1160\u2800\u3164\uffa0]")
"""Signs without ink that are no white space to Unicode: a name of them alone would be an empty one"""
_BREAK = re.compile("\r\n?|[\u2028\u2029]")
WHITE = (
    " \t\n"
    "\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
"""White space that somebody may type: `str.strip()` would also take controls, which are refused"""
_JOINER = re.compile("[\u200c\u200d]")
_SELECTOR = re.compile("[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Says which of several shapes the sign before it has: an ideogram's, a Mongolian letter's, an emoji's"""
_KEYCAP, _KEYS = "\u20e3", "#*0123456789"
_JOINED = frozenset({"L", "M"})
_EMOJI = frozenset({"So", "Sk"})


def line(text: str) -> str:
    """A text of one line: any white space is one space, none at the ends. Raises PydanticCustomError."""
    return " ".join(_seen(text).split())


def paragraphs(text: str) -> str:
    """A text of several lines, which end with U+000A; tabs and no-break spaces stay, since French needs those.
    Raises PydanticCustomError."""
    return _BREAK.sub("\n", _seen(text)).strip()


def mended_line(text: str) -> str:
    """The same for a text that was said already, by older rules: what would be refused is a space."""
    return line(_REVERSING.sub("", _UNREADABLE.sub(" ", text)))


def mended_text(text: str) -> str:
    """`paragraphs` of a text that was said already, by older rules."""
    return paragraphs(_REVERSING.sub("", _UNREADABLE.sub(" ", text)))


def _seen(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    _refuse(_UNREADABLE, "unreadable-character", text)
    _refuse(_REVERSING, "reversing-character", text)
    seen = normalize("NFC", _INVISIBLE.sub("", _BLANK.sub(" ", text)))
    if _JOINER.search(seen) or _SELECTOR.search(seen):
        seen = _joined(seen)
    return seen if is_normalized("NFC", seen) else normalize("NFC", seen)


def _refuse(what: re.Pattern[str], code: LiteralString, text: str) -> None:
    """`place` counts from 1 in the text as it came; nothing of the text itself is in the error."""
    if (found := what.search(text)) is not None:
        said = {"place": found.start() + 1, "character": f"U+{ord(found[0]):04X}"}
        raise PydanticCustomError(code, "the character {character} at {place} is refused", said)


def _joined(text: str) -> str:
    """Without the joiners (U+200C, U+200D) that join nothing: they stand between two letters, or two signs of an
    emoji; and without the selectors that choose no shape."""
    kept: list[str] = []
    for at, one in enumerate(text):
        before, after = kept[-1] if kept else "", text[at + 1 : at + 2]
        if _JOINER.match(one):
            good = _joins(before) and _joins(after)
        else:
            good = not _SELECTOR.match(one) or _has_shapes(before, after)
        if good:
            kept.append(one)
    return "".join(kept)


def _joins(beside: str) -> bool:
    if not beside:
        return False
    kind = category(beside)
    return kind[0] in _JOINED or kind in _EMOJI


def _has_shapes(sign: str, after: str) -> bool:
    """Letters of Latin, Greek, Cyrillic and their neighbours up to U+1000 have one shape only."""
    if not sign:
        return False
    return category(sign)[0] == "S" or (sign >= "\u1000" and sign.isalpha()) or (sign in _KEYS and after == _KEYCAP)
