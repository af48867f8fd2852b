"""The files of published reviews, each under the SHA-256 that its event names. They are part of every backup."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from re import fullmatch

from shared.base.whole_files import sync_folder
from shared.runtime.faces import Premises

TYPES = {
    "pdf": "application/pdf",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""ending → media type"""


class PublishedFiles:
    """The files in a folder, each called like its hash: `ab/abcdef….pdf`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, data: bytes, ending: str) -> str:
        """Its SHA-256 (hex). On disk before it returns; the same bytes twice are one file. Blocks."""
        name = sha256(data).hexdigest()
        path = self._path(name, ending)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f".{name}.{os.getpid()}.new")
            with draft.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
            sync_folder(path.parent)
        return name

    def read(self, name: str, ending: str) -> bytes | None:
        """The file under a hash; None where there is none, or where what lies there is not what the hash says."""
        if not fullmatch(r"[0-9a-f]{64}", name) or ending not in TYPES:
            return None
        try:
            data = self._path(name, ending).read_bytes()
        except FileNotFoundError:
            return None
        return data if sha256(data).hexdigest() == name else None

    def _path(self, name: str, ending: str) -> Path:
        return self._folder / name[:2] / f"{name}.{ending}"


def files_of(service: Premises) -> PublishedFiles:
    return PublishedFiles(service.data / "files" / service.name)
