"""Who approves an issue: whoever has that capability at its bulletin, and nobody else once the network has given it to
somebody; until then whoever may write here, as in older releases (ADR 69). Where the network asks for two persons,
nobody approves what they wrote last."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.newsletter.bulletins.domain.issue import ISSUE, ApproveIssue
from shared.contract.newsletter.bulletins import IssueApproved, IssueSent
from shared.identity.principal import Who
from shared.kernel.command_handler import told_of
from shared.kernel.decider import Refused
from shared.kernel.eventlog.event_log import History
from shared.notions.bulletin import bulletin_id
from shared.runtime.faces import Correspondence, Desk
from shared.web.security.authorization import Door, NotYours


@dataclass(frozen=True, slots=True)
class Approving:
    """What the form says before. `open_to_all`: nobody was given the capability yet; `mine`: whether who asks may
    approve; `by_another`: two persons are wanted; `wrote`: who asks wrote last; `others`: whether anybody else could
    approve it."""

    open_to_all: bool
    mine: bool
    by_another: bool
    wrote: bool
    others: bool


async def approving(service: Desk, door: Door, issue: UUID, code: str, who: Who) -> Approving:
    scope = str(bulletin_id(code))
    open_to_all = not await door.sessions.ever_given("approver")
    holders = await door.sessions.holders("approver", scope)
    mine = who.may("newsletter", "editor") if open_to_all else False
    return Approving(
        open_to_all=open_to_all,
        mine=mine or who.holds("approver", scope),
        by_another=service.settings.approving_by_another,
        wrote=who.account is not None and who.account == _last_writer(await service.execute.history("issue", issue)),
        others=open_to_all or bool(holders - {who.account}),
    )


async def permitted(service: Correspondence, command: ApproveIssue, who: Who) -> None:
    """Judges by who sends it. Raises NotYours, and Refused(`approved-by-another`)."""
    door: Door = service  # type: ignore[assignment]  # every service is one
    history = await service.execute.history("issue", command.issue)
    code = ISSUE.fold(fact.event for fact in told_of(history).line).bulletin
    if code is None:  # its decision says that there is none
        if not who.may("newsletter", "editor"):
            raise NotYours("editor", "newsletter", capability="approver")
        return
    if not who.holds("approver", str(bulletin_id(code))) and not await _as_before(door, who):
        raise NotYours("editor", "newsletter", capability="approver")
    if service.settings.approving_by_another and who.account is not None and who.account == _last_writer(history):
        raise Refused("approved-by-another")


async def _as_before(door: Door, who: Who) -> bool:
    """Whether they may approve without it, since the network has given it to nobody yet."""
    return who.may("newsletter", "editor") and not await door.sessions.ever_given("approver")


def _last_writer(history: History) -> UUID | None:
    """The account that wrote last in an issue; what arrived by itself, nobody wrote."""
    for event in reversed(history.events):
        kind, _, rest = event.actor.partition(":")
        if kind in ("account", "token") and not isinstance(event.data, IssueApproved | IssueSent):
            return UUID(rest.partition("/")[0])
    return None
