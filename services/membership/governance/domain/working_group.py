"""A working group: formed, joined by members, left by them, closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from services.membership.base.periods import PastPeriod, period
from shared.contract import Event
from shared.contract.fields import Name, Reason, Text
from shared.contract.membership.governance import (
    WorkingGroupClosed,
    WorkingGroupFormed,
    WorkingGroupJoined,
    WorkingGroupLeft,
)
from shared.kernel.decider import Command, Context, Decider, Decision, Refers, Refused

MOST_MEMBERS = 2000


class GroupCommand(Command):
    entity = "group"


class FormWorkingGroup(GroupCommand):
    """Form a working group."""

    creates = True
    name: Name
    purpose: Text | None = None


class JoinWorkingGroup(GroupCommand):
    """Note that a member takes part in a working group."""

    refers = {"member": Refers("membership.member", "member")}
    group: UUID
    member: UUID


class LeaveWorkingGroup(GroupCommand):
    """Note that a member takes part in a working group no more."""

    group: UUID
    member: UUID


class NotePastGroupMembership(PastPeriod, JoinWorkingGroup):
    """Note that a member took part in a working group once, from a day until another."""


class CloseWorkingGroup(GroupCommand):
    """End a working group."""

    group: UUID
    reason: Reason | None = None


@dataclass(frozen=True)
class Group:
    known: bool = False
    closed: bool = False
    members: frozenset[UUID] = frozenset()


def evolve(state: Group, event: Event) -> Group:
    match event:
        case WorkingGroupFormed():
            return replace(state, known=True)
        case WorkingGroupJoined():
            return replace(state, members=state.members | {event.member})
        case WorkingGroupLeft():
            return replace(state, members=state.members - {event.member})
        case WorkingGroupClosed():
            return replace(state, closed=True)
    return state


def _formed(command: FormWorkingGroup, state: Group, context: Context) -> Decision:
    if state.known:
        raise Refused("already-noted")
    return [WorkingGroupFormed(name=command.name, purpose=command.purpose)]


def _joined(command: JoinWorkingGroup, state: Group, context: Context) -> Decision:
    _known(state)
    if state.closed:
        raise Refused("group-closed")
    if command.member in state.members:
        return []
    if len(state.members) >= MOST_MEMBERS:
        raise Refused("group-full", most=MOST_MEMBERS)
    return [WorkingGroupJoined(member=command.member)]


def _left(command: LeaveWorkingGroup, state: Group, context: Context) -> Decision:
    _known(state)
    if command.member in state.members:
        return [WorkingGroupLeft(member=command.member)]
    later = (fact.event for fact in context.line if fact.day > context.day)
    if any(isinstance(event, WorkingGroupJoined) and event.member == command.member for event in later):
        raise Refused("not-in-group")  # the day is wrong: it joined after it
    return []


def _took_part(command: NotePastGroupMembership, state: Group, context: Context) -> Decision:
    _known(state)
    joined, left = WorkingGroupJoined(member=command.member), WorkingGroupLeft(member=command.member)
    return period(context, command.since, command.until, joined, left)


def _closed(command: CloseWorkingGroup, state: Group, context: Context) -> Decision:
    _known(state)
    return [] if state.closed else [WorkingGroupClosed(reason=command.reason)]


def _known(state: Group) -> None:
    if not state.known:
        raise Refused("unknown-group")


def allows(state: Group, event: Event) -> str | None:
    match event:
        case WorkingGroupFormed():
            return "already-noted" if state.known else None
        case WorkingGroupJoined():
            return "group-closed" if state.closed else "already-in-group" if event.member in state.members else None
        case WorkingGroupLeft():
            return None if event.member in state.members else "not-in-group"
        case WorkingGroupClosed():
            return "group-closed" if state.closed else None
    return None


AGAIN: Mapping[type[Event], type[Command]] = {
    WorkingGroupFormed: FormWorkingGroup,
    WorkingGroupJoined: JoinWorkingGroup,
    WorkingGroupLeft: LeaveWorkingGroup,
    WorkingGroupClosed: CloseWorkingGroup,
}
"""Fact → the command that says it again with other answers"""
GROUP = Decider(
    entity="group",
    initial=Group(),
    evolve=evolve,
    decisions={
        FormWorkingGroup: _formed,
        JoinWorkingGroup: _joined,
        LeaveWorkingGroup: _left,
        NotePastGroupMembership: _took_part,
        CloseWorkingGroup: _closed,
    },
    allows=allows,
    births=(WorkingGroupFormed,),
    rests={WorkingGroupJoined: JoinWorkingGroup.refers},
)
