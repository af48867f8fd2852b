"""Cause and effect: all that followed from one command, across services, as a tree, with the mails that it led to.

An event names the event that caused it, and the first command of its chain. Mails name what they bring instead, an
issue or a request to subscribe, since thousands of them leave over hours; so they are found by that and counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from services.observatory.event_table.moment import Moment
from services.observatory.event_table.table import EventTable
from services.observatory.search.event_query import COLUMNS, Wanted
from shared.contract import load_all

MOST = 2000  # events of a tree
ALIKE = 6  # effects of one type under one cause that are told one by one; more are counted
MAILS = {name: kind.says.mails for name, kind in load_all().items() if kind.says.mails is not None}
"""Types that mails follow from: the entity of the mails, and their field that says so."""


@dataclass
class Node:
    """An event with its effects. `alike`: how many more of its type have the same cause, none of which has effects."""

    row: Mapping[str, Any]
    effects: list[Node] = field(default_factory=list)
    alike: int = 0
    mails: Mapping[str, int] | None = None
    begun: str = ""  # the type of event that such a mail begins with

    def walk(self) -> Iterator[Node]:
        yield self
        for one in self.effects:
            yield from one.walk()


@dataclass(frozen=True)
class Chain:
    """A chain: its first events, how many events it has, how many of them are shown, whether some are for auditors."""

    id: str
    roots: Sequence[Node]
    total: int
    shown: int

    @property
    def nodes(self) -> list[Node]:
        return [node for root in self.roots for node in root.walk()]


async def chain(table: EventTable, id: str, accounts: bool, moment: Moment | None = None) -> Chain | None:
    """The chain that began with a command, up to a moment if one is given; None where there is none that may be
    seen."""
    day, known = (moment.as_of, moment.known_at) if moment else (None, None)
    where, values = Wanted(chain=id, until=day, known_until=known, accounts=accounts).where
    rows = await table.ask(f"SELECT {COLUMNS} FROM events WHERE {where} ORDER BY seq LIMIT {MOST}", values)
    if not rows:
        return None
    total = len(rows)
    if total == MOST:
        total = (await table.ask(f"SELECT count(*) AS n FROM events WHERE {where}", values))[0]["n"]
    roots = tree(rows)
    found = Chain(id, roots, total, len(rows))
    for node in found.nodes:
        if node.row["type"] in MAILS:
            node.mails = await mails(table, node.row)
            node.begun = begun_by(node.row["type"])
    return found


def tree(rows: Sequence[Mapping[str, Any]]) -> list[Node]:
    """Each event under the one that caused it, in the order of the log; the first ones are those without a cause
    here."""
    nodes = {row["id"]: Node(row) for row in rows}
    roots = []
    for node in nodes.values():
        cause = nodes.get(node.row["cause"] or "")
        # A cause stands earlier in the log; one that does not is a forgery, and would make a circle.
        if cause is not None and cause.row["seq"] < node.row["seq"]:
            cause.effects.append(node)
        else:
            roots.append(node)
    for node in nodes.values():
        node.effects = _counted(node.effects)
    return _counted(roots)


def _counted(nodes: list[Node]) -> list[Node]:
    """Effects of one type that have none themselves, beyond the first few, become a number."""
    seen: dict[str, list[Node]] = {}
    kept = []
    for node in nodes:
        kind = seen.setdefault(node.row["type"], [])
        if node.effects or len(kind) < ALIKE:
            kept.append(node)
            if not node.effects:
                kind.append(node)
        else:
            kind[-1].alike += 1
    return kept


def begun_by(kind: str) -> str:
    """The type of event that a mail begins with which follows from events of this type."""
    entity, field = MAILS[kind]
    return next(name for name, one in load_all().items() if one.entity == entity and field in one.model_fields)


async def mails(table: EventTable, row: Mapping[str, Any]) -> dict[str, int]:
    """How many mails an event led to, by the last that is known of each: the type of its last event → how many."""
    data = orjson.loads(row["data"]) if row["data"] else {}
    entity, name = MAILS[row["type"]]
    wanted = data.get(name) or row["entity_id"]
    found = await table.ask(
        "WITH begun AS (SELECT DISTINCT entity_id FROM events WHERE type = $begun AND readable "
        f"AND contains(data, $wanted) AND json_extract_string(data, '$.{name}') = $wanted) "
        "SELECT last, count(*) AS n FROM (SELECT arg_max(type, seq) AS last FROM events JOIN begun USING (entity_id) "
        "WHERE entity = $entity GROUP BY entity_id) GROUP BY last ORDER BY last",
        {"wanted": str(wanted), "entity": entity, "begun": begun_by(row["type"])},
    )
    return {one["last"]: one["n"] for one in found}
