"""A day that was typed into a form leads to the address that says it in ISO 8601."""

from __future__ import annotations

from shared.web.forms.typed_days import in_iso


def test_a_typed_day_in_the_address_of_a_page_leads_to_the_same_day_in_iso() -> None:
    assert in_iso("q=31%2F10%2F2017&as_of=31%2F10%2F2017&known_at=") == "q=31%2F10%2F2017&as_of=2017-10-31&known_at="
    assert in_iso("until=31.10.2017") == "until=2017-10-31"
    for query in ("as_of=2017-10-31", "as_of=31%2F02%2F2017", "q=a%2Fb", "as_of=20171031", "", "&".join(["a=/"] * 300)):
        assert in_iso(query) is None
