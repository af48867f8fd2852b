"""What an address of the dashboard asks for: a state of it, and what is narrowed; how that is told to pictures and
pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from fastapi import Depends, Query, Request

from services.observatory.charts.drawing import Context, label
from services.observatory.dashboard.dashboard import YEARS, Asked, a_year_before
from services.observatory.event_table.filtering import Filters
from services.observatory.event_table.moment import day_of, today
from services.observatory.figures.observatory import Observatory
from services.observatory.network import whose
from shared.base.translations import Lang
from shared.geo import DEPARTMENTS
from shared.kernel.decider import Refused
from shared.notions.vocabularies.view import known_lists
from shared.web.templating import Pages, language

MOST_THEMES = 60
Word = Annotated[str | None, Query(max_length=100)]
Day = Annotated[str | None, Query(max_length=40)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The query of the dashboard as it came."""

    as_of: str | None
    known_at: str | None
    since: str | None
    year: str | None
    department: str | None
    college: str | None
    theme: str | None
    kind: str | None


def wanted(
    as_of: Day = None,
    known_at: Day = None,
    since: Day = None,
    year: Annotated[str | None, Query(max_length=10)] = None,
    department: Word = None,
    college: Word = None,
    theme: Word = None,
    kind: Word = None,
) -> Wanted:
    return Wanted(as_of, known_at, since, year, department, college, theme, kind)


Query_ = Annotated[Wanted, Depends(wanted)]


async def asked(observatory: Observatory, want: Wanted) -> Asked:
    """What an address asks for. Raises Refused for a day, year, department, college or kind that is none."""
    filters = narrowing(want)
    moment = await observatory.moment(want.as_of, want.known_at, today())
    since = day_of(want.since)
    if since is not None and since >= moment.as_of:
        since = None
    last = moment.as_of.year if want.as_of else min(moment.as_of.year, await _last_year(observatory, moment.as_of))
    first = (since + timedelta(days=1)).year if since else last - YEARS + 1
    query = {
        "as_of": want.as_of,
        "known_at": want.known_at,
        "since": want.since if since else None,
        "department": want.department,
        "college": want.college,
        "theme": want.theme,
        "kind": want.kind,
    }
    said = {name: value for name, value in query.items() if value}
    return Asked(moment, since or a_year_before(moment.as_of), first, max(first, last), filters, said)


def narrowing(want: Wanted) -> Filters:
    """Raises Refused for a department, college or kind that is none; a theme is a free word."""
    for value, known in (
        (want.department, DEPARTMENTS),
        (want.college, known_lists().listed("college")),
        (want.kind, known_lists().listed("structure")),
    ):
        if value and value not in known:
            raise Refused("unknown-filter", value=value[:40])
    return Filters(want.department or None, want.college or None, want.theme or None, want.kind or None)


async def _last_year(observatory: Observatory, day: date) -> int:
    """The last year in which somebody did something, so that a network at rest is not shown by empty years. What a
    service did by itself, such as a draft that it began, is not meant."""
    sql = (
        f"SELECT max(year(day)) AS year FROM {observatory.table.known_now} "
        "WHERE service <> 'observatory' AND day <= $day "
        "AND entity NOT IN ('account', 'session', 'signing-key', 'import', 'process') "
        "AND NOT starts_with(actor, 'service:')"
    )
    found = (await observatory.table.ask(sql, {"day": day}))[0]["year"]
    return int(found or day.year)


def context(request: Request, asking: Asked, base: str = "/observatory/review/events") -> Context:
    """What pictures are told."""
    pages: Pages = request.app.state.pages

    def behind(path: str) -> str:
        return f"{base}?{asking.address(as_of=str(asking.moment.as_of), path=path, since=None)}"

    return Context(
        asking.moment.as_of,
        range(asking.first, asking.last + 1),
        language(request),
        pages.lexicon,
        asking.filters,
        behind,
        whose(request),
    )


def theme_options(found: Sequence[str], chosen: str | None, lang: Lang) -> list[tuple[str, str]]:
    """The themes that a filter offers, as the network calls them, by title; one that is chosen stays as it was said."""
    lists = known_lists()
    themes = lists.themes()
    means = None if chosen is None else themes.read(chosen)
    offered = {one: one for one in found} | ({means: chosen} if means and chosen else {})
    said = [(value, lists.theme(code, lang)) for code, value in offered.items()]
    return sorted(said, key=lambda pair: pair[1].casefold())


def tags(request: Request, filters: Filters, asking: Asked | None = None) -> list[tuple[str, str | None]]:
    """The active filters; on the dashboard each with the address that takes it away."""
    pages: Pages = request.app.state.pages
    where = Context(today(), range(0), language(request), pages.lexicon)
    return [
        (
            known_lists().theme(value, where.lang) if name == "theme" else label(where, value, name),
            f"/observatory/dashboard?{asking.address(**{name: None})}" if asking else None,
        )
        for name, value in filters.chosen().items()
    ]
