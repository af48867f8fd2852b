"""Accounts as their holders and administrators see them, and as programs do."""

from __future__ import annotations

from services.directory.account_pages import api, pages, profile_pages, second_factor_api, second_factor_pages
from shared.runtime.feature import Feature

FEATURE = Feature(
    name="account_pages",
    routes=(
        profile_pages.routes,
        second_factor_pages.routes,
        pages.list_routes,
        pages.account_routes,
        pages.access_routes,
        api.routes,
        second_factor_api.routes,
    ),
)
