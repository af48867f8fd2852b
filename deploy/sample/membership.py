"""Membership's part of the sample: members with their renewals, charter, colleges, board, groups, team, peer networks.

Real: the 179 members of 2017 and their colleges, and every count of the review. Invented: earlier members who left
(marked so), who joined in which year, who sits on the board or in a group, every person, every day within a year.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any
from uuid import UUID

from deploy.sample.plan import DATA, END, Stage, Step, entity_id, noon, some_day
from deploy.sample.structures import FOUNDED, SampleStructure, early_invented, review, structures
from services.membership.domain.charter import AdoptCharter
from services.membership.domain.civic_place import ApproveCivicServicePlace
from services.membership.domain.civic_service import (
    EndCivicService,
    RecruitCivicService,
    SecondCivicService,
)
from services.membership.domain.college import OpenCollege
from services.membership.domain.group import FormWorkingGroup, JoinWorkingGroup, LeaveWorkingGroup
from services.membership.domain.member import (
    ChangeCollege,
    JoinNetwork,
    LeaveNetwork,
    RenewMembership,
    StructureCollege,
    member_of,
)
from services.membership.domain.network import NameNetwork
from services.membership.domain.peer_network import AddPeerNetwork, RenamePeerNetwork, peer_network_id
from services.membership.domain.post import ChangeStaffPost, CreateStaffPost
from services.membership.domain.seat import TakeBoardSeat, VacateBoardSeat
from services.membership.domain.volunteer import NoteVolunteer
from shared.contract.directory import StructureKind
from shared.contract.membership import LeaveReason, SeatRole
from shared.personal import Personal

FORMER_NAME, NAME = "Midi-Pyrénées Coopdev'", "Occitanie Coopération"
RENAMED = noon(2016, 10, 14)
STATUTES = noon(2017, 3, 18)  # the review says March 2017; the day is invented
YEARS = range(2012, 2018)
NEW_IN_2016 = frozenset({"11", "30", "34", "48", "66"})
"""The departments that came with the merger of the regions: who is there joined from 2016 on."""
FIRST_TO_JOIN = ("Terres en Mêlées", "Association développement éducation Nord-Sud (Aden-s)")
"""Members since the beginning, by their own words in the review, p. 20."""

PRINCIPLES = [
    "Notre action est définie en partenariat avec les populations locales.",
    "Elle vise à répondre aux besoins prioritaires destinés à renforcer leur autonomie et à améliorer "
    "leur condition de vie ; à ce titre, toute forme d’assistanat pérenne est proscrite.",
    "Elle est menée dans le respect des Droits de l’homme, et en excluant tout projet visant un intérêt "
    "particulier ethnique, politique, partisan, religieux ou économique.",
    "Nous nous engageons à associer systématiquement les autorités locales à tous les stades de vie du "
    "projet dans le respect des organisations et pratiques locales, en cherchant à promouvoir un "
    "approfondissement d’une part de la démocratie locale, notamment le respect de l’égalité des chances "
    "femmes-hommes et des minorités, et d’autre part de la décentralisation.",
]
"""The four principles of the charter of Occitanie Coopération."""

REAL_AT_YEARS_END: dict[StructureCollege, tuple[int, ...]] = {
    "public": (7, 8, 8, 9, 11, 12),
    "associative": (50, 64, 70, 72, 120, 158),
    "economic": (1, 1, 2, 3, 6, 9),
}
"""How many of the members of 2017 had joined by the end of each year, 2012 to 2017. The invented ones who left make up
the rest of the published counts; `tests/domain/membership/test_sample.py` counts."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """Invented members alike: how many of a kind, when they joined and left, and which college they went to when."""

    count: int
    kind: StructureKind
    college: StructureCollege
    joined: int
    left: int
    changed: tuple[int, StructureCollege] | None = None


EARLIER = (
    Earlier(2, "association", "associative", 2012, 2013),
    Earlier(2, "association", "associative", 2012, 2014),
    Earlier(3, "association", "associative", 2012, 2015),
    Earlier(2, "association", "associative", 2012, 2016),
    Earlier(2, "association", "associative", 2012, 2017),
    Earlier(1, "association", "associative", 2013, 2017, (2014, "economic")),
    Earlier(1, "association", "associative", 2013, 2015),
    Earlier(1, "association", "associative", 2013, 2016),
    Earlier(2, "association", "associative", 2013, 2017),
    Earlier(1, "association", "associative", 2014, 2016),
    Earlier(2, "association", "associative", 2014, 2017),
    Earlier(2, "association", "associative", 2016, 2017),
    Earlier(3, "public_body", "public", 2012, 2014),
    Earlier(1, "public_body", "public", 2012, 2017, (2015, "associative")),
    Earlier(1, "public_body", "public", 2012, 2016),
    Earlier(1, "public_body", "public", 2013, 2016),
    Earlier(1, "public_body", "public", 2015, 2017),
    Earlier(1, "company", "economic", 2012, 2014),
    Earlier(1, "company", "economic", 2013, 2014),
)
REASONS: tuple[LeaveReason, ...] = ("lapse", "lapse", "withdrawal", "dissolution")

GROUPS = {
    "Formation des acteurs": (2014, "Enquête sur les offres et les besoins en formation des acteurs."),
    "Volontariat et engagement solidaire": (2015, "Inter-connaissance des acteurs et développement des activités."),
    "Éducation à la citoyenneté mondiale": (2013, "Développement des Tandems solidaires."),
    "Mobilisation des acteurs économiques": (2014, "Relation entre associations et entreprises."),
    "Agir au Sénégal": (2015, "Inter-connaissance des acteurs du territoire agissant au Sénégal."),
    "Agir à Madagascar": (2016, "Inter-connaissance des acteurs du territoire agissant à Madagascar."),
}
IN_A_GROUP = 17  # members, of each group; invented
TASKS = ("préparation de l’Agora", "accueil", "jury de la Tribune des projets", "traduction", "expertise", "rédaction")
MISSIONS = ("animation du réseau", "Tandems solidaires", "mobilité internationale des jeunes", "communication")
POSTS = (
    ("Direction", 2012, 1.0, None),
    ("Animation du réseau", 2013, 0.5, (2014, 1.0)),
    ("Formation et accompagnement", 2016, 1.0, None),
    ("Communication", 2016, 0.8, None),
)
"""Title (invented), year of creation, share of full time, and its change: 3.8 in all in 2017."""
EARLIER_BOARD: dict[SeatRole, int] = {"president": 1, "vice_president": 3, "administrator": 5}  # invented
SECONDED = {2016: 5, 2017: 8}  # 13 since 2016; the years are invented


@dataclass(frozen=True, slots=True)
class SampleMember:
    """One member: what it is, when it came and went."""

    structure: SampleStructure
    college: StructureCollege
    joined: datetime
    changed: tuple[datetime, StructureCollege] | None = None
    left: datetime | None = None

    @property
    def id(self) -> UUID:
        return member_of(self.structure.id)

    def in_college(self, day: date) -> StructureCollege | None:
        """Its college at the end of a day, None where it was no member."""
        if self.joined.date() > day or (self.left is not None and self.left.date() <= day):
            return None
        return self.changed[1] if self.changed and self.changed[0].date() <= day else self.college


def stages() -> Sequence[Stage]:
    """What is needed first; then who joins; what needs a member or something created; what undoes that, last."""
    return (
        [*charter("midi-pyrenees", FORMER_NAME, FOUNDED), *founding(), *team(), *peers()],
        [*charter("occitanie", NAME, RENAMED), *joining(), *earlier_board(), *board()],
        [*renewals(), *colleges_changed(), *in_groups(), *changes()],
        [*departures(), *undone()],
    )


def charter(key: str, name: str, adopted: datetime) -> Iterator[Step]:
    """The network's name and the charter that members sign under it. The principles of the first are taken to be the
    same, since only the second is known."""
    yield Step(f"network/{key}", NameNetwork(name=name), adopted)
    title = f"Charte de la coopération et de la solidarité internationales, {name}"
    yield Step(f"charter/{key}", AdoptCharter(title=title, principles=PRINCIPLES), adopted)


def founding() -> Iterator[Step]:
    titles = {
        "public": "Structures à vocation publique",
        "associative": "Structures à but non lucratif",
        "economic": "Structures à vocation économique",
    }
    yield Step("college/public", OpenCollege(college="public", title=titles["public"]), FOUNDED)
    yield Step("college/associative", OpenCollege(college="associative", title=titles["associative"]), FOUNDED)
    yield Step("college/economic", OpenCollege(college="economic", title=titles["economic"]), FOUNDED)
    fourth = OpenCollege(college="qualified_persons", title="Personnalités qualifiées")
    yield Step("college/qualified_persons", fourth, STATUTES)
    for name, (year, purpose) in GROUPS.items():
        day = some_day(f"group/{name}", date(year, 1, 15), date(year, 6, 30))
        yield Step(f"group/{name}", FormWorkingGroup(name=name, purpose=purpose), day)


@cache
def members() -> Sequence[SampleMember]:
    """Everyone who was ever a member by 2017-10-31: the 179 by their names, then the invented ones who had left."""
    return (*_real(), *_earlier())


def _real() -> Iterator[SampleMember]:
    for college, by_year in REAL_AT_YEARS_END.items():
        queue = [s for s in structures() if s.college == college]
        Random(f"joining/{college}").shuffle(queue)
        queue.sort(key=lambda s: (s.department in NEW_IN_2016, s.name not in FIRST_TO_JOIN))
        before_2016 = by_year[2015 - YEARS[0]]
        late = queue[before_2016:]
        Random(f"joining late/{college}").shuffle(late)
        queue[before_2016:] = late
        for n, structure in enumerate(queue):
            year = next(year for year, so_far in zip(YEARS, by_year, strict=True) if n < so_far)
            yield SampleMember(structure, college, _joined(structure, year))


def _earlier() -> Iterator[SampleMember]:
    waiting = {
        kind: iter(sorted(early_invented(kind, 10_000), key=lambda s: s.registered))
        for kind in ("association", "public_body", "company")
    }
    for alike in EARLIER:
        for _ in range(alike.count):
            s = next(waiting[alike.kind])
            changed = None
            if alike.changed is not None:
                year, college = alike.changed
                changed = some_day(f"change/{s.key}", date(year, 4, 1), date(year, 11, 30)), college
            last = END if alike.left == END.year else date(alike.left, 12, 15)
            left = some_day(f"leave/{s.key}", date(alike.left, 4, 1), last)
            yield SampleMember(s, alike.college, _joined(s, alike.joined), changed, left)


def _joined(structure: SampleStructure, year: int) -> datetime:
    first = max(date(year, 2, 1), structure.registered.date() + timedelta(days=1))
    last = date(2017, 10, 20) if year == END.year else date(year, 12, 15)
    return some_day(f"join/{structure.key}", first, last)


def joining() -> Iterator[Step]:
    for one in members():
        command = JoinNetwork(
            structure=one.structure.id,
            name=one.structure.name,
            college=one.college,
            charter_version=1 if one.joined < RENAMED else 2,
        )
        yield Step(f"join/{one.structure.key}", command, one.joined)


def renewals() -> Iterator[Step]:
    """Each member renews in the first quarter of each year after the one in which it joined."""
    for one in members():
        for year in range(one.joined.year + 1, END.year + 1):
            day = some_day(f"renew/{one.structure.key}/{year}", date(year, 1, 8), date(year, 3, 31))
            if one.left is None or day < one.left:
                yield Step(f"renew/{one.structure.key}/{year}", RenewMembership(member=one.id, year=year), day)


def colleges_changed() -> Iterator[Step]:
    for one in members():
        if one.changed is not None:
            day, college = one.changed
            yield Step(f"change/{one.structure.key}", ChangeCollege(member=one.id, college=college), day)


def departures() -> Iterator[Step]:
    for one in members():
        if one.left is not None:
            reason = Random(f"reason/{one.structure.key}").choice(REASONS)
            yield Step(f"leave/{one.structure.key}", LeaveNetwork(member=one.id, reason=reason), one.left)


def earlier_board() -> Iterator[Step]:
    """A board before that of March 2017, so that seats have a past."""
    for n, role in enumerate(role for role, count in EARLIER_BOARD.items() for _ in range(count)):
        yield Step(f"seat/earlier/{n}", TakeBoardSeat(role=role, holder=_person(9100 + n)), noon(2014, 4, 12))


def board() -> Iterator[Step]:
    """The seventeen seats of March 2017. The president sits for no member, here."""
    seats = review()["membership"]["board_seats"]
    roles: dict[str, SeatRole] = {
        "president": "president",
        "vice_presidents": "vice_president",
        "administrators": "administrator",
        "delegate_administrators": "delegate_administrator",
    }
    sitting = [m for m in members() if m.left is None and m.joined < STATUTES]
    Random("board").shuffle(sitting)
    every = [role for name, role in roles.items() for _ in range(int(seats[name]))]  # type: ignore[call-overload]
    for n, (role, member) in enumerate(zip(every, sitting, strict=False)):
        holder = _person(9200 + n)
        command = TakeBoardSeat(role=role, member=None if role == "president" else member.id, holder=holder)
        yield Step(f"seat/2017/{n}", command, STATUTES)


def in_groups() -> Iterator[Step]:
    for name, (year, _) in GROUPS.items():
        there = [m for m in members() if m.left is None and m.joined.year <= max(year, 2016)]
        Random(f"in/{name}").shuffle(there)
        for one in there[:IN_A_GROUP]:
            first = max(one.joined.date() + timedelta(days=7), date(year, 7, 1))
            day = some_day(f"in/{name}/{one.structure.key}", first, max(first, date(2017, 10, 15)))
            command = JoinWorkingGroup(group=entity_id(f"group/{name}", "group"), member=one.id)
            yield Step(f"in/{name}/{one.structure.key}", command, day)


def team() -> Iterator[Step]:
    """Posts, volunteers, civic service, by year."""
    for title, year, fte, _ in POSTS:
        day = some_day(f"post/{title}", date(year, 2, 1), date(year, 9, 30))
        yield Step(f"post/{title}", CreateStaffPost(title=title, fte=fte), day)
    person = 9300
    published = _by_year(review()["membership"]["volunteers_by_year"]["values"])
    for year, count in published.items():
        for n in range(count):
            person += 1
            key = f"volunteer/{year}/{n}"
            task = Random(key).choice(TASKS)
            yield Step(key, NoteVolunteer(person=_person(person), task=task), _within(key, year))
    person = 9600
    recruits = _by_year(review()["membership"]["civic_service"]["recruits_by_year"])
    for year, count in recruits.items():
        for n in range(count):
            person += 1
            key = f"civic-service/team/{year}/{n}"
            command = RecruitCivicService(person=_person(person), mission=Random(key).choice(MISSIONS))
            yield Step(key, command, _within(key, year))
    hosts = [m.structure for m in members() if m.left is None and m.college == "associative" and m.joined.year < 2016]
    Random("hosts").shuffle(hosts)
    waiting = iter(hosts)
    for year, count in SECONDED.items():
        for n in range(count):
            person += 1
            key, host = f"civic-service/seconded/{year}/{n}", next(waiting)
            seconded = SecondCivicService(
                host=host.id, host_name=host.name, person=_person(person), mission=Random(key).choice(MISSIONS)
            )
            yield Step(key, seconded, _within(key, year))
    for n in range(int(review()["membership"]["civic_service"]["approved_places"]["value"])):
        command_for_place = ApproveCivicServicePlace(authority="DRJSCS Occitanie")
        yield Step(f"civic-place/2016/{n}", command_for_place, noon(2016, 6, 15))


def peers() -> Iterator[Step]:
    """The eleven networks of the 2017 map. Ours joined in 2013 under its former name; the others' days are invented."""
    with (DATA / "rrma.csv").open(encoding="utf-8", newline="") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    for name in names:
        ourselves = name == NAME
        day = noon(2013, 6, 20) if ourselves else some_day(f"peer/{name}", date(2012, 2, 1), date(2017, 1, 31))
        command = AddPeerNetwork(name=FORMER_NAME if ourselves else name, ourselves=ourselves)
        yield Step(f"peer/{name}", command, day)


def changes() -> Iterator[Step]:
    """Posts and civic services as they went on, our own name on the map, the end of the earlier board."""
    for title, _, _, change in POSTS:
        if change is not None:
            year, fte = change
            command = ChangeStaffPost(post=entity_id(f"post/{title}", "post"), fte=fte)
            yield Step(f"post/change/{title}", command, noon(year, 9, 1))
    for n in range(sum(EARLIER_BOARD.values())):
        seat = entity_id(f"seat/earlier/{n}", "seat")
        command_for_seat = VacateBoardSeat(seat=seat, reason="instances renouvelées en mars 2017")
        yield Step(f"seat/earlier/{n}/vacated", command_for_seat, STATUTES)
    for step in team():
        if isinstance(step.command, RecruitCivicService | SecondCivicService):
            ended = step.at + timedelta(days=240)  # a mission lasts eight months
            if ended.date() <= END:
                service = entity_id(step.key, "civic-service")
                yield Step(f"{step.key}/ended", EndCivicService(civic_service=service, reason="fin de mission"), ended)
    renamed = RenamePeerNetwork(peer_network=peer_network_id(FORMER_NAME), name=NAME)
    yield Step(f"peer/{NAME}/renamed", renamed, RENAMED)


def undone() -> Iterator[Step]:
    """Some who left their working groups."""
    found = [step for step in in_groups() if Random(f"out/{step.key}").random() < 0.06]
    for step in found:
        assert isinstance(step.command, JoinWorkingGroup)
        first = step.at.date() + timedelta(days=1)
        day = some_day(f"out/{step.key}", first, max(first, END))
        if day.date() <= END:
            command = LeaveWorkingGroup(group=step.command.group, member=step.command.member)
            yield Step(f"out/{step.key}", command, day)


def member_id(structure: SampleStructure) -> UUID:
    """The member that a structure of the sample is."""
    return member_of(structure.id)


def _by_year(published: Any) -> dict[int, int]:
    """The counts of the years that were measured."""
    return {int(year): int(count) for year, count in published.items() if count is not None}


def _within(key: str, year: int) -> datetime:
    return some_day(key, date(year, 1, 10), END if year == END.year else date(year, 12, 10))


def _person(n: int) -> Personal:
    return Personal(f"Personne inventée {n:04d}")
