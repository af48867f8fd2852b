"""The attacker without an account: all of open data over HTTP, structures as of each day and known on each day that is
printed anywhere, parted as it can be, and the reviews that an editor publishes beside it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import httpx2
import pytest

from services.observatory.event_table.filtering import Filters
from services.observatory.figures.computed import Leaf
from services.observatory.figures.observatory import of as observatory_of
from services.observatory.figures.period import Period
from services.observatory.review.documents.chapters import Head
from services.observatory.review.publication.publishing import publishing_of
from shared.contract.directory.structures import StructureRegistered
from shared.contract.membership.members import CollegeOpened, MemberJoined, MemberLeft
from shared.runtime.service import Service
from tests.fixtures.observatory_history import History, named, someone
from tests.fixtures.table_attacker import Attacker, differences, few, plus
from tests.services.observatory.open_data.test_releases import OPEN, anybody
from tests.services.observatory.test_pages import front, service, write

pytestmark = pytest.mark.slow

__all__ = ["anybody", "front", "service"]  # fixtures
COLLEGES = ("associative", "public", "economic")
KNOWN = "2024-03-10"
ROWS = list[dict[str, Any]]


def network() -> History:
    """Written down in March 2024: ten structures and two qualified persons at the end of 2021, eight persons at the end
    of 2022, nine at the end of 2023, one of the structures gone. A structure has no department."""
    h = History()
    for n in range(10):
        place = None if n == 0 else ("31", "34")[n % 2]
        h.say(
            StructureRegistered(name=f"S{n}", kind="association", department=place), f"{n}", "2021-01-05", known=KNOWN
        )
    for college in (*COLLEGES, "qualified_persons"):
        h.say(CollegeOpened(college=college, title=college), college, "2021-01-01", known=KNOWN)
    for n in range(10):
        joined = MemberJoined(
            college=COLLEGES[n % 3], charter_version=1, structure=named(f"structure/{n}"), name=f"S{n}"
        )
        h.say(joined, f"{n}", "2021-02-01", known=KNOWN)
    for n, day in enumerate([*["2021-06-01"] * 2, *["2022-06-01"] * 6, "2023-06-01"]):
        h.say(
            MemberJoined(college="qualified_persons", charter_version=1, person=someone(f"p{n}")),
            f"p{n}",
            day,
            known=KNOWN,
        )
    h.say(MemberLeft(reason="withdrawal"), "9", "2023-03-01", known=KNOWN)
    return h


async def taken(client: httpx2.AsyncClient, name: str, **asked: str) -> ROWS:
    answer = await client.get(f"{OPEN}/{name}.json", params=asked)
    if answer.status_code == 422:
        return []
    assert answer.status_code == 200, answer.text
    figures: ROWS = answer.json()["figures"]
    return figures


def unknowns(day: str, known: str, colleges: Iterable[str], places: Iterable[str]) -> list[tuple[str, ...]]:
    return [(day, known, college, place) for college in colleges for place in places]


PERSONS = "qualified_persons"
PLACES = ("31", "34", "")
"""Departments, and no known one, where all persons are."""


def learns(attacker: Attacker, rows: ROWS, *, known: str | None = None) -> None:
    """What rows of members say: by college or in all, of each department or of all."""
    for row in rows:
        if row["value"] is None:
            continue
        words = row["path"].split(".")
        college = next((word for word in (*COLLEGES, PERSONS) if word in words), None)
        colleges = (college,) if college else (*COLLEGES, PERSONS)
        part = {None: PLACES, "total": PLACES, "31": ("31",), "34": ("34",)}.get(row["part"], ("",))
        some = unknowns(row["as_of"], known or row["known_at"], colleges, part)
        attacker.learns(plus(one for one in some if one[2] != PERSONS or one[3] == ""), row["value"])


async def open_to_everybody(client: httpx2.AsyncClient) -> tuple[Attacker, dict[str, int | None]]:
    """All that open data says of members; and the total of each year as it is shown."""
    index = (await client.get(OPEN)).text
    assert all(f'{OPEN}/{name}"' in index for name in ("members_by_college", "named_members", "structures_total"))
    attacker = Attacker()
    whole = await taken(client, "members_by_college")
    learns(attacker, whole)
    learns(attacker, await taken(client, "members_by_college", by="department"))
    days = {(row["as_of"], row["known_at"]) for row in whole if row["state"] != "published"}
    for day, known in days:
        for by in ({}, {"by": "department"}):
            rows = await taken(client, "named_members", as_of=day, known_at=known, **by)
            learns(attacker, rows, known=known)
            if not by:
                assert rows, (day, known)
    totals = {
        row["as_of"][:4]: row["value"]
        for row in whole
        if row["state"] != "published" and "total" in row["path"].split(".")
    }
    return attacker, totals


def persons(attacker: Attacker, days: Iterable[str], known: str = "2024-03-31") -> list[int]:
    """The numbers of few persons that follow."""
    counts = [{(day, known, PERSONS, ""): 1} for day in days]
    return [n for one in differences(counts) if (n := attacker.finds(one)) is not None and few(n)]


ENDS = ("2021-12-31", "2022-12-31", "2023-12-31")


async def test_nobody_without_an_account_counts_the_persons_among_the_members(
    anybody: httpx2.AsyncClient, service: Service
) -> None:
    await write(service, network())
    attacker, totals = await open_to_everybody(anybody)
    assert persons(attacker, ENDS) == []
    assert (totals["2021"], totals["2022"], totals["2023"]) == (None, 18, None), "two; eight; one more than eight"
    rows = await taken(anybody, "members_by_college", by="department", as_of="2021-12-31")
    parts = {row["part_label"]: row["value"] for row in rows}
    assert (parts["Haute-Garonne"], parts["Hérault"], parts["Total"]) == (4, 5, None)
    assert sum(value is None for value in parts.values()) == 2, "those of no department, and all"
    page = (await anybody.get(f"{OPEN}/members_by_college?as_of=2021-12-31&by=department")).text
    table = (await anybody.get(f"{OPEN}/members_by_college.csv?as_of=2021-12-31")).text
    assert page.count("masqué</span>") == 2 and table.count(",masked,") == 2


async def test_the_attacker_finds_two_persons_where_the_total_is_told(
    anybody: httpx2.AsyncClient, service: Service
) -> None:
    """What open data said until ADR 30: twelve members, the persons among them masked."""
    await write(service, network())
    attacker, _ = await open_to_everybody(anybody)
    everybody = unknowns("2021-12-31", "2024-03-31", (*COLLEGES, PERSONS), PLACES)
    attacker.learns(plus(one for one in everybody if one[2] != PERSONS or one[3] == ""), 12)
    assert 2 in persons(attacker, ENDS)


async def test_a_review_of_the_same_year_tells_nobody_either(anybody: httpx2.AsyncClient, service: Service) -> None:
    upto = await write(service, network())
    observatory = observatory_of(service)
    attacker, _ = await open_to_everybody(anybody)
    for year in (2021, 2023):
        period = Period(date(year, 1, 1), date(year, 12, 31))
        head = Head("Bilan", period, period.until, None, upto, Filters())
        leaves = await observatory.period(period, period.until, upto)
        shown, hidden = await publishing_of(service).looked_at(leaves, head)
        mine = [leaf for leaf in shown if leaf.spec.indicator == "members_by_college"]
        assert {leaf.spec.path.split(".")[2] for leaf in hidden if leaf.spec.indicator == "members_by_college"} >= {
            "total"
        }
        learns(attacker, [_said(leaf) for leaf in mine if leaf.spec.year == year])
        learns(
            attacker, [_said(leaf, before=True) for leaf in mine if leaf.before is not None and leaf.spec.year == year]
        )
    assert persons(attacker, ENDS) == []


def _said(leaf: Leaf, *, before: bool = False) -> dict[str, Any]:
    year = (leaf.spec.year or 0) - before
    return {
        "path": leaf.spec.path,
        "part": None,
        "value": leaf.before if before else leaf.value,
        "as_of": f"{year}-12-31",
        "known_at": "2024-03-31",
    }
