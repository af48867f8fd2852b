"""Where views live: `store_for` chooses by the settings."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from shared.base.outside import REAL, Outside
from shared.base.secret_files import PASSWORD, SecretUnfit, read_secret
from shared.base.settings import Settings
from shared.kernel.stores.sqlite import SqliteStore
from shared.kernel.views.projection import Store


class InUse(Exception):
    """Another process has the store, and it can't be shared."""


def store_for(settings: Settings, data: Path, network: str, service: str, outside: Outside = REAL) -> Store:
    """The store of a service: MongoDB where `MAILLAGE_MONGO_URL` names one (the database `<network>_<service>`, shared
    by all replicas), else an SQLite file in the data folder, which belongs to one process. Raises InUse, SecretUnfit,
    ValueError for an address that is none."""
    if settings.mongo_url is None:
        path = data / "views" / f"{service}.sqlite"
        return AloneStore(path, outside)
    from shared.kernel.stores.mongo import MongoStore
    from shared.kernel.stores.mongo_client import Mongo

    options = {} if settings.mongo_password_file is None else {"password": password_in(settings.mongo_password_file)}
    return MongoStore(Mongo(settings.mongo_url, settings.mongo_driver, **options), f"{network}_{service}", outside)


def password_in(path: Path) -> str:
    """What a file holds that a setting names. Raises SecretUnfit."""
    try:
        return read_secret(path, PASSWORD).decode()
    except FileNotFoundError:
        raise SecretUnfit(f"{path}, which is to hold a password, is not there") from None


class AloneStore(SqliteStore):
    """An SQLite store that no other process can open by `store_for` at the same time."""

    def __init__(self, path: Path, outside: Outside = REAL) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise InUse(
                f"{path} is in use by another process. Several replicas of a service need MongoDB (MAILLAGE_MONGO_URL)."
            ) from None
        super().__init__(path, outside)

    async def close(self) -> None:
        await super().close()
        os.close(self._lock)
