"""Registrations with their waiting list, and the door."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from services.events.gatherings.domain.gathering import GATHERING
from services.events.gatherings.domain.planning import ReviseGathering
from services.events.gatherings.domain.registrations import (
    CancelRegistration,
    CheckIn,
    RegisterParticipant,
    ReinstateRegistration,
)
from services.events.gatherings.domain.state import Gathering
from shared.contract import Event
from shared.contract.events.gatherings import (
    AgoraAttended,
    GatheringAttended,
    GatheringCancelled,
    GatheringKind,
    GatheringPlanned,
    GatheringRevised,
    ParticipantMovedUp,
    ParticipantRegistered,
    RegistrationCancelled,
    RegistrationReinstated,
)
from shared.contract.personal import Personal
from shared.kernel.decider import Command, Refused
from tests.fixtures.deciding import COMMAND, context, decided

ID = UUID(int=7)
STARTS = datetime(2016, 10, 14, 7, 30, tzinfo=UTC)
BEFORE = STARTS - timedelta(days=20)
THAT_DAY = STARTS + timedelta(hours=2)
STRUCTURE = UUID(int=31)
PEOPLE = [UUID(int=100 + n) for n in range(9)]


def planned(capacity: int | None = 2, kind: GatheringKind = "agora") -> GatheringPlanned:
    return GatheringPlanned(kind=kind, title="Agora 2016", starts=STARTS, capacity=capacity)


def registered(n: int, waiting: bool = False) -> ParticipantRegistered:
    name = Personal(f"Personne inventée {n:04d}", person=PEOPLE[n])
    return ParticipantRegistered(
        registration=PEOPLE[n], ticket=n + 1, audience="companies", name=name, structure=STRUCTURE, waiting=waiting
    )


FULL = [planned(), registered(0), registered(1)]
QUEUE = [*FULL, registered(2, waiting=True), registered(3, waiting=True)]
REGISTER = RegisterParticipant(gathering=ID, audience="students", name=Personal("Personne inventée 0009"))


def cancel(n: int) -> CancelRegistration:
    return CancelRegistration(gathering=ID, registration=PEOPLE[n])


def test_a_person_who_registers_has_a_ticket_and_a_sealable_name() -> None:
    found = decided(GATHERING, FULL[:2], REGISTER, BEFORE)
    assert isinstance(found, list)
    (event,) = found
    assert isinstance(event, ParticipantRegistered)
    assert (event.ticket, event.waiting, event.audience) == (2, False, "students")
    assert event.name.person is not None
    assert "inventée" not in repr(event)


def test_a_person_who_comes_when_it_is_full_waits() -> None:
    event = decided(GATHERING, FULL, REGISTER, BEFORE)[0]
    assert isinstance(event, ParticipantRegistered)
    assert event.waiting


def test_the_same_command_registers_the_same_person() -> None:
    once, again = decided(GATHERING, FULL, REGISTER, BEFORE), decided(GATHERING, FULL, REGISTER, BEFORE)
    assert once == again
    assert isinstance(once[0], ParticipantRegistered)
    assert once[0].registration == uuid5(COMMAND, "registration")


def test_nobody_registers_for_what_is_over_or_cancelled() -> None:
    assert decided(GATHERING, FULL, REGISTER, THAT_DAY + timedelta(days=1)) == "gathering-over"
    assert decided(GATHERING, [*FULL, GatheringCancelled(reason="Neige")], REGISTER, BEFORE) == "gathering-cancelled"


def test_a_place_that_comes_free_goes_to_who_waits_first() -> None:
    gone = RegistrationCancelled(registration=PEOPLE[0])
    up = ParticipantMovedUp(registration=PEOPLE[2])
    assert decided(GATHERING, QUEUE, cancel(0), BEFORE) == [gone, up]
    assert decided(GATHERING, [*QUEUE, gone, up], cancel(0), BEFORE) == []


def test_leaving_the_waiting_list_moves_nobody() -> None:
    assert decided(GATHERING, QUEUE, cancel(2), BEFORE) == [RegistrationCancelled(registration=PEOPLE[2])]


def test_nobody_moves_up_once_it_is_over() -> None:
    assert decided(GATHERING, QUEUE, cancel(0), THAT_DAY + timedelta(days=1)) == [
        RegistrationCancelled(registration=PEOPLE[0])
    ]


def test_more_places_move_up_as_many() -> None:
    command = ReviseGathering(gathering=ID, title="Agora 2016", capacity=3)
    assert decided(GATHERING, QUEUE, command, BEFORE) == [
        GatheringRevised(capacity=3),
        ParticipantMovedUp(registration=PEOPLE[2]),
    ]
    unlimited = ReviseGathering(gathering=ID, title="Agora 2016")
    assert decided(GATHERING, QUEUE, unlimited, BEFORE) == [
        GatheringRevised(cleared=["capacity"]),
        *(ParticipantMovedUp(registration=PEOPLE[n]) for n in (2, 3)),
    ]


def test_a_cancellation_taken_back_waits_where_the_place_is_gone() -> None:
    back = ReinstateRegistration(gathering=ID, registration=PEOPLE[0])
    gone = [RegistrationCancelled(registration=PEOPLE[0])]
    up = ParticipantMovedUp(registration=PEOPLE[2])
    assert decided(GATHERING, [*QUEUE, *gone, up], back, BEFORE) == [
        RegistrationReinstated(registration=PEOPLE[0], waiting=True)
    ]
    assert decided(GATHERING, [*FULL, *gone], back, BEFORE) == [RegistrationReinstated(registration=PEOPLE[0])]
    assert decided(GATHERING, FULL, back, BEFORE) == []


def test_who_cancels_and_comes_back_waits_behind_those_who_waited() -> None:
    queue: list[Event] = [planned(1), registered(0), registered(1, waiting=True), registered(2, waiting=True)]
    left = [RegistrationCancelled(registration=PEOPLE[0]), ParticipantMovedUp(registration=PEOPLE[1])]
    back = RegistrationReinstated(registration=PEOPLE[0], waiting=True)
    assert decided(GATHERING, [*queue, *left, back], cancel(1), BEFORE) == [
        RegistrationCancelled(registration=PEOPLE[1]),
        ParticipantMovedUp(registration=PEOPLE[2]),
    ]


def test_where_more_have_a_place_than_there_are_nobody_moves_up() -> None:
    full = [planned(3), *(registered(n) for n in range(3)), registered(3, waiting=True)]
    lowered: list[Event] = [*full, GatheringRevised(capacity=1)]
    gone = [RegistrationCancelled(registration=PEOPLE[n]) for n in range(3)]
    assert decided(GATHERING, lowered, cancel(0), BEFORE) == gone[:1]
    assert decided(GATHERING, [*lowered, gone[0]], cancel(1), BEFORE) == gone[1:2]
    assert decided(GATHERING, [*lowered, *gone[:2]], cancel(2), BEFORE) == [
        gone[2],
        ParticipantMovedUp(registration=PEOPLE[3]),
    ]


@pytest.mark.parametrize(("kind", "event"), [("agora", AgoraAttended), ("thematic", GatheringAttended)])
def test_a_check_in_says_which_public_came_from_where(kind: GatheringKind, event: type[AgoraAttended]) -> None:
    command = CheckIn(gathering=ID, registration=PEOPLE[0])
    there = event(registration=PEOPLE[0], audience="companies", structure=STRUCTURE)
    given: list[Event] = [planned(kind=kind), registered(0)]
    assert decided(GATHERING, given, command, THAT_DAY) == [there]
    assert decided(GATHERING, [*given, there], command, THAT_DAY) == []


@pytest.mark.parametrize(
    ("given", "command", "at", "code"),
    [
        (QUEUE, CheckIn(gathering=ID, registration=PEOPLE[2]), THAT_DAY, "still-waiting"),
        (QUEUE, CheckIn(gathering=ID, registration=PEOPLE[8]), THAT_DAY, "unknown-registration"),
        (QUEUE, CheckIn(gathering=ID, registration=PEOPLE[0]), BEFORE, "not-yet"),
        (QUEUE, CheckIn(gathering=ID, registration=PEOPLE[0]), THAT_DAY + timedelta(days=30), "say-the-day"),
        ([*FULL, RegistrationCancelled(registration=PEOPLE[0])], CheckIn(gathering=ID, registration=PEOPLE[0]),
         THAT_DAY, "registration-cancelled"),
        ([*FULL, AgoraAttended(registration=PEOPLE[0], audience="companies")], cancel(0), THAT_DAY, "already-present"),
        ([], cancel(0), BEFORE, "unknown-gathering"),
    ],
)  # fmt: skip
def test_what_is_not_allowed(given: Sequence[Event], command: Command, at: datetime, code: str) -> None:
    assert decided(GATHERING, given, command, at) == code


@each(
    capacity=st.integers(1, 4),
    gestures=st.lists(st.tuples(st.sampled_from(["register", "cancel", "back", "in"]), st.integers(0, 7)), max_size=40),
)
def test_whatever_people_do_no_place_is_given_twice_and_nobody_waits_beside_a_free_one(
    capacity: int, gestures: list[tuple[str, int]]
) -> None:
    state: Gathering = GATHERING.fold([planned(capacity)])
    for at, (gesture, n) in enumerate(gestures):
        ids = list(state.places) or [UUID(int=1)]
        about = {"gathering": ID, "registration": ids[n % len(ids)]}
        command: Command = {
            "register": REGISTER,
            "cancel": CancelRegistration(**about),
            "back": ReinstateRegistration(**about),
            "in": CheckIn(**about),
        }[gesture]
        when = THAT_DAY if gesture == "in" else BEFORE
        about_now = context(when, UUID(int=1000 + at))
        try:
            events = GATHERING.decide(command, state, about_now)
        except Refused:
            continue
        state = GATHERING.fold(events, state)
        if gesture != "register":
            assert GATHERING.decide(command, state, about_now) == []
        standings = [place.standing for place in state.places.values()]
        assert standings.count("registered") + standings.count("present") <= capacity
        assert not ("waiting" in standings and state.free)


def test_who_came_was_there_though_the_place_was_given_away_before_that_was_restored() -> None:
    """A check-in that was noted by mistake, the registration cancelled, and the check-in restored."""
    came = GATHERING.fold(
        [
            *QUEUE,
            AgoraAttended(registration=PEOPLE[0], audience="companies"),
            RegistrationCancelled(registration=PEOPLE[0]),
            ParticipantMovedUp(registration=PEOPLE[2]),
        ]
    )
    assert [came.places[PEOPLE[n]].standing for n in (0, 2)] == ["present", "registered"]
    assert came.spare == -1, "and nobody moves up before there is a place again"
