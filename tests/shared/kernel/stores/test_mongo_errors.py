"""Which errors of MongoDB say that the store is away, and are tried again, and which are told as they are."""

from __future__ import annotations

import pytest
from pymongo.errors import AutoReconnect, BulkWriteError, ExecutionTimeout, OperationFailure

from shared.kernel.stores.mongo_client import PASSING, answered
from shared.kernel.views.projection import StoreAway

LATE = {"writeConcernErrors": [{"code": 64}], "writeErrors": []}
TWICE = {"writeConcernErrors": [], "writeErrors": [{"code": 11000}]}


@pytest.mark.parametrize(
    "error",
    [
        AutoReconnect("gone"),
        ExecutionTimeout("late", 50),
        BulkWriteError(LATE),
        *(OperationFailure("not now", code) for code in sorted(PASSING)),
    ],
    ids=repr,
)
def test_what_passes_is_a_store_that_is_away(error: Exception) -> None:
    with pytest.raises(StoreAway) as told, answered():
        raise error
    assert told.value.__cause__ is error


@pytest.mark.parametrize("error", [OperationFailure("no", 13), BulkWriteError(TWICE), KeyError("ours")], ids=repr)
def test_what_does_not_pass_is_told_as_it_is(error: Exception) -> None:
    with pytest.raises(type(error)) as told, answered():
        raise error
    assert told.value is error
