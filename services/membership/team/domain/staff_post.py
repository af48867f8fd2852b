"""A post in the team: created, its share of full time changed, closed. A post is not the person who holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from services.membership.base.fields import Fte
from services.membership.base.periods import PastPeriod, period
from shared.contract import Event
from shared.contract.fields import Name, Reason
from shared.contract.membership.team import (
    StaffPostChanged,
    StaffPostClosed,
    StaffPostCreated,
)
from shared.kernel.decider import Command, Context, Decider, Decision, Refused


class PostCommand(Command):
    entity = "post"


class CreateStaffPost(PostCommand):
    """Note that a post was created."""

    creates = True
    title: Name
    fte: Fte


class NotePastStaffPost(PastPeriod, CreateStaffPost):
    """Note that there was a post once, from a day until another."""

    reason: Reason | None = None


class ChangeStaffPost(PostCommand):
    """Change the share of full time of a post."""

    post: UUID
    fte: Fte


class CloseStaffPost(PostCommand):
    """Note that a post was closed."""

    post: UUID
    reason: Reason | None = None


State = Literal["unknown", "open", "closed"]


@dataclass(frozen=True)
class Post:
    state: State = "unknown"
    fte: float = 0.0


def evolve(state: Post, event: Event) -> Post:
    match event:
        case StaffPostCreated():
            return Post("open", event.fte)
        case StaffPostChanged():
            return replace(state, fte=event.fte)
        case StaffPostClosed():
            return replace(state, state="closed")
    return state


def _created(command: CreateStaffPost, state: Post, context: Context) -> Decision:
    if state.state != "unknown":
        raise Refused("already-noted")
    return [StaffPostCreated(title=command.title, fte=command.fte)]


def _was(command: NotePastStaffPost, state: Post, context: Context) -> Decision:
    if state.state != "unknown":
        raise Refused("already-noted")
    created = StaffPostCreated(title=command.title, fte=command.fte)
    return period(context, command.since, command.until, created, StaffPostClosed(reason=command.reason))


def _changed(command: ChangeStaffPost, state: Post, context: Context) -> Decision:
    if _known(state) != "open":
        raise Refused("post-closed")
    return [] if command.fte == state.fte else [StaffPostChanged(fte=command.fte)]


def _closed(command: CloseStaffPost, state: Post, context: Context) -> Decision:
    return [StaffPostClosed(reason=command.reason)] if _known(state) == "open" else []


def _known(state: Post) -> State:
    if state.state == "unknown":
        raise Refused("unknown-post")
    return state.state


def allows(state: Post, event: Event) -> str | None:
    match event:
        case StaffPostCreated():
            return None if state.state == "unknown" else "already-noted"
        case StaffPostChanged() | StaffPostClosed():
            return "post-closed" if state.state == "closed" else None
    return None


AGAIN: Mapping[type[Event], type[Command]] = {
    StaffPostCreated: CreateStaffPost,
    StaffPostChanged: ChangeStaffPost,
    StaffPostClosed: CloseStaffPost,
}
"""Fact → the command that says it again with other answers"""
POST = Decider(
    entity="post",
    initial=Post(),
    evolve=evolve,
    decisions={
        CreateStaffPost: _created,
        ChangeStaffPost: _changed,
        CloseStaffPost: _closed,
        NotePastStaffPost: _was,
    },
    allows=allows,
    births=(StaffPostCreated,),
)
