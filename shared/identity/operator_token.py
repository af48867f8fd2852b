"""The token of whoever sits at the machine: the command line shows it to the services that share its folder of keys."""

from __future__ import annotations

from pathlib import Path
from secrets import token_hex

from shared.base.secret_files import OPERATOR_TOKEN, SecretUnfit, kept, read_secret

NAME = "operator-token"


def operator_token(folder: Path) -> str:
    """The secret of whoever sits at this machine, kept in the folder of keys; made at the first start. Raises
    SecretUnfit."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return kept(folder / NAME, lambda: f"{OPERATOR_TOKEN}{token_hex(32)}".encode()).decode()


def known_token(folder: Path) -> str:
    """The same for whoever asks a service that runs: it is the service who makes it. Raises SecretUnfit."""
    try:
        return read_secret(folder / NAME).decode()
    except FileNotFoundError:
        raise SecretUnfit(f"{folder / NAME} is missing: start the service again, which makes another") from None
