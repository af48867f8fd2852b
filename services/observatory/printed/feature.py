"""The review that the network printed before there was a log, recounted."""

from __future__ import annotations

from services.observatory.printed import pages
from services.observatory.printed.words import PRINTED_WORDS
from shared.runtime.feature import Feature

FEATURE = Feature(name="printed", words=PRINTED_WORDS, routes=(pages.routes,))
