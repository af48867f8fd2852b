"""Which events of the log: what an auditor asks for, as SQL over the table. Pages begin after a sequence (keyset), so
that the thousandth is as fast as the first; what is sealed is never searched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from services.observatory.event_table.columns import end_of
from services.observatory.event_table.moment import day_of
from services.observatory.event_table.plain_text import plain
from services.observatory.event_table.table import EventTable
from services.observatory.search import search_text as texts
from shared.base.services import SERVICES
from shared.contract import EVENTS
from shared.kernel.decider import Refused

PAGE = 50  # events of a page
NEAR = 20_000  # sequences that are looked at first
WORDS_MOST = 8  # words of a search
COLUMNS = (
    "seq, id, network, service, entity, entity_id, version, type, time, recorded, actor, command, correlation, cause, "
    "readable, data, structure"
)
OF_ACCOUNTS = ("account", "session")
"""Entities whose events are for auditors: who signed in when, and who may do what"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events: of a service, of a type, of one entity, about it (its own, and those that name it), by an actor, of
    one chain of cause and effect, that hold words; by the day they speak of, by the day they were recorded.

    `accounts`: those about accounts, too: who signed in when, and who may do what, is for auditors.
    """

    service: str | None = None
    type: str | None = None
    entity: str | None = None
    about: str | None = None
    actor: str | None = None
    chain: str | None = None
    q: str | None = None
    since: date | None = None
    until: date | None = None
    known_since: date | None = None
    known_until: date | None = None
    accounts: bool = False

    @property
    def asked(self) -> dict[str, str]:
        """What was asked for, by the names that addresses and options have."""
        found = {name: getattr(self, name) for name in FILTERS}
        return {name: str(value) for name, value in found.items() if value}

    @property
    def query(self) -> str:
        """The same as an address carries it."""
        return urlencode(self.asked)

    def without(self, *names: str) -> Wanted:
        nothing: dict[str, Any] = dict.fromkeys(names)
        return replace(self, **nothing)

    @property
    def where(self) -> tuple[str, dict[str, Any]]:
        """The condition in SQL, and its values."""
        parts, values = ["true"], dict[str, Any]()

        def add(condition: str, **given: Any) -> None:
            parts.append(condition)
            values.update(given)

        if not self.accounts:
            add(f"entity NOT IN {OF_ACCOUNTS}")
        for column, value in (("service", self.service), ("type", self.type), ("entity_id", self.entity)):
            if value:
                add(f"{column} = ${column}", **{column: value})
        if self.about:
            add(
                "(entity_id = $about OR seq IN (SELECT seq FROM texts WHERE contains(said, lower($about))))",
                about=self.about,
            )
        if self.actor:
            tokens = f"token:{self.actor.removeprefix('account:')}/" if self.actor.startswith("account:") else "\x00"
            add("(actor = $actor OR starts_with(actor, $tokens))", actor=self.actor, tokens=tokens)
        if self.chain:
            add("(correlation = $chain OR (correlation IS NULL AND command = $chain))", chain=self.chain)
        if self.since:
            add("day >= $since", since=self.since)
        if self.until:
            add("day <= $until", until=self.until)
        if self.known_since:
            add("recorded >= $known_since", known_since=end_of(self.known_since - timedelta(days=1)))
        if self.known_until:
            add("recorded < $known_until", known_until=end_of(self.known_until))
        if self.q:
            self._search(add)
        return " AND ".join(parts), values

    def _search(self, add: Any) -> None:
        """Every word must stand in what is not sealed; without case, and without accents. An id is looked for
        everywhere."""
        text = self.q or ""
        if _is_id(text):
            named = "seq IN (SELECT seq FROM texts WHERE contains(said, $q))"
            add(f"(id = $q OR entity_id = $q OR command = $q OR correlation = $q OR {named})", q=text.casefold())
            return
        words = {f"q{n}": word for n, word in enumerate(text.split()[:WORDS_MOST])}
        each = " AND ".join(f"contains(said, {plain(f'${name}')})" for name in words)
        add(f"seq IN (SELECT seq FROM texts WHERE {each})", **words)

    @property
    def searches(self) -> bool:
        """Whether the words of events are asked for (`search_text.py`)."""
        return bool(self.q or self.about)


FILTERS = (
    "service", "type", "entity", "about", "actor", "chain", "q", "since", "until", "known_since", "known_until",
)  # fmt: skip


def wanted(
    service: str | None = None,
    type: str | None = None,
    entity: str | None = None,
    *,
    about: str | None = None,
    actor: str | None = None,
    chain: str | None = None,
    q: str | None = None,
    since: str | None = None,
    until: str | None = None,
    known_since: str | None = None,
    known_until: str | None = None,
    accounts: bool = False,
) -> Wanted:
    """Raises Refused for a service or type that is none, for a day that is none."""
    if service and service not in SERVICES:
        raise Refused("unknown-service", value=service)
    if type and type not in EVENTS:
        raise Refused("unknown-type", value=type)
    return Wanted(
        service or None,
        type or None,
        _text(entity),
        _text(about),
        _text(actor),
        _text(chain),
        _text(q),
        day_of(since),
        day_of(until),
        day_of(known_since),
        day_of(known_until),
        accounts,
    )


def _text(given: str | None) -> str | None:
    """What was given, None of what is empty. No event holds a NUL, and DuckDB takes none: it must not vanish, or
    whoever asks for nothing that exists would be given everything."""
    return " ".join((given or "").replace("\x00", "\ufffd").split()) or None


def _is_id(text: str) -> bool:
    try:
        return len(text) == 36 and str(UUID(text)) == text.casefold()
    except ValueError:
        return False


async def found(
    table: EventTable,
    which: Wanted,
    *,
    after: int = 0,
    limit: int = PAGE,
    newest: bool = False,
    before: int | None = None,
) -> list[dict[str, Any]]:
    """Rows of the table in the order of the log, or newest first; with sequences above `after` and below `before`.

    Where most events answer, those that are wanted stand near the end where the question begins: there it is asked
    first.
    """
    if which.searches:
        await texts.known(table)
    where, values = which.where
    top = table.position + 1 if before is None else before
    near = (max(after, top - NEAR - 1), top) if newest else (after, min(top, after + NEAR + 1))
    if which.searches:  # the texts are gone through once
        near = (after, top)
    # The sequences first, then their rows: else every column of every event that answers is read.
    sql = (
        f"SELECT {COLUMNS} FROM events WHERE seq > $low AND seq < $high AND seq IN ("
        f"SELECT seq FROM events WHERE {where} AND seq > $low AND seq < $high "
        f"ORDER BY seq {_order(newest)} LIMIT $limit) "
        f"ORDER BY seq {_order(newest)}"
    )
    rows: list[dict[str, Any]] = []
    for low, high in dict.fromkeys((near, (after, top))):
        rows = await table.ask(sql, {**values, "low": low, "high": high, "limit": limit})
        if len(rows) == limit:
            break
    return rows


def _order(newest: bool) -> str:
    return "DESC" if newest else "ASC"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of events, newest first. `newer` and `older`: whether there are some."""

    rows: Sequence[dict[str, Any]]
    newer: bool
    older: bool


async def page(table: EventTable, which: Wanted, *, before: int | None = None, after: int | None = None) -> Page:
    """The events below a sequence, those next above one, or the newest."""
    if after is not None and before is None:
        rows = await found(table, which, after=after, limit=PAGE + 1)
        older = after > 0 and bool(await found(table, which, before=after + 1, newest=True, limit=1))
        return Page(rows[:PAGE][::-1], len(rows) > PAGE, older)
    rows = await found(table, which, newest=True, before=before, limit=PAGE + 1)
    newer = before is not None and bool(await found(table, which, after=before - 1, limit=1))
    return Page(rows[:PAGE], newer, len(rows) > PAGE)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many events answer. `services` and `types` leave aside which service and type were asked for: what a filter
    would bring."""

    total: int
    services: Mapping[str, int]
    types: Mapping[str, int]


async def counts(table: EventTable, which: Wanted) -> Counts:
    """Counted in one pass over the table."""
    if which.searches:
        await texts.known(table)
    where, values = which.without("service", "type").where
    rows = await table.ask(f"SELECT service, type, count(*) AS n FROM events WHERE {where} GROUP BY ALL", values)
    services: dict[str, int] = {}
    types: dict[str, int] = {}
    total = 0
    for row in rows:
        here = which.service in (None, row["service"])
        if which.type in (None, row["type"]):
            services[row["service"]] = services.get(row["service"], 0) + row["n"]
            total += row["n"] if here else 0
        if here:
            types[row["type"]] = types.get(row["type"], 0) + row["n"]
    return Counts(total, services, types)


async def with_sequences(table: EventTable, sequences: Sequence[int]) -> list[dict[str, Any]]:
    """The events with these sequences, in their order."""
    return await table.ask(
        f"SELECT {COLUMNS} FROM events WHERE seq IN (SELECT unnest($sequences::BIGINT[])) ORDER BY seq",
        {"sequences": list(sequences)},
    )


def utc(moment: datetime | None) -> str:
    """A time of the table as events write it, to the microsecond."""
    return "" if moment is None else f"{moment.isoformat(timespec='microseconds')}Z"
