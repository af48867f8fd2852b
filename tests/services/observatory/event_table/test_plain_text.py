"""Text is searched in the table as it is searched everywhere."""

from __future__ import annotations

import duckdb
import pytest

from services.observatory.event_table.plain_text import plain
from shared.kernel.views.projection import folded

UNSEEN = [*"\u00ad\u034f\u061c\u200b\u200c\u200d\u200e\u200f\u202e\u2060\u2066\ufe0f\ufeff"]


@pytest.mark.parametrize(
    "text", ["Cœur d’Hérault", "ÆTNA", "Éducation", "Kynarou", *(f"coopé{c}ration" for c in UNSEEN)]
)
def test_the_table_and_the_views_fold_a_text_alike(text: str) -> None:
    found = duckdb.execute(f"SELECT {plain('$text')}", {"text": text}).fetchone()
    assert found is not None and found[0] == folded(text)


@pytest.mark.parametrize("unseen", UNSEEN)
def test_a_word_with_something_unseen_in_it_is_that_word(unseen: str) -> None:
    assert folded(f"coopé{unseen}ration") == "cooperation"
