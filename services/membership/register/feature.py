"""The register of members: what all capabilities keep of them, on one page."""

from __future__ import annotations

from services.membership.register.pages import list_routes, record_routes
from shared.runtime.feature import Feature

FEATURE = Feature(name="register", routes=(list_routes, record_routes))
