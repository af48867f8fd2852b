"""Events as lines of the journal: what happened, to what, when, and how long after it was learnt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from services.observatory.event_table.table import EventTable
from shared.base.translations import L, plural, translated
from shared.contract import load_all
from shared.contract.labels import coded, sentence
from shared.web.formatting import as_date, clock, day

OF_PARTS = sorted(name for name, kind in load_all().items() if kind.says.part is not None)
"""Types that say how a part of a thing is called, not the thing."""


async def names(table: EventTable, rows: Sequence[Mapping[str, Any]], lang: str) -> dict[str, str]:
    """How the entities and structures that these events are about were called last. Persons have no name here."""
    ids = sorted({row["entity_id"] for row in rows} | {row["structure"] for row in rows if row["structure"]})
    answer = await table.ask(
        "SELECT entity_id, arg_max(coalesce(name, title, bulletin), (time, seq)) AS name FROM events "
        "WHERE entity_id IN (SELECT unnest($ids::VARCHAR[])) AND readable "
        "AND NOT list_contains($parts::VARCHAR[], type) GROUP BY entity_id",
        {"ids": ids, "parts": OF_PARTS},
    )
    return {row["entity_id"]: coded(row["name"], lang) for row in answer if row["name"]}


async def lines(table: EventTable, rows: Sequence[Mapping[str, Any]], lang: str) -> list[dict[str, Any]]:
    """These events as lines of the journal."""
    called = await names(table, rows, lang)
    return [
        {
            "seq": row["seq"],
            "service": row["service"],
            "type": row["type"],
            "text": sentence(row["type"], orjson.loads(row["data"]) if row["data"] else None, lang),
            "about": called.get(row["entity_id"]) or called.get(row["structure"] or "") or "",
            "entity": row["entity_id"],
            "kind": f"{row['service']}.{row['entity']}",
            "recorded": f"{day(row['recorded'])} {clock(row['recorded'])}" if row["recorded"] else "",
            "happened": f"{day(row['time'])} {clock(row['time'])}" if row["time"] else "",
            "known": _known(row, lang),
            "actor": row["actor"],
            "readable": row["readable"],
        }
        for row in rows
    ]


def _known(row: Mapping[str, Any], lang: str) -> str:
    """How long after it happened it was learnt, in words."""
    if row["time"] is None or row["recorded"] is None:
        return ""
    days = (as_date(row["recorded"]) - as_date(row["time"])).days
    if days == 0:
        return translated(L("même jour"), lang)
    if days < 0 or days > 60:
        return day(row["recorded"])
    return plural(lang, days, "{n} jour après", "{n} jours après").format(n=days)


async def called_things(table: EventTable, ids: Sequence[str], lang: str) -> dict[str, str]:
    """How things were called last, by their ids."""
    return await names(table, [{"entity_id": id, "structure": None} for id in ids], lang)
