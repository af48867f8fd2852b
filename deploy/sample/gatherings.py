"""The gatherings of the sample, published or not: what they are called, when and where they were held, who came.

Towns, topics and modules are the review's; most days are invented.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random
from uuid import UUID

from deploy.sample.agoras import EDITIONS, noon_of
from deploy.sample.plan import PARIS, Step, entity_id
from deploy.sample.structures import review
from services.events.gatherings.domain.headcounts import CountHeads
from services.events.gatherings.domain.planning import AnnounceGathering, HoldGathering, PlanGathering
from shared.contract.events.gatherings import GatheringKind

DEPARTMENTS = {
    "Albi": "81", "Auch": "32", "Cahors": "46", "Caussade": "82", "Figeac": "46", "Moissac": "82", "Montauban": "82",
    "Montpellier": "34", "Perpignan": "66", "Tarbes": "65", "Toulouse": "31",
}  # fmt: skip
AGORA = "Agora des coopérations et des solidarités internationales"
REGION = "Région Midi-Pyrénées"
AGORA_2017 = "gathering/agora/2017"
EVENING = time(18, 30)
TANDEMS_DAY = "Journée d’information et d’échanges sur l’éducation à la citoyenneté mondiale et les Tandems solidaires"
THEMATIC_INVENTED, APER_OC_INVENTED = "gathering/thematic/invented", "gathering/aperoc/invented"
MISCOUNTED = "gathering/training/6"  # noted with the digits of its count turned round, and corrected later
# day, length in days, number of the module in the review's list, town, heads
TRAININGS = (
    (date(2016, 5, 19), 1, 0, "Toulouse", 18), (date(2016, 6, 16), 2, 3, "Toulouse", 24),
    (date(2016, 9, 22), 1, 6, "Toulouse", 22), (date(2016, 10, 13), 3, 1, "Albi", 16),
    (date(2016, 11, 24), 1, 4, "Toulouse", 25), (date(2016, 12, 8), 1, 5, "Montpellier", 21),
    (date(2017, 1, 26), 2, 2, "Toulouse", 20), (date(2017, 3, 9), 1, 5, "Toulouse", 23),
    (date(2017, 4, 6), 3, 0, "Montpellier", 15), (date(2017, 5, 18), 1, 7, "Toulouse", 26),
    (date(2017, 6, 22), 1, 6, "Toulouse", 19), (date(2017, 9, 21), 2, 7, "Toulouse", 24),
    (date(2017, 10, 12), 1, 3, "Perpignan", 20),
)  # fmt: skip
TOUR = (
    (date(2014, 4, 10), "Albi"), (date(2014, 6, 12), "Auch"), (date(2015, 3, 19), "Tarbes"),
    (date(2015, 10, 8), "Moissac"), (date(2016, 5, 26), "Montpellier"), (date(2017, 3, 23), "Perpignan"),
)  # fmt: skip
AUTHORITIES = (
    (date(2014, 9, 18), "Nouvelle loi d’orientation sur le développement et les financements européens"),
    (date(2015, 6, 11),
     "Orientations du ministère de l’Europe et des Affaires étrangères et coopération bilatérale avec le Sénégal"),
    (date(2016, 4, 7),
     ("Appel à projets de la Direction de l’Action extérieure des collectivités territoriales sur la mobilité "
         "internationale des jeunes")),
    (date(2017, 5, 4), "Le dispositif 1% eau (loi Oudin)"),
)  # fmt: skip
THEMATIC = (
    (
        date(2016, 12, 1),
        "Gestion de la situation post-urgence Haïti",
        "Développement de projets communs et mobilisation de nouveaux acteurs",
    ),
    (
        date(2017, 2, 9),
        "Jeudi du pS-Eau",
        "La participation du secteur privé dans les actions de coopération au développement",
    ),
)
APER_OC = (
    (date(2017, 2, 23), "Toulouse", "France Volontaires au Burkina Faso"),
    (date(2017, 4, 27), "Montpellier", None),
    (date(2017, 6, 29), "Toulouse", "ONG péruvienne partenaire de la délégation régionale du CCFD-Terre solidaire"),
    (date(2017, 9, 28), "Montpellier", None),
)
MOBILITY = (
    (date(2014, 5, 15), "Toulouse"),
    (date(2015, 4, 2), "Caussade"),
    (date(2015, 11, 19), "Montauban"),
    (date(2016, 3, 10), "Cahors"),
    (date(2016, 11, 17), "Figeac"),
)


@dataclass(frozen=True, slots=True)
class SampleGathering:
    """A gathering of the sample; `held` where it took place, `heads` where heads were counted and publics were not."""

    key: str
    kind: GatheringKind
    title: str
    day: date
    town: str | None = None
    days: int = 1
    module: str | None = None
    topics: tuple[str, ...] = ()
    guests: tuple[str, ...] = ()
    organiser: str | None = None
    capacity: int | None = None
    hour: time = time(9, 30)
    held: bool = True
    heads: int | None = None

    @property
    def id(self) -> UUID:
        return entity_id(self.key, "gathering")

    def plan(self) -> Step:
        command = PlanGathering(
            kind=self.kind,
            title=self.title,
            starts=datetime.combine(self.day, self.hour, PARIS),
            days=self.days,
            town=self.town,
            department=DEPARTMENTS.get(self.town or ""),
            capacity=self.capacity,
            module=self.module,
            topics=list(self.topics),
            organiser=self.organiser,
        )
        return Step(self.key, command, noon_of(self.day - timedelta(days=Random(self.key).randint(30, 75))))

    def happened(self) -> Iterator[Step]:
        """Held, counted, announced, as far as it was."""
        day = noon_of(self.day)
        if self.held:
            yield Step(f"{self.key}/held", HoldGathering(gathering=self.id, guests=list(self.guests)), day)
        if self.heads is not None:
            heads = 12 if self.key == MISCOUNTED else self.heads
            yield Step(f"{self.key}/heads", CountHeads(gathering=self.id, unspecified=heads), day)
        if self.day > date(2017, 10, 31):
            summary = "Rencontre inventée pour l’exemple. Inscription gratuite, dans la limite des places."
            announced = noon_of(self.day - timedelta(days=28))
            yield Step(f"{self.key}/announced", AnnounceGathering(gathering=self.id, summary=summary), announced)

    def corrected(self) -> Step:
        """Its heads counted again, dated the day that they speak of."""
        command = CountHeads(gathering=self.id, unspecified=self.heads)
        return Step(f"{self.key}/heads/corrected", command, noon_of(self.day))


@cache
def gatherings() -> Sequence[SampleGathering]:
    """All gatherings of the sample, published or not."""
    return [*_published(), *_invented()]


def _published() -> Iterator[SampleGathering]:
    one = SampleGathering
    modules = review()["events"]["training_modules"]
    assert isinstance(modules, list)
    yield one("gathering/agora/2011", "agora", f"Première {AGORA}", date(2011, 11, 17), "Toulouse", organiser=REGION)
    for edition in EDITIONS:
        yield one(edition.key, "agora", f"{AGORA} {edition.day.year}", edition.day, edition.town)
    for day, town in TOUR:
        yield one(f"gathering/tour/{town}", "departmental_tour", f"Tournée départementale, {town}", day, town)
    for day, topic in AUTHORITIES:
        title = f"RDV des collectivités {day.year}"
        yield one(f"gathering/authorities/{day.year}", "local_authorities", title, day, topics=(topic,))
    for n, (day, title, topic) in enumerate(THEMATIC, 1):
        yield one(f"gathering/thematic/{n}", "thematic", title, day, topics=(topic,))
    for n, (day, town, guest) in enumerate(APER_OC, 1):
        guests = (guest,) if guest else ()
        yield one(f"gathering/aperoc/{n}", "aper_oc", f"Apér’OC de {town}", day, town, guests=guests, hour=EVENING)
    for n, (day, days, module, town, heads) in enumerate(TRAININGS, 1):
        name = modules[module]
        yield one(f"gathering/training/{n}", "training", name, day, town, days, name, heads=heads)
    for day, town in MOBILITY:
        title = f"Échange d’expériences de mobilité, {town}"
        yield one(f"gathering/mobility/{town}", "mobility_exchange", title, day, town)
    yield one("gathering/tandems-day", "other", TANDEMS_DAY, date(2017, 4, 20))


def _invented() -> Iterator[SampleGathering]:
    """After the review's closing date: one that was held, two to come."""
    one = SampleGathering
    yield one(AGORA_2017, "agora", "Agora 2017 (édition inventée)", date(2017, 11, 9), "Toulouse", capacity=300)
    yield one(
        THEMATIC_INVENTED,
        "thematic",
        "Rencontre thématique sur l’eau (inventée)",
        date(2017, 11, 23),
        "Montpellier",
        topics=("L’accès à l’eau potable",),
        capacity=20,
        hour=time(14),
        held=False,
    )
    yield one(
        APER_OC_INVENTED,
        "aper_oc",
        "Apér’OC de décembre (inventé)",
        date(2017, 12, 7),
        "Toulouse",
        hour=EVENING,
        held=False,
    )
