"""The events' part of the sample: what the review counts of gatherings, trainings, the Tribune and the Tandems, and an
invented edition of the Agora that it does not count.

Figures, towns, topics and modules are the review's. Days, titles of workshops and projects, how many came from which
public in one year, and which association teamed up with which school are invented; persons are, all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random
from uuid import UUID

from deploy.sample.plan import PARIS, Stage, Step, command_id, entity_id, noon
from deploy.sample.structures import SampleStructure, review, structures
from services.events.domain.attending import CancelRegistration, CheckIn, RegisterParticipant, UndoCheckIn
from services.events.domain.counting import CountHeads, NoteWorkshop
from services.events.domain.planning import AnnounceGathering, HoldGathering, PlanGathering
from services.events.domain.project import PresentProject
from services.events.domain.tandem import AddTandemSchool, CountPupils, FormTandem
from shared.contract.events import Audience, GatheringKind, SchoolLevel
from shared.decider import derived_id
from shared.personal import Personal

DEPARTMENTS = {
    "Albi": "81", "Auch": "32", "Cahors": "46", "Caussade": "82", "Figeac": "46", "Moissac": "82", "Montauban": "82",
    "Montpellier": "34", "Perpignan": "66", "Tarbes": "65", "Toulouse": "31",
}  # fmt: skip
AGORA = "Agora des coopérations et des solidarités internationales"
REGION = "Région Midi-Pyrénées"
AGORA_2017 = "gathering/agora/2017"
REGISTERED, CANCELLED, PRESENT = 226, 8, 180


@dataclass(frozen=True, slots=True)
class Edition:
    """One Agora of the past: heads by public, workshops, projects of the Tribune."""

    day: date
    town: str
    heads: tuple[int, ...]
    workshops: int
    projects: int


PUBLICS: tuple[Audience, ...] = (
    "associations", "public_bodies", "companies", "students", "others", "higher_education"
)  # fmt: skip
EDITIONS = (
    Edition(date(2012, 11, 15), "Toulouse", (151, 28, 19, 17, 9, 8), 6, 0),
    Edition(date(2013, 11, 14), "Toulouse", (168, 31, 23, 19, 10, 9), 7, 20),
    Edition(date(2014, 10, 16), "Albi", (180, 34, 25, 21, 11, 10), 8, 20),
    Edition(date(2015, 11, 5), "Toulouse", (189, 35, 28, 23, 12, 11), 8, 20),
    Edition(date(2016, 10, 14), "Toulouse", (198, 38, 30, 24, 13, 11), 8, 20),
)
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
    (date(2015, 6, 11), "Orientations du ministère de l’Europe et des Affaires étrangères et coopération bilatérale avec le Sénégal"),
    (date(2016, 4, 7), "Appel à projets de la Direction de l’Action extérieure des collectivités territoriales sur la mobilité internationale des jeunes"),
    (date(2017, 5, 4), "Le dispositif 1% eau (loi Oudin)"),
)  # fmt: skip
THEMATIC = (
    (date(2016, 12, 1), "Gestion de la situation post-urgence Haïti", "Développement de projets communs et mobilisation de nouveaux acteurs"),
    (date(2017, 2, 9), "Jeudi du pS-Eau", "La participation du secteur privé dans les actions de coopération au développement"),
)  # fmt: skip
APER_OC = (
    (date(2017, 2, 23), "Toulouse", "France Volontaires au Burkina Faso"), (date(2017, 4, 27), "Montpellier", None),
    (date(2017, 6, 29), "Toulouse", "ONG péruvienne partenaire de la délégation régionale du CCFD-Terre solidaire"),
    (date(2017, 9, 28), "Montpellier", None),
)  # fmt: skip
MOBILITY = (
    (date(2014, 5, 15), "Toulouse"), (date(2015, 4, 2), "Caussade"), (date(2015, 11, 19), "Montauban"),
    (date(2016, 3, 10), "Cahors"), (date(2016, 11, 17), "Figeac"),
)  # fmt: skip
SUBJECTS = (
    "Eau et territoires", "Jeunesse et mobilité", "Économie solidaire", "Migrations et développement",
    "Éducation à la citoyenneté mondiale", "Agriculture familiale", "Santé et coopération", "Climat et énergie",
    "Partenariats entre collectivités", "Financer son projet", "Numérique et solidarité", "Égalité entre femmes et hommes",
)  # fmt: skip
COUNTRIES = ("SN", "MG", "BF", "ML", "MA", "IN", "KH", "VN", "HT", "PE", "CM", "TG", "BJ", "NE", "PS")
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


def stages() -> Sequence[Stage]:
    """What is planned first; what happened at it next; then what changes that; the door of the Agora; its mistake."""
    return (planned(), happened(), changed(), door(), door_undone())


def planned() -> Stage:
    """Gatherings, projects and tandems: each makes an entity."""
    tandems = [
        Step(t.key, FormTandem(school_year=t.year, association=t.association.id, association_name=t.association.name,
                               theme=t.theme, department=t.schools[0].department, pilot=t.pilot), t.formed)
        for t in tandem_plan()
    ]  # fmt: skip
    return [*(g.plan() for g in gatherings()), *projects(), *tandems]


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
            kind=self.kind, title=self.title, starts=datetime.combine(self.day, self.hour, PARIS), days=self.days,
            town=self.town, department=DEPARTMENTS.get(self.town or ""), capacity=self.capacity, module=self.module,
            topics=list(self.topics), organiser=self.organiser,
        )  # fmt: skip
        return Step(self.key, command, _noon(self.day - timedelta(days=Random(self.key).randint(30, 75))))


@cache
def gatherings() -> Sequence[SampleGathering]:
    """All gatherings of the sample, published or not."""
    modules = review()["events"]["training_modules"]
    assert isinstance(modules, list)
    one = SampleGathering
    return [
        one("gathering/agora/2011", "agora", f"Première {AGORA}", date(2011, 11, 17), "Toulouse", organiser=REGION),
        *(one(f"gathering/agora/{e.day.year}", "agora", f"{AGORA} {e.day.year}", e.day, e.town) for e in EDITIONS),
        *(one(f"gathering/tour/{town}", "departmental_tour", f"Tournée départementale, {town}", day, town) for day, town in TOUR),
        *(
            one(f"gathering/authorities/{day.year}", "local_authorities", f"RDV des collectivités {day.year}", day, topics=(topic,))
            for day, topic in AUTHORITIES
        ),
        *(one(f"gathering/thematic/{n}", "thematic", title, day, topics=(topic,)) for n, (day, title, topic) in enumerate(THEMATIC, 1)),
        *(
            one(f"gathering/aperoc/{n}", "aper_oc", f"Apér’OC de {town}", day, town, guests=(guest,) if guest else (), hour=time(18, 30))
            for n, (day, town, guest) in enumerate(APER_OC, 1)
        ),
        *(
            one(f"gathering/training/{n}", "training", modules[module], day, town, days, modules[module], heads=heads)
            for n, (day, days, module, town, heads) in enumerate(TRAININGS, 1)
        ),
        *(
            one(f"gathering/mobility/{town}", "mobility_exchange", f"Échange d’expériences de mobilité, {town}", day, town)
            for day, town in MOBILITY
        ),
        one("gathering/tandems-day", "other", "Journée d’information et d’échanges sur l’éducation à la citoyenneté mondiale et les Tandems solidaires", date(2017, 4, 20)),
        one(AGORA_2017, "agora", "Agora 2017 (édition inventée)", date(2017, 11, 9), "Toulouse", capacity=300),
        one("gathering/thematic/invented", "thematic", "Rencontre thématique sur l’eau (inventée)", date(2017, 11, 23), "Montpellier",
            topics=("L’accès à l’eau potable",), capacity=20, hour=time(14), held=False),
        one("gathering/aperoc/invented", "aper_oc", "Apér’OC de décembre (inventé)", date(2017, 12, 7), "Toulouse", hour=time(18, 30), held=False),
    ]  # fmt: skip


def happened() -> Stage:
    """Held, announced, counted, registered; schools joined."""
    steps: list[Step] = []
    for g in gatherings():
        day = _noon(g.day)
        if g.held:
            steps.append(Step(f"{g.key}/held", HoldGathering(gathering=g.id, guests=list(g.guests)), day))
        if g.heads is not None:
            # One count was noted with its digits turned round, and corrected later.
            heads = 12 if g.key == "gathering/training/6" else g.heads
            steps.append(Step(f"{g.key}/heads", CountHeads(gathering=g.id, unspecified=heads), day))
        if g.day > date(2017, 10, 31):
            summary = "Rencontre inventée pour l’exemple. Inscription gratuite, dans la limite des places."
            announced = _noon(g.day - timedelta(days=28))
            steps.append(Step(f"{g.key}/announced", AnnounceGathering(gathering=g.id, summary=summary), announced))
    for edition in EDITIONS:
        key = f"gathering/agora/{edition.day.year}"
        steps.append(Step(f"{key}/heads", _heads(edition, first=True), _noon(edition.day)))
        for n in range(edition.workshops):
            title = f"Atelier {n + 1}, {SUBJECTS[(edition.day.year * 5 + n) % len(SUBJECTS)]} (intitulé inventé)"
            workshop = NoteWorkshop(gathering=entity_id(key, "gathering"), workshop_title=title)
            steps.append(Step(f"{key}/workshop/{n + 1}", workshop, _noon(edition.day)))
    for tandem in tandem_plan():
        for n, school in enumerate(tandem.schools, 1):
            joins = AddTandemSchool(tandem=tandem.id, school=school.id, school_name=school.name, level=tandem.level)
            steps.append(Step(f"{tandem.key}/school/{n}", joins, tandem.formed))
        counted = CountPupils(tandem=tandem.id, pupils=tandem.pupils)
        steps.append(Step(f"{tandem.key}/pupils", counted, noon(int(tandem.year[5:]), 6, 20)))
    return [*steps, *registered()]


def changed() -> Stage:
    """Registrations cancelled, so that who waits moves up; counts corrected, dated the day that they speak of."""
    agora_2014 = EDITIONS[2]
    training = next(g for g in gatherings() if g.key == "gathering/training/6")
    corrected = [
        Step("gathering/agora/2014/heads/corrected", _heads(agora_2014), _noon(agora_2014.day)),
        Step(
            f"{training.key}/heads/corrected",
            CountHeads(gathering=training.id, unspecified=training.heads),
            _noon(training.day),
        ),
    ]
    gone = [(AGORA_2017, 23 * n) for n in range(1, CANCELLED + 1)] + [
        ("gathering/thematic/invented", n) for n in (4, 11)
    ]
    cancelled = [
        Step(f"{key}/registration/{n}/cancelled",
             CancelRegistration(gathering=entity_id(key, "gathering"), registration=registration_id(key, n)),
             noon(2017, 11, 8))
        for key, n in gone
    ]  # fmt: skip
    return [*corrected, *cancelled]


def door() -> Stage:
    """The morning of the invented Agora: 181 check-ins, one of them a mistake."""
    there = [n for n in range(1, REGISTERED + 1) if n % 23 and n % 7 != 3]
    opened = datetime.combine(date(2017, 11, 9), time(8, 45), PARIS)
    return [
        Step(f"{AGORA_2017}/registration/{n}/present",
             CheckIn(gathering=entity_id(AGORA_2017, "gathering"), registration=registration_id(AGORA_2017, n)),
             opened + timedelta(seconds=33 * at))
        for at, n in enumerate(there[: PRESENT + 1])
    ]  # fmt: skip


def door_undone() -> Stage:
    undo = UndoCheckIn(gathering=entity_id(AGORA_2017, "gathering"), registration=registration_id(AGORA_2017, 2))
    return [Step(f"{AGORA_2017}/registration/2/undone", undo, datetime.combine(date(2017, 11, 9), time(8, 58), PARIS))]


def registered() -> Sequence[Step]:
    """Invented persons for the invented gatherings, most of them sent by a member."""
    steps: list[Step] = []
    for key, count, first in (
        (AGORA_2017, REGISTERED, date(2017, 10, 9)),
        ("gathering/thematic/invented", 24, date(2017, 10, 30)),
        ("gathering/aperoc/invented", 9, date(2017, 11, 10)),
    ):  # fmt: skip
        for n in range(1, count + 1):
            person = 5000 + n + {AGORA_2017: 0, "gathering/thematic/invented": 300}.get(key, 400)
            audience, structure, name = _who(f"{key}/{n}")
            command = RegisterParticipant(
                gathering=entity_id(key, "gathering"), audience=audience, name=Personal(f"Personne inventée {person:04d}"),
                email=Personal(f"personne-{person:04d}@exemple.invalid"), structure=structure, structure_name=name,
            )  # fmt: skip
            steps.append(
                Step(f"{key}/registration/{n}", command, _noon(first + timedelta(days=n * 8 // max(count, 60))))
            )
    return steps


def registration_id(key: str, n: int) -> UUID:
    """The id of the nth registration of an invented gathering."""
    return derived_id(command_id(f"{key}/registration/{n}"), "registration")


def projects() -> Sequence[Step]:
    """The 80 projects of the Tribune; Aden-s presented one in 2013 and one in 2016, as it says in the review."""
    steps: list[Step] = []
    for edition in EDITIONS:
        year = edition.day.year
        who = Random(f"tribune/{year}").sample(_associations(), edition.projects)
        if year in (2013, 2016):
            aden = _named("Association développement éducation Nord-Sud (Aden-s)")
            who = [aden, *(s for s in who if s is not aden)][: edition.projects]
        for n, structure in enumerate(who, 1):
            country = COUNTRIES[(year + 7 * n) % len(COUNTRIES)]
            title = f"Projet inventé {year}-{n:02d}, {SUBJECTS[(year + n) % len(SUBJECTS)].lower()}"
            command = PresentProject(
                gathering=entity_id(f"gathering/agora/{year}", "gathering"), project_title=title,
                structure=structure.id, structure_name=structure.name, country=country,
            )  # fmt: skip
            steps.append(Step(f"project/{year}/{n}", command, _noon(edition.day)))
    return steps


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


@cache
def tandem_plan() -> Sequence[SampleTandem]:
    """The pilot of 2013 in Ariège and the 19 of 2016-2017; one of these has two schools."""
    here = [s for s in structures() if s.kind == "school" and s.department in ACADEMY_OF_TOULOUSE]
    pilot_school = next(s for s in here if s.department == "09" and s.registered < noon(2013, 9, 1))
    schools = iter([s for s in here if s is not pilot_school and s.registered < noon(2016, 9, 1)])
    found = [
        SampleTandem("tandem/1", "2013-2014", _named(PILOT_ASSOCIATION), [pilot_school], PUPILS[0], "lower_secondary",
                     SUBJECTS[4], noon(2013, 10, 7), pilot=True)
    ]  # fmt: skip
    for n, pupils in enumerate(PUPILS[1:], 2):
        association = _named(TANDEM_ASSOCIATIONS[n % len(TANDEM_ASSOCIATIONS)])
        with_schools = [next(schools) for _ in range(2 if n == 11 else 1)]
        found.append(
            SampleTandem(f"tandem/{n}", "2016-2017", association, with_schools, pupils, LEVELS[n % 3],
                         SUBJECTS[n % len(SUBJECTS)], noon(2016, 9 + n % 3, 5 + n))
        )  # fmt: skip
    return found


def _heads(edition: Edition, first: bool = False) -> CountHeads:
    """An edition's heads by public. The associations of 2014 were noted with their digits turned round at first."""
    counts = dict(zip(PUBLICS, edition.heads, strict=True))
    if first and edition.day.year == 2014:
        counts["associations"] = 108
    return CountHeads(gathering=entity_id(f"gathering/agora/{edition.day.year}", "gathering"), **counts)


def _who(key: str) -> tuple[Audience, UUID | None, str | None]:
    """The public of a participant and who sends them."""
    chance = Random(key)
    audience: Audience = chance.choices(PUBLICS, weights=(64, 12, 9, 7.5, 4, 3.5))[0]
    kinds = {
        "associations": "association",
        "public_bodies": "public_body",
        "companies": "company",
        "higher_education": "higher_education",
    }
    senders = [s for s in structures()[:179] if s.kind == kinds.get(audience)]
    if not senders:
        return audience, None, None
    sender = chance.choice(senders)
    return audience, sender.id, sender.name


def _associations() -> list[SampleStructure]:
    return [s for s in structures() if s.college == "associative"]


def _named(name: str) -> SampleStructure:
    return next(s for s in structures() if s.name == name)


def _noon(day: date) -> datetime:
    return noon(day.year, day.month, day.day)
