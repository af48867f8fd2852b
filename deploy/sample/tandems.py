"""The Tandems solidaires of the sample: the pilot of 2013 and those of 2016-2017.

How many there were is the review's; which association teamed up with which school is invented.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from deploy.sample.agoras import SUBJECTS, named
from deploy.sample.plan import Step, entity_id, noon
from deploy.sample.structures import SampleStructure, structures
from services.events.tandems.domain import AddTandemSchool, CountPupils, FormTandem
from shared.contract.events.tandems import SchoolLevel

PUPILS = (54, 72, 88, 96, 104, 81, 93, 110, 67, 99, 125, 90, 84, 76, 118, 101, 86, 92, 79, 90)
PILOT_ASSOCIATION = "Union des familles laïques de l’Ariège"
TANDEM_ASSOCIATIONS = (
    "Terres en Mêlées", "e-Graine", "Le Grain", "La Ligue de l’enseignement - Union régionale Occitanie",
    "Association développement éducation Nord-Sud (Aden-s)", "Artisans du monde Toulouse", "Écran sans frontières",
    "Cirk’Oblique", "Léo Lagrange Sud-Ouest", "L’attitude Terre", "Coup de Soleil Midi-Pyrénées", "Le Toukouleur",
    "Solidarité France Sahel", "Envol Vert",
)  # fmt: skip
ACADEMY_OF_TOULOUSE = ("09", "12", "31", "32", "46", "65", "81", "82")
LEVELS: tuple[SchoolLevel, ...] = ("lower_secondary", "primary", "upper_secondary")


@dataclass(frozen=True, slots=True)
class SampleTandem:
    """A tandem of the sample."""

    key: str
    year: str
    association: SampleStructure
    schools: Sequence[SampleStructure]
    pupils: int
    level: SchoolLevel
    theme: str
    formed: datetime
    pilot: bool = False

    @property
    def id(self) -> UUID:
        return entity_id(self.key, "tandem")

    def form(self) -> Step:
        command = FormTandem(
            school_year=self.year,
            association=self.association.id,
            association_name=self.association.name,
            theme=self.theme,
            department=self.schools[0].department,
            pilot=self.pilot,
        )
        return Step(self.key, command, self.formed)

    def happened(self) -> Iterator[Step]:
        """Its schools joined, its pupils were counted."""
        for n, school in enumerate(self.schools, 1):
            joins = AddTandemSchool(tandem=self.id, school=school.id, school_name=school.name, level=self.level)
            yield Step(f"{self.key}/school/{n}", joins, self.formed)
        counted = CountPupils(tandem=self.id, pupils=self.pupils)
        yield Step(f"{self.key}/pupils", counted, noon(int(self.year[5:]), 6, 20))


@cache
def tandems() -> Sequence[SampleTandem]:
    """The pilot of 2013 in Ariège and the 19 of 2016-2017; one of these has two schools."""
    here = [s for s in structures() if s.kind == "school" and s.department in ACADEMY_OF_TOULOUSE]
    pilot_school = next(s for s in here if s.department == "09" and s.registered < noon(2013, 9, 1))
    schools = iter([s for s in here if s is not pilot_school and s.registered < noon(2016, 9, 1)])
    found = [
        SampleTandem(
            "tandem/1",
            "2013-2014",
            named(PILOT_ASSOCIATION),
            [pilot_school],
            PUPILS[0],
            "lower_secondary",
            SUBJECTS[4],
            noon(2013, 10, 7),
            pilot=True,
        )
    ]
    for n, pupils in enumerate(PUPILS[1:], 2):
        association = named(TANDEM_ASSOCIATIONS[n % len(TANDEM_ASSOCIATIONS)])
        with_schools = [next(schools) for _ in range(2 if n == 11 else 1)]
        found.append(
            SampleTandem(
                f"tandem/{n}",
                "2016-2017",
                association,
                with_schools,
                pupils,
                LEVELS[n % 3],
                SUBJECTS[n % len(SUBJECTS)],
                noon(2016, 9 + n % 3, 5 + n),
            )
        )
    return found
