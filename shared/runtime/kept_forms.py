"""Forms that were sent after their session had ended, until their writer has signed in again: sealed, for an hour (ADR
31).

What is kept is what was typed, never a password, never a file. It lies in a folder that all replicas of a service share
(`<data>/kept/<service>`), sealed under the address of the page that gives it back. Forms of somebody whose cookie we
once signed have room of their own, which those of nobody in particular can't take.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID

import orjson
import structlog

from shared.base.outside import REAL, Outside
from shared.persons.sealed_files import SealedFiles, new_token, sweep

log = structlog.get_logger()
LIFE = timedelta(hours=1)
ROUND = 60.0  # seconds between two looks at what has come to its end
LONGEST = 1_000_000  # characters of all that a form says
FIELDS = 2000  # of a form; the longest of ours has 1,500
SECRET = re.compile(r"password|secret|^old$").search
"""Whether a field is never kept, by its name: all fields of type password (tests/shared/web/forms/test_kept_pages.py
compares)"""
ROOM: Mapping[str, tuple[int, int]] = MappingProxyType({"account": (400, 64_000_000), "nobody": (100, 16_000_000)})
"""Whose forms → how many at most, and their bytes, in one service"""


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form as it was sent. `path`, `query`: where to; `page`: the page on which it stood, if the browser said so;
    `again`: fields with which its route gives it back (access.py); `files`: the names of its fields with a file;
    `without`: whether a secret was left out; `account`: whose it is, None where nobody was known."""

    path: str
    query: str
    page: str | None
    fields: tuple[tuple[str, str], ...]
    at: datetime
    account: UUID | None = None
    again: Mapping[str, str] | None = None
    files: tuple[str, ...] = ()
    without: bool = False
    multipart: bool = False


class KeptForms:
    """The kept forms of one service."""

    def __init__(self, folder: Path, outside: Outside = REAL, room: Mapping[str, tuple[int, int]] = ROOM) -> None:
        self.folder, self._outside, self.room = folder, outside, room
        self._files = SealedFiles(folder, b"maillage kept form")

    async def keep(self, form: KeptForm) -> str | None:
        """Seals a form; the token that opens it. None where there is no room."""
        part, token = _part(form), new_token()
        if not await self._outside.in_thread(self._room, part):
            log.warning("kept.no_room", whose=part)
            return None
        await self._outside.in_thread(self._files.put, token, part, _packed(form))
        return token

    async def get(self, token: str) -> KeptForm | None:
        """A form that is kept; None where there is none, or its hour is over."""
        for part in self.room:
            packed = await self._outside.in_thread(self._files.get, token, part)
            if packed is not None:
                form = _unpacked(packed)
                return form if self._outside.now() - form.at < LIFE else None
        return None

    async def give(self, token: str, form: KeptForm, account: UUID) -> KeptForm:
        """The form of nobody in particular is this account's from now on."""
        theirs = replace(form, account=account)
        await self._outside.in_thread(self._files.put, token, _part(theirs), _packed(theirs))
        await self._outside.in_thread(self._files.drop, token, _part(form))
        return theirs

    def sweep(self) -> int:
        """Erases what is older than an hour; how many files. Blocks."""
        return sweep(self.folder, "*", self._outside.now().timestamp(), LIFE.total_seconds())

    def _room(self, part: str) -> bool:
        most, most_bytes = self.room[part]
        sizes = [size for path in self.folder.glob(f"*.{part}") if (size := _size(path)) is not None]
        return len(sizes) < most and sum(sizes) < most_bytes


def _part(form: KeptForm) -> str:
    return "nobody" if form.account is None else "account"


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # erased meanwhile
        return None


def _packed(form: KeptForm) -> bytes:
    return orjson.dumps({name: getattr(form, name) for name in KeptForm.__slots__})


def _unpacked(packed: bytes) -> KeptForm:
    said: dict[str, Any] = orjson.loads(packed)
    account = said["account"]
    return KeptForm(
        **{
            **said,
            "fields": tuple((name, value) for name, value in said["fields"]),
            "at": datetime.fromisoformat(said["at"]),
            "account": UUID(account) if account else None,
            "files": tuple(said["files"]),
        }
    )
