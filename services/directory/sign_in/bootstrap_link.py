"""The one-time link for the first administrator: there as long as nobody administers, gone with its first use."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from secrets import token_urlsafe

from services.directory.accounts.views import ACCOUNTS
from shared.base.secret_files import SecretUnfit, read_secret, same
from shared.runtime.faces import Premises, Views

FILE = "directory.first-link"


def _path(service: Premises) -> Path:
    return service.data / "keys" / FILE


async def first_link(service: Views) -> str | None:
    """Where the first administrator opens an account; None once there is one. Raises SecretUnfit."""
    path = _path(service)
    if (await service.store.find(ACCOUNTS, {"administers": True}, limit=1)).total:
        path.unlink(missing_ok=True)
        return None
    with contextlib.suppress(FileExistsError):
        write(service, token_urlsafe(32))
    return f"{service.public_url.rstrip('/')}/directory/sign-in/first/{read_secret(path).decode()}"


def write(service: Premises, code: str) -> None:
    """Keeps a code. Raises FileExistsError where there is one."""
    path = _path(service)
    draft = path.with_suffix(".new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(code)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    finally:
        draft.unlink()


def is_good(service: Premises, code: str) -> bool:
    """Whether this is the code that is kept."""
    try:
        return same(code.encode(errors="replace"), read_secret(_path(service)))
    except (FileNotFoundError, SecretUnfit):
        return False


def used(service: Premises) -> bool:
    """Takes the code away; True for the one who did, so that it is good once."""
    try:
        _path(service).unlink()
    except FileNotFoundError:
        return False
    return True
