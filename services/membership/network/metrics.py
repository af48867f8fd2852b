"""What the network itself tells Prometheus."""

from __future__ import annotations

from shared.base.paris_days import day_of
from shared.runtime.faces import Views
from shared.runtime.prometheus import gauge

OVERDUE = gauge(
    "legal_terms_overdue", "Terms of the law whose day is past by which somebody was to look at them.", "service"
)


async def measuring(service: Views) -> None:
    """Brings it up to date."""
    await service.ourselves.refresh()
    today = day_of(service.now())
    OVERDUE.labels(service.name).set(sum(one.overdue(today) for one in service.ourselves.legal_terms(today).values()))
