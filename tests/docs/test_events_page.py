"""docs/events.md is what the code says."""

from __future__ import annotations

from tests.docs.events_page import PAGE, page


def test_the_page_of_events_is_as_the_code_makes_it() -> None:
    assert PAGE.read_text() == page(), "python -m tests.docs.events_page writes it"
