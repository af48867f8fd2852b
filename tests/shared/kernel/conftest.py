"""The stores that the contract suite runs on. Another implementation is one more entry of `MAKERS`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from shared.kernel.stores.mongo import MongoStore
from shared.kernel.stores.mongo_client import Mongo
from shared.kernel.stores.sqlite import SqliteStore
from shared.kernel.views.projection import Store
from tests.fixtures.installation import sample
from tests.fixtures.mongo_server import mongo_network, mongo_url

__all__ = ["mongo_network", "mongo_url", "sample"]

Where = Callable[[], tuple[str, str]]
"""The MongoDB of the tests and the name of a database there; it is only started when it is asked for."""


async def sqlite(folder: Path, where: Where) -> Store:
    return SqliteStore(folder / "views.sqlite")


async def mongo_by_motor(folder: Path, where: Where) -> Store:
    url, database = where()
    return MongoStore(Mongo(url, "motor"), database)


async def mongo_by_pymongo(folder: Path, where: Where) -> Store:
    url, database = where()
    return MongoStore(Mongo(url, "pymongo"), database)


MAKERS: dict[str, Callable[[Path, Where], Awaitable[Store]]] = {
    "sqlite": sqlite,
    "motor": mongo_by_motor,
    "pymongo": mongo_by_pymongo,
}
"""name → how to open a store that lives at a folder or in a database; opening the same again is a restart."""

OpenStore = Callable[[], Awaitable[Store]]


@pytest.fixture(params=["sqlite", *(pytest.param(one, marks=pytest.mark.slow) for one in MAKERS if one != "sqlite")])
async def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[OpenStore]:
    opened: list[Store] = []

    def where() -> tuple[str, str]:
        return request.getfixturevalue("mongo_url"), f"{request.getfixturevalue('mongo_network')}_directory"

    async def open() -> Store:
        opened.append(await MAKERS[request.param](tmp_path, where))
        return opened[-1]

    yield open
    for store in opened:
        await store.close()


@pytest.fixture
async def store(open_store: OpenStore) -> Store:
    return await open_store()
