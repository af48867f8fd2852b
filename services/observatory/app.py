"""The observatory, wired. It decides nothing: it reads the whole log and counts."""

from __future__ import annotations

from pathlib import Path

from services.observatory.reading import closing, opening
from services.observatory.views import VIEWS
from services.observatory.web import routes
from services.observatory.words import WORDS
from shared.service import Definition

OBSERVATORY = Definition(
    name="observatory",
    folder=Path(__file__).parent,
    deciders=(),
    views=VIEWS,
    words=WORDS,
    routes=routes,
    opening=opening,
    closing=closing,
)
