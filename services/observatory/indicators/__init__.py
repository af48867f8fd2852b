"""The indicators: one SQL file each, with a head of comments that says what it is, and two parameters, a day and a
sequence. `INDICATORS` holds them by name: a file that is added here is found, documented, tested against the history
that lies beside it (`<name>.yaml`), and on the dashboard.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar, get_args

from shared.base.translations import Text, translated
from shared.contract.membership.members import EARLIER
from shared.notions.vocabularies.view import known_lists

HERE = Path(__file__).parent
MACROS = HERE / "macros.sql"
"""The words that indicators are written in."""
DOCUMENT = HERE.parents[2] / "docs" / "indicators.md"
Counts = Literal["things", "heads", "measure"]
Partial = Literal["year", "run", "day"]
Chart = Literal["figure", "bars", "line", "stack", "shares", "map"]
Filter = Literal["department", "college", "theme", "kind"]
Kind = TypeVar("Kind")
COUNTS: Mapping[str, Counts] = {one: one for one in get_args(Counts)}
PARTIALS: Mapping[str, Partial] = {one: one for one in get_args(Partial)}
CHARTS: Mapping[str, Chart] = {one: one for one in get_args(Chart)}
FILTERS: Mapping[str, Filter] = {one: one for one in get_args(Filter)}
RANGE: Mapping[str, int] = {"first": 1, "last": 9999}
"""The years that an indicator with the parameters `first` and `last` takes without them: all."""


class Headless(ValueError):
    """An indicator's head does not say all that it must; the sentence says what is missing and where."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """`query` gives rows (path, value or NULL, the sequences it rests on). `counts`: things rest on one event each;
    heads are sums of counts; a measure is a year, a share of full time, a length. `parameters`: those of `first` and
    `last` (years) that it takes beside the day and the sequence.

    `partial`: how a period that is not over shows. `chart`: how the dashboard draws it. `key`: the path that stands
    among the key figures, `{year}` in it being that of the day. `filters`: by which traits of the one structure (or
    gathering) that each of its events speaks of it can be narrowed; only a count of things can. `parts`: the trait that
    its paths name. `persons`: whether it counts private persons: "all", or `list/mark`: by which terms. `types`:
    the types of events that its query names itself, beside those of macros.sql. `sums`: the indicator by the year whose
    years it adds up since one of them. `means`: the indicator of what its mean is over, which everybody knows.
    `shares`: the mean of the persons that its percents are of. `own`: the kinds of gatherings (`gathering/mark`, or a
    code) or the entity that it is of, which not every network has. `public`: whether it is open data. `rank`: its place
    on the dashboard, the least first."""

    name: str
    title: Text
    definition: Text
    version: int
    unit: str
    counts: Counts
    parameters: tuple[str, ...]
    partial: Partial
    chart: Chart
    key: str | None
    filters: tuple[Filter, ...]
    parts: Filter | None
    persons: str | None
    types: tuple[str, ...]
    sums: str | None
    means: str | None
    shares: str | None
    own: str | None
    public: bool
    rank: int
    query: str

    def names_persons(self, words: Iterable[str]) -> bool:
        """Whether one of these words of a path is what counts persons: the code of a college of persons, where that is
        what it counts them by."""
        return not self.of_persons.isdisjoint(words)

    @property
    def of_persons(self) -> frozenset[str]:
        """The words of its paths that count persons. The earlier college of persons is one in any case: who masks too
        much tells nothing."""
        if self.persons is None or self.persons == "all":
            return frozenset()
        vocabulary, _, mark = self.persons.partition("/")
        return frozenset({EARLIER[-1], *known_lists().marked(vocabulary, mark)})

    @property
    def by_year(self) -> bool:
        """Whether its figures are those of years, of which the last may not be over."""
        return self.partial == "year"


def read(path: Path) -> Indicator:
    """The indicator in a file. Raises Headless."""
    text = path.read_text(encoding="utf-8")
    head = dict(re.findall(r"^-- (\w+): (.+)$", text, re.MULTILINE))

    def said(key: str, default: str | None = None) -> str:
        found = head.get(key, default)
        if found is None:
            raise Headless(f"{path.name} does not say its {key}: write “-- {key}: …” in its head")
        return str(found)

    def one_of(key: str, kinds: Mapping[str, Kind], found: str) -> Kind:
        if found not in kinds:
            raise Headless(f"{path.name}: {key} is {found}; it is one of {', '.join(kinds)}")
        return kinds[found]

    filters = tuple(one_of("filters", FILTERS, name) for name in _listed(said("filters", "")))
    if filters and said("counts") != "things":
        raise Headless(f"{path.name}: only a count of things can be filtered, since one event stands for each")
    query = "\n".join(line for line in text.splitlines() if not line.startswith("--")).strip()
    if "$as_of" not in query or "$known" not in query:
        raise Headless(f"{path.name} does not ask for its two parameters, $as_of and $known")
    types = _listed(said("types", ""))
    if set(types) != set(re.findall(r"'([A-Z][a-z]+[A-Z]\w+)'", query)):
        raise Headless(f"{path.name}: the head names other types of events than the query: “-- types: …”")
    return Indicator(
        name=path.stem,
        title=said("title"),
        definition=said("definition"),
        version=int(said("version")),
        unit=said("unit"),
        counts=one_of("counts", COUNTS, said("counts")),
        parameters=_listed(said("parameters", "")),
        partial=one_of("partial", PARTIALS, said("partial")),
        chart=one_of("chart", CHARTS, said("chart", "figure")),
        key=head.get("key"),
        filters=filters,
        parts=one_of("parts", FILTERS, head["parts"]) if "parts" in head else None,
        persons=head.get("persons"),
        types=types,
        sums=head.get("sums"),
        means=head.get("means"),
        shares=head.get("shares"),
        own=head.get("own"),
        public=said("public", "yes") == "yes",
        rank=int(said("rank", "99")),
        query=query,
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


INDICATORS: Mapping[str, Indicator] = {path.stem: read(path) for path in sorted(HERE.glob("*.sql")) if path != MACROS}

RESTS_ON: Mapping[Counts, str] = {
    "things": "one event for each thing",
    "heads": "head counts: one event says how many",
    "measure": "a measure: the events that it is read from",
}
SHOWN: Mapping[Partial, str] = {
    "year": "The year that is not over is hatched, outlined in dashes, and its day is under it.",
    "run": "Runs up to the day asked for, which stands beside it.",
    "day": "The state of one day: it has no period that could be partial.",
}


def documented() -> str:
    """docs/indicators.md, from the heads of the SQL files."""
    parts = [
        "# Indicators",
        "Made from the heads of `services/observatory/indicators/*.sql` by "
        "`python -m services.observatory.indicators`; a test compares. Each is asked with a day, `as_of`, and a "
        "sequence, `known` (a day of *known at* becomes one): "
        "`/observatory/indicators/<name>`, and as JSON `/observatory/api/indicators/<name>?as_of=&known_at=`. "
        "`first` and `last` are years, for those that take them; `department`, `college`, `theme` and `kind` narrow "
        "those that can be. Beside each lies its history, `<name>.yaml`: what was `given`, and what to `expect`. "
        "Those that are open data: `/observatory/open-data`.",
    ]
    for one in INDICATORS.values():
        more = f" Takes `{'`, `'.join(one.parameters)}`." if one.parameters else ""
        more += f" Filters: {', '.join(one.filters)}." if one.filters else ""
        more += " Counts private persons: small counts are masked in what is published." if one.persons else ""
        more += "" if one.public else " Not open data."
        parts.append(
            f"## {one.name}\n\n**{translated(one.title, 'fr')}** ({translated(one.title, 'en')}). Version "
            f"{one.version}. Unit: {one.unit}. "
            f"Rests on {RESTS_ON[one.counts]}. {SHOWN[one.partial]}{more}\n\n{translated(one.definition, 'fr')}\n\n"
            f"{translated(one.definition, 'en')}"
        )
    return "\n\n".join(parts) + "\n"
