"""Identification of actors: who answers to criteria, kept and asked again."""

from __future__ import annotations

from services.observatory.identification import pages
from services.observatory.identification.domain import IDENTIFICATION
from services.observatory.identification.views import IDENTIFICATIONS
from services.observatory.identification.words import IDENTIFICATION_WORDS
from shared.runtime.feature import Feature

FEATURE = Feature(
    name="identification",
    deciders=(IDENTIFICATION,),
    views=(IDENTIFICATIONS,),
    words=IDENTIFICATION_WORDS,
    routes=(pages.routes,),
)
