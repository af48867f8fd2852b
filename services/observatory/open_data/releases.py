"""What is open data: an indicator's figures as everybody may have them. Those that count no persons stand for any day,
as known on any day. Those that do are released for the ends of years only, each as it was known a month later, and
never again otherwise (ADR 18): so there are no two days to subtract but those that `small_cells.py` has compared,
beside what the network had published elsewhere until then (ADR 25).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from services.observatory.charts.drawing import Answer
from services.observatory.event_table.filtering import ELSEWHERE
from services.observatory.event_table.moment import Moment
from services.observatory.figures.computed import Spec
from services.observatory.figures.observatory import Observatory
from services.observatory.figures.period import year_of
from services.observatory.indicators import INDICATORS, Filter, Indicator
from services.observatory.indicators.paths import TOTAL, is_total
from services.observatory.network.printed_review import Published
from services.observatory.open_data.disclosed import (
    Said,
    add,
    between,
    college_of,
    college_tables,
    lengths_of,
    printed,
    said,
    said_again,
    told,
)
from services.observatory.open_data.small_cells import Length, Released, Told, few_apart, heads, judged, released
from shared.base.paris_days import PARIS
from shared.notions.vocabularies.view import known_lists
from shared.runtime.faces import Premises
from shared.web.formatting import as_date

LICENCE = ("Licence Ouverte 2.0", "https://www.etalab.gouv.fr/licence-ouverte-open-licence/")
BEGUN = "SELECT min(year(day)) FILTER (believed IS NULL) AS year, min(peak) AS begun FROM events WHERE readable"
State = Literal["measured", "published", "masked", "not-measured"]


@dataclass(frozen=True, slots=True)
class Row:
    """One figure as it is released. `part`: of what the figure is parted by. `partial`: its year is not over. `state`
    published: as the network has printed it itself."""

    path: str
    part: str | None
    value: float | None
    state: State
    as_of: date
    known_at: date
    partial: bool


async def rows(
    observatory: Observatory, one: Indicator, moment: Moment, today: date, by: Filter | None = None
) -> list[Row]:
    """The released figures of an indicator up to a moment. Raises ValueError for a part that it can't be parted by."""
    if by is not None and by not in parts_of(one):
        raise ValueError(by)
    if one.persons:
        found = await _of_persons(observatory, one, moment.as_of, today, by)
        return found if by else _with_printed(one, observatory.network.reviews, moment.as_of, found)
    known = moment.known_at or today
    first, last = _years(observatory, one, moment.as_of)
    if by is not None:
        parts = await observatory.parted(one.name, moment, by)
        return [
            Row(path, part, len(rests), "measured", moment.as_of, known, _partial(one, path, moment.as_of))
            for path, some in sorted(parts.items())
            for part, rests in sorted(some.items())
        ]
    answer = await observatory.ask(one.name, moment, first, last)
    return [
        Row(
            path,
            None,
            value,
            "not-measured" if value is None else "measured",
            moment.as_of,
            known,
            _partial(one, path, moment.as_of),
        )
        for path, (value, _) in sorted(answer.items())
    ]


async def released_said(observatory: Observatory, one: Indicator, today: date) -> list[Said]:
    """What open data has released of an indicator that counts persons, whole or by college as its paths name it."""
    if not one.public:
        return []
    moment = Moment(today, None, observatory.table.position)
    years = _years(observatory, one, today)
    found = []
    for row in await rows(observatory, one, moment, today):
        if row.value is None or row.state != "measured":
            continue
        found.append(Said(Spec(one.name, row.path, "state", row.as_of, None, *years), row.value))
        if one.means:  # with what it is over, which everybody can ask for
            known = await observatory.table.work(observatory.table.known_on, row.known_at)
            over = await _over(observatory, one, Moment(row.as_of, row.known_at, known), *years)
            found.append(Said(Spec(one.means, one.means, "state", row.as_of, None, *years), over or 1))
    return found


def parts_of(one: Indicator) -> list[Filter]:
    """What an indicator can be parted by: not by what its paths name already, which would be a second table of the
    same, masked in another way; nor by themes, of which a structure may have several. Persons by one trait only: who is
    of which structure is no secret to it, so that two partings are two sums over the same structures, and their
    difference may be one structure's few persons."""
    found = [trait for trait in one.filters if trait not in (one.parts, "theme")]
    return found[:1] if one.persons == "all" else found


def _years(observatory: Observatory, one: Indicator, day: date) -> tuple[int | None, int | None]:
    """The years that an indicator is asked for: those that the first printed review that has it asks it for, since
    others would be days to subtract; without one all years, and of what is asked by the year that of the day."""
    for review in observatory.network.reviews:
        if found := next((figure for figure in review.figures if figure.indicator == one.name), None):
            return found.first, found.last
    return (day.year if one.by_year and one.parameters == ("first",) else None), None


def _partial(one: Indicator, path: str, day: date) -> bool:
    return one.by_year and year_of(path) == day.year and (day.month, day.day) != (12, 31)


def sure_day(service: Premises) -> date:
    """The day in Paris until which something is released: while the clock is in doubt, the one that has surely come,
    since what everybody has seen can't be taken back."""
    return service.clock.surely().astimezone(PARIS).date()


async def begun(observatory: Observatory) -> date:
    """The day before which there was nobody, as everybody sees by the first year that is released."""
    (found,) = await observatory.table.ask(BEGUN)
    return date(max(found["year"] or 1900, 1900), 1, 1)


async def release_days(observatory: Observatory, upto: date, today: date) -> list[Moment]:
    """The ends of years that are released by today, none after `upto`, each with the knowledge that it has for ever:
    that of the end of January, or of the month in which the log began, since a history is written down in a few
    days."""
    (found,) = await observatory.table.ask(BEGUN)
    if found["year"] is None:
        return []
    begun = end_of_month(as_date(found["begun"]))
    days = []
    for year in range(max(found["year"], 1900), min(upto.year, today.year) + 1):
        day, pin = date(year, 12, 31), max(date(year + 1, 1, 31), begun)
        if day <= upto and pin < today:
            days.append(Moment(day, pin, await observatory.table.work(observatory.table.known_on, pin)))
    return days


def end_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


async def _of_persons(
    observatory: Observatory, one: Indicator, upto: date, today: date, by: Filter | None
) -> list[Row]:
    days = await release_days(observatory, upto, today)
    had = await _had(observatory, one, days)
    if by is not None and one.persons != "all":
        whole = await _of_persons(observatory, one, upto, today, None)
        return await _parts_beside_structures(observatory, one, days, by, whole)
    first, last = _years(observatory, one, upto)
    answers = [await observatory.ask(one.name, moment, first, last) for moment in days]
    if one.by_year:
        answers = [
            {path: found for path, found in answer.items() if year_of(path) == moment.as_of.year}
            for moment, answer in zip(days, answers, strict=True)
        ]
    if one.parts == "college":
        return _colleges(one, days, answers, had)
    if one.persons == "all" and (parts := parts_of(one)):
        tables = await _tables(observatory, one, days, parts[0], had)
        found, parted = with_parts(one, days, answers, had, tables, parts[0])
        return found if by is None else parted
    may = await _mean(observatory, one, days, had) if one.means else _itself
    found = [row for path in _paths(answers) for row in _alone(one, path, days, answers, had, may)]
    if one.sums is None:
        return found
    yearly = await _of_persons(observatory, INDICATORS[one.sums], upto, today, None)
    every = [each for some in had for each in some]
    return [
        row if _tells_its_years(one, row, yearly, every) else replace(row, value=None, state="masked") for row in found
    ]


def _tells_its_years(one: Indicator, row: Row, yearly: Sequence[Row], had: Sequence[Said]) -> bool:
    """Whether a sum of years tells no more than its years, as they are released: else it tells the one that is masked,
    be it that there was nobody."""
    if row.value is None or said_again(had, _spec(one, row.path, row.as_of), row.value):
        return True
    first = year_of(row.path) or 0
    years = [year.value for year in yearly if first <= year.as_of.year <= row.as_of.year]
    return None not in years and row.value == sum(year or 0 for year in years)


async def _had(observatory: Observatory, one: Indicator, days: Sequence[Moment]) -> list[list[Said]]:
    """For each release what everybody had of the indicator before: what was printed, and what was published until
    then."""
    if not days:
        return []
    table = observatory.table
    names = [one.name, one.means] if one.means else [one.name]
    every = [
        *printed(observatory.network.reviews, names),
        *await table.work(said, table, names, days[-1].known),
    ]
    return [[each for each in every if each.seq <= moment.known] for moment in days]


def _key(one: Indicator, day: date) -> str:
    return (one.key or "").replace("{year}", str(day.year))


def _with_printed(one: Indicator, reviews: Sequence[Published], upto: date, found: Sequence[Row]) -> list[Row]:
    """The same with what the network has printed of it, where nothing else is released of that day: that can't be taken
    back."""
    shown = {(row.path, row.as_of) for row in found if row.value is not None}
    more = [
        Row(figure.counted, None, figure.published, "published", day, review.as_of, _partial(one, figure.counted, day))
        for review in reviews
        for figure in review.figures
        if figure.indicator == one.name
        and figure.published is not None
        and (day := figure.day(review.as_of)) <= upto
        and (figure.counted, day) not in shown
    ]
    said_instead = {(row.path, row.as_of) for row in more}
    return [*(row for row in found if (row.path, row.as_of) not in said_instead), *more]


@dataclass(frozen=True, slots=True)
class Parted:
    """A table as it is on a day. `possible`: the parts that somebody may be in by what everybody knows, since there are
    structures in them. `known`: the tables that everybody had before."""

    cells: Mapping[str, int]
    possible: frozenset[str]
    known: Sequence[Released]


async def _tables(
    observatory: Observatory, one: Indicator, days: Sequence[Moment], by: Filter, had: Sequence[Sequence[Said]]
) -> list[Parted]:
    """The table of each day. Its parts are those that structures are known in (and no known one), whether somebody is
    in them or not: that a part is there tells nothing."""
    found = []
    every = {ELSEWHERE}
    for moment, some in zip(days, had, strict=True):
        structures = await observatory.parted("structures_total", moment, by)
        possible = frozenset(part for parts in structures.values() for part, rests in parts.items() if rests)
        every |= possible | {part for each in some if (part := each.filters.chosen().get(by))}
        cells = dict.fromkeys(sorted(every), 0)
        parts = await observatory.parted(one.name, moment, by)
        for part, rests in parts.get(_key(one, moment.as_of), {}).items():
            cells[part if part in cells else ELSEWHERE] += len(rests)
        found.append(Parted(cells, possible, _tables_by(one, some, by, [*cells])))
    return found


def with_parts(
    one: Indicator,
    days: Sequence[Moment],
    answers: Sequence[Answer],
    had: Sequence[Sequence[Said]],
    tables: Sequence[Parted],
    by: Filter,
) -> tuple[list[Row], list[Row]]:
    """A figure and its parts, judged together day after day: the total of the table is the figure, shown in both or in
    none of them."""
    done: list[Released] = []
    parted: list[Row] = []

    def may(n: int, path: str, whole: int | None) -> bool:
        if path != _key(one, days[n].as_of):
            return whole is not None
        table = tables[n]
        number = sum(table.cells.values())
        if whole is None or number != whole:
            day = Released(dict.fromkeys(table.cells), None)
        else:
            before = [_as_of_cells(each, table.cells, None) for each in table.known]
            before += [_as_of_cells(each, table.cells, 0) for each in done]
            day = judged(table.cells, before, possible=table.possible)
        done.append(day)
        parted.extend(_row(days[n], path, part, shown) for part, shown in day.cells.items())
        parted.append(_row(days[n], path, TOTAL, day.total))
        return whole is not None and day.total is not None

    whole = [row for path in _paths(answers) for row in _alone(one, path, days, answers, had, may)]
    return whole, parted


def _as_of_cells(table: Released, cells: Iterable[str], new: int | None) -> Released:
    """The same with these cells; `new`: what a cell was that the table does not have. Of a table that is masked none is
    known."""
    new = None if None in table.cells.values() else new
    return Released({cell: table.cells.get(cell, new) for cell in cells}, table.total)


async def _parts_beside_structures(
    observatory: Observatory, one: Indicator, days: Sequence[Moment], by: Filter, whole: Sequence[Row]
) -> list[Row]:
    """The parts of a total that structures and persons are in. Persons have no structure, so they are in no part but
    that of which nothing is known: it is masked where the total is. All others count structures, as anybody can."""
    masked = {row.as_of for row in whole if row.value is None and is_total(row.path)}
    found = []
    for moment in days:
        path = _key(one, moment.as_of)
        parts = await observatory.parted(one.name, moment, by)
        table = {ELSEWHERE: 0, **{part: len(rests) for part, rests in parts.get(path, {}).items()}}
        hidden = moment.as_of in masked
        found += [
            _row(moment, path, part, None if hidden and part == ELSEWHERE else number)
            for part, number in sorted(table.items())
        ]
        found.append(_row(moment, path, TOTAL, None if hidden else sum(table.values())))
    return found


def _tables_by(one: Indicator, some: Sequence[Said], by: Filter, cells: Sequence[str]) -> list[Released]:
    """What was said of the whole, and of single parts, as tables."""
    unknown: Mapping[str, int | None] = dict.fromkeys(cells)
    found = []
    for each in some:
        chosen, path = each.filters.chosen(), each.spec.path
        of_key = path == (one.key or "").replace("{year}", str(year_of(path)))
        if of_key and each.spec.after is None and set(chosen) <= {by}:
            part = {chosen[by]: each.number} if chosen else {}
            found.append(Released({**unknown, **part}, None if chosen else each.number))
    return found


def _colleges(
    one: Indicator, days: Sequence[Moment], answers: Sequence[Answer], had: Sequence[Sequence[Said]]
) -> list[Row]:
    """Colleges part all members: the total less the structures, which anybody can count, are the persons (ADR 30)."""
    tables = [
        {college_of(path): int(value or 0) for path, (value, _) in answer.items() if college_of(path) != TOTAL}
        for answer in answers
    ]
    known = [college_tables(one, some, known_lists().listed("college")) for some in had]
    # What everybody has of the same day is shown: masking would hide nothing.
    open_ = [
        {
            college_of(path)
            for path, (value, _) in answer.items()
            if said_again(some, _spec(one, path, moment.as_of), value or 0)
        }
        for moment, answer, some in zip(days, answers, had, strict=True)
    ]
    found = []
    for moment, answer, table in zip(days, answers, released(tables, set(one.of_persons), open_, known), strict=True):
        for path in sorted(answer):
            college = college_of(path)
            found.append(_row(moment, path, None, table.total if college == TOTAL else table.cells[college]))
    return found


May = Callable[[int, str, int | None], bool]
"""Whether the number of a day of a path that could be shown by itself (None: it could not) is shown."""


def _itself(n: int, path: str, whole: int | None) -> bool:
    return whole is not None


async def _mean(observatory: Observatory, one: Indicator, days: Sequence[Moment], had: Sequence[Sequence[Said]]) -> May:
    """A mean, with what it is over as everybody can ask for it, is as good as the persons in it."""
    years = _years(observatory, one, days[-1].as_of) if days else (None, None)
    over = [await _over(observatory, one, moment, *years) for moment in days]
    shown: list[Length] = []

    def may(n: int, path: str, whole: int | None) -> bool:
        if whole is None:
            return False
        spec = _spec(one, path, days[n].as_of)
        mine = Length(*between(*years, days[n].as_of), heads(whole, over[n] or 1))
        others = [*shown, *lengths_of(one, ((each.spec, each.value) for each in had[n]))]
        if not said_again(had[n], spec, whole) and few_apart(others, [mine]):
            return False
        shown.append(mine)
        return True

    return may


async def _over(
    observatory: Observatory, one: Indicator, moment: Moment, first: int | None, last: int | None
) -> float | None:
    """What a mean is over on a day, as everybody can ask for it."""
    return next((value for value, _ in (await observatory.ask(one.means or "", moment, first, last)).values()), None)


def _paths(answers: Sequence[Answer]) -> list[str]:
    return sorted({path for answer in answers for path in answer})


def _alone(
    one: Indicator,
    path: str,
    days: Sequence[Moment],
    answers: Sequence[Answer],
    had: Sequence[Sequence[Said]],
    may: May,
) -> list[Row]:
    """One figure day after day."""
    found = []
    shown = Told()
    for n, (moment, answer, some) in enumerate(zip(days, answers, had, strict=True)):
        if path not in answer:
            continue
        value, said_before = answer[path][0], told(some, path)
        row = _row(moment, path, None, None)
        if value is None:
            found.append(replace(row, state="not-measured"))
            continue
        spec = _spec(one, path, moment.as_of)
        mine, begun = add(Told(), spec, value), date(days[0].as_of.year, 1, 1)
        before = said_before.also(states=shown.states, flows=shown.flows)
        few = before.since(begun).tells_few(mine.since(begun), grows=one.partial != "day")
        by_itself = said_again(some, spec, value) or not few
        if may(n, path, round(value) if by_itself else None):
            shown = add(shown, spec, value)
            row = replace(row, value=round(value), state="measured")
        found.append(row)
    return found


def _spec(one: Indicator, path: str, day: date) -> Spec:
    return Spec(one.name, path, "state", day)


def _row(moment: Moment, path: str, part: str | None, number: float | None) -> Row:
    known = moment.known_at or moment.as_of
    return Row(path, part, number, "masked" if number is None else "measured", moment.as_of, known, False)
