"""What is pasted, cleaned: what is never seen goes, what means something stays, and twice is once."""

from __future__ import annotations

import re
from unicodedata import category, is_normalized

from hypothesis import example, given
from pydantic_core import PydanticCustomError

from shared.contract.cleaning import line, mended_line, mended_text, paragraphs
from tests.fixtures.strange_texts import WILD


@given(WILD)
@example("👩\u200d🔧")
@example("e\u200b\u0301")
@example("\u0915\u094d\u200d\u0937")
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    for clean, mended in ((line, mended_line), (paragraphs, mended_text)):
        assert clean(mended(text)) == mended(text)  # what was said by older rules can always be said again
        try:
            found = clean(text)
        except PydanticCustomError:
            continue
        assert clean(found) == found and is_normalized("NFC", found)
        assert all(c == "\n" or c == "\t" or category(c) not in ("Cc", "Cs", "Co", "Zl", "Zp") for c in found)
        assert found == found.strip() and ("\n" not in found or clean is paragraphs)


def test_an_emoji_of_several_signs_stays_whole() -> None:
    assert line("👩\u200d🔧") == "👩\u200d🔧" and line("👩🏽\u200d🔧") == "👩🏽\u200d🔧"
    for emoji in ("\u2764\ufe0f\u200d🔥", "1\ufe0f\u20e3", "\u00a9\ufe0f"):
        assert line(emoji) == emoji


def test_what_chooses_no_shape_goes_and_what_chooses_one_stays() -> None:
    for name in ("葛\U000e0100飾区", "\u1820\u180b"):
        assert line(name) == name
    for text in ("Eau\ufe0f vive", "Eau vive\U000e0100", "\ufe0fEau vive", "Eau\u180b vive", "Eau \ufe0fvive"):
        assert line(text) == "Eau vive"
    assert line("1\ufe0f") == "1" and line("❤\ufe0f\ufe0f") == "❤\ufe0f"


def test_every_character_that_is_never_seen_is_dropped_refused_or_means_something() -> None:
    """Cf of Unicode, but the signs of Arabic, Syriac, Kaithi and of hieroglyphs that are drawn."""
    drawn = re.compile("[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f]")
    for code in range(0x110000):
        one = chr(code)
        if category(one) == "Cf" and not drawn.match(one):
            try:
                assert line(f"Eau {one}vive") == "Eau vive", hex(code)
            except PydanticCustomError as no:
                assert no.type == "reversing-character", hex(code)
