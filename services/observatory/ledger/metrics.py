"""The observatory's own metrics: how far its table of the log is, and how much of the log is signed."""

from __future__ import annotations

from typing import get_args

from services.observatory.event_table.table_file import TABLE
from services.observatory.ledger.notary import State, notary_of
from shared.runtime.faces import Chronicle
from shared.runtime.prometheus import VIEW_LAG, gauge, only

EVENT_TABLE = "event-table"  # the name under which the lag of the DuckDB table stands beside those of views
AGE = gauge("checkpoint_age_seconds", "Since the latest checkpoint was signed.", "service")
SIZE = gauge("checkpoint_size_events", "Events that the latest checkpoint covers.", "service")
UNSIGNED = gauge("checkpoint_unsigned_events", "Events in the log that no checkpoint covers yet.", "service")
NOTARY = gauge(
    "notary_state", "What the notary does (1): starting, waiting, signing, held, failing, stopped.", "service", "state"
)


async def measuring(service: Chronicle) -> None:
    """Brings them up to date."""
    name, notary = service.name, notary_of(service)
    last = await service.log.last()
    VIEW_LAG.labels(name, EVENT_TABLE).set(max(0, last - service.parts.of(TABLE).position))
    head, signed = notary.head, notary.signed_at
    SIZE.labels(name).set(head.size if head else 0)
    UNSIGNED.labels(name).set(max(0, last - (head.size if head else 0)))
    only(AGE, {(name,): (service.now() - signed).total_seconds()} if signed else {}, name)
    only(NOTARY, {(name, state): float(state == notary.state) for state in get_args(State)}, name)
