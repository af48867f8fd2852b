"""A structure's record: its fields, its past, and what every capability knows of it."""

from __future__ import annotations

from services.directory.record import pages
from shared.notions.published_reviews import PUBLISHED
from shared.runtime.feature import Feature

FEATURE = Feature(name="record", views=(PUBLISHED,), routes=(pages.routes,))
