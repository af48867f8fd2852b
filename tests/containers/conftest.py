"""docker-compose.yml as it stands, with the real images, where a Docker engine answers.

Elsewhere each test is skipped, and the summary of the run says so in a line of its own
(tests/fixtures/outcome_tables.py): what only an engine shows was not shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.containers.engine import Site, why_not
from tests.fixtures.outcome_tables import record

WHY_NOT = why_not()
SKIPPED = "NOT RUN: docker-compose.yml with real containers (tests/containers)"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The installation, up. It is one for all tests, which go on where the one before ended."""
    with Site(tmp_path_factory.mktemp("containers")) as site:
        yield site


@pytest.fixture(autouse=True)
def _an_engine_answers(request: pytest.FixtureRequest) -> None:
    if WHY_NOT is not None:
        record(SKIPPED, {"why": WHY_NOT, "tests": Path(request.node.path).name})
        pytest.skip(WHY_NOT)
