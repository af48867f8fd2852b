"""An issue of a bulletin: a draft that fills, is edited, approved once and for all, and sent.

An approved issue never opens again. That an item of a member comes in exactly once rests on this (README). What is done
to its items stands in `editing`, its state in `issue_state`; whoever needs an issue finds all of it here.
"""

from __future__ import annotations

from uuid import UUID

from services.newsletter.bulletins.domain.editing import (
    DECISIONS,
    MOST_ITEMS,
    AddItem,
    CollectItem,
    CorrectItem,
    DropItem,
    MoveItem,
    RestoreItem,
    ReviseItem,
)
from services.newsletter.bulletins.domain.issue_state import (
    BEGUN,
    Issue,
    IssueCommand,
    evolve,
    issue_id,
    item_id,
    known_bulletin,
    moved,
)
from shared.contract.fields import Count, Number
from shared.contract.newsletter.bulletins import BulletinCode, IssueApproved, IssueSent, IssueStarted
from shared.kernel.decider import Context, Decider, Decision, Refers, Refused
from shared.notions.bulletin import bulletin_id

__all__ = [
    "ISSUE", "MOST_ITEMS", "IssueCommand", "StartIssue", "AddItem", "CollectItem", "ReviseItem", "CorrectItem",
    "MoveItem", "DropItem", "RestoreItem", "ApproveIssue", "CloseSending", "issue_id", "item_id", "moved",
]  # fmt: skip


class StartIssue(IssueCommand):
    """Begin the draft of an issue."""

    refers = {"of_bulletin": Refers("newsletter.bulletin", "open")}
    bulletin: BulletinCode
    number: Number

    @property
    def of_bulletin(self) -> UUID:
        return bulletin_id(self.bulletin)

    def target(self, context: Context) -> UUID:
        return issue_id(self.bulletin, self.number)


class ApproveIssue(IssueCommand):
    """Approve an issue: it is sent to `recipients` subscribers, and changes no more."""

    refers = BEGUN
    issue: UUID
    recipients: Count


class CloseSending(IssueCommand):
    """State that every subscriber of an issue has been dealt with."""

    internal = True

    issue: UUID
    sent: Count
    refused: Count
    doubtful: Count


def _started(command: StartIssue, state: Issue, context: Context) -> Decision:
    return [] if state.bulletin else [IssueStarted(bulletin=command.bulletin, number=command.number)]


def _approved(command: ApproveIssue, state: Issue, context: Context) -> Decision:
    bulletin = known_bulletin(state)
    if state.approved:
        return []
    if all(item.dropped for item in state.items):
        raise Refused("issue-empty")
    return [IssueApproved(bulletin=bulletin, number=state.number, recipients=command.recipients)]


def _closed(command: CloseSending, state: Issue, context: Context) -> Decision:
    known_bulletin(state)
    if not state.approved:
        raise Refused("issue-not-approved")
    if state.sent:
        return []
    return [IssueSent(sent=command.sent, refused=command.refused, doubtful=command.doubtful)]


ISSUE = Decider(
    entity="issue",
    initial=Issue(),
    evolve=evolve,
    decisions={StartIssue: _started, **DECISIONS, ApproveIssue: _approved, CloseSending: _closed},
    takes="now",
)
