"""The observatory reads the log itself as a table (`table.py`); documents are kept only of what it says itself."""

from __future__ import annotations

from collections.abc import Sequence

from services.observatory.identification.views import IDENTIFICATIONS
from services.observatory.review.views import REVIEWS
from services.observatory.surveys.views import SURVEY_VIEWS
from shared.kernel.projection import View

VIEWS: Sequence[View] = (IDENTIFICATIONS, REVIEWS, *SURVEY_VIEWS)
