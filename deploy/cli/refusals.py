"""What a command says when it ends without having done what it was asked: one sentence, never a traceback.

What is known has its own words; of the machine's (a full disk, no memory, too many files) those that say what to do.
What nobody foresaw is a mistake of ours, and says so: what happened where is told in the log's own form (a line of
JSON), or on a terminal where the log tells everything (MAILLAGE_LOG_LEVEL=debug).
"""

from __future__ import annotations

import contextlib
import errno
import sqlite3
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

import structlog
from pydantic import ValidationError

from deploy.cli.http_client import NoAnswer
from deploy.host.data_folder import CannotStart
from shared.base.secret_files import SecretUnfit
from shared.base.settings import Settings
from shared.base.whole_files import Unreadable, said_of

ROOT = Path(__file__).parents[2]
NO_MEMORY = (
    "There is not enough memory: give the machine or the process more (`ulimit -d`, `ulimit -v`), and try again."
)
NO_THREADS = "The machine gives no more threads: allow more (`ulimit -u`), and try again."
OF_THE_MACHINE = {
    errno.EMFILE: "Too many files are open: allow more (`ulimit -n`), and try again.",
    errno.ENFILE: "Too many files are open on this machine: allow more, and try again.",
    errno.ENOMEM: NO_MEMORY,
}


def sentences(error: Exception) -> Sequence[str]:
    """What is said of why a command ended."""
    if isinstance(error, CannotStart | NoAnswer):
        return [str(error)]
    if isinstance(error, SecretUnfit):
        return [f"{error}."]
    if isinstance(error, ValidationError) and error.title == Settings.__name__:
        return [_wrong(one["loc"], one["msg"]) for one in error.errors()]
    for one in _causes(error):
        if (said := of_the_machine(one)) is not None:
            return [said]
    return [_unforeseen(error)]


def _wrong(where: Sequence[int | str], why: str) -> str:
    """Which setting is wrong, why, and what it is; never what it was set to, which may be a password."""
    name = str(where[0]) if where else ""
    known = Settings.model_fields.get(name)
    what = f" It is: {(known.description or '').partition('. ')[0].rstrip('.')} (docs/settings.md)." if known else ""
    return f"MAILLAGE_{name.upper()}: {why.removeprefix('Value error, ')[:300]}.{what}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, what it comes from, and what is in a group of them."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        if isinstance(error, BaseExceptionGroup):
            for one in error.exceptions:
                yield from _causes(one)
        error = error.__cause__ or error.__context__


def of_the_machine(error: BaseException) -> str | None:
    """What is said of a fault of the machine, or of a file that can't be used; None of any other."""
    if isinstance(error, MemoryError) or "memory allocation" in str(error).lower():
        return NO_MEMORY
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        return NO_THREADS
    if isinstance(error, sqlite3.Error):
        full = getattr(error, "sqlite_errorname", "") == "SQLITE_FULL"
        return "The disk is full: make room, and try again." if full else f"A database can't be used ({error})."
    if isinstance(error, Unreadable):
        return f"{error.filename} {error.what}."
    if isinstance(error, OSError) and error.errno is not None:
        if error.errno == errno.ENOSPC:
            where = f"The disk of {error.filename}" if error.filename else "The disk"
            return f"{where} is full: make room, and try again."
        if error.errno in OF_THE_MACHINE:
            return OF_THE_MACHINE[error.errno]
        if where := error.filename2 or error.filename:  # a draft that can't take the place of what has its name
            return f"{where} can't be used ({said_of(error)})."
    return None


def _unforeseen(error: Exception) -> str:
    with contextlib.suppress(ValueError):  # settings that are wrong are said elsewhere
        settings = Settings()
        if settings.log_format == "json":
            structlog.get_logger().error("command.failed", exc_info=error)
        elif settings.log_level.lower() == "debug":
            traceback.print_exception(error)
    ours = [one for one in traceback.extract_tb(error.__traceback__) if one.filename.startswith(str(ROOT))]
    where = f", {ours[-1].filename.removeprefix(f'{ROOT}/')}, line {ours[-1].lineno}" if ours else ""
    said = " ".join(str(error).split())[:300]
    return (
        f"It failed ({type(error).__name__}{': ' if said else ''}{said}{where}). That is a mistake of Maillage; "
        "MAILLAGE_LOG_LEVEL=debug shows all of it."
    )
