"""docker-compose.yml as it stands, with the real images, where a Docker engine answers.

Elsewhere each test is skipped, and the summary of the run says so in a table of its own
(tests/fixtures/outcome_tables.py): what only an engine shows was not shown.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.containers.engine import Site, why_not
from tests.fixtures.outcome_tables import record

SKIPPED = "NOT RUN: docker-compose.yml with real containers (tests/containers)"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The installation, up. It is one for all tests, which go on where the one before ended."""
    if (why := why_not()) is not None:
        record(SKIPPED, {"why": why, "not shown": "real images, users and limits, networks apart, MongoDB itself"})
        pytest.skip(why)
    with Site(tmp_path_factory.mktemp("containers")) as site:
        yield site
