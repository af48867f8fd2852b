"""What an event says, in a sentence as people read it."""

from __future__ import annotations

from typing import Any

import pytest

from shared.contract.labels import sentence, written


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        (1.0, "1", "1"),
        (0.8, "0,8", "0.8"),
        (0.1 + 0.2, "0,3", "0.3"),
        (180, "180", "180"),
        ("2016-06-01", "01/06/2016", "01/06/2016"),
        ("2016-02-30", "2016-02-30", "2016-02-30"),
        ("associative", "collège associatif", "associative college"),
        ("Kynarou", "Kynarou", "Kynarou"),
    ],
)
def test_a_value_is_written_as_people_read_it(value: Any, french: str, english: str) -> None:
    assert written(value, "fr") == french and written(value, "en") == english


def test_a_sentence_has_its_detail_so() -> None:
    assert sentence("StaffPostChanged", {"fte": 0.8}, "fr").replace("\u00a0", " ") == "Temps de travail changé : 0,8"
    assert sentence("EventRedated", {"day": "2016-06-01"}, "fr").endswith("01/06/2016")
    assert sentence("VolunteerContributed", {"year": 2016}, "fr") == "Bénévole noté", "its year is that of its day"
