"""Wishes to stand in the public directory, and their answers."""

from __future__ import annotations

from services.directory.listings import pages
from shared.runtime.feature import Feature

FEATURE = Feature(name="listings", routes=(pages.routes,))
