"""The team in the sample: posts, volunteers and civic service by year, as the review counts them. Persons are
invented."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from deploy.sample.members import members
from deploy.sample.plan import END, Step, entity_id, noon, some_day
from deploy.sample.structures import review
from services.membership.team.domain.civic_place import ApproveCivicServicePlace
from services.membership.team.domain.civic_service import EndCivicService, RecruitCivicService, SecondCivicService
from services.membership.team.domain.staff_post import ChangeStaffPost, CreateStaffPost
from services.membership.team.domain.volunteer import NoteVolunteer
from shared.contract.personal import Personal

TASKS = ("préparation de l’Agora", "accueil", "jury de la Tribune des projets", "traduction", "expertise", "rédaction")
MISSIONS = ("animation du réseau", "Tandems solidaires", "mobilité internationale des jeunes", "communication")
POSTS = (
    ("Direction", 2012, 1.0, None),
    ("Animation du réseau", 2013, 0.5, (2014, 1.0)),
    ("Formation et accompagnement", 2016, 1.0, None),
    ("Communication", 2016, 0.8, None),
)
"""Title (invented), year of creation, share of full time, and its change: 3.8 in all in 2017."""
SECONDED = {2016: 5, 2017: 8}  # 13 since 2016; the years are invented
MISSION = timedelta(days=240)  # eight months


def team() -> Iterator[Step]:
    """Posts, volunteers, civic service, by year."""
    yield from posts()
    yield from volunteers()
    yield from civic_services()
    yield from civic_places()


def posts() -> Iterator[Step]:
    for title, year, fte, _ in POSTS:
        day = some_day(f"post/{title}", date(year, 2, 1), date(year, 9, 30))
        yield Step(f"post/{title}", CreateStaffPost(title=title, fte=fte), day)


def posts_changed() -> Iterator[Step]:
    for title, _, _, change in POSTS:
        if change is not None:
            year, fte = change
            command = ChangeStaffPost(post=entity_id(f"post/{title}", "post"), fte=fte)
            yield Step(f"post/change/{title}", command, noon(year, 9, 1))


def volunteers() -> Iterator[Step]:
    counts = _by_year(review()["membership"]["volunteers_by_year"]["values"])
    for person, (key, year) in enumerate(_each("volunteer", counts), 9301):
        command = NoteVolunteer(person=invented_person(person), task=Random(key).choice(TASKS))
        yield Step(key, command, _within(key, year))


def civic_services() -> Iterator[Step]:
    """First those recruited into the team, then those seconded to members."""
    recruits = list(_each("civic-service/team", _by_year(review()["membership"]["civic_service"]["recruits_by_year"])))
    for person, (key, year) in enumerate(recruits, 9601):
        command = RecruitCivicService(person=invented_person(person), mission=Random(key).choice(MISSIONS))
        yield Step(key, command, _within(key, year))
    hosts = [m.structure for m in members() if m.left is None and m.college == "associative" and m.joined.year < 2016]
    Random("hosts").shuffle(hosts)
    seconded = list(_each("civic-service/seconded", SECONDED))
    sent = zip(seconded, hosts[: len(seconded)], strict=True)
    for person, ((key, year), host) in enumerate(sent, 9601 + len(recruits)):
        mission = Random(key).choice(MISSIONS)
        there = SecondCivicService(host=host.id, host_name=host.name, person=invented_person(person), mission=mission)
        yield Step(key, there, _within(key, year))


def missions_ended() -> Iterator[Step]:
    for step in civic_services():
        ended = step.at + MISSION
        if ended.date() <= END:
            service = entity_id(step.key, "civic-service")
            yield Step(f"{step.key}/ended", EndCivicService(civic_service=service, reason="fin de mission"), ended)


def civic_places() -> Iterator[Step]:
    for n in range(int(review()["membership"]["civic_service"]["approved_places"]["value"])):
        yield Step(f"civic-place/2016/{n}", ApproveCivicServicePlace(authority="DRJSCS Occitanie"), noon(2016, 6, 15))


def invented_person(n: int) -> Personal:
    return Personal(f"Personne inventée {n:04d}")


def _each(what: str, counts: dict[int, int]) -> Iterator[tuple[str, int]]:
    """A key and the year for each one that was counted."""
    for year, count in counts.items():
        for n in range(count):
            yield f"{what}/{year}/{n}", year


def _by_year(published: Any) -> dict[int, int]:
    """The counts of the years that were measured."""
    return {int(year): int(count) for year, count in published.items() if count is not None}


def _within(key: str, year: int) -> datetime:
    return some_day(key, date(year, 1, 10), END if year == END.year else date(year, 12, 10))
