"""Each indicator: a small history, and the figures it comes to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.observatory.indicators import DOCUMENT, INDICATORS, documented
from shared.contract.directory import (
    ContactAdded,
    ContactRemoved,
    IdentificationRequested,
    MediaCoverageNoted,
    MediaCoverageWithdrawn,
    StructureClosed,
    StructureListed,
    StructureRegistered,
    StructureReopened,
    StructureRevised,
    StructureUnlisted,
    SupportGiven,
    SupportWithdrawn,
)  # fmt: skip
from shared.contract.events import (
    AgoraAttended,
    AttendanceUndone,
    GatheringAttended,
    GatheringCancelled,
    GatheringHeld,
    GatheringHoldingUndone,
    GatheringPlanned,
    HeadCountWithdrawn,
    HeadsCounted,
    ProjectPresentationWithdrawn,
    ProjectPresented,
    PupilsCounted,
    TandemCancelled,
    TandemFormed,
    TandemReinstated,
    TandemSchoolJoined,
    TandemSchoolLeft,
    WorkshopHeld,
    WorkshopWithdrawn,
)  # fmt: skip
from shared.contract.membership import (
    BoardSeatRestored,
    BoardSeatTaken,
    BoardSeatVacated,
    CivicServicePlaceApproved,
    CivicServicePlaceEnded,
    CivicServiceRecruited,
    CivicServiceSeconded,
    CivicServiceWithdrawn,
    CollegeClosed,
    CollegeOpened,
    MemberCollegeChanged,
    MemberJoined,
    MemberLeft,
    MemberRestored,
    PeerNetworkJoined,
    PeerNetworkLeft,
    StaffPostChanged,
    StaffPostClosed,
    StaffPostCreated,
    StaffPostWithdrawn,
    VolunteerContributed,
    VolunteerRestored,
    VolunteerWithdrawn,
    WorkingGroupClosed,
    WorkingGroupFormed,
)  # fmt: skip
from shared.contract.newsletter import BulletinOpened
from tests.observatory.history import History, named, someone

Figures = dict[str, tuple[Any, list[int]]]
D, M, E = "directory.", "membership.", "events."


def structures() -> History:
    """Four structures: one moves, one is elsewhere, one closes, one closes and opens again."""
    h = History()
    h.say(StructureRegistered(name="A", kind="association", department="31"), "a", "2012-01-05")  # 1
    h.say(StructureRegistered(name="B", kind="company", department="75"), "b", "2013-01-05")  # 2
    h.say(StructureRegistered(name="C", kind="association", department="34"), "c", "2014-01-05")  # 3
    h.say(StructureRegistered(name="D", kind="school", department="34"), "d", "2014-02-05")  # 4
    h.say(StructureRevised(department="34"), "a", "2015-06-01")  # 5
    h.say(StructureClosed(reason="ceased"), "c", "2016-03-01")  # 6
    h.say(StructureClosed(reason="asleep"), "d", "2016-04-01")  # 7
    h.say(StructureReopened(), "d", "2016-05-01")  # 8
    h.say(StructureListed(), "a", "2015-02-01")  # 9
    h.say(StructureListed(), "b", "2015-02-01")  # 10
    h.say(StructureUnlisted(), "b", "2016-02-01")  # 11
    h.say(StructureListed(), "c", "2015-02-01")  # 12
    h.say(StructureRevised(cleared=["department"]), "b", "2016-06-01")  # 13
    return h


def contacts() -> History:
    h = History()
    for n in range(3):
        h.say(ContactAdded(structure=named("s"), name=someone()), f"{n}", "2015-01-01")
    h.say(ContactRemoved(), "1", "2016-01-01")
    h.say(ContactRemoved(), "2", "2014-01-01")  # dated before it was added: removed at once
    return h


def requests() -> History:
    h = History()
    h.say(IdentificationRequested(requester="Région", themes=["Eau"]), "1", "2016-01-01")
    return h


def support() -> History:
    h = History()
    h.say(SupportGiven(structure=named("s"), kind="networking"), "1", "2014-03-01")  # 1
    h.say(SupportGiven(structure=named("s"), kind="networking"), "2", "2016-03-01")  # 2
    h.say(SupportGiven(structure=named("t"), kind="communication"), "3", "2016-04-01")  # 3
    h.say(SupportGiven(structure=named("t"), kind="communication"), "4", "2016-05-01")  # 4
    h.say(SupportWithdrawn(reason="twice"), "4", "2017-05-01")  # 5
    return h


def coverage() -> History:
    h = History()
    h.say(MediaCoverageNoted(structure=named("s"), medium="Touléco"), "1", "2016-01-01")  # 1
    h.say(MediaCoverageNoted(structure=named("s"), medium="France 3"), "2", "2016-02-01")  # 2
    h.say(MediaCoverageNoted(structure=named("t"), medium="France 3"), "3", "2016-03-01")  # 3
    h.say(MediaCoverageNoted(structure=named("u"), medium="France Bleu"), "4", "2016-04-01")  # 4
    h.say(MediaCoverageWithdrawn(reason="mistake"), "4", "2016-05-01")  # 5
    return h


def members() -> History:
    """One stays, one changes college, one leaves, one had joined by mistake, one's leaving was a mistake, one person."""
    h = History()
    h.say(CollegeOpened(college="public", title="Public"), "public", "2012-01-01")  # 1
    h.say(CollegeOpened(college="associative", title="Associatif"), "associative", "2012-01-01")  # 2
    h.say(
        MemberJoined(college="associative", charter_version=1, structure=named("a"), name="A"), "a", "2012-02-01"
    )  # 3
    h.say(MemberJoined(college="public", charter_version=1, structure=named("b"), name="B"), "b", "2012-02-01")  # 4
    h.say(MemberCollegeChanged(college="associative"), "b", "2013-06-01")  # 5
    h.say(MemberJoined(college="public", charter_version=1, structure=named("c"), name="C"), "c", "2012-03-01")  # 6
    h.say(MemberLeft(reason="lapse"), "c", "2013-12-31")  # 7
    h.say(MemberJoined(college="public", charter_version=1, structure=named("d"), name="D"), "d", "2012-03-01")  # 8
    h.say(MemberLeft(reason="mistake"), "d", "2014-05-01")  # 9
    h.say(MemberJoined(college="public", charter_version=1, structure=named("e"), name="E"), "e", "2012-03-01")  # 10
    h.say(MemberLeft(reason="withdrawal"), "e", "2013-05-01")  # 11
    h.say(MemberRestored(college="public", structure=named("e")), "e", "2013-05-01")  # 12
    h.say(CollegeOpened(college="qualified_persons", title="Qualifiées"), "qualified", "2014-03-01")  # 13
    return h


def board() -> History:
    h = History()
    h.say(BoardSeatTaken(role="president"), "1", "2014-01-01")  # 1
    h.say(BoardSeatTaken(role="vice_president"), "2", "2014-01-01")  # 2
    h.say(BoardSeatTaken(role="vice_president"), "3", "2014-01-01")  # 3
    h.say(BoardSeatVacated(), "2", "2015-01-01")  # 4
    h.say(BoardSeatVacated(), "3", "2015-01-01")  # 5
    h.say(BoardSeatRestored(), "3", "2015-01-01")  # 6
    return h


def volunteers() -> History:
    h = History()
    h.say(VolunteerContributed(year=2013, person=someone()), "1", "2013-05-01")  # 1
    h.say(VolunteerContributed(year=2013), "2", "2013-06-01")  # 2
    h.say(VolunteerContributed(year=2015), "3", "2015-06-01")  # 3
    h.say(VolunteerWithdrawn(reason="twice"), "2", "2016-06-01")  # 4
    h.say(VolunteerWithdrawn(reason="twice"), "3", "2016-06-01")  # 5
    h.say(VolunteerRestored(), "3", "2016-07-01")  # 6
    return h


def civic_service() -> History:
    h = History()
    h.say(CivicServiceRecruited(person=someone()), "1", "2012-05-01")  # 1
    h.say(CivicServiceRecruited(), "2", "2013-05-01")  # 2
    h.say(CivicServiceRecruited(), "3", "2013-06-01")  # 3
    h.say(CivicServiceRecruited(), "4", "2014-06-01")  # 4
    h.say(CivicServiceWithdrawn(reason="mistake"), "4", "2014-07-01")  # 5
    h.say(CivicServiceSeconded(host_name="Ville"), "5", "2015-06-01")  # 6
    h.say(CivicServiceSeconded(host_name="Ville"), "6", "2016-06-01")  # 7
    return h


def places() -> History:
    h = History()
    h.say(CivicServicePlaceApproved(), "1", "2016-01-01")
    h.say(CivicServicePlaceApproved(), "2", "2016-01-01")
    h.say(CivicServicePlaceEnded(), "1", "2017-01-01")
    return h


def posts() -> History:
    h = History()
    h.say(StaffPostCreated(title="one", fte=0.5), "1", "2012-03-01")  # 1
    h.say(StaffPostChanged(fte=0.8), "1", "2014-03-01")  # 2
    h.say(StaffPostCreated(title="two", fte=1.0), "2", "2014-05-01")  # 3
    h.say(StaffPostCreated(title="three", fte=1.0), "3", "2014-05-01")  # 4
    h.say(StaffPostClosed(), "3", "2015-05-01")  # 5
    h.say(StaffPostCreated(title="mistake", fte=1.0), "4", "2014-05-01")  # 6
    h.say(StaffPostWithdrawn(reason="mistake"), "4", "2016-05-01")  # 7
    return h


def groups() -> History:
    h = History()
    h.say(WorkingGroupFormed(name="Formation"), "1", "2014-01-01")
    h.say(WorkingGroupFormed(name="Sénégal"), "2", "2014-01-01")
    h.say(WorkingGroupClosed(), "2", "2015-01-01")
    return h


def held(h: History, thing: str, kind: Any, day: str, **more: Any) -> int:
    return h.say(GatheringHeld(kind=kind, title=thing, **more), thing, day)


def agoras() -> History:
    """Agoras of 2011 (not measured), 2012 and 2013 (heads), 2014 (by name), 2015 (cancelled after all)."""
    h = History()
    held(h, "2011", "agora", "2011-11-01")  # 1
    held(h, "2012", "agora", "2012-11-01")  # 2
    h.say(HeadsCounted(audience="associations", people=70), "2012", "2012-11-01")  # 3
    h.say(HeadsCounted(audience="students", people=10), "2012", "2012-11-01")  # 4
    held(h, "2013", "agora", "2013-11-01")  # 5
    h.say(HeadsCounted(audience="associations", people=99), "2013", "2013-11-01")  # 6
    h.say(HeadsCounted(audience="associations", people=12), "2013", "2013-11-02")  # 7
    h.say(HeadsCounted(audience="others", people=5), "2013", "2013-11-02")  # 8
    h.say(HeadCountWithdrawn(audience="others"), "2013", "2013-11-03")  # 9
    held(h, "2014", "agora", "2014-11-01")  # 10
    for n in ("x", "y", "z"):
        h.say(AgoraAttended(registration=named(n), audience="students"), "2014", "2014-11-01")  # 11, 12, 13
    h.say(AttendanceUndone(registration=named("z")), "2014", "2014-11-01")  # 14
    held(h, "2015", "agora", "2015-11-01")  # 15
    h.say(HeadsCounted(audience="others", people=500), "2015", "2015-11-01")  # 16
    h.say(GatheringHoldingUndone(reason="mistake"), "2015", "2017-11-01")  # 17
    h.say(WorkshopHeld(workshop=named("w1"), title="Eau"), "2011", "2011-11-01")  # 18
    h.say(WorkshopHeld(workshop=named("w2"), title="Eau"), "2012", "2012-11-01")  # 19
    h.say(WorkshopHeld(workshop=named("w3"), title="Eau"), "2013", "2013-11-01")  # 20
    h.say(WorkshopWithdrawn(workshop=named("w3")), "2013", "2016-11-01")  # 21
    h.say(ProjectPresented(title="P"), "p1", "2012-11-01")  # 22
    h.say(ProjectPresented(title="P"), "p2", "2013-11-01")  # 23
    h.say(ProjectPresented(title="P"), "p3", "2013-11-01")  # 24
    h.say(ProjectPresentationWithdrawn(reason="mistake"), "p3", "2013-11-01")  # 25
    return h


def trainings() -> History:
    h = History()
    held(h, "1", "training", "2016-05-01", module="Projet", days=1)  # 1
    held(h, "2", "training", "2016-07-01", module="Eau", days=3)  # 2
    held(h, "3", "training", "2017-01-01", module="Projet", days=2)  # 3
    h.say(GatheringPlanned(kind="training", title="4", starts=datetime(2017, 2, 1, tzinfo=UTC)), "4", "2017-01-01")  # 4
    h.say(HeadsCounted(people=20), "1", "2016-05-01")  # 5
    h.say(GatheringAttended(registration=named("r"), audience="students"), "2", "2016-07-01")  # 6
    return h


def meetings() -> History:
    h = History()
    held(h, "t1", "departmental_tour", "2014-03-01", town="Albi")  # 1
    held(h, "t2", "departmental_tour", "2015-03-01", town="Auch")  # 2
    held(h, "t3", "departmental_tour", "2016-03-01", town="Albi")  # 3
    held(h, "l1", "local_authorities", "2014-09-01", topics=["Europe", "Sénégal"])  # 4
    held(h, "l2", "local_authorities", "2015-09-01", topics=["Europe", "Eau"])  # 5
    held(h, "h1", "thematic", "2016-09-01")  # 6
    held(h, "h2", "thematic", "2016-10-01")  # 7
    h.say(GatheringCancelled(reason="snow"), "h2", "2016-10-02")  # 8
    held(h, "a1", "aper_oc", "2017-02-01", town="Toulouse", guests=["G"])  # 9
    held(h, "a2", "aper_oc", "2017-03-01", town="Toulouse")  # 10
    held(h, "a3", "aper_oc", "2018-03-01", town="Toulouse")  # 11
    held(h, "m1", "mobility_exchange", "2015-03-01", town="Cahors")  # 12
    held(h, "m2", "mobility_exchange", "2015-04-01", town="Cahors")  # 13
    return h


def tandems() -> History:
    h = History()
    h.say(
        TandemFormed(school_year="2013-2014", association=named("a"), association_name="A", pilot=True),
        "1",
        "2013-10-01",
    )  # 1
    h.say(TandemFormed(school_year="2016-2017", association=named("a"), association_name="A"), "2", "2016-10-01")  # 2
    h.say(TandemFormed(school_year="2016-2017", association=named("b"), association_name="B"), "3", "2016-10-01")  # 3
    h.say(TandemFormed(school_year="2016-2017", association=named("c"), association_name="C"), "4", "2016-10-01")  # 4
    h.say(TandemSchoolJoined(school=named("s"), school_name="S"), "1", "2013-10-01")  # 5
    h.say(TandemSchoolJoined(school=named("s"), school_name="S"), "2", "2016-10-01")  # 6
    h.say(TandemSchoolJoined(school=named("t"), school_name="T"), "3", "2016-10-01")  # 7
    h.say(TandemSchoolLeft(school=named("t")), "3", "2016-11-01")  # 8
    h.say(PupilsCounted(pupils=20), "1", "2014-06-01")  # 9
    h.say(PupilsCounted(pupils=30), "2", "2017-06-01")  # 10
    h.say(PupilsCounted(pupils=0), "2", "2017-06-02")  # 11
    h.say(TandemCancelled(reason="no school"), "4", "2016-12-01")  # 12
    h.say(TandemCancelled(reason="no school"), "3", "2016-12-01")  # 13
    h.say(TandemReinstated(), "3", "2016-12-02")  # 14
    return h


def bulletins() -> History:
    h = History()
    h.say(BulletinOpened(bulletin="echos", title="Échos", purpose="Membres"), "echos", "2013-01-01")
    h.say(BulletinOpened(bulletin="parcours", title="Parcours", purpose="Offres"), "parcours", "2013-01-01")
    return h


def peers() -> History:
    h = History()
    h.say(PeerNetworkJoined(name="A"), "a", "2013-01-01")
    h.say(PeerNetworkJoined(name="B"), "b", "2013-01-01")
    h.say(PeerNetworkLeft(), "b", "2014-06-01")
    return h


college = M + "colleges_by_year."
shares = E + "agora.attendance_shares_2012_2014_percent."
CASES: dict[str, list[tuple[Callable[[], History], dict[str, Any], Figures]]] = {
    "structures_total": [
        (structures, {}, {D + "structures_total.value": (3, [1, 2, 4])}),
        (structures, {"as_of": "2013-06-01"}, {D + "structures_total.value": (2, [1, 2])}),
        (structures, {"as_of": "2016-04-15"}, {D + "structures_total.value": (2, [1, 2])}),
        (History, {}, {D + "structures_total.value": (0, [])}),
    ],
    "structures_by_region": [
        (structures, {}, {D + "structures_in_region.value": (2, [4, 5]), D + "structures_outside_region.value": (1, [13])}),
    ],
    "structures_by_department": [
        (structures, {}, {D + "structures_by_department.values.31": (0, []), D + "structures_by_department.values.34": (2, [4, 5])}),
        (structures, {"as_of": "2015-05-31"},
         {D + "structures_by_department.values.31": (1, [1]), D + "structures_by_department.values.34": (2, [3, 4])}),
    ],
    "structures_listed": [
        (structures, {"as_of": "2015-12-31"}, {D + "structures_listed_in_public_directory.value": (3, [9, 10, 12])}),
        (structures, {}, {D + "structures_listed_in_public_directory.value": (1, [9])}),
    ],
    "contacts_total": [
        (contacts, {}, {D + "contacts_total.value": (1, [1])}),
        (contacts, {"as_of": "2015-12-31"}, {D + "contacts_total.value": (2, [1, 2])}),
    ],
    "identification_requests": [(requests, {}, {D + "actor_identification_requests.values": (1, [1])})],
    "individual_support": [
        (support, {}, {
            D + "individual_support_by_year.values.2014": (1, [1]), D + "individual_support_by_year.values.2016": (2, [2, 3]),
            D + "individual_support_by_year.total.value": (3, [1, 2, 3]),
        }),
        (support, {"as_of": "2016-03-15", "known": 4}, {
            D + "individual_support_by_year.values.2014": (1, [1]), D + "individual_support_by_year.values.2016": (1, [2]),
            D + "individual_support_by_year.total.value": (2, [1, 2]),
        }),
    ],
    "support_kinds": [(support, {}, {D + "support_kinds": (2, [1, 3])})],
    "media_coverage": [
        (coverage, {}, {D + "actors_given_media_coverage.value": (2, [1, 3]), D + "actors_given_media_coverage.media": (2, [1, 2])}),
    ],
    "members_by_college": [
        (members, {"as_of": "2014-06-30"}, {
            college + "public.2012": (3, [4, 6, 10]), college + "associative.2012": (1, [3]), college + "total.values.2012": (4, [3, 4, 6, 10]),
            college + "public.2013": (1, [12]), college + "associative.2013": (2, [3, 5]), college + "total.values.2013": (3, [3, 5, 12]),
            college + "public.2014": (1, [12]), college + "associative.2014": (2, [3, 5]), college + "total.values.2014": (3, [3, 5, 12]),
            college + "qualified_persons.2014": (0, []),
        }),
        (members, {"as_of": "2012-02-15"}, {
            college + "public.2012": (1, [4]), college + "associative.2012": (1, [3]), college + "total.values.2012": (2, [3, 4]),
        }),
    ],
    "named_members": [(members, {}, {M + "named_members.public": (1, [12]), M + "named_members.associative": (2, [3, 5])})],
    "board_seats": [
        (board, {}, {
            M + "board_seats.president": (1, [1]), M + "board_seats.vice_presidents": (1, [3]),
            M + "board_seats.administrators": (0, []), M + "board_seats.delegate_administrators": (0, []),
        }),
    ],
    "volunteers": [
        (volunteers, {}, {M + "volunteers_by_year.values.2013": (1, [1]), M + "volunteers_by_year.values.2015": (1, [3])}),
        (volunteers, {"as_of": "2013-12-31", "known": 3}, {M + "volunteers_by_year.values.2013": (2, [1, 2])}),
    ],
    "civic_service_hosted": [(civic_service, {"first": 2013}, {M + "civic_service.hosted_in_team_since_2013": (2, [2, 3])})],
    "civic_service_recruits": [
        (civic_service, {}, {M + "civic_service.recruits_by_year.2012": (1, [1]), M + "civic_service.recruits_by_year.2013": (2, [2, 3])}),
    ],
    "civic_service_seconded": [(civic_service, {"first": 2016}, {M + "civic_service.seconded_to_members_since_2016": (1, [7])})],
    "civic_service_places": [
        (places, {"as_of": "2016-12-31"}, {M + "civic_service.approved_places.value": (2, [1, 2])}),
        (places, {}, {M + "civic_service.approved_places.value": (1, [2])}),
    ],
    "staff_fte": [
        (posts, {}, {M + "staff_fte.value": (1.8, [2, 3])}),
        (posts, {"as_of": "2013-01-01"}, {M + "staff_fte.value": (0.5, [1])}),
        (History, {}, {M + "staff_fte.value": (None, [])}),
    ],
    "staff_posts_created": [(posts, {}, {M + "staff_posts_created.2012": (1, [1]), M + "staff_posts_created.2014": (2, [3, 4])})],
    "working_groups": [(groups, {}, {M + "working_groups": (1, [1])}), (groups, {"as_of": "2014-12-31"}, {M + "working_groups": (2, [1, 2])})],
    "agora_first_held": [(agoras, {}, {E + "agora.first_held": (2011, [1])}), (History, {}, {E + "agora.first_held": (None, [])})],
    "agora_editions_measured": [
        (agoras, {"first": 2012, "last": 2016}, {E + "agora.editions_measured": (3, [2, 5, 10])}),
        (agoras, {"first": 2012, "last": 2012}, {E + "agora.editions_measured": (1, [2])}),
    ],
    "agora_attendance": [
        (agoras, {"first": 2012, "last": 2014}, {E + "agora.mean_attendance_2012_2014": ((70 + 10 + 12 + 2) / 3, [3, 4, 7, 11, 12])}),
        (agoras, {"first": 2000, "last": 2011}, {E + "agora.mean_attendance_2000_2011": (None, [])}),
    ],
    "agora_publics": [
        (agoras, {"first": 2012, "last": 2014}, {
            shares + "associations": (pytest.approx(100 * 82 / 94), [3, 7]), shares + "etudiants": (pytest.approx(100 * 12 / 94), [4, 11, 12]),
            shares + "collectivites_etablissements_publics": (0, []), shares + "entreprises": (0, []), shares + "autres": (0, []),
            shares + "enseignement_superieur_recherche": (0, []),
        }),
    ],
    "agora_workshops": [(agoras, {"first": 2012}, {E + "agora.workshops_since_2012": (1, [19])})],
    "tribune_projects": [(agoras, {"first": 2013}, {E + "agora.tribune_projects_presented_since_2013": (1, [23])})],
    "training_sessions": [(trainings, {}, {E + "trainings.sessions": (3, [1, 2, 3])})],
    "training_participants": [(trainings, {}, {E + "trainings.participants": (21, [5, 6])})],
    "training_period": [
        (trainings, {}, {
            E + "trainings.from": (2016, [1]), E + "trainings.months": (9, [1, 3]), E + "trainings.days_each.0": (1, [1]),
            E + "trainings.days_each.1": (3, [2]),
        }),
        (History, {}, {}),
    ],
    "training_modules": [(trainings, {}, {E + "trainings.modules": (2, [1, 2]), E + "training_modules": (2, [1, 2])})],
    "departmental_tour": [(meetings, {}, {E + "departmental_tour.towns": (2, [1, 2])})],
    "departmental_tour_since": [(meetings, {}, {E + "departmental_tour.since": (2014, [1])})],
    "local_authority_topics": [(meetings, {}, {E + "local_authority_meetings.topics": (3, [4, 4, 5])})],
    "local_authority_since": [(meetings, {}, {E + "local_authority_meetings.since": (2014, [4])})],
    "thematic_meetings": [(meetings, {}, {E + "thematic_meetings": (1, [6])})],
    "aper_oc": [
        (meetings, {"first": 2017}, {
            E + "aper_oc_2017.value": (2, [9, 10]), E + "aper_oc_2017.towns": (1, [9]), E + "aper_oc_2017.with_guests": (1, [9]),
        }),
    ],
    "mobility_exchange_towns": [(meetings, {}, {E + "mobility_exchange_towns": (1, [12])})],
    "tandems": [
        (tandems, {}, {
            E + "tandems_solidaires.tandems": (3, [1, 2, 3]), E + "tandems_solidaires.schools": (1, [5]),
            E + "tandems_solidaires.associations": (2, [1, 3]),
        }),
    ],
    "tandem_pupils": [(tandems, {}, {E + "tandems_solidaires.pupils": (20, [9, 11])})],
    "tandem_launch": [(tandems, {}, {E + "tandems_solidaires.pilot": (2013, [1]), E + "tandems_solidaires.full_launch": (2016, [2])})],
    "bulletins": [(bulletins, {}, {"newsletter.bulletins": (2, [1, 2])})],
    "peer_networks": [
        (peers, {"as_of": "2014-12-31"}, {"network_of_networks.members_2013": (2, [1, 2]), "network_of_networks.members_2014": (1, [1])}),
    ],
}  # fmt: skip


def test_every_indicator_has_a_case() -> None:
    assert set(CASES) == set(INDICATORS)


@pytest.mark.parametrize("name", CASES)
def test_an_indicator_counts_what_its_history_says(name: str, tmp_path: Path) -> None:
    for n, (history, given, expected) in enumerate(CASES[name]):
        assert history().figures(tmp_path / str(n), name, **given) == expected


@pytest.mark.parametrize("name", [name for name, one in INDICATORS.items() if one.counts == "things"])
def test_a_count_of_things_rests_on_one_event_for_each(name: str, tmp_path: Path) -> None:
    for n, (history, given, _) in enumerate(CASES[name]):
        for path, (value, events) in history().figures(tmp_path / str(n), name, **given).items():
            assert value == len(events), path


def test_the_documentation_of_indicators_is_made_from_their_heads() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == documented(), "run python -m services.observatory.indicators"


def test_a_college_that_was_opened_by_mistake_is_not_measured(tmp_path: Path) -> None:
    h = History()
    h.say(CollegeOpened(college="economic", title="Économique"), "economic", "2012-01-01")
    h.say(CollegeClosed(college="economic"), "economic", "2013-01-01")
    assert h.figures(tmp_path, "members_by_college", "2013-06-30") == {
        college + "economic.2012": (0, []),
        college + "total.values.2012": (0, []),
    }


def test_a_member_who_joins_again_after_a_mistake_counts_from_then_on(tmp_path: Path) -> None:
    h = members()
    again = h.say(
        MemberJoined(college="economic", charter_version=2, structure=named("d"), name="D"), "d", "2014-06-01"
    )
    found = h.figures(tmp_path, "members_by_college", "2014-12-31")
    assert found[college + "economic.2014"] == (1, [again])
    assert college + "economic.2013" not in found
