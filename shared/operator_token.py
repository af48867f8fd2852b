"""The token of whoever sits at the machine: the command line shows it to the services that share its folder of keys."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from secrets import token_hex
from tempfile import mkstemp

OPERATOR_TOKEN = "mlg_operator_"


def operator_token(folder: Path) -> str:
    """The secret of whoever sits at this machine, kept in the folder of keys; made at the first start."""
    path = folder / "operator-token"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        number, draft = mkstemp(prefix="operator-token.", suffix=".new", dir=folder)  # only its owner reads it
        with open(number, "w") as file:
            file.write(OPERATOR_TOKEN + token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another process was first
            os.link(draft, path)
        os.unlink(draft)
    return path.read_text().strip()
