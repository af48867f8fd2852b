"""The directory's part of the sample: structures, contacts, listing, support, coverage, requests, publications."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import get_args

from deploy.sample.plan import END, Stage, Step, entity_id, event_id, noon, some_day
from deploy.sample.structures import SampleStructure, review, structures
from services.directory.casework.domain.coverage import NoteMediaCoverage
from services.directory.casework.domain.request import AnswerIdentification, RequestIdentification
from services.directory.casework.domain.support import GiveSupport
from services.directory.projects.domain import DraftProject, PublishProject
from services.directory.publications.domain import PublishNews, PublishOffer
from services.directory.structures.domain.contact import AddContact, RemoveContact, ReviseContact
from services.directory.structures.domain.structure import (
    CloseStructure,
    ListStructure,
    RegisterStructure,
    ReopenStructure,
    ReviseStructure,
    UnlistStructure,
)
from shared.contract.directory.casework import SupportKind
from shared.contract.directory.cooperation import ProjectStage
from shared.contract.directory.publications import OfferKind
from shared.contract.fields import CountryCode
from shared.contract.personal import Personal
from shared.geo.countries import country_names
from shared.kernel.correcting import StrikeEvents
from shared.notions.vocabularies import general

THEMES = (
    "Eau et assainissement", "Éducation", "Santé", "Agriculture", "Culture", "Jeunesse", "Énergie",
    "Environnement", "Formation professionnelle", "Économie solidaire",
)  # fmt: skip
COUNTRIES: tuple[CountryCode, ...] = (
    "SN",
    "MG",
    "BF",
    "ML",
    "MA",
    "IN",
    "KH",
    "VN",
    "HT",
    "PE",
    "CM",
    "TG",
    "BJ",
    "NE",
    "PS",
)
MEDIA = ("France 3 Régions", "France Bleu Toulouse", "Touléco")
ASLEEP = 260  # the place in the list of a structure that closed and opened again
PROJECTS = 18  # cooperation projects, all invented; the review names none
CLOSED_BEFORE_THE_COUNT = 24  # structures entered twice by mistake, and closed; outside all published counts


def stages() -> Sequence[Stage]:
    """Structures first; what is about them next; what changes that, last."""
    return (registered(), about(), changed(), confirmed(), late())


def registered() -> Stage:
    steps = [
        Step(
            s.key,
            RegisterStructure(
                name=s.name,
                kind=s.kind,
                department=s.department,
                commune=s.commune,
                themes=_themes(s),
                countries=_countries(s),
                source="bilan 2012-2017" if not s.invented else "exemple inventé",
                invented=s.invented,
            ),
            s.registered,
        )
        for s in structures()
    ]
    for n in range(CLOSED_BEFORE_THE_COUNT):
        twin = structures()[200 + n]
        command = RegisterStructure(
            name=f"{twin.name} (doublon)",
            kind=twin.kind,
            department=twin.department,
            source="exemple inventé",
            invented=True,
        )
        steps.append(Step(f"structure/twin/{n}", command, twin.registered))
    return steps


def about() -> Stage:
    found: list[Step] = []
    wanted = int(review()["directory"]["contacts_total"]["value"])
    for n in range(wanted + 60):  # sixty go again before the count
        s = structures()[n % len(structures())]
        who = f"Personne inventée {n + 1:04d}"
        found.append(
            Step(
                f"contact/{n}",
                AddContact(
                    structure=s.id,
                    name=Personal(who),
                    email=Personal(f"personne-{n + 1:04d}@exemple.invalid"),
                    phone=Personal(f"05 00 00 {n // 100 % 100:02d} {n % 100:02d}") if n % 3 == 0 else None,
                    role=("Présidence", "Coordination", "Trésorerie", "Chargé de mission")[n % 4],
                ),
                _between(s, f"contact/{n}"),
            )
        )
    listed = int(review()["directory"]["structures_listed_in_public_directory"]["value"])
    for n, s in enumerate(_picked("listed", listed + 12)):  # twelve leave again before the count
        found.append(Step(f"listed/{n}", ListStructure(structure=s.id), _between(s, f"listed/{n}")))
    found += _supports() + _coverages() + _requests() + _publications() + _projects()
    for n in range(CLOSED_BEFORE_THE_COUNT):
        twin = entity_id(f"structure/twin/{n}", "structure")
        after = structures()[200 + n].registered + timedelta(days=20)
        found.append(
            Step(
                f"closed/{n}",
                CloseStructure(structure=twin, reason="Inscrite deux fois par erreur."),
                min(after, _end()),
            )
        )
    # One ceased and began again: it is counted, and its story shows both.
    gone = structures()[ASLEEP]
    found.append(
        Step("closed/again", CloseStructure(structure=gone.id, reason="L’association est en sommeil."), _end(days=40))
    )
    return found


def changed() -> Stage:
    found: list[Step] = []
    for n in range(60):
        contact = entity_id(f"contact/{int(review()['directory']['contacts_total']['value']) + n}", "contact")
        found.append(
            Step(
                f"contact/gone/{n}", RemoveContact(contact=contact, reason="A quitté la structure."), _end(days=n % 20)
            )
        )
    for n, s in enumerate(_picked("listed", 300)[288:]):
        found.append(
            Step(f"unlisted/{n}", UnlistStructure(structure=s.id, reason="À la demande de la structure."), _end(days=n))
        )
    found += _revisions(0)
    for n in range(0, 3222, 4):
        command = ReviseContact(
            contact=entity_id(f"contact/{n}", "contact"), phone=Personal(f"05 99 00 {n // 100:02d} {n % 100:02d}")
        )
        found.append(
            Step(f"contact/revised/{n}", command, _between(structures()[n % len(structures())], f"contact/revised/{n}"))
        )
    found += answers()
    for n in range(PROJECTS - 2):  # two are still drafts
        project = entity_id(f"project/{n}", "project")
        found.append(Step(f"project/{n}/published", PublishProject(project=project), noon(2017, 6, 1 + n)))
    found.append(Step("reopened", ReopenStructure(structure=structures()[ASLEEP].id), _end(days=5)))
    return found


def confirmed() -> Stage:
    """Each record is looked at a second time. A stage of its own, since the order of revisions makes the record."""
    return _revisions(1)


def late() -> Stage:
    """Corrections that were learnt later than they happened: noted by mistake, and never received."""
    return [
        Step(
            f"{key}/withdrawn",
            StrikeEvents(
                kind="support",
                about=(support := entity_id(key, "support")),
                events=[event_id(key, "support", support)],
                reason="Noté deux fois par erreur.",
            ),
            noon(2015, 11, 3 + n),
        )
        for n in range(3)
        for key in (f"support/mistake/{n}",)
    ]


def _supports() -> list[Step]:
    kinds: Sequence[SupportKind] = [*general("support")]
    found = []
    for year, count in review()["directory"]["individual_support_by_year"]["values"].items():
        last = END if int(year) == END.year else date(int(year), 12, 31)
        early = [s for s in structures() if s.registered.year < int(year)]
        for n in range(int(count)):
            key = f"support/{year}/{n}"
            s = Random(key).choice(early)
            command = GiveSupport(structure=s.id, kind=kinds[(n + int(year)) % len(kinds)], summary=None)
            found.append(Step(key, command, some_day(key, date(int(year), 1, 5), last)))
    for n in range(3):  # noted twice, and taken back in `late`
        command = GiveSupport(structure=structures()[n].id, kind="networking")
        found.append(Step(f"support/mistake/{n}", command, noon(2015, 11, 3 + n)))
    return found


def _coverages() -> list[Step]:
    count = int(review()["directory"]["actors_given_media_coverage"]["value"])
    return [
        Step(
            f"coverage/{n}",
            NoteMediaCoverage(structure=s.id, medium=MEDIA[n % len(MEDIA)], title="Sujet inventé pour l’exemple"),
            some_day(f"coverage/{n}", date(2015, 1, 10), END),
        )
        for n, s in enumerate(structures()[:count])
    ]


def _requests() -> list[Step]:
    found: list[Step] = []
    for n, who in enumerate(review()["directory"]["actor_identification_requests"]["values"]):
        command = RequestIdentification(
            requester=str(who),
            themes=[THEMES[n]] if n % 3 == 0 else [],
            countries=[COUNTRIES[n]] if n % 3 == 1 else [],
            kinds=["association"] if n % 3 == 2 else [],
        )
        found.append(Step(f"request/{n}", command, noon(2016, 2 + n, 9)))
    return found


def answers() -> Stage:
    return [
        Step(
            f"request/{n}/answer",
            AnswerIdentification(
                request=entity_id(f"request/{n}", "request"), structures=12 + 7 * n, answer="Liste remise."
            ),
            noon(2016, 2 + n, 23),
        )
        for n in range(7)
    ]


def _publications() -> list[Step]:
    found: list[Step] = []
    members = [s for s in structures() if s.college == "associative"]
    kinds: Sequence[OfferKind] = [*general("offer")]
    for n in range(12):
        s = members[(n * 11) % len(members)]
        news = PublishNews(
            structure=s.id,
            structure_name=s.name,
            title=f"Actualité inventée {n + 1}",
            text="Un texte inventé pour l’exemple : une rencontre a réuni les partenaires et les habitants, et la "
            "suite se prépare.",
        )
        found.append(Step(f"news/{n}", news, noon(2017, 9, 4 + n)))
        s = members[(n * 7 + 3) % len(members)]
        offer = PublishOffer(
            structure=s.id,
            structure_name=s.name,
            kind=kinds[n % len(kinds)],
            title=f"Offre inventée {n + 1}",
            text="Une mission inventée pour l’exemple, à pourvoir à l’automne.",
            deadline=date(2017, 12, 15),
        )
        found.append(Step(f"offer/{n}", offer, noon(2017, 10, 2 + n)))
    return found


def _projects() -> list[Step]:
    """Invented projects of real members: what they are called, where and with whom is invented, and says so."""
    members = [s for s in structures() if s.college is not None]
    stages: Sequence[ProjectStage] = get_args(ProjectStage)
    found = []
    for n in range(PROJECTS):
        leader, other = members[(n * 13) % len(members)], members[(n * 13 + 5) % len(members)]
        country, theme, stage = COUNTRIES[n % len(COUNTRIES)], THEMES[n % len(THEMES)], stages[n % len(stages)]
        where = country_names("fr")[country]
        project = DraftProject(
            leader=leader.id,
            participants=[other.id] if n % 3 else [],
            title=f"Projet inventé {n + 1:02d} : {theme.lower()} ({where})",
            summary="Un projet inventé pour l’exemple : les habitants, leurs associations et leur commune le mènent "
            "avec nous.",
            country=country,
            stage=stage,
            place="Commune inventée",
            themes=[theme],
            sdgs=[n % 17 + 1],
            partner_associations=[f"Association inventée sur place {n + 1:02d}"],
            partner_authorities=["Commune inventée"] if n % 2 else [],
            partner_schools=[f"École inventée sur place {n + 1:02d}"] if n % 4 == 0 else [],
            begins=date(2013 + n % 3, 9, 1),
            ends=date(2016 + n % 2, 8, 31) if stage in ("ended", "evaluated") else None,
            budget=12_000 + 3_500 * n if n % 2 else None,
            evaluation="Évaluation inventée : menée avec les habitants à la fin du projet."
            if stage == "evaluated"
            else None,
            lessons="Leçon inventée : l’entretien se décide avant les travaux." if stage == "evaluated" else None,
            invented=True,
        )
        found.append(Step(f"project/{n}", project, noon(2017, 5, 2 + n)))
    return found


def _revisions(turn: int) -> list[Step]:
    return [
        Step(f"revised/{turn}/{n}", _revision(s, turn), _looked_at(s, n, turn))
        for n, s in enumerate(structures())
        if n != ASLEEP
    ]


def _looked_at(s: SampleStructure, n: int, turn: int) -> datetime:
    """The day of a first or a second look at a record, the second not before the first."""
    first = _between(s, f"revised/0/{n}")
    return first if turn == 0 else some_day(f"revised/1/{n}", first.date(), END)


def _revision(s: SampleStructure, turn: int) -> ReviseStructure:
    extra = THEMES[(len(s.name) + turn) % len(THEMES)]
    return ReviseStructure(
        structure=s.id,
        name=s.name,
        kind=s.kind,
        department=s.department,
        commune=s.commune,
        themes=[*_themes(s), *([extra] if extra not in _themes(s) else [])],
        countries=[*_countries(s), _another(s, turn)],
        source="exemple inventé",
    )


def _themes(s: SampleStructure) -> list[str]:
    return Random(f"themes/{s.key}").sample(THEMES, 1 + len(s.name) % 2)


def _countries(s: SampleStructure) -> list[CountryCode]:
    return Random(f"countries/{s.key}").sample(COUNTRIES, 1 + len(s.name) % 3)


def _picked(key: str, count: int) -> Sequence[SampleStructure]:
    return Random(key).sample(list(structures()[:2000]), count)


def _between(s: SampleStructure, key: str) -> datetime:
    """A day after the structure was registered, and not after the review's end."""
    first = min(s.registered.date() + timedelta(days=1), END)
    return some_day(key, first, END)


def _end(days: int = 0) -> datetime:
    when = END - timedelta(days=days)
    return noon(when.year, when.month, when.day)


def _another(s: SampleStructure, turn: int) -> CountryCode:
    """A country where it was not before: another one at each look."""
    return Random(f"another/{s.key}").sample([one for one in COUNTRIES if one not in _countries(s)], 2)[turn]
