"""A past period told in one gesture: two days that only together are right, since neither may be said alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from shared.base.paris_days import FIRST_DAY, day_of
from shared.contract import Event
from shared.contract.fields import Day
from shared.kernel.decider import Command, Context, On, Refused


class PastPeriod(Command):
    """Something that was so once, from the day `since` to the day `until`. It is told now, and what it refers to is
    judged as it was when it began."""

    takes = "now"
    since: Day
    until: Day

    def told_of(self, day: date) -> date:
        _after_the_floor(self.since)
        return self.since


def period(context: Context, since: date, until: date, began: Event, ended: Event) -> Sequence[On]:
    """What began and ended, each on its day. Raises Refused for days that are none of a past period."""
    if until < since:
        raise Refused("ends-before-it-begins", field="until")
    if until > day_of(context.now):
        raise Refused("time-in-future", field="until")
    _after_the_floor(since)
    return [On(since, began), On(until, ended)]


def _after_the_floor(since: date) -> None:
    if since < FIRST_DAY:
        raise Refused("too-long-ago", field="since", day=f"{FIRST_DAY:%d/%m/%Y}")
