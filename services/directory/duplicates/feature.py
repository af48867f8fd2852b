"""Records that look alike: compared, merged, told apart."""

from __future__ import annotations

from services.directory.duplicates import pages
from services.directory.duplicates.domain import NAMESAKES as DECIDER
from services.directory.duplicates.views import MERGES, NAMESAKES
from services.directory.duplicates.words import WORDS
from services.directory.duplicates.worklist import closing
from shared.runtime.feature import Feature

FEATURE = Feature(
    name="duplicates",
    deciders=(DECIDER,),
    views=(NAMESAKES, MERGES),
    words=WORDS,
    routes=(
        pages.list_routes,
        pages.answer_routes,
    ),
    closing=closing,
)
