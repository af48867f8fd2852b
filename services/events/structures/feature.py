"""Structures of the directory that gatherings, projects and tandems are about."""

from __future__ import annotations

from services.events.structures.pages import routes
from services.events.structures.views import MEMBER_STRUCTURES, STRUCTURES
from shared.runtime.feature import Feature

FEATURE = Feature(name="structures", views=(STRUCTURES, MEMBER_STRUCTURES), routes=(routes,))
