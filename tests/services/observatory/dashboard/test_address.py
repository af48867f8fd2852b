"""What an address of the dashboard narrows: what there is, and nothing else."""

from __future__ import annotations

import pytest

from services.observatory.dashboard.address import narrowing, wanted
from services.observatory.event_table.filtering import ALL, Filters
from shared.kernel.decider import Refused


def test_nothing_and_empty_answers_narrow_nothing() -> None:
    assert narrowing(wanted()) == narrowing(wanted(department="", college="", theme="", kind="")) == ALL


def test_a_theme_is_any_word_and_the_rest_is_on_a_list() -> None:
    want = wanted(department="31", theme="n'importe quoi", kind="association")
    assert narrowing(want) == Filters("31", None, "n'importe quoi", "association")


@pytest.mark.parametrize("given", [{"department": "99"}, {"college": "none"}, {"kind": "x" * 100}])
def test_what_is_on_no_list_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(Refused, match="unknown-filter"):
        narrowing(wanted(**given))
