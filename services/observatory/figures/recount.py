"""Each figure of the review that the network printed, recounted from events, beside what was printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.observatory.event_table.filtering import ALL, Answer, narrowed
from services.observatory.event_table.table import EventTable
from services.observatory.figures.answers import given
from services.observatory.figures.rounding import rounded
from services.observatory.indicators import INDICATORS, Counts
from services.observatory.network.printed_review import Figure, Published
from shared.base.translations import Text


@dataclass(frozen=True, slots=True)
class Row:
    """One figure, recomputed. `value` at the precision of the print; None: not measured. `equal` is None where the
    figure was asked for another day than it was printed for. `counted`: its path among those of the indicator.
    `events`: how many events it rests on."""

    path: str
    counted: str
    label: Text
    service: str
    indicator: str
    value: float | None
    published: float | None
    equal: bool | None
    events: int
    sequences: tuple[int, ...]
    rests_on: Counts
    as_of: date
    precision: int
    doubt: bool
    note: Text | None

    @property
    def difference(self) -> float | None:
        """What was recomputed less what was published."""
        if self.value is None or self.published is None or self.equal is None:
            return None
        return round(self.value - self.published, self.precision)


def review(table: EventTable, printed: Published, as_of: date | None = None, known: int | None = None) -> list[Row]:
    """Every figure of a printed review as of a day (without one: its closing date), as known at a sequence (without
    one: now). Asks one query for each indicator and day; blocks meanwhile."""
    day = as_of or printed.as_of
    upto = table.position if known is None else known
    answers: dict[tuple[str, date, int | None, int | None], Answer] = {}
    found = []
    with table.at(day, upto) as rows:
        for figure in printed.figures:
            # A year's figures all come from one query for the day asked for, which takes each year at its own end.
            asked = day if figure.until and _by_year(figure) else figure.day(day)
            key = (figure.indicator, asked, figure.first, figure.last)
            if key not in answers:
                one = INDICATORS[figure.indicator]
                answers[key] = narrowed(rows, one, given(one, asked, upto, figure.first, figure.last), ALL)
            value, sequences = answers[key].get(figure.counted, (None, ()))
            found.append(_row(figure, day, printed.as_of, value, sequences))
    return found


def _by_year(figure: Figure) -> bool:
    return INDICATORS[figure.indicator].by_year and figure.first is None


def _row(figure: Figure, day: date, closing: date, value: float | None, sequences: tuple[int, ...]) -> Row:
    value = rounded(value, figure.precision)
    same_day = figure.day(day) == figure.day(closing)
    return Row(
        path=figure.path,
        counted=figure.counted,
        label=figure.label,
        service=figure.service,
        indicator=figure.indicator,
        value=value,
        published=figure.published,
        equal=value == figure.published if same_day else None,
        events=len(sequences),
        sequences=sequences,
        rests_on=figure.rests_on,
        as_of=figure.day(day),
        precision=figure.precision,
        doubt=figure.doubt,
        note=figure.note,
    )
