"""A seat on the board is somebody's: a member's, a person's or both; given up once, or told as a past period."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from services.membership.governance.domain.board_seat import SEAT, NotePastBoardSeat, TakeBoardSeat, VacateBoardSeat
from shared.contract import Event
from shared.contract.membership.governance import BoardSeatRestored, BoardSeatTaken, BoardSeatVacated
from shared.contract.personal import Personal
from shared.kernel.decider import Command, On
from tests.fixtures.deciding import COMMAND, context, decided

ID, MEMBER = uuid4(), uuid4()
HOLDER = Personal("Personne inventée")
TAKE = TakeBoardSeat(role="president", member=MEMBER)
TAKEN, VACATED = BoardSeatTaken(role="president", member=MEMBER), BoardSeatVacated(reason="Fin du mandat")
VACATE = VacateBoardSeat(seat=ID, reason="Fin du mandat")


def once(since: str, until: str) -> NotePastBoardSeat:
    since_, until_ = date.fromisoformat(since), date.fromisoformat(until)
    return NotePastBoardSeat(role="president", member=MEMBER, since=since_, until=until_, reason="Fin du mandat")


@pytest.mark.parametrize(
    ("before", "command", "came"),
    [
        ([], TAKE, [TAKEN]),
        ([TAKEN], TAKE, "already-noted"),
        ([], VACATE, "unknown-seat"),
        ([TAKEN], VACATE, [VACATED]),
        ([TAKEN, VACATED], VACATE, []),
        ([TAKEN, VACATED], TAKE, "already-noted"),
        ([], TakeBoardSeat(role="president"), "seat-of-nobody"),
    ],
)
def test_what_comes_of_a_command(before: list[Event], command: Command, came: list[Event] | str) -> None:
    assert decided(SEAT, before, command) == came


def test_a_person_who_sits_has_one_key_for_name_and_address_and_needs_no_member() -> None:
    (taken,) = decided(
        SEAT, [], TakeBoardSeat(role="administrator", holder=HOLDER, email=Personal("p@exemple.invalid"))
    )
    assert isinstance(taken, BoardSeatTaken) and taken.holder is not None and taken.email is not None
    assert taken.member is None
    assert taken.holder.person == taken.email.person == context(command=COMMAND).new_id("person")


def test_a_past_seat_is_two_facts_each_on_its_day() -> None:
    command = once("2012-03-01", "2014-02-28")
    assert decided(SEAT, [], command) == [On(date(2012, 3, 1), TAKEN), On(date(2014, 2, 28), VACATED)]
    assert command.told_of(date(2016, 6, 1)) == date(2012, 3, 1), "the member is judged by the day when it sat down"
    assert decided(SEAT, [TAKEN], command) == "already-noted"


@pytest.mark.parametrize(
    ("since", "until", "code"),
    [
        ("2014-03-01", "2014-02-28", "ends-before-it-begins"),
        ("2014-03-01", "2017-01-02", "time-in-future"),
        ("1850-01-01", "2014-02-28", "too-long-ago"),
    ],
)
def test_a_past_seat_is_past_and_in_order(since: str, until: str, code: str) -> None:
    assert decided(SEAT, [], once(since, until)) == code


def test_a_seat_of_one_day_and_one_that_ended_today_can_be() -> None:
    for until in ("2014-03-01", "2017-01-01"):
        assert len(decided(SEAT, [], once("2014-03-01", until))) == 2


def test_what_a_correction_may_not_leave_behind() -> None:
    taken, gone = SEAT.fold([TAKEN]), SEAT.fold([TAKEN, VACATED])
    assert SEAT.allows(taken, TAKEN) == "already-noted" and SEAT.allows(gone, VACATED) == "seat-vacated"
    assert SEAT.allows(SEAT.initial, TAKEN) is SEAT.allows(taken, VACATED) is None
    assert SEAT.evolve(gone, BoardSeatRestored()) == gone, "an older word, told as the lifting of a strike"
