"""A command that ends without having done what it was asked says one sentence, whatever was in its way."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from deploy.cli.http_client import NoAnswer
from deploy.cli.refusals import NO_MEMORY, sentences
from deploy.host.data_folder import CannotStart
from shared.base.secret_files import SecretUnfit
from shared.base.settings import Settings
from shared.base.whole_files import Unreadable


def caused(error: Exception, by: BaseException) -> Exception:
    error.__cause__ = by
    return error


class HashingError(Exception):
    """As a library in C says that it got no memory."""


FULL = OSError(errno.ENOSPC, "No space left on device", "/srv/maillage/keys/heartbeat")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (CannotStart("The folder is in use."), "The folder is in use."),
        (NoAnswer("refused"), "refused"),
        (SecretUnfit("keys/x is empty: restore it"), "keys/x is empty: restore it."),
        (MemoryError(), NO_MEMORY),
        (HashingError("Memory allocation error"), NO_MEMORY),
        (caused(ValueError("no socket"), OSError(errno.EMFILE, "Too many open files")), "`ulimit -n`"),
        (ExceptionGroup("both", [ValueError("x"), FULL]), "The disk of /srv/maillage/keys/heartbeat is full"),
        (OSError(errno.EACCES, "Permission denied", "/srv/x"), "/srv/x can't be used (Permission denied)."),
        (FileExistsError(errno.EEXIST, "File exists", "/srv/views"), "/srv/views can't be used (it is no folder"),
        (IsADirectoryError(errno.EISDIR, "Is a directory", "/srv/x.new", None, "/srv/x"), "/srv/x can't be used"),
        (Unreadable(Path("/srv/x"), "is no file"), "/srv/x is no file."),
        (sqlite3.DatabaseError("file is not a database"), "A database can't be used (file is not a database)."),
        (RuntimeError("can't start new thread"), "`ulimit -u`"),
        (KeyError("network"), "It failed (KeyError: 'network'). That is a mistake of Maillage"),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, Exception) else "",
)
def test_each_has_its_sentence(error: Exception, said: str) -> None:
    (found,) = sentences(error)
    assert said in found and "\n" not in found and found.strip() == found


def test_a_setting_that_is_wrong_is_named_and_another_model_is_no_setting() -> None:
    said = only(lambda: Settings(port=-1))[0]
    assert said.startswith("MAILLAGE_PORT: ") and "The port of the fronts on 127.0.0.1" in said
    assert "Value error" not in only(lambda: Settings(data=""))[0]
    for wrong in ({"network": "x" * 5000}, {"trusted_proxies": "x" * 5000}, {"smtp_password": "geheim\ngeheim"}):
        said = only(lambda wrong=wrong: Settings(**wrong))[0]
        assert "docs/settings.md" in said and len(said) < 900 and "geheim" not in said and "\n" not in said

    class Answer(BaseModel):
        port: int

    assert "MAILLAGE_PORT" not in only(lambda: Answer.model_validate({}))[0]


@pytest.mark.parametrize("name", [name for name in Settings.model_fields if name.startswith("keep_")])
def test_a_term_that_no_calendar_carries_is_no_term(name: str) -> None:
    for days in (10**20, 36526, 0, -1):
        assert only(lambda days=days: Settings(**{name: days}))[0].startswith(f"MAILLAGE_{name.upper()}: ")
    fits = {"keep_readings": 200}.get(name, 5)
    assert getattr(Settings(**{name: fits}), name) == fits


def only(raising: object) -> Sequence[str]:
    assert callable(raising)
    with pytest.raises(ValidationError) as caught:
        raising()
    return sentences(caught.value)


def test_what_nobody_foresaw_is_told_where_the_log_tells_everything(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing() -> None:
        raise LookupError("somewhere\nelse")

    for level, told in (("info", False), ("debug", True)):
        monkeypatch.setenv("MAILLAGE_LOG_LEVEL", level)
        try:
            failing()
        except LookupError as error:
            (found,) = sentences(error)
        assert "LookupError: somewhere else, tests/deploy/cli/test_refusals.py, line" in found
        assert ("Traceback" in capsys.readouterr().err) == told
