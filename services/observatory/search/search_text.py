"""What each event says in words, beside the table: folded, without the names of fields, without what is sealed.

It is made from the table once the log is read to its end, a piece at a time, so that building the table again is not
held up by it; and before each search, so that a search knows all that a page knows.
"""

from __future__ import annotations

from functools import partial

import duckdb

from services.observatory.event_table.plain_text import plain
from services.observatory.event_table.table import EventTable
from services.observatory.event_table.table_file import TABLE
from shared.runtime.faces import Chronicle
from shared.runtime.jobs import Job
from shared.runtime.parts import Key

PIECE = 10_000  # sequences at once
PAUSE = 1.0  # seconds between two looks whether there is something to do
FOLDED = plain(
    "array_to_string(list_filter(json_extract_string(data, '$.*'), "
    "lambda value: NOT contains(value, '\"sealed\"')), ' ')"
)
"""The values of an event's fields as they are searched. A field that holds something sealed is left out whole."""


UPTO: Key[int] = Key("observatory.texts")
"""The sequence up to which every event can be searched"""


def index(db: duckdb.DuckDBPyConnection, position: int) -> int:
    """Takes in the next piece up to `position`; returns how far it is known now."""
    cursor = db.cursor()
    try:
        last = cursor.execute("SELECT coalesce(max(upto), 0) FROM indexed").fetchone()
        upto = int(last[0]) if last else 0
        if upto >= position:
            return upto
        piece = min(upto + PIECE, position)
        cursor.execute("BEGIN")
        cursor.execute(
            f"INSERT INTO texts SELECT seq, {FOLDED} FROM events WHERE readable AND seq > ? AND seq <= ?", [upto, piece]
        )
        cursor.execute("DELETE FROM indexed")
        cursor.execute("INSERT INTO indexed VALUES (?)", [piece])
        cursor.execute("COMMIT")
    finally:
        cursor.close()  # what is not committed is rolled back
    return piece


async def known(table: EventTable) -> None:
    """Returns once every event that the table holds can be searched."""
    wanted = table.position
    while await table.change(partial(index, position=wanted)) < wanted:
        pass


async def follow(service: Chronicle) -> None:
    """Takes in what came, where the table is at the end of the log."""
    table = service.parts.of(TABLE)
    position = table.position
    if position != service.parts.get(UPTO) and position >= await service.log.last():
        await known(table)
        service.parts.put(UPTO, position)


FOLLOWING: Job[Chronicle] = Job("search-texts", follow, every=PAUSE)
