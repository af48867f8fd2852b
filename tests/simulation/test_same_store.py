"""The fake store of the simulation is a store: the contract suite of all stores, on it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.kernel.views.projection import Store
from tests.shared.kernel.conftest import OpenStore
from tests.shared.kernel.stores.test_store_contract import *  # noqa: F403
from tests.simulation.store import Disk, MemoryStore


@pytest.fixture(params=["at once", "piece by piece"])
async def open_store(request: pytest.FixtureRequest) -> AsyncIterator[OpenStore]:
    disk = Disk()

    async def open() -> Store:
        return MemoryStore(disk, shared=request.param == "piece by piece")

    yield open


@pytest.fixture
async def store(open_store: OpenStore) -> Store:
    return await open_store()
