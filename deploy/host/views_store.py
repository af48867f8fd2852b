"""Where the views of a service live, or one sentence why they can't."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from deploy.host.data_folder import CannotStart
from shared.base.settings import Settings
from shared.base.whole_files import said_of
from shared.kernel.stores import InUse
from shared.kernel.views.projection import Store
from shared.runtime.views.stores import store_for


def views_of(settings: Settings, data: Path, network: str, service: str) -> Store:
    """Where the views of a service live. Raises CannotStart, SecretUnfit."""
    try:
        return store_for(settings, data, network, service)
    except InUse as why:
        raise CannotStart(str(why)) from why
    except OSError as why:  # a damaged file that can't be moved aside
        raise CannotStart(f"{why.filename or data / 'views'} can't be used ({said_of(why)}).") from why
    except sqlite3.Error as why:
        raise CannotStart(
            f"{data / 'views'} can't be used ({why}): move it away, and all in it is built again from the log."
        ) from why
    except ValueError as why:  # the driver's word on an address that is none, which may hold a password
        raise CannotStart(f"MAILLAGE_MONGO_URL is no address of a MongoDB ({type(why).__name__}).") from None
