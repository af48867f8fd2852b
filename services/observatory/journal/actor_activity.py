"""Who did what: how often, since when, of which sort, in which years."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.observatory.event_table.table import EventTable
from services.observatory.search.event_query import Wanted

MOST = 500  # actors of the list


async def actors(table: EventTable, among: Wanted) -> Sequence[dict[str, Any]]:
    """Everybody who did something, among these events: actor, n, first, last, latest (the sequence of their last
    event); the busiest first. What the programs of an account did is told as the account's own."""
    where, values = among.where
    return await table.ask(
        "SELECT CASE WHEN starts_with(actor, 'token:') THEN 'account:' || split_part(substr(actor, 7), '/', 1) "
        "ELSE actor END AS who, "
        "count(*) AS n, min(recorded) AS first, max(recorded) AS last, max(seq) AS latest, "
        "count(*) FILTER (starts_with(actor, 'token:')) AS by_tokens "
        f"FROM events WHERE {where} GROUP BY who ORDER BY n DESC, who LIMIT {MOST}",
        values,
    )


async def done_by(table: EventTable, theirs: Wanted) -> list[dict[str, Any]]:
    """What one of them did: service, type, n, first, last; the most frequent first. Empty for somebody unknown."""
    where, values = theirs.where
    return await table.ask(
        "SELECT service, type, count(*) AS n, min(recorded) AS first, max(recorded) AS last FROM events "
        f"WHERE {where} GROUP BY service, type ORDER BY n DESC, type",
        values,
    )


async def by_month(table: EventTable, theirs: Wanted, months: int = 12) -> list[dict[str, Any]]:
    """How many events of theirs were recorded in each of the last months in which there are some: month (its first
    day), n."""
    where, values = theirs.where
    return await table.ask(
        f"SELECT date_trunc('month', recorded)::DATE AS month, count(*) AS n FROM events WHERE {where} "
        "GROUP BY month ORDER BY month DESC LIMIT $months",
        {**values, "months": months},
    )
