"""The way in: by a password, a link in a mail, the first link."""

from __future__ import annotations

from services.directory.sign_in import code_pages, pages
from services.directory.sign_in.entry import RETIRING, closing, opening
from shared.runtime.feature import Feature

FEATURE = Feature(
    name="sign_in",
    routes=(
        pages.password_routes,
        pages.link_routes,
        code_pages.routes,
    ),
    opening=opening,
    closing=closing,
    jobs=(RETIRING,),
)
