"""Reviews of any period, published."""

from __future__ import annotations

from services.observatory.review import archive_pages, period_pages, publish_pages
from services.observatory.review.domain import REVIEW
from services.observatory.review.publication.publishing import PUBLICATION
from services.observatory.review.views import REVIEWS
from services.observatory.review.words import REVIEW_WORDS
from shared.runtime.feature import Feature

FEATURE = Feature(
    name="review",
    deciders=(REVIEW,),
    views=(REVIEWS,),
    words=REVIEW_WORDS,
    routes=(period_pages.routes, publish_pages.routes, archive_pages.routes),
    processes=(PUBLICATION,),
)
