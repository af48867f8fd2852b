"""When a lease counts as given up, by whom it was seen before and by whom it was not."""

from __future__ import annotations

import asyncio

import pytest

from shared.kernel.stores.lease import MongoLease
from shared.kernel.stores.mongo_client import Mongo
from tests.fixtures.small_directory import STRUCTURES


@pytest.mark.slow
async def test_whoever_starts_takes_over_at_once_from_one_that_was_silent_for_long_and_from_no_other(
    mongo_url: str, mongo_network: str
) -> None:
    mongo = Mongo(mongo_url)
    database = mongo.database(f"{mongo_network}_directory")
    first, third = (MongoLease(database, [STRUCTURES], dead=1.0) for _ in range(2))
    assert await first.take()
    assert not await MongoLease(database, [STRUCTURES], dead=60.0).take(), "it has just been taken"
    await asyncio.sleep(1.2)
    assert await third.take(), "at its first look"
    assert not await first.renew({}), "the first finds out"
    late = MongoLease(database, [STRUCTURES], dead=60.0)
    assert await third.renew({"ready": True})
    assert not await late.take() and late.notes == {"ready": True}
    await mongo.close()
