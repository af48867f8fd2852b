"""Events as lines of the journal: what happened, to what, when, and how long after it was learnt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from services.observatory.event_table.table import EventTable
from shared.base.translations import L, plural, translated
from shared.contract import load_all
from shared.contract.labels import coded
from shared.kernel.corrections import CORRECTIONS
from shared.notions.sayings import sentence
from shared.web.formatting import as_date, clock, day

OF_PARTS = sorted(name for name, kind in load_all().items() if kind.says.part is not None)
"""Types that say how a part of a thing is called, not the thing."""


async def names(table: EventTable, rows: Sequence[Mapping[str, Any]], lang: str) -> dict[str, str]:
    """How the entities and structures that these events are about were called last. Persons have no name here."""
    ids = sorted({row["entity_id"] for row in rows} | {row["structure"] for row in rows if row["structure"]})
    # What never was is still called by what was said of it, where nothing else is.
    answer = await table.ask(
        "SELECT entity_id, arg_max(coalesce(name, title, bulletin), (NOT coalesce(struck, false), "
        "coalesce((moved - DATE '1900-01-01')::BIGINT * 1099511627776 + seq, turn))) AS name "
        "FROM events LEFT JOIN amended($upto) ON about = seq "
        "WHERE entity_id IN (SELECT unnest($ids::VARCHAR[])) AND readable "
        "AND NOT list_contains($parts::VARCHAR[], type) GROUP BY entity_id",
        {"ids": ids, "parts": OF_PARTS, "upto": table.position},
    )
    return {row["entity_id"]: coded(row["name"], lang) for row in answer if row["name"]}


async def lines(table: EventTable, rows: Sequence[Mapping[str, Any]], lang: str) -> list[dict[str, Any]]:
    """These events as lines of the journal. `struck`: the event that says that this one never was; `moved`: the day
    that it counts for, where that is another than it was noted for, by the event `moving`. A correction says what it
    corrects."""
    called, amended = await names(table, rows, lang), await corrected(table, [row["seq"] for row in rows])
    words = await _corrections(table, rows, lang)
    return [
        {
            "seq": row["seq"],
            "service": row["service"],
            "type": row["type"],
            "text": words.get(row["seq"]) or _sentence(row, lang),
            **(amended.get(row["seq"]) or AS_SAID),
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


AS_SAID: Mapping[str, Any] = {"struck": None, "moved": None, "moving": None}


async def corrected(table: EventTable, sequences: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Of those that were corrected: which event says that it never was, on which day it counts, by which event."""
    found = await table.ask(
        "SELECT about AS seq, max(since) FILTER (kind = 'struck') AS struck, "
        "arg_max(moved, since) FILTER (kind = 'redated') AS moved, max(since) FILTER (kind = 'redated') AS moving, "
        "max(since) FILTER (kind = 'lifted') AS lifted "
        "FROM corrections WHERE list_contains($sequences::BIGINT[], about) AND about <> since GROUP BY about",
        {"sequences": list(sequences)},
    )
    stands = [row for row in found if row["lifted"] and (row["struck"] or 0) < row["lifted"]]
    for row in stands:
        row["struck"] = None
    return {row["seq"]: {name: row[name] for name in AS_SAID} for row in found}


WORDS: Mapping[str, str] = {
    "struck": L("Noté par erreur\u00a0: {fact}, {day}. {reason}"),
    "lifted": L("Rétabli\u00a0: {fact}, {day}. {reason}"),
    "redated": L("Date corrigée\u00a0: {fact}, {day} au lieu du {before}. {reason}"),
}


async def _corrections(table: EventTable, rows: Sequence[Mapping[str, Any]], lang: str) -> dict[int, str]:
    """Sequence of a correction → what it says, with what it is about."""
    said = {row["seq"]: orjson.loads(row["data"]) for row in rows if row["type"] in CORRECTIONS and row["data"]}
    if not said:
        return {}
    ids = sorted({str(data.get("event")) for data in said.values()})
    about = await table.ask(
        "SELECT id, seq, type, time, day, data FROM events WHERE id IN (SELECT unnest($ids::VARCHAR[])) AND readable",
        {"ids": ids},
    )
    words = await table.ask(
        "SELECT about, since, kind, moved FROM corrections WHERE list_contains($about::BIGINT[], about) ORDER BY since",
        {"about": [row["seq"] for row in about]},
    )
    facts = {row["id"]: row for row in about}
    found = {}
    for seq, data in said.items():
        fact = facts.get(str(data.get("event")))
        own = [word for word in words if fact is not None and word["about"] == fact["seq"] and word["since"] <= seq]
        if fact is None or not own or own[-1]["since"] != seq:
            continue
        before = next((word["moved"] for word in reversed(own[:-1]) if word["kind"] == "redated"), fact["day"])
        text = translated(WORDS[own[-1]["kind"]], lang).format(
            fact=_sentence(fact, lang),
            day=day(data.get("day") or before),
            before=day(before),
            reason=data.get("reason") or "",
        )
        found[seq] = text.strip().removesuffix(".")
    return found


def _sentence(row: Mapping[str, Any], lang: str) -> str:
    return sentence(row["type"], orjson.loads(row["data"]) if row["data"] else None, lang)


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
