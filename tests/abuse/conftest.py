"""One installation that all attacks are tried on, for each worker; nothing that others use is on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.abuse.house import House


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An installation with a few records, an account of each kind, and no limit on the API."""
    house = House.open(tmp_path_factory.mktemp("abuse") / "data")
    try:
        yield house
    finally:
        house.up.stop()
