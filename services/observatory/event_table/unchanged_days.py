"""What new events leave as it was: the state of an earlier day is computed again only where they touch it.

An event can change what had happened by the end of a day in two ways: it happened by then itself, or it speaks of a
thing that something is known of by then (a mistake that is taken back never happened). All that indicators are written
in (macros.sql) goes by one of the two, and by the names of the thesaurus, which count on all days (ADR 71): whatever is
said of a list of the network touches every day.
"""

from __future__ import annotations

from datetime import date

from services.observatory.event_table.table import EventTable

DAYS = 32  # days that are remembered
TOUCHED = """
WITH told AS (SELECT entity, entity_id, day, version FROM events WHERE readable AND seq > $since AND seq <= $upto)
SELECT EXISTS (FROM told WHERE day <= $as_of OR entity = 'vocabulary')
    OR EXISTS (
        FROM events WHERE seq <= $upto AND day <= $as_of AND entity_id IN \
(SELECT entity_id FROM told WHERE version > 1))
    OR EXISTS (
        FROM corrections WHERE since <= $upto AND moved <= $as_of AND entity_id IN (SELECT entity_id FROM told)
    ) AS touched
"""


async def last_words(table: EventTable, upto: int) -> dict[str, int]:
    """Service → the sequence of its last event up to `upto`. An indicator counts the events of one service, so what it
    comes to then is what it comes to at `upto`, unless it is narrowed by traits of structures and members."""
    found = await table.ask(
        "SELECT service, max(seq) AS seq FROM events WHERE seq <= $upto GROUP BY service", {"upto": upto}
    )
    return {row["service"]: row["seq"] for row in found}


class Settled:
    """Day → the sequence at which its state was last computed."""

    def __init__(self) -> None:
        self._at: dict[date, int] = {}

    async def known(self, table: EventTable, day: date, upto: int) -> int:
        """A sequence, `upto` or before, at which the same was known of the state on a day."""
        since = self._at.get(day)
        if since is not None and since <= upto:
            found = [{"touched": False}]
            if since < upto:
                found = await table.ask(TOUCHED, {"since": since, "upto": upto, "as_of": day})
            if not found[0]["touched"]:
                return since
        self._at[day] = max(upto, since or 0)
        while len(self._at) > DAYS:
            del self._at[next(iter(self._at))]
        return upto
