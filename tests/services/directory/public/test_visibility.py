"""What stands in the public directory, and how long an answer about it is kept."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.responses import Response

from services.directory.public.visibility import FRESH, RELEASE, is_public, kept_by_all

OPEN: dict[str, Any] = {"listed": True, "closed": None, "merged_into": None}


@pytest.mark.parametrize(
    ("change", "public"),
    [({}, True), ({"listed": False}, False), ({"closed": "2017-10-31"}, False), ({"merged_into": "k"}, False)],
)
def test_a_record_is_public_while_it_is_listed_open_and_stands_for_itself(change: dict[str, Any], public: bool) -> None:
    assert is_public({**OPEN, **change}) is public


def test_a_copy_is_kept_for_a_minute_and_asked_for_by_its_tag() -> None:
    answer = kept_by_all(Response(), 'W/"7-fr-x"')
    assert answer.headers["etag"] == 'W/"7-fr-x"' and answer.headers["vary"] == "Cookie"
    assert f"public, max-age={FRESH}" in answer.headers["cache-control"] and len(RELEASE) == 10
