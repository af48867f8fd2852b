"""Text as the table is searched, in SQL: the same as `folded` (shared/kernel/views/projection.py), by which what is
asked is read. A test compares the two."""

from __future__ import annotations

UNSEEN = (
    r"[\x{00AD}\x{034F}\x{061C}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{206F}"
    r"\x{FE00}-\x{FE0F}\x{FEFF}]"
)
"""Soft hyphen, zero-width space and their like, in the syntax of RE2: a word with one inside is one word"""


def plain(text: str) -> str:
    """The SQL expression for the text of another one: in small letters, without accents, ligatures, what is not
    seen."""
    letters = f"replace(replace(strip_accents(lower({text})), 'œ', 'oe'), 'æ', 'ae')"
    return f"regexp_replace({letters}, '{UNSEEN}', '', 'g')"
