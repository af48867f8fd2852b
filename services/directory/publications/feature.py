"""What members publish, and pictures."""

from __future__ import annotations

from services.directory.publications import pages
from services.directory.publications.domain import PUBLICATION
from services.directory.publications.picture_retention import TERMS
from services.directory.publications.views import PUBLICATIONS, SPACE
from services.directory.publications.words import WORDS
from shared.runtime.feature import Feature

FEATURE = Feature(
    name="publications",
    deciders=(PUBLICATION,),
    views=(PUBLICATIONS, SPACE),
    words=WORDS,
    routes=(pages.routes,),
    jobs=(TERMS,),
)
