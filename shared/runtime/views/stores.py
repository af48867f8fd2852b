"""Where the views of a service live: `store_for` chooses by the settings."""

from __future__ import annotations

from pathlib import Path

from shared.base.outside import REAL, Outside
from shared.base.settings import Settings
from shared.kernel.stores import password_in
from shared.kernel.views.projection import Store
from shared.runtime.views.file_store import FileStore


def store_for(settings: Settings, data: Path, network: str, service: str, outside: Outside = REAL) -> Store:
    """The store of a service: MongoDB where `MAILLAGE_MONGO_URL` names one (the database `<network>_<service>`, shared
    by all replicas), else an SQLite file in the data folder, which belongs to one process. Raises InUse, SecretUnfit,
    OSError, ValueError for an address that is none."""
    if settings.mongo_url is None:
        return FileStore(data / "views" / f"{service}.sqlite", outside)
    from shared.kernel.stores.mongo import MongoStore
    from shared.kernel.stores.mongo_client import Mongo

    options = {} if settings.mongo_password_file is None else {"password": password_in(settings.mongo_password_file)}
    return MongoStore(Mongo(settings.mongo_url, settings.mongo_driver, **options), f"{network}_{service}", outside)
