"""What is open data: an indicator's figures as everybody may have them. Those that count no persons stand for any day, as
known on any day. Those that do are released for the ends of years only, each as it was known a month later, and never
again otherwise (ADR 18): so there are no two days to subtract but those that `masking.py` has compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from services.observatory.drawing import Answer, year_of
from services.observatory.filtering import TOTAL
from services.observatory.indicators import Filter, Indicator
from services.observatory.masking import released, released_alone
from services.observatory.reading import Moment, Observatory
from services.observatory.review import published
from shared.web.formats import as_date

LICENCE = ("Licence Ouverte 2.0", "https://www.etalab.gouv.fr/licence-ouverte-open-licence/")
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
    if by is not None and (by not in one.filters or by == "theme"):
        raise ValueError(by)
    if one.persons:
        found = await _of_persons(observatory, one, moment.as_of, today, by)
        return found if by else [*found, *_printed(one, moment.as_of, {row.path for row in found})]
    known = moment.known_at or today
    first, last = _years(one)
    if by is not None:
        parts = await observatory.parted(one.name, moment, by)
        return [
            Row(path, part, len(rests), "measured", moment.as_of, known, _partial(one, path, moment.as_of))
            for path, some in sorted(parts.items()) for part, rests in sorted(some.items())
        ]  # fmt: skip
    answer = await observatory.ask(one.name, moment, first, last)
    return [
        Row(path, None, value, "not-measured" if value is None else "measured", moment.as_of, known, _partial(one, path, moment.as_of))
        for path, (value, _) in sorted(answer.items())
    ]  # fmt: skip


def _years(one: Indicator) -> tuple[int | None, int | None]:
    """The years that the review asks an indicator for: others would be days to subtract."""
    printed = next((figure for figure in published().figures if figure.indicator == one.name), None)
    return (printed.first, printed.last) if printed else (None, None)


def _partial(one: Indicator, path: str, day: date) -> bool:
    return one.by_year and year_of(path) == day.year and (day.month, day.day) != (12, 31)


async def release_days(observatory: Observatory, upto: date, today: date) -> list[Moment]:
    """The ends of years that are released by today, none after `upto`, each with the knowledge that it has for ever: that
    of the end of January, or of the month in which the log began, since a history is written down in a few days."""
    found = (
        await observatory.table.ask("SELECT min(year(day)) AS year, min(recorded) AS begun FROM events WHERE readable")
    )[0]
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
    if by is not None:
        tables = []
        for moment in days:
            parts = await observatory.parted(one.name, moment, by)
            tables.append({part: len(rests) for part, rests in parts.get(_key(one, moment.as_of), {}).items()})
        return _parts(days, tables, [_key(one, moment.as_of) for moment in days])
    first, last = _years(one)
    answers = [await observatory.ask(one.name, moment, first, last) for moment in days]
    if one.by_year:
        answers = [
            {path: found for path, found in answer.items() if year_of(path) == moment.as_of.year}
            for moment, answer in zip(days, answers, strict=True)
        ]
    if one.parts == "college":
        return _colleges(one, days, answers)
    return _alone(one, days, answers)


def _key(one: Indicator, day: date) -> str:
    return (one.key or "").replace("{year}", str(day.year))


def _printed(one: Indicator, upto: date, known: set[str]) -> list[Row]:
    """What the network has published of it, where nothing else is released: that can't be taken back."""
    closing = published().as_of
    return [
        Row(figure.path, None, figure.published, "published", day, closing, _partial(one, figure.path, day))
        for figure in published().figures
        if figure.indicator == one.name and figure.path not in known and figure.published is not None
        and (day := figure.day(closing)) <= upto
    ]  # fmt: skip


def _parts(days: Sequence[Moment], tables: Sequence[Mapping[str, int]], paths: Sequence[str]) -> list[Row]:
    found = []
    for moment, path, table in zip(days, paths, released(tables), strict=True):
        found += [_row(moment, path, part, number) for part, number in table.cells.items()]
        found.append(_row(moment, path, TOTAL, table.total))
    return found


def _colleges(one: Indicator, days: Sequence[Moment], answers: Sequence[Answer]) -> list[Row]:
    """Colleges part all members, so what is masked of one could be found by subtraction from the total."""
    tables: list[dict[str, int]] = []
    for answer in answers:
        tables.append(
            {
                path.split(".")[-2]: int(value or 0)
                for path, (value, _) in answer.items()
                if TOTAL not in path.split(".")
            }
        )
    printed = [{path.split(".")[-2] for path in answer if published().figure(path)} for answer in answers]
    found = []
    for moment, answer, table in zip(days, answers, released(tables, {one.persons or ""}, printed), strict=True):
        for path in sorted(answer):
            total = TOTAL in path.split(".")
            # A total that the network has printed stands, like its parts.
            number = (
                (answer[path][0] if published().figure(path) else table.total)
                if total
                else table.cells[path.split(".")[-2]]
            )
            found.append(_row(moment, path, None, number))
    return found


def _alone(one: Indicator, days: Sequence[Moment], answers: Sequence[Answer]) -> list[Row]:
    found = []
    for path in sorted({path for answer in answers for path in answer}):
        asked = [(moment, answer[path][0]) for moment, answer in zip(days, answers, strict=True) if path in answer]
        numbers = [None if value is None else round(value) for _, value in asked]
        figure = published().figure(path)
        printed = [
            figure is not None and figure.until is not None and moment.as_of >= figure.until for moment, _ in asked
        ]
        for (moment, value), number in zip(asked, released_alone(numbers, printed), strict=True):
            row = _row(moment, path, None, number)
            found.append(
                row if value is not None else Row(path, None, None, "not-measured", row.as_of, row.known_at, False)
            )
    return found


def _row(moment: Moment, path: str, part: str | None, number: float | None) -> Row:
    known = moment.known_at or moment.as_of
    return Row(path, part, number, "masked" if number is None else "measured", moment.as_of, known, False)
