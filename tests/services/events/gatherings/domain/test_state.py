"""What decisions see of a gathering: who has a place, who waits and in which order, what was counted."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.events.gatherings.domain.state import EMPTY, Gathering, evolve
from shared.contract import Event
from shared.contract.events.gatherings import (
    GatheringCancelled,
    GatheringPlanned,
    GatheringReinstated,
    GatheringRevised,
    HeadsCounted,
    ParticipantMovedUp,
    ParticipantRegistered,
    RegistrationCancelled,
    RegistrationReinstated,
    WorkshopHeld,
)

STARTS = datetime(2016, 10, 14, 7, 30, tzinfo=UTC)
PLANNED = GatheringPlanned(kind="agora", title="Agora 2016", starts=STARTS, town="Toulouse", capacity=2)
A, B, C = (UUID(int=n) for n in (1, 2, 3))


def after(*events: Event) -> Gathering:
    state = Gathering()
    for event in events:
        state = evolve(state, event)
    return state


def comes(id: UUID, waiting: bool = False) -> ParticipantRegistered:
    return ParticipantRegistered.model_construct(
        registration=id, audience="association", structure=None, waiting=waiting
    )


def cancels(id: UUID) -> RegistrationCancelled:
    return RegistrationCancelled.model_construct(registration=id)


def test_places_are_given_until_there_are_none_and_come_free_again() -> None:
    assert after(PLANNED).free == 2
    full = after(PLANNED, comes(A), comes(B), comes(C, waiting=True))
    assert (full.free, full.waiting()) == (0, [C])
    assert evolve(full, cancels(A)).free == 1
    up = evolve(evolve(full, cancels(A)), ParticipantMovedUp.model_construct(registration=C))
    assert (up.free, up.waiting()) == (0, [])


def test_a_gathering_that_became_smaller_has_fewer_than_no_places_to_spare_and_none_to_give() -> None:
    state = after(PLANNED, comes(A), comes(B), GatheringRevised(capacity=1))
    assert (state.spare, state.free) == (-1, 0)


def test_without_a_limit_there_is_no_number_of_places() -> None:
    state = after(PLANNED, GatheringRevised(cleared=["capacity"]), comes(A))
    assert state.spare is state.free is None


@pytest.mark.parametrize("name", sorted(EMPTY))
def test_what_is_emptied_is_as_if_it_had_never_been_said(name: str) -> None:
    facts = after(PLANNED, GatheringRevised.model_construct(cleared=[name])).facts
    assert facts is not None and facts[name] == EMPTY[name] and facts["title"] == "Agora 2016"


def test_whoever_comes_back_to_wait_waits_behind_the_others_and_who_gets_a_place_again_keeps_theirs() -> None:
    waiting = after(PLANNED, comes(A, waiting=True), comes(B, waiting=True), cancels(A))
    assert waiting.waiting() == [B]
    back = evolve(waiting, RegistrationReinstated.model_construct(registration=A, waiting=True))
    assert back.waiting() == [B, A]
    given = evolve(waiting, RegistrationReinstated.model_construct(registration=A, waiting=False))
    assert list(given.places) == [A, B] and given.places[A].standing == "registered"


def test_what_is_said_of_a_registration_that_nobody_knows_changes_nothing() -> None:
    before = after(PLANNED, comes(A))
    for event in (
        cancels(B),
        ParticipantMovedUp.model_construct(registration=B),
        RegistrationReinstated.model_construct(registration=B, waiting=True),
        RegistrationReinstated.model_construct(registration=B, waiting=False),
    ):
        assert evolve(before, event) == before


def test_a_later_count_of_a_public_replaces_the_earlier_and_leaves_the_others() -> None:
    counts = [
        HeadsCounted.model_construct(audience=a, people=n)
        for a, n in (("association", 30), (None, 9), ("association", 28))
    ]
    assert after(PLANNED, *counts).heads == {"association": 28, None: 9}


def test_a_cancelled_gathering_that_is_on_again_is_as_it_was() -> None:
    before = after(PLANNED, comes(A))
    assert evolve(before, GatheringCancelled(reason="Tempête")).cancelled
    assert evolve(evolve(before, GatheringCancelled(reason="Tempête")), GatheringReinstated()) == before


def test_a_workshop_that_is_told_twice_was_one() -> None:
    held = WorkshopHeld.model_construct(workshop=A)
    assert after(PLANNED, held, held).workshops == {A}
