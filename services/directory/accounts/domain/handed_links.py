"""Links that somebody else than the holder is given, to hand them over: said in the log before they are shown, so that
it names who could have come in by one. Whether who asks may be given it is judged before (accounts/rights.py)."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.directory.accounts.domain.account_state import Account, AccountCommand, known
from shared.contract.directory.accounts import LinkHandedOver, Way
from shared.kernel.decider import Command, Context, Decision, Refused


class HandOverLink(AccountCommand):
    """Give somebody else a link of the account. `given_to`: their account; None: whoever sits at the machine."""

    internal = True
    account: UUID
    link: UUID
    minutes: Annotated[int, Field(ge=1, le=3 * 24 * 60)]
    given_to: UUID | None = None


def _handed_over(command: HandOverLink, state: Account, context: Context) -> Decision:
    known(state)
    ends = context.at + timedelta(minutes=command.minutes)
    return [LinkHandedOver(link=command.link, ends=ends, given_to=command.given_to)]


def by_what(way: Way, link: UUID | None, state: Account, context: Context) -> tuple[Way, UUID | None]:
    """By what a session begins, and who was given the link. Raises Refused for one that lets nobody in any more."""
    handed = state.handed.get(link) if link is not None else None
    if handed is None:
        return way, None
    if not handed.good or handed.ends < context.at:
        raise Refused("link-void")
    return "handed-link", handed.given_to


DECISIONS: dict[type[Command], Any] = {HandOverLink: _handed_over}
