"""Which events are asked for: by what they are, by the words that they say."""

from __future__ import annotations

from services.observatory.search import search_text
from services.observatory.search.words import SEARCH_WORDS
from shared.runtime.feature import Feature

FEATURE = Feature(
    name="search",
    words=SEARCH_WORDS,
    jobs=(search_text.FOLLOWING,),
)
