"""`maillage doctor` says which terms of the law somebody was to look at by now; nothing fails for that."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.cli.http_client import NoAnswer
from deploy.cli.remote.query import look_at_the_law


class Membership:
    """Answers as `/membership/api/definitions/legal-terms` does; of an older release, not at all."""

    def __init__(self, *overdue: bool, older: bool = False) -> None:
        self._terms = [{"code": f"term{n}", "review_by": "2028-01-31", "overdue": one} for n, one in enumerate(overdue)]
        self._older = older

    async def get(self, path: str) -> Any:
        if self._older:
            raise NoAnswer("404")
        return {"terms": self._terms}


@pytest.mark.parametrize(
    ("membership", "noted"),
    [
        (Membership(False, False), [(True, False, "2, none to look at again")]),
        (Membership(False, True, True), [(True, True, "look again at term1 (by 2028-01-31), term2 (by 2028-01-31)")]),
        (Membership(older=True), []),
    ],
)
async def test_a_term_past_its_day_is_to_be_looked_at(membership: Membership, noted: list[Any]) -> None:
    found: list[tuple[bool, bool, str]] = []

    def check(name: str, good: bool, text: str, look: bool = False) -> None:
        found.append((good, look, text.partition(": ")[0]))

    await look_at_the_law(membership, check)  # type: ignore[arg-type]
    assert found == noted
