"""The stores that the contract suite runs on. Another implementation is one more entry of `MAKERS`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from shared.stores.sqlite import SqliteStore
from shared.views import Store


async def sqlite(folder: Path) -> Store:
    return SqliteStore(folder / "views.sqlite")


MAKERS: dict[str, Callable[[Path], Awaitable[Store]]] = {"sqlite": sqlite}
"""name → how to open a store that lives at (or is named by) a folder; opening the same folder again is a restart."""

OpenStore = Callable[[], Awaitable[Store]]


@pytest.fixture(params=MAKERS)
async def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[OpenStore]:
    opened: list[Store] = []

    async def open() -> Store:
        opened.append(await MAKERS[request.param](tmp_path))
        return opened[-1]

    yield open
    for store in opened:
        await store.close()


@pytest.fixture
async def store(open_store: OpenStore) -> Store:
    return await open_store()
