"""The Agoras that the review counts: who came by public, the workshops, the projects of the Tribune.

How many came from which public in one year is invented, and so are all titles; the means and sums are the review's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from uuid import UUID

from deploy.sample.plan import Step, entity_id, noon
from deploy.sample.structures import SampleStructure, structures
from services.events.gatherings.domain.headcounts import CountHeads, NoteWorkshop
from services.events.projects.domain import PresentProject
from shared.contract.events.gatherings import Audience

PUBLICS: tuple[Audience, ...] = ("associations", "public_bodies", "companies", "students", "others", "higher_education")
SUBJECTS = (
    "Eau et territoires", "Jeunesse et mobilité", "Économie solidaire", "Migrations et développement",
    "Éducation à la citoyenneté mondiale", "Agriculture familiale", "Santé et coopération", "Climat et énergie",
    "Partenariats entre collectivités", "Financer son projet", "Numérique et solidarité",
    "Égalité entre femmes et hommes",
)  # fmt: skip
COUNTRIES = ("SN", "MG", "BF", "ML", "MA", "IN", "KH", "VN", "HT", "PE", "CM", "TG", "BJ", "NE", "PS")
TWICE_ON_THE_TRIBUNE = "Association développement éducation Nord-Sud (Aden-s)"  # in 2013 and 2016, by the review


@dataclass(frozen=True, slots=True)
class Edition:
    """One Agora of the past: heads by public, workshops, projects of the Tribune."""

    day: date
    town: str
    heads: tuple[int, ...]
    workshops: int
    projects: int

    @property
    def key(self) -> str:
        return f"gathering/agora/{self.day.year}"

    @property
    def id(self) -> UUID:
        return entity_id(self.key, "gathering")

    def heads_counted(self, first: bool = False) -> CountHeads:
        """The heads by public. The associations of 2014 were noted with their digits turned round at first."""
        counts = dict(zip(PUBLICS, self.heads, strict=True))
        if first and self.day.year == 2014:
            counts["associations"] = 108
        return CountHeads(gathering=self.id, **counts)


EDITIONS = (
    Edition(date(2012, 11, 15), "Toulouse", (151, 28, 19, 17, 9, 8), 6, 0),
    Edition(date(2013, 11, 14), "Toulouse", (168, 31, 23, 19, 10, 9), 7, 20),
    Edition(date(2014, 10, 16), "Albi", (180, 34, 25, 21, 11, 10), 8, 20),
    Edition(date(2015, 11, 5), "Toulouse", (189, 35, 28, 23, 12, 11), 8, 20),
    Edition(date(2016, 10, 14), "Toulouse", (198, 38, 30, 24, 13, 11), 8, 20),
)


def agoras_held() -> Iterator[Step]:
    """Heads and workshops."""
    for edition in EDITIONS:
        yield Step(f"{edition.key}/heads", edition.heads_counted(first=True), noon_of(edition.day))
        for n in range(edition.workshops):
            title = f"Atelier {n + 1}, {SUBJECTS[(edition.day.year * 5 + n) % len(SUBJECTS)]} (intitulé inventé)"
            workshop = NoteWorkshop(gathering=edition.id, workshop_title=title)
            yield Step(f"{edition.key}/workshop/{n + 1}", workshop, noon_of(edition.day))


def agora_corrected() -> Step:
    """The heads of 2014 counted again, dated the day that they speak of."""
    edition = next(edition for edition in EDITIONS if edition.day.year == 2014)
    return Step(f"{edition.key}/heads/corrected", edition.heads_counted(), noon_of(edition.day))


def projects() -> Iterator[Step]:
    """The 80 projects of the Tribune; Aden-s presented one in 2013 and one in 2016, as it says in the review."""
    for edition in EDITIONS:
        year = edition.day.year
        for n, structure in enumerate(_presenting(edition), 1):
            country = COUNTRIES[(year + 7 * n) % len(COUNTRIES)]
            title = f"Projet inventé {year}-{n:02d}, {SUBJECTS[(year + n) % len(SUBJECTS)].lower()}"
            command = PresentProject(
                gathering=edition.id,
                project_title=title,
                structure=structure.id,
                structure_name=structure.name,
                country=country,
            )
            yield Step(f"project/{year}/{n}", command, noon_of(edition.day))


def _presenting(edition: Edition) -> Sequence[SampleStructure]:
    associations = [s for s in structures() if s.college == "associative"]
    who = Random(f"tribune/{edition.day.year}").sample(associations, edition.projects)
    if edition.day.year not in (2013, 2016):
        return who
    aden = named(TWICE_ON_THE_TRIBUNE)
    return [aden, *(s for s in who if s is not aden)][: edition.projects]


def named(name: str) -> SampleStructure:
    """The structure of this name."""
    return next(s for s in structures() if s.name == name)


def noon_of(day: date) -> datetime:
    return noon(day.year, day.month, day.day)
