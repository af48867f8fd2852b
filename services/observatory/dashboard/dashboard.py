"""What stands on the dashboard at a moment: key figures with their change, a picture for each indicator that has one,
every other figure in a table. All of it from the heads of the SQL files; no indicator is named here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from services.observatory.charts.drawing import Answer, Context, Drawn, drawn, name, plain
from services.observatory.event_table.filtering import Filters
from services.observatory.event_table.moment import Moment
from services.observatory.event_table.unchanged_days import last_words
from services.observatory.figures.observatory import Observatory
from services.observatory.indicators import LISTED, Indicator
from shared.base.services import SERVICES
from shared.base.translations import L, translated
from shared.web.formatting import day as written
from shared.web.formatting import number

YEARS = 6  # years that pictures go back to, where no period is asked for
OTHER = {"network_of_networks": "membership"}
"""First words of paths that are no service, and whose figures they are."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for. `since`: the day that figures are compared with; `first` and `last`: the years."""

    moment: Moment
    since: date
    first: int
    last: int
    filters: Filters
    query: Mapping[str, str]

    def address(self, **changes: str | None) -> str:
        """The query of this state, changed; None takes one out."""
        kept = {**self.query, **changes}
        return urlencode({key: value for key, value in kept.items() if value})


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure at the moment and on the day before it. `path` leads to its events."""

    indicator: Indicator
    path: str
    label: str
    value: float | None
    before: float | None
    events: int

    @property
    def change(self) -> float | None:
        return None if self.value is None or self.before is None else self.value - self.before


@dataclass(frozen=True, slots=True)
class Panel:
    """One indicator's picture."""

    indicator: Indicator
    drawn: Drawn


@dataclass(frozen=True, slots=True)
class Dashboard:
    """All of it. `left_out`: the indicators that the filters can't be put to."""

    keys: Sequence[Figure]
    panels: Sequence[Panel]
    others: Mapping[str, Sequence[Figure]]
    left_out: Sequence[Indicator]


def ordered() -> list[Indicator]:
    """The indicators as the dashboard has them: by rank, then by service."""
    return sorted(LISTED, key=lambda one: (one.rank, SERVICES.index(service_of(one)), one.name))


def service_of(one: Indicator) -> str:
    """The service whose events it counts, by the first word of its paths."""
    words = (one.key or "").partition(".")[0] or next(
        (word for word in (*SERVICES, *OTHER) if f"'{word}." in one.query), "observatory"
    )
    return OTHER.get(words, words)


async def dashboard(observatory: Observatory, asked: Asked, where: Context, *, keys_only: bool = False) -> Dashboard:
    """The dashboard, or its key figures alone. Two snapshots of the table: the moment, and the day it is compared with,
    as far as new events have touched it."""
    known = await observatory.settled.known(observatory.table, asked.since, asked.moment.known)
    earlier = replace(asked.moment, as_of=asked.since, known=known)
    mine = await observatory.listed()
    shown = [one for one in ordered() if one.name in mine]
    every = [one.name for one in shown if one.key or not keys_only]
    years = {"first": asked.first, "last": asked.last}
    if keys_only and not asked.filters.chosen():
        now: Mapping[str, Answer] = await _keys(observatory, asked, shown)
    else:
        now = await observatory.ask_all(every, asked.moment, asked.filters, **years)
    then = await observatory.ask_all(every, earlier, asked.filters, **years)
    keys = [key_figure(one, now, then, asked, where) for one in shown if one.key and one.name in now]
    if keys_only:
        return Dashboard(keys, (), {}, ())
    panels = [
        Panel(one, drawn(one, now[one.name], where)) for one in shown if one.chart != "figure" and one.name in now
    ]
    others: dict[str, list[Figure]] = {}
    for one in sorted(shown, key=lambda one: (SERVICES.index(service_of(one)), one.rank, one.title)):
        if one.name in now and one.chart == "figure" and not one.key:
            others.setdefault(service_of(one), []).extend(figures(one, now[one.name], then.get(one.name, {}), where))
    return Dashboard(keys, panels, others, [one for one in shown if one.name not in now])


async def _keys(observatory: Observatory, asked: Asked, shown: Sequence[Indicator]) -> dict[str, Answer]:
    """The key figures' answers, each counted again only if the service that it counts has said something since."""
    heard = await last_words(observatory.table, asked.moment.known)
    ones = [one for one in shown if one.key]
    moments = [replace(asked.moment, known=heard.get(service_of(one), 0)) for one in ones]
    answers = await asyncio.gather(
        *(observatory.ask(one.name, moment, asked.first, asked.last) for one, moment in zip(ones, moments, strict=True))
    )
    return {one.name: answer for one, answer in zip(ones, answers, strict=True)}


def key_figure(
    one: Indicator, now: Mapping[str, Answer], then: Mapping[str, Answer], asked: Asked, where: Context
) -> Figure:
    """The key figure of an indicator; one of a year is compared with that of the earlier day's year."""
    assert one.key is not None
    path, earlier = (one.key.replace("{year}", str(day.year)) for day in (asked.moment.as_of, asked.since))
    value, rests = now[one.name].get(path, (None, ()))
    before, _ = then.get(one.name, {}).get(earlier, (None, ()))
    return Figure(
        one,
        path,
        where.words(one.title) if "{year}" not in one.key else plain(where.words(one.title), where),
        value,
        before,
        len(rests),
    )


def figures(one: Indicator, now: Answer, then: Answer, where: Context) -> list[Figure]:
    """The figures of an indicator that has no picture."""
    return [
        Figure(one, path, name(one, path, where), value, then.get(path, (None, ()))[0], len(rests))
        for path, (value, rests) in sorted(now.items())
    ]


def change_in_words(figure: Figure, since: date, lang: str) -> str:
    """ "+12 depuis le 31/10/2016", never a percentage alone."""
    day = written(since)
    if figure.before is None:
        return translated(L("non mesuré le {day}"), lang, day=day)
    if figure.change is None:
        return ""
    if figure.change == 0:
        return translated(L("comme le {day}"), lang, day=day)
    sign = "+" if figure.change > 0 else ""
    change = sign + number(figure.change, lang)
    return translated(L("{change} depuis le {day}"), lang, change=change, day=day)


def a_year_before(day: date) -> date:
    """The same day of the year before; the 28th for the 29th of February."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day - timedelta(days=366)
