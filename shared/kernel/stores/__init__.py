"""Drivers of what views live in. Which one it is the settings say (shared/runtime/views/stores.py)."""

from __future__ import annotations

from pathlib import Path

from shared.base.secret_files import PASSWORD, SecretUnfit, read_secret


class InUse(Exception):
    """Another process has the store, and it can't be shared."""


def password_in(path: Path) -> str:
    """What a file holds that a setting names. Raises SecretUnfit."""
    try:
        return read_secret(path, PASSWORD).decode()
    except FileNotFoundError:
        raise SecretUnfit(f"{path}, which is to hold a password, is not there") from None
