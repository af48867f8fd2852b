"""The archive of the log, and its signed heads."""

from __future__ import annotations

from services.observatory.ledger import notary, pages
from services.observatory.ledger.metrics import measuring
from shared.runtime.feature import Feature

FEATURE = Feature(
    name="ledger",
    routes=(pages.routes,),
    opening=notary.opening,
    closing=notary.closing,
    measuring=measuring,
    jobs=(notary.SIGNING,),
)
