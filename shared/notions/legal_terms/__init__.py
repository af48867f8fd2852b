"""What the law says of a network that is an association, from a day on: dated texts and amounts, each with its source
and the day by which somebody looks whether it still holds (docs/adr/0058).

`legal_terms.yaml` has what held when this release was made, under each law. A network says by events what it has found
since (`LegalTermStated`), so that nobody waits for a release where an amount changes. One fold for all who read it."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.base.translations import SOURCE, L, Lang, among
from shared.contract import Event
from shared.contract.fields.codes import Code, Tongue
from shared.contract.membership.network import LawChosen, LegalTermStated

FILE = Path(__file__).parent / "legal_terms.yaml"
LAWS: Mapping[str, str] = {
    "1901": L("Loi du 1er juillet 1901"),
    "local": L("Droit local d’Alsace et de Moselle"),
}
"""The laws under which a network may be an association"""
BOTH = (SOURCE, "en")
"""Every release says them in these; a network, in the languages that it likes"""
USUAL = "1901"
"""Of a network that said nothing of its law, as before one could"""
ALL = "all"
UNITS = ("persons", "months", "years", "euros")
"""What amounts are of"""
Titles = Mapping[Tongue, str]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Wording(Part):
    """What held from a day on. `amount` is in `unit`s, where a figure is read."""

    since: date
    text: Titles
    source: Titles
    review_by: date
    amount: int | None = Field(None, ge=0)
    unit: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> Wording:
        for said in (self.text, self.source):
            if missing := {*BOTH} - {*said}:
                raise ValueError(f"say it in {', '.join(sorted(missing))}, too")
        if (self.amount is None) != (self.unit is None) or self.unit not in (None, *UNITS):
            raise ValueError("an amount has a unit, one of " + ", ".join(UNITS))
        if self.review_by <= self.since:
            raise ValueError("the day to review is after the day from which on it holds")
        return self


class LegalTerm(Part):
    """A term, and what held of it under each law, in the order of the days."""

    title: Titles
    laws: Mapping[str, list[Wording]]

    @model_validator(mode="after")
    def _under_each_law(self) -> LegalTerm:
        if {*self.laws} not in ({ALL}, {*LAWS}):
            raise ValueError(f"say what holds under {' and '.join(LAWS)}, or under `{ALL}`")
        for held in self.laws.values():
            days = [one.since for one in held]
            if not days or days != sorted(set(days)):
                raise ValueError("what held stands in the order of its days, each once")
        return self

    def under(self, law: str) -> Sequence[Wording]:
        """What held under a law, in the order of the days."""
        return self.laws.get(law, self.laws.get(ALL, []))


@cache
def legal_terms() -> Mapping[Code, LegalTerm]:
    """All of them, by code, in the order in which they are shown. Raises ValueError where the file is not whole."""
    return {code: LegalTerm.model_validate(said) for code, said in yaml.safe_load(FILE.read_text("utf-8")).items()}


@dataclass(frozen=True, slots=True)
class Holding:
    """A legal term on a day, as one law has it. `own`: whether the network said it, not the release."""

    code: str
    law: str
    title: Titles
    since: date
    text: Titles
    source: Titles
    review_by: date
    amount: int | None = None
    unit: str | None = None
    own: bool = False

    def said(self, what: str, lang: Lang) -> str:
        """Its `title`, `text` or `source` in a language, else in the network's first, else in any."""
        titles: Titles = getattr(self, what)
        return among(titles, lang) or ""

    def overdue(self, today: date) -> bool:
        """Whether the day is past by which somebody was to look at it."""
        return self.review_by < today


def law_on(said: Iterable[tuple[Event, date]], day: date) -> str:
    """The law that a network is under at the end of a day, by what it said in the order of its line."""
    chosen = [event.law for event, on in said if isinstance(event, LawChosen) and on <= day]
    return chosen[-1] if chosen and chosen[-1] in LAWS else USUAL


def held(law: str, said: Iterable[tuple[Event, date]] = (), day: date | None = None) -> Mapping[str, Holding]:
    """What holds under a law at the end of a day, by code; None: by now. `said`: what the network said, in the order
    of its line. A term of which nothing is known yet on that day is left out."""
    own = [(event, on) for event, on in said if isinstance(event, LegalTermStated) and event.law == law]
    found: dict[str, Holding] = {}
    for code, term in legal_terms().items():
        stands: Holding | None = None
        days: list[tuple[date, bool, Wording | LegalTermStated]] = []
        days += [(one.since, False, one) for one in term.under(law)]
        days += [(on, True, event) for event, on in own if event.term == code]
        for since, _, one in sorted(days, key=lambda each: each[:2]):
            if day is None or since <= day:
                stands = _after(stands, code, law, term, since, one)
        if stands is not None:
            found[code] = stands
    return found


def _after(
    before: Holding | None, code: str, law: str, term: LegalTerm, since: date, said: Wording | LegalTermStated
) -> Holding | None:
    """What holds after one more thing was said. Where the network said only that it looked, the rest stays as it
    was."""
    if isinstance(said, Wording):
        whole = said.model_dump(exclude={"since"})
        return Holding(code, law, term.title, since, **whole)
    if before is None and not (said.wording and said.article):
        return None  # before anything is known of it there is nothing to confirm
    amount = before.amount if before else None
    return Holding(
        code,
        law,
        term.title,
        since if said.wording or before is None else before.since,
        said.wording or (before.text if before else {}),
        said.article or (before.source if before else {}),
        said.review_by,
        amount if said.amount is None else said.amount,
        None if amount is None and said.amount is None else unit_of(term),
        own=True,
    )


def unit_of(term: LegalTerm) -> str | None:
    """What the amounts of a term are of; None where it has none."""
    return next((one.unit for all in term.laws.values() for one in all if one.unit is not None), None)


def last_day(begins: date, months: int) -> date:
    """The last day of a term of whole months: the day before the one of the same number; where a month has none of
    that number, its own last."""
    year, month = divmod(begins.year * 12 + begins.month - 1 + months, 12)
    try:
        return date(year, month + 1, begins.day) - timedelta(1)
    except ValueError:  # the 29th of February a year later, the 31st of a month of 30 days
        return date(year, month + 1, monthrange(year, month + 1)[1])
