"""One transaction of SQLite: all of it, or nothing and the connection ready for the next."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Begins at once (not at the first write), commits at the end, takes everything back at an error."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # some errors, such as a full disk, have ended it already
            db.execute("ROLLBACK")
        raise
