"""Which events of the table stand, and on which day: what corrections say of them, by the one reading that all
share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Any

import duckdb
import msgspec

from shared.contract import EVENTS
from shared.contract.envelope import CloudEvent, Recorded, instant
from shared.kernel.corrections import corrects, told

EVER = 2**63 - 1
"""The sequence up to which a row of `versions` holds that nothing was said of since."""
NEEDED = "seq, network, service, entity, entity_id, id, version, type, time, recorded, actor, command, data"

AGAIN = f"""
INSERT INTO versions
SELECT versions.* REPLACE (
    coalesce(moved, day) AS day,
    CASE WHEN moved IS NULL OR turn < 1099511627776 THEN turn
         ELSE (moved - DATE '1900-01-01')::BIGINT * 1099511627776 + seq END AS turn,
    words.since AS since, words.until AS until, true AS again)
FROM versions JOIN (
    SELECT
        about, since, lead(since, 1, {EVER}) OVER line AS until,
        coalesce(last_value(CASE kind WHEN 'redated' THEN NULL ELSE kind = 'struck' END IGNORE NULLS) OVER line, false)
            AS struck,
        last_value(moved IGNORE NULLS) OVER line AS moved
    FROM corrections WHERE list_contains(?::BIGINT[], about) WINDOW line AS (PARTITION BY about ORDER BY since)
) AS words ON about = seq
WHERE NOT again AND NOT struck
"""


def write_corrections(db: duckdb.DuckDBPyConnection, after: int) -> None:
    """Adds to the table `corrections` what the events after a sequence say of others. A correcting event that is no
    fact by itself is struck from its own sequence on."""
    kinds = sorted(name for name in EVENTS if corrects(name))
    entities = db.execute(
        "SELECT DISTINCT entity_id FROM events WHERE seq > ? AND readable AND list_contains(?::VARCHAR[], type)",
        [after, kinds],
    ).fetchall()
    if not entities:
        return
    found = db.execute(
        f"SELECT {NEEDED} FROM events WHERE readable AND entity_id IN (SELECT unnest(?::VARCHAR[])) "
        "ORDER BY service, entity, entity_id, seq",
        [[one[0] for one in entities]],
    ).fetchall()
    rows: list[tuple[Any, ...]] = []
    begin = 0
    for end in range(1, len(found) + 1):
        if end == len(found) or found[end][2:5] != found[begin][2:5]:
            rows += [row for row in _rows(found[begin:end]) if row[1] > after]
            begin = end
    if rows:
        db.executemany("INSERT INTO corrections VALUES (?, ?, ?, ?, ?)", rows)
        _tell_again(db, sorted({row[0] for row in rows}))


def _tell_again(db: duckdb.DuckDBPyConnection, about: Sequence[int]) -> None:
    """What is told of these events, from which sequence to before which, so that who reads `told` joins nothing: the
    row of the event holds to the first word about it, and after each word there is another, unless it is struck."""
    db.execute("DELETE FROM versions WHERE again AND list_contains(?::BIGINT[], seq)", [about])
    db.execute(
        "UPDATE versions SET until = first FROM (SELECT about, min(since) AS first FROM corrections "
        "WHERE list_contains(?::BIGINT[], about) GROUP BY about) AS words WHERE NOT again AND seq = words.about",
        [about],
    )
    db.execute(AGAIN, [about])


def _rows(entity: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows of the table for all events of one entity: about which sequence, since which, what, which day."""
    events = [event for event in map(_event, entity) if event.readable]
    facts, corrections = told(events)
    seqs, stand = {event.id: event.seq for event in events}, {fact.seq for fact in facts}
    id = entity[0][4]
    return [
        *((seqs[one.about], one.seq, one.kind, one.day, id) for one in corrections if one.about in seqs),
        *((event.seq, event.seq, "struck", None, id) for event in events if event.seq not in stand),
    ]


def _event(row: tuple[Any, ...]) -> Recorded:
    """A row as the event that it was. Its data are of today's shape."""
    seq, network, service, entity, entity_id, id, version, kind, time, recorded, actor, command, data = row
    cloud = CloudEvent(
        specversion="1.0",
        id=id,
        source=f"/{network}/{service}",
        type=kind,
        subject=f"{entity}/{entity_id}",
        time=instant(time.replace(tzinfo=UTC)),
        recordedtime=instant(recorded.replace(tzinfo=UTC)),
        actor=actor,
        commandid=command,
        correlationid=command,
        entityversion=version,
        data=msgspec.Raw(data.encode()),
        dataschema=EVENTS[kind].dataschema if kind in EVENTS else None,
    )
    return Recorded(seq, network, service, entity, entity_id, cloud, b"")
