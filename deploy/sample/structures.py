"""The 2,616 structures of the sample: the 179 members of 2017 by their names, every other one invented and marked
so."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from random import Random
from typing import Any
from uuid import UUID

import yaml

from deploy.sample.plan import DATA, END, OWN, entity_id, noon, some_day
from shared.base.network_files import REVIEWS
from shared.contract.directory.structure_facts import StructureKind
from shared.contract.membership.members import CollegeCode
from shared.geo import communes_of

OUTSIDE = ("75", "69", "33", "13", "59", "44", "67", "35", "38", "06")
KINDS: tuple[tuple[StructureKind, int], ...] = (
    ("association", 1850), ("public_body", 250), ("company", 120), ("higher_education", 80),
    ("school", 90), ("student_group", 30), ("other", 17),
)  # fmt: skip
KIND_NAMES: dict[StructureKind, str] = {
    "association": "Association", "public_body": "Collectivité", "company": "Entreprise",
    "higher_education": "Établissement supérieur", "school": "École", "student_group": "Collectif étudiant",
    "other": "Structure",
}  # fmt: skip
# What a member's own name says about where it is; the others are spread, which is invented.
PLACES = {
    "Ariège": "09", "09 ": "09", "Aude": "11", "Aveyron": "12", "Vigan": "30", "Lézan": "30", "Gard": "30",
    "Toulouse": "31", "Haute-Garonne": "31", "Colomiers": "31", "Sicoval": "31", "Auch": "32", "Gers": "32",
    "Montpellier": "34", "Hérault": "34", "Languedoc": "34", "Gourgas": "34", "Lot": "46", "Pyrénées-Orientales": "66",
    "Roussillon": "66", "Tarn": "81", "Castres": "81", "65": "65", "Midi-Pyrénées": "31", "Occitanie": "31",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SampleStructure:
    """One structure. `college`: of the 179 members of 2017 only."""

    key: str
    name: str
    kind: StructureKind
    department: str
    registered: datetime
    invented: bool
    college: CollegeCode | None = None

    @property
    def id(self) -> UUID:
        return entity_id(self.key, "structure")

    @property
    def commune(self) -> str | None:
        """Where it is, more often where more people live; of invented structures only, for the others nobody told."""
        return Random(f"commune/{self.key}").choices(*_communes_of(self.department))[0] if self.invented else None


@cache
def _communes_of(department: str) -> tuple[list[str], list[int]]:
    """The communes of a department and how many live there."""
    found = [one for one in communes_of(department) if one.population]
    return [one.code for one in found], [one.population or 0 for one in found]


@cache
def review() -> Any:
    """The published review, as its yaml has it."""
    return yaml.safe_load((REVIEWS / OWN["review"] / "review.yaml").read_text(encoding="utf-8"))


@cache
def structures() -> Sequence[SampleStructure]:
    """All 2,616, the members first."""
    left = {code: int(n) for code, n in review()["directory"]["structures_by_department"]["values"].items()}
    found = []
    for name, college in members():
        department = next((code for hint, code in PLACES.items() if hint in name), None)
        if department is None:
            department = Random(name).choice(("31", "31", "31", "34", "81", "09", "30", "32", "82"))
        left[department] -= 1
        key = f"structure/{name}"
        when = some_day(key, date(2012, 1, 3), date(2012, 1, 31))
        found.append(SampleStructure(key, name, _kind_of(name, college), department, when, False, college))
    where = [code for code, n in left.items() for _ in range(n)]
    kinds: list[StructureKind] = [kind for kind, n in KINDS for _ in range(n)]
    outside = int(review()["directory"]["structures_outside_region"]["value"])
    where += [OUTSIDE[n % len(OUTSIDE)] for n in range(outside)]
    order = Random("kinds")
    order.shuffle(kinds)
    for n, (department, kind) in enumerate(zip(where, kinds, strict=True), 1):
        key = f"structure/invented/{n}"
        name = (
            f"{KIND_NAMES[kind]} inventée {n:04d}"
            if kind not in ("higher_education", "student_group")
            else f"{KIND_NAMES[kind]} inventé {n:04d}"
        )
        found.append(SampleStructure(key, name, kind, department, some_day(key, date(2012, 1, 3), END), True))
    return found


@cache
def members() -> Sequence[tuple[str, CollegeCode]]:
    """The 179 members of 2017: name and college."""
    with (DATA / "members_2017-10-31.csv").open(encoding="utf-8", newline="") as file:
        return [(row["name"], row["college"]) for row in csv.DictReader(file)]


def early_invented(kind: StructureKind, count: int) -> Sequence[SampleStructure]:
    """The first invented structures of a kind, for roles before 2017; use their `registered` or later."""
    return [s for s in structures() if s.invented and s.kind == kind][:count]


def _kind_of(name: str, college: CollegeCode) -> StructureKind:
    if any(word in name for word in ("Université", "Sciences Po")):
        return "higher_education"
    return {"public": "public_body", "economic": "company"}.get(college, "association")


FOUNDED = noon(2012, 1, 3)
