"""A place of civic service that the State approved: one entity a place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.membership.base.periods import PastPeriod, period
from shared.contract import Event
from shared.contract.fields import Line, Reason
from shared.contract.membership.team import CivicServicePlaceApproved, CivicServicePlaceEnded
from shared.kernel.decider import Command, Context, Decider, Decision, Refused


class ApproveCivicServicePlace(Command):
    """Note that the State approved one more place of civic service."""

    entity = "civic-place"
    creates = True
    authority: Line | None = None


class NotePastCivicServicePlace(PastPeriod, ApproveCivicServicePlace):
    """Note that the State had approved a place of civic service once, from a day until another."""

    reason: Reason | None = None


class EndCivicServicePlace(Command):
    """Note that the approval of a place ended."""

    entity = "civic-place"
    civic_place: UUID
    reason: Reason | None = None


@dataclass(frozen=True)
class CivicPlace:
    known: bool = False
    ended: bool = False


def evolve(state: CivicPlace, event: Event) -> CivicPlace:
    match event:
        case CivicServicePlaceApproved():
            return CivicPlace(known=True)
        case CivicServicePlaceEnded():
            return CivicPlace(known=True, ended=True)
    return state


def _approved(command: ApproveCivicServicePlace, state: CivicPlace, context: Context) -> Decision:
    if state.known:
        raise Refused("already-noted")
    return [CivicServicePlaceApproved(authority=command.authority)]


def _was(command: NotePastCivicServicePlace, state: CivicPlace, context: Context) -> Decision:
    if state.known:
        raise Refused("already-noted")
    approved = CivicServicePlaceApproved(authority=command.authority)
    return period(context, command.since, command.until, approved, CivicServicePlaceEnded(reason=command.reason))


def _ended(command: EndCivicServicePlace, state: CivicPlace, context: Context) -> Decision:
    _known(state)
    return [] if state.ended else [CivicServicePlaceEnded(reason=command.reason)]


def _known(state: CivicPlace) -> None:
    if not state.known:
        raise Refused("unknown-civic-place")


def allows(state: CivicPlace, event: Event) -> str | None:
    match event:
        case CivicServicePlaceApproved():
            return "already-noted" if state.known else None
        case CivicServicePlaceEnded():
            return "civic-place-ended" if state.ended else None
    return None


AGAIN: Mapping[type[Event], type[Command]] = {
    CivicServicePlaceApproved: ApproveCivicServicePlace,
    CivicServicePlaceEnded: EndCivicServicePlace,
}
"""Fact → the command that says it again with other answers"""
CIVIC_PLACE = Decider(
    "civic-place",
    CivicPlace(),
    evolve,
    {ApproveCivicServicePlace: _approved, EndCivicServicePlace: _ended, NotePastCivicServicePlace: _was},
    allows=allows,
    births=(CivicServicePlaceApproved,),
)
