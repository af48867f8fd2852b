"""The sample's events, decided in memory, add up to what the review published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from deploy.sample.events import stages
from deploy.sample.plan import END, PARIS
from deploy.sample.structures import review, structures
from services.events.gatherings.domain.gathering import GATHERING
from services.events.projects.domain import PROJECT
from services.events.tandems.domain import TANDEM
from shared.contract import Event
from shared.contract.events.gatherings import (
    AgoraAttended,
    GatheringAnnounced,
    GatheringHeld,
    GatheringPlanned,
    HeadsCounted,
    ParticipantMovedUp,
    ParticipantRegistered,
    RegistrationCancelled,
    WorkshopHeld,
)
from shared.contract.events.projects import ProjectPresented
from shared.contract.events.tandems import PupilsCounted, TandemFormed, TandemSchoolJoined
from shared.kernel.correcting import StrikeEvents
from shared.kernel.decider import Context, Decider, On, derived_id

DECIDERS: dict[str, Decider[Any]] = {d.entity: d for d in (GATHERING, PROJECT, TANDEM)}
PUBLISHED: dict[str, Any] = review()["events"]


class Happened(NamedTuple):
    id: UUID
    at: datetime
    event: Any


@cache
def history() -> Sequence[Happened]:
    """All events of the sample that stand, in the order of its steps."""
    states: dict[UUID, Any] = {}
    found: list[Happened] = []
    ids: dict[UUID, Happened] = {}
    for stage in stages():
        for step in stage:
            if isinstance(step.command, StrikeEvents):
                for struck in step.command.events:
                    found.remove(ids.pop(struck))
                continue
            decider = DECIDERS[step.command.entity]
            context = Context(at=step.at, now=datetime(2026, 1, 1, tzinfo=PARIS), command=step.id, actor="sample")
            id = step.command.target(context)
            state = states.get(id, decider.initial)
            events = decider.decide(step.command, state, context)
            assert events, f"{step.key} changes nothing"
            plain = [one.event if isinstance(one, On) else one for one in events]
            assert plain == list(events), f"{step.key} is of another day than it says"
            states[id] = decider.fold(plain, state)
            for n, event in enumerate(plain, 1):
                found.append(Happened(id, step.at, event))
                ids[derived_id(step.id, f"{decider.entity}/{id}/event/{n}")] = found[-1]
    return found


def of(kind: type[Event], until: date = END) -> list[Happened]:
    return [h for h in history() if isinstance(h.event, kind) and h.at.astimezone(PARIS).date() <= until]


def held(kind: str) -> list[Happened]:
    return [h for h in of(GatheringHeld) if h.event.kind == kind]


def heads(kind: str) -> dict[tuple[UUID, str | None], int]:
    """The last count of each public of each gathering of a kind."""
    ids = {h.id for h in held(kind)}
    return {(h.id, h.event.audience): h.event.people for h in of(HeadsCounted) if h.id in ids}


def test_every_key_of_a_step_stands_once() -> None:
    keys = [step.key for stage in stages() for step in stage]
    assert len(keys) == len(set(keys))


def test_the_agora() -> None:
    editions = {h.id: h.at.year for h in held("agora")}
    assert sorted(editions.values()) == [PUBLISHED["agora"]["first_held"], *PUBLISHED["agora"]["editions_measured"]]
    counted = heads("agora")
    assert sorted({editions[id] for id, _ in counted}) == PUBLISHED["agora"]["editions_measured"]
    total = sum(counted.values())
    assert (total, total / 5) == (1385, PUBLISHED["agora"]["mean_attendance_2012_2016"])
    by_public = Counter[str]()
    for (_, audience), people in counted.items():
        assert audience is not None
        by_public[audience] += people
    assert by_public == {
        "associations": 886, "public_bodies": 166, "companies": 125, "students": 104, "others": 55,
        "higher_education": 49,
    }  # fmt: skip
    assert len(of(WorkshopHeld)) == PUBLISHED["agora"]["workshops_since_2012"]
    projects = of(ProjectPresented)
    assert len(projects) == PUBLISHED["agora"]["tribune_projects_presented_since_2013"]
    assert min(h.at.year for h in projects) == 2013


def test_trainings() -> None:
    sessions, published = held("training"), PUBLISHED["trainings"]
    assert len(sessions) == published["sessions"]
    assert sum(heads("training").values()) == published["participants"]
    first, last = min(h.at for h in sessions), max(h.at for h in sessions)
    assert first.year == published["from"]
    assert (last.year - first.year) * 12 + last.month - first.month + 1 == published["months"]
    lengths = [h.event.days for h in sessions]
    assert [min(lengths), max(lengths)] == published["days_each"]
    assert {h.event.module for h in sessions} == set(PUBLISHED["training_modules"])


def test_the_other_gatherings() -> None:
    tour = held("departmental_tour")
    assert sorted(h.event.town for h in tour) == PUBLISHED["departmental_tour"]["towns"]
    assert min(h.at.year for h in tour) == PUBLISHED["departmental_tour"]["since"]
    meetings = held("local_authorities")
    topics = {topic for h in meetings for topic in h.event.topics}
    assert len(meetings) == len(topics) == PUBLISHED["local_authority_meetings"]["topics"]
    assert min(h.at.year for h in meetings) == PUBLISHED["local_authority_meetings"]["since"]
    assert len(held("thematic")) == PUBLISHED["thematic_meetings"]
    aper_oc = held("aper_oc")
    assert len([h for h in aper_oc if h.at.year == 2017]) == len(aper_oc) == PUBLISHED["aper_oc_2017"]["value"]
    assert sorted({h.event.town for h in aper_oc}, reverse=True) == PUBLISHED["aper_oc_2017"]["towns"]
    assert len([h for h in aper_oc if h.event.guests]) == PUBLISHED["aper_oc_2017"]["with_guests"]
    assert {h.event.town for h in held("mobility_exchange")} == set(PUBLISHED["mobility_exchange_towns"])


def test_the_tandems() -> None:
    formed, published = of(TandemFormed), PUBLISHED["tandems_solidaires"]
    assert len(formed) == published["tandems"]
    assert len({h.event.association for h in formed}) == published["associations"]
    assert {h.event.association for h in formed} <= {s.id for s in structures() if s.college == "associative"}
    schools = {s.id: s.registered for s in structures() if s.kind == "school"}
    joined = of(TandemSchoolJoined)
    assert len({h.event.school for h in joined}) == published["schools"]
    assert all(schools[h.event.school] <= h.at for h in joined), "a school is in the directory before its tandem"
    assert sum({h.id: h.event.pupils for h in of(PupilsCounted)}.values()) == published["pupils"]
    assert [h.at.year for h in formed if h.event.pilot] == [published["pilot"]]
    assert min(h.event.school_year for h in formed if not h.event.pilot) == published["full_launch"]


def test_what_is_planned_comes_after_its_planning() -> None:
    assert all(h.at < h.event.starts for h in of(GatheringPlanned, date.max))


def test_only_the_invented_gatherings_are_announced() -> None:
    announced = of(GatheringAnnounced, date.max)
    assert len(announced) == 3
    assert all(h.event.starts.date() > END and "inventé" in h.event.title for h in announced)


def test_the_invented_agora_is_attended_by_name() -> None:
    assert len(of(AgoraAttended, date.max)) == 180
    assert not of(AgoraAttended)
    assert len(of(ParticipantMovedUp, date.max)) == 2
    assert len(of(RegistrationCancelled, date.max)) == 10
    people = of(ParticipantRegistered, date.max)
    names = [h.event.name.clear for h in people]
    assert len(set(names)) == len(names)
    assert all(name.startswith("Personne inventée ") for name in names)
    assert all(h.event.email.clear.endswith("@exemple.invalid") for h in people)


def test_two_counts_were_corrected_later_for_the_same_day() -> None:
    counts = Counter((h.id, h.event.audience, h.at) for h in of(HeadsCounted))
    assert sorted(counts.values())[-3:] == [1, 2, 2]
