"""The attacker of hundreds of small networks: he has all that each releases and publishes, its structures of every day,
and looks for one to four persons in any total, sum and difference (ADR 68).

What is attacked is the product's own masking, over a table that a test fills (`tests/fixtures/small_networks.py`)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from datetime import date
from math import ceil, floor
from typing import Any

import pytest

from services.observatory.figures.computed import Spec
from services.observatory.figures.period import year_of
from services.observatory.indicators import INDICATORS
from services.observatory.indicators.paths import TOTAL
from services.observatory.open_data.releases import Row
from tests.fixtures.small_networks import COLLEGES, PERSONS, Network, publish, released, specs_said
from tests.fixtures.span_attacker import NOBODY, Found, Point, SpanAttacker
from tests.fixtures.table_attacker import Attacker, differences, few, plus

pytestmark = pytest.mark.slow

RELEASED = [one.name for one in INDICATORS.values() if one.persons and one.public and not one.earlier]
LINES = {
    "contacts_total": "contacts",
    "training_participants": "training",
    "tandem_pupils": "pupils",
    "civic_service_hosted": "recruits",
    "civic_service_recruits": "recruits",
    "civic_service_seconded": "seconded",
}
"""Indicators that count the same persons one way or another"""
Released = dict[str, list[Row]]


class Attack:
    """What is known of one network: a line of persons each, cell by cell."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._lines: dict[str, SpanAttacker] = {}
        self._days: dict[str, dict[Any, set[date]]] = {}

    def _at(self, line: str, day: date | None, known: int) -> Point:
        """Numbers of different knowledge are others only where something was learnt late."""
        if day is None or day < date(2018, 1, 1):
            return NOBODY
        knowledge = known if self._network.late else 0
        self._days.setdefault(line, {}).setdefault(knowledge, set()).add(day)
        return day, knowledge

    def learns(self, line: str, after: date | None, day: date, known: int, least: float, most: float) -> None:
        one = self._lines.setdefault(line, SpanAttacker())
        one.learns(self._at(line, after, known), self._at(line, day, known), least, most)

    def hears(self, spec: Spec, value: float, known: int) -> None:
        """A number that is said."""
        year, name, day = year_of(spec.path), spec.indicator, spec.day
        if name == "volunteers":
            day = min(day, date(year or 0, 12, 31))
            self.learns(f"volunteers {year}", None, day, known, value, value)
        elif name == "civic_service_recruits":
            day = min(day, date(year or 0, 12, 31))
            self.learns("recruits", date((year or 0) - 1, 12, 31), day, known, value, value)
        elif name == "members_by_college":
            self._hears_members(spec, value, known)
        elif name in LINES:
            since = re.search(r"_since_(\d{4})$", spec.path)
            after = spec.after or (date(int(since[1]) - 1, 12, 31) if since else None)
            self.learns(LINES[name], after, day, known, value, value)

    def _hears_members(self, spec: Spec, value: float, known: int) -> None:
        """Of a total what is left of it without the structures, which anybody counts."""
        college = next((one for one in COLLEGES if one in spec.path), None)
        day = min(spec.day, date(year_of(spec.path) or 0, 12, 31))
        structures = len(self._network.there("member", day, self._network.day_of(known)))
        if college in (PERSONS, None):
            persons = value - (0 if college else structures)
            self.learns("persons", None, day, known, persons, persons)

    def hears_mean(self, spec: Spec, value: float, known: int) -> None:
        """A mean, told as a whole number, over the editions, which anybody counts."""
        first, last = spec.first or 1, spec.last or 9999
        day = min(spec.day, date(last, 12, 31))
        upto = self._network.day_of(known)
        editions = {fact.day for _, fact in self._network.came("agora", day, upto) if fact.day.year >= first}
        least, most = (value - 0.5) * len(editions), (value + 0.5) * len(editions)
        after = None if first == 1 else date(first - 1, 12, 31)
        self.learns("agora", after, day, known, max(ceil(least), 0), floor(most))

    def finds(self) -> list[tuple[str, Found]]:
        found = []
        for line, one in self._lines.items():
            for knowledge, days in self._days[line].items():
                points = [(day, knowledge) for day in sorted(days)]
                if line in ("contacts", "persons") or line.startswith("contacts"):
                    for point in points:
                        one.learns(NOBODY, point, 0, float("inf"))
                else:
                    one.grows(points)
            found += [(line, each) for each in one.finds()]
        return found


def attacked(network: Network, open_data: Released) -> list[tuple[str, Found]]:
    """All that follows from open data and the reviews."""
    attack = Attack(network)
    for name, some in open_data.items():
        for row in some:
            if row.value is None:
                continue
            spec, known = Spec(name, row.path, "state", row.as_of), network.known_on(row.known_at)
            if name == "agora_attendance":
                attack.hears_mean(spec, row.value, known)
            elif row.part is not None and name == "contacts_total" and row.part != "total":
                attack.learns(f"contacts {row.part}", None, row.as_of, known, row.value, row.value)
            elif row.part in (None, "total", ""):  # of no department are all members here
                attack.hears(spec, row.value, known)
    for review in network.published:
        for spec, value in specs_said(review):
            if spec.indicator == "agora_attendance":
                attack.hears_mean(spec, value, review.head.upto)
            else:
                attack.hears(spec, value, review.head.upto)
    found = attack.finds() + [("present", one) for one in carried_over(network)]
    return found + [("places", one) for one in by_place(open_data["contacts_total"])] + list(by_share(network))


def by_place(some: Iterable[Row]) -> Iterable[Found]:
    """Contacts of a department on a day, and between two days, by all that their tables and the figure alone say."""
    attacker, cells = Attacker(), {(row.as_of, row.part) for row in some if row.part not in (None, "total", TOTAL)}
    for row in some:
        if row.value is not None:
            own = [(row.as_of, row.part)] if (row.as_of, row.part) in cells else [c for c in cells if c[0] == row.as_of]
            attacker.learns(plus(own), int(row.value))
    for place in {part for _, part in cells}:
        days = [{cell: 1} for cell in sorted(cells, key=str) if cell[1] == place]
        for one in differences(days):
            if few(number := attacker.finds(one)):
                yield Found(str(one), place, number or 0, number or 0)


def by_share(network: Network) -> Iterable[tuple[str, Found]]:
    """Who came of a public, by the mean, the editions and the share that a review says, all of them rounded."""
    for review in network.published:
        said = [(spec, value) for spec, value in specs_said(review)]
        for spec, share in said:
            whole = [n for one, n in said if one.indicator == "agora_attendance" and one.day == spec.day]
            if spec.indicator != "agora_publics" or not whole:
                continue
            upto, first = network.day_of(review.head.upto), spec.first or 1
            editions = {fact.day for _, fact in network.came("agora", spec.day, upto) if fact.day.year >= first}
            least, most = ((whole[0] + by) * len(editions) * (share + by / 10) / 100 for by in (-0.5, 0.5))
            if 0 < ceil(least) <= floor(most) < 5:
                yield "publics", Found(spec.path, spec.day, ceil(least), floor(most))


def carried_over(network: Network) -> Iterable[Found]:
    """Who is present in a year less who came in it, where both are said."""
    for review in network.published:
        said = {spec.path: value for spec, value in specs_said(review)}
        for path, value in said.items():
            came = said.get(path.replace("present_by_year", "recruits_by_year"))
            if "present_by_year" in path and came is not None and 0 < value - came < 5:
                yield Found(path, review.seq, value - came, value - came)


async def everything(seed: int, *, blind: bool = False, deaf: bool = False, whole: tuple[str, ...] = ()) -> Attacked:
    """A network, all that it says, and whom that tells of. Planted: its reviews are `blind` to all that is out, its
    open data `deaf` to reviews, nothing is left out of the indicators that are `whole`."""
    network = Network(seed)
    await publish(network, blind=blind, whole=whole)
    open_data = {name: await released(network, name, blind=deaf) for name in RELEASED}
    return network, open_data, attacked(network, open_data)


Attacked = tuple[Network, Released, list[tuple[str, Found]]]


def nobody_is_found(seeds: range) -> None:
    async def all_of_them() -> tuple[int, int, int]:
        shown = masked = late = 0
        for seed in seeds:
            network, open_data, found = await everything(seed)
            assert not found, (seed, found)
            late += network.late
            every = [row for some in open_data.values() for row in some]
            shown += sum(row.value is not None for row in every) + sum(len(one.leaves) for one in network.published)
            masked += sum(row.value is None for row in every)
        return shown, masked, late

    shown, masked, late = asyncio.run(all_of_them())
    many = len(seeds)
    assert shown > 40 * many and masked > 15 * many, "what hides everything protects nobody's figures"
    assert late > many // 4, "some learn late what was released before"


@pytest.mark.parametrize("part", range(4))
def test_nobody_is_found_in_500_small_networks(part: int) -> None:
    nobody_is_found(range(part * 125, (part + 1) * 125))


@pytest.mark.drill
@pytest.mark.parametrize("part", range(10))
def test_nor_in_5000_others(part: int) -> None:
    nobody_is_found(range(1000 + part * 500, 1500 + part * 500))


PLANTED = 40


@pytest.mark.parametrize(
    ("planted", "line"),
    [
        ({"blind": True}, None),
        ({"deaf": True}, None),
        ({"whole": ("members_by_college",)}, "persons"),
        ({"whole": ("civic_service_present",)}, "present"),
    ],
    ids=["reviews-that-see-nothing", "releases-that-see-no-review", "a-total-told", "two-counts-of-the-same"],
)
def test_he_finds_somebody_where_a_rule_is_missing(planted: dict[str, Any], line: str | None) -> None:
    async def some() -> list[str]:
        return [name for seed in range(PLANTED) for name, _ in (await everything(seed, **planted))[2]]

    found = asyncio.run(some())
    assert found if line is None else line in found, "the attacker is blind"
