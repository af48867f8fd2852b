"""One connection to MongoDB, by Motor or by PyMongo's own asynchronous client: nothing else knows which (ADR 10).

Both speak to the same PyMongo underneath and have the same methods; what differs is here: how a client is made and
closed, and that an aggregation is awaited by one and not by the other.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal
from urllib.parse import parse_qsl

from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    ConnectionFailure,
    ExecutionTimeout,
    OperationFailure,
    WTimeoutError,
)

from shared.kernel.views.projection import StoreAway

Driver = Literal["motor", "pymongo"]
PATIENCE = {"serverSelectionTimeoutMS": 5_000, "connectTimeoutMS": 5_000, "socketTimeoutMS": 20_000}
"""How long the server may be away before the caller is told; an address may say otherwise."""
DUPLICATE = 11000
PASSING = {
    91,  # ShutdownInProgress
    175,  # QueryPlanKilled: the collection was replaced while it was read
    189,  # PrimarySteppedDown
    10107,  # NotWritablePrimary
    11600,  # InterruptedAtShutdown
    11602,  # InterruptedDueToReplStateChange
    13435,  # NotPrimaryNoSecondaryOk
    43,  # CursorNotFound
}


class Mongo:
    """A client of the server at `url`. All writes are acknowledged by the majority and journalled, whatever `url` says.

    `options` go to the driver's client as they are. Raises ValueError for an address that is none; it says nothing of
    the address, which may hold a password.
    """

    def __init__(self, url: str, driver: Driver = "motor", **options: Any) -> None:
        said = {name.lower() for name, _ in parse_qsl(url.partition("?")[2])}
        patience = {name: value for name, value in PATIENCE.items() if name.lower() not in said}
        options = {**patience, "appname": "maillage", **options, "w": "majority", "journal": True}
        if not url.startswith(("mongodb://", "mongodb+srv://")):
            raise ValueError("no address of a MongoDB")
        make: Any
        if driver == "motor":
            from motor.motor_asyncio import AsyncIOMotorClient as make
        else:
            from pymongo import AsyncMongoClient as make
        try:
            self._client: Any = make(url, **options)
        except ConfigurationError:
            raise ValueError("no address of a MongoDB") from None

    def database(self, name: str) -> Any:
        """A database, with the methods that Motor's and PyMongo's asynchronous databases share."""
        return self._client[name]

    async def aggregate(self, collection: Any, pipeline: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        cursor = collection.aggregate(pipeline)
        if inspect.isawaitable(cursor):  # PyMongo's; Motor gives the cursor at once
            cursor = await cursor
        return list(await cursor.to_list(None))

    async def close(self) -> None:
        closing = self._client.close()
        if inspect.isawaitable(closing):
            await closing


@contextmanager
def answered() -> Iterator[None]:
    """Raises StoreAway where the server did not answer, or not now. What was asked to be written may then be there
    or not."""
    try:
        yield
    except (ConnectionFailure, ExecutionTimeout, WTimeoutError) as away:
        raise StoreAway("the store of views does not answer") from away
    except BulkWriteError as error:
        if (error.details or {}).get("writeConcernErrors"):
            raise StoreAway("the store of views does not answer") from error
        raise
    except OperationFailure as error:
        if error.code in PASSING:
            raise StoreAway("the store of views does not answer now") from error
        raise
