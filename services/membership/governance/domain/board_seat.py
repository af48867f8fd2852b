"""A seat on the board: taken by a member, a person or both; given up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.membership.base.fields import of
from services.membership.base.periods import PastPeriod, period
from shared.contract import Event
from shared.contract.fields import MailAddress, Reason
from shared.contract.membership.governance import BoardSeatTaken, BoardSeatVacated, SeatRole
from shared.contract.personal import PersonalText
from shared.kernel.decider import Command, Context, Decider, Decision, Refers, Refused
from shared.notions.vocabularies.referent import term_of


class TakeBoardSeat(Command):
    """Note who takes a seat on the board: a member, the person who sits for it, or both."""

    refers = {"member": Refers("membership.member", "member"), "role": term_of("office")}
    entity = "seat"
    creates = True
    role: SeatRole
    member: UUID | None = None
    holder: PersonalText | None = None
    email: MailAddress | None = None


class VacateBoardSeat(Command):
    """Note that a seat was given up."""

    entity = "seat"
    seat: UUID
    reason: Reason | None = None


class NotePastBoardSeat(PastPeriod, TakeBoardSeat):
    """Note who had a seat on the board once, from a day until another."""

    reason: Reason | None = None


@dataclass(frozen=True)
class Seat:
    known: bool = False
    vacated: bool = False


def evolve(state: Seat, event: Event) -> Seat:
    match event:
        case BoardSeatTaken():
            return Seat(known=True)
        case BoardSeatVacated():
            return Seat(known=True, vacated=True)
    return state


def _taken(command: TakeBoardSeat, state: Seat, context: Context) -> Decision:
    return [_seat(command, state, context)]


def _was_taken(command: NotePastBoardSeat, state: Seat, context: Context) -> Decision:
    taken = _seat(command, state, context)
    return period(context, command.since, command.until, taken, BoardSeatVacated(reason=command.reason))


def _seat(command: TakeBoardSeat, state: Seat, context: Context) -> BoardSeatTaken:
    if state.known:
        raise Refused("already-noted")
    if command.member is None and command.holder is None:
        raise Refused("seat-of-nobody", field="holder")
    id = context.new_id("person")
    holder, email = of(command.holder, id), of(command.email, id)
    return BoardSeatTaken(role=command.role, member=command.member, holder=holder, email=email)


def _vacated(command: VacateBoardSeat, state: Seat, context: Context) -> Decision:
    _known(state)
    return [] if state.vacated else [BoardSeatVacated(reason=command.reason)]


def _known(state: Seat) -> None:
    if not state.known:
        raise Refused("unknown-seat")


def allows(state: Seat, event: Event) -> str | None:
    match event:
        case BoardSeatTaken():
            return "already-noted" if state.known else None
        case BoardSeatVacated():
            return "seat-vacated" if state.vacated else None
    return None


AGAIN: Mapping[type[Event], type[Command]] = {BoardSeatTaken: TakeBoardSeat, BoardSeatVacated: VacateBoardSeat}
"""Fact → the command that says it again with other answers"""
SEAT = Decider(
    "seat",
    Seat(),
    evolve,
    {TakeBoardSeat: _taken, VacateBoardSeat: _vacated, NotePastBoardSeat: _was_taken},
    allows=allows,
    births=(BoardSeatTaken,),
    rests={BoardSeatTaken: TakeBoardSeat.refers},
)
