"""A service is its features, and none of them takes what another has."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from shared.kernel.views.projection import View
from shared.runtime.feature import Feature, composed

HERE = Path(__file__).parent
VIEW = View(name="loans", version=1, on={})


def test_what_two_features_claim_is_refused() -> None:
    for one in (Feature("a", words={"x": "X"}), Feature("a", views=(VIEW,))):
        with pytest.raises(ValueError, match=r"^events: two features have the (word|view)"):
            composed("events", HERE, (one, one))


def test_the_first_feature_that_knows_a_page_says_it_and_nobody_says_none() -> None:
    found = composed(
        "events",
        HERE,
        (
            Feature("a", page_of=lambda command, outcome: None),
            Feature("b", page_of=lambda command, outcome: "/b"),
            Feature("c", page_of=lambda command, outcome: "/c"),
        ),
    )
    command: Any = SimpleNamespace()
    assert found.page_of(command, command) == "/b"
    assert composed("events", HERE, (Feature("a"),)).page_of(command, command) == ""


async def test_what_forms_offer_is_what_all_of_them_offer() -> None:
    async def some(service: Any, command: Any, lang: str) -> Any:
        return {"loan": [("1", lang)]}

    async def more(service: Any, command: Any, lang: str) -> Any:
        return {"place": []}

    found = composed("events", HERE, (Feature("a", choices=some), Feature("b"), Feature("c", choices=more)))
    any_: Any = None
    assert await found.choices(any_, any_, "fr") == {"loan": [("1", "fr")], "place": []}


async def test_they_open_in_order_and_close_the_other_way_round() -> None:
    said: list[str] = []

    def phase(name: str) -> Any:
        async def one(service: Any) -> None:
            said.append(name)

        return one

    features = [Feature(name, opening=phase(f"+{name}"), closing=phase(f"-{name}")) for name in "ab"]
    found, service = composed("events", HERE, [*features, Feature("c")]), SimpleNamespace()
    await found.opening(service)  # type: ignore[arg-type]
    await found.closing(service)  # type: ignore[arg-type]
    assert said == ["+a", "+b", "-b", "-a"]
