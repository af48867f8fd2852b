"""The indicators: one SQL file each, with a head of comments that says what it is, and two parameters, a day and a
sequence. `INDICATORS` holds them by name: a file that is added here is found, documented, tested against the history
that lies beside it (`<name>.yaml`), and on the dashboard. With them those that an earlier release had, under their
names (`earlier`): they are answered, since what was published names them, and are listed nowhere (`LISTED`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

import yaml

from services.observatory.indicators.paths import part_of
from shared.base.network_files import NETWORKS
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
EARLIER_NAMES = NETWORKS / "indicators" / "earlier.yaml"
"""Figures as an earlier release called them; what stands there is said in its head."""
BY_KIND, BY_MARK = "held_by_kind($as_of, $known)", "held_by_mark($as_of, $known)"


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
    `shares`: the mean of the persons that its percents are of. `same`: the indicator that counts some of the same
    persons otherwise, and is published; of two that are, the difference is a number of persons, too. `own`: the kinds
    of gatherings (`gathering/mark`, or a code) or the entity that it is of, which not every network has. `terms`: the
    list of the network whose codes are the third words of its paths. `public`: whether it is open data. `rank`: its
    place on the dashboard, the least first.
    `earlier`: whether it is a name that an earlier release gave, which is answered and not listed."""

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
    same: str | None
    own: str | None
    terms: str | None
    public: bool
    rank: int
    query: str
    earlier: bool = False

    def names_persons(self, path: str) -> bool:
        """Whether a path is of the part that counts persons: it names a college of persons, where that is what it
        counts them by."""
        return part_of(path) in self.of_persons

    @property
    def of_persons(self) -> frozenset[str]:
        """The parts of it that count persons, as its paths have them. The earlier college of persons is one in any
        case: who masks too much tells nothing."""
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
        same=head.get("same"),
        own=head.get("own"),
        terms=head.get("terms"),
        public=said("public", "yes") == "yes",
        rank=int(said("rank", "99")),
        query=query,
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def as_earlier(name: str, said: Mapping[str, Any], now: Mapping[str, Indicator]) -> Indicator:
    """A figure as an earlier release called it, from the indicators that count it now."""
    sources = list(dict.fromkeys(source for source, _ in said["of"].values()))
    first, last = (_sql(str(year)) for year in said.get("asked", RANGE.values()))
    parts, selects = [f"held_then AS MATERIALIZED (FROM {BY_MARK if said['by'] == 'mark' else BY_KIND})"], []
    for n, source in enumerate(sources):
        query = now[source].query.replace("$first::INTEGER", first).replace("$last::INTEGER", last)
        parts.append(f"s{n} AS (\n{query.replace(BY_KIND, 'held_then')})")
    of_things = now[sources[0]].counts == "things"
    for path, (source, there) in said["of"].items():
        one = f"s{sources.index(source)}"
        value = f"coalesce({one}.value, 0)" if of_things else f"{one}.value"
        selects.append(
            f"SELECT {_sql(path)} AS path, {value} AS value, {one}.events AS events\n"
            f"FROM (SELECT 1) LEFT JOIN {one} ON {one}.path = {_sql(there)}"
        )
    return replace(
        now[sources[0]],
        name=name,
        title=said["title"],
        definition=said["definition"],
        version=1,
        parameters=tuple(said.get("parameters", ())),
        partial=PARTIALS[said.get("partial", "run")],
        chart="figure",
        filters=tuple(FILTERS[one] for one in said.get("filters", ())),
        own=said.get("own"),
        terms=None,
        rank=99,
        query=f"WITH {', '.join(parts)}\n{' UNION ALL '.join(selects)}",
        earlier=True,
    )


def _sql(text: str) -> str:
    """A path, or a year, as the query says it: `{first}` is the year asked for."""
    if text.isdigit():
        return text
    if text == "{first}":
        return "$first::INTEGER"
    return " || ".join(
        f"'{part}'" if part != "{first}" else "$first::INTEGER" for part in re.split(r"({first})", text) if part
    )


def _all() -> Mapping[str, Indicator]:
    now = {path.stem: read(path) for path in sorted(HERE.glob("*.sql")) if path != MACROS}
    earlier = yaml.safe_load(EARLIER_NAMES.read_text(encoding="utf-8"))
    return dict(sorted({**now, **{name: as_earlier(name, said, now) for name, said in earlier.items()}}.items()))


INDICATORS: Mapping[str, Indicator] = _all()
LISTED: Sequence[Indicator] = [one for one in INDICATORS.values() if not one.earlier]
"""Those that are shown where nobody asks for one by its name."""

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
        "Those that are open data: `/observatory/open-data`. What an earlier release called after programmes of one "
        "network is answered still, and listed nowhere: `deploy/networks/indicators/earlier.yaml`.",
    ]
    for one in LISTED:
        more = f" Takes `{'`, `'.join(one.parameters)}`." if one.parameters else ""
        more += f" Filters: {', '.join(one.filters)}." if one.filters else ""
        more += " Counts private persons: small counts are masked in what is published." if one.persons else ""
        more += f" A figure for each term of the list `{one.terms}`." if one.terms else ""
        more += "" if one.public else " Not open data."
        more += f" Left out of published reviews: `{one.same}` counts the same persons there." if one.same else ""
        parts.append(
            f"## {one.name}\n\n**{translated(one.title, 'fr')}** ({translated(one.title, 'en')}). Version "
            f"{one.version}. Unit: {one.unit}. "
            f"Rests on {RESTS_ON[one.counts]}. {SHOWN[one.partial]}{more}\n\n{translated(one.definition, 'fr')}\n\n"
            f"{translated(one.definition, 'en')}"
        )
    return "\n\n".join(parts) + "\n"
