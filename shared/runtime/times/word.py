"""An operator's word that the clock of a service is right, as an event: who ended a doubt, which, and by what time."""

from __future__ import annotations

from shared.contract import Event
from shared.contract.clocks import ClockConfirmed, Doubting
from shared.kernel.decider import Command, Context, Decider, Decision
from shared.runtime.times.clock import Standing


class ConfirmClock(Command):
    """Say that the clock is right. What follows from it is done once this is written (`Clock.confirm`)."""

    entity = "clock"
    creates = True
    asks = "administrator"
    internal = True
    doubting: Doubting
    ahead: int = 0


def _confirmed(command: ConfirmClock, said: bool, context: Context) -> Decision:
    return [ClockConfirmed(doubting=command.doubting, ahead=command.ahead)]


def _said(said: bool, event: Event) -> bool:
    return said or isinstance(event, ClockConfirmed)


WORD = Decider("clock", False, _said, {ConfirmClock: _confirmed}, takes="now")


def word_on(standing: Standing) -> ConfirmClock:
    """What an operator says where the clock stands so."""
    if standing.doubt is None:
        return ConfirmClock(doubting="nobody")
    if standing.against is None:
        return ConfirmClock(doubting="nothing")
    ahead = (standing.now - standing.against.at).total_seconds()
    return ConfirmClock(doubting=standing.against.name, ahead=round(ahead))
