"""A young person in civic service: recruited into the network's own team, or seconded to a host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from services.membership.base.fields import of
from services.membership.base.periods import PastPeriod, period
from shared.contract import Event
from shared.contract.fields import Line, MailAddress, Name, Reason
from shared.contract.membership.team import (
    CivicServiceEnded,
    CivicServiceRecruited,
    CivicServiceSeconded,
)
from shared.contract.personal import PersonalText
from shared.kernel.decider import Command, Context, Decider, Decision, Refers, Refused


class CivicServiceCommand(Command):
    entity = "civic-service"


class RecruitCivicService(CivicServiceCommand):
    """Note a young person in civic service who joins the team."""

    creates = True
    person: PersonalText | None = None
    email: MailAddress | None = None
    mission: Line | None = None


class SecondCivicService(CivicServiceCommand):
    """Note a young person in civic service who is seconded: to a member (`host`, a structure) or to another host."""

    refers = {"host": Refers("directory.structure", "open")}
    creates = True
    host: UUID | None = None
    host_name: Name | None = None
    person: PersonalText | None = None
    email: MailAddress | None = None
    mission: Line | None = None


class NotePastCivicService(PastPeriod, SecondCivicService):
    """Note a civic service of the past, from a day until another: in the team, where no host is named."""

    reason: Reason | None = None


class EndCivicService(CivicServiceCommand):
    """Note the end of a civic service."""

    civic_service: UUID
    reason: Reason | None = None


State = Literal["unknown", "running", "ended"]


@dataclass(frozen=True)
class CivicService:
    state: State = "unknown"


def evolve(state: CivicService, event: Event) -> CivicService:
    match event:
        case CivicServiceRecruited() | CivicServiceSeconded():
            return CivicService("running")
        case CivicServiceEnded():
            return CivicService("ended")
    return state


def _recruited(command: RecruitCivicService, state: CivicService, context: Context) -> Decision:
    _new(state)
    id = context.new_id("person")
    person, email = of(command.person, id), of(command.email, id)
    return [CivicServiceRecruited(person=person, email=email, mission=command.mission)]


def _seconded(command: SecondCivicService, state: CivicService, context: Context) -> Decision:
    _new(state)
    if command.host is None and command.host_name is None:
        raise Refused("host-missing", field="host_name")
    id = context.new_id("person")
    person, email = of(command.person, id), of(command.email, id)
    return [
        CivicServiceSeconded(
            host=command.host, host_name=command.host_name, person=person, email=email, mission=command.mission
        )
    ]


def _was(command: NotePastCivicService, state: CivicService, context: Context) -> Decision:
    _new(state)
    id = context.new_id("person")
    who: dict[str, Any] = {"person": of(command.person, id), "email": of(command.email, id), "mission": command.mission}
    began: Event = CivicServiceRecruited(**who)
    if command.host is not None or command.host_name is not None:
        began = CivicServiceSeconded(host=command.host, host_name=command.host_name, **who)
    return period(context, command.since, command.until, began, CivicServiceEnded(reason=command.reason))


def _ended(command: EndCivicService, state: CivicService, context: Context) -> Decision:
    return [] if _known(state) == "ended" else [CivicServiceEnded(reason=command.reason)]


def _new(state: CivicService) -> None:
    if state.state != "unknown":
        raise Refused("already-noted")


def _known(state: CivicService) -> State:
    if state.state == "unknown":
        raise Refused("unknown-civic-service")
    return state.state


def allows(state: CivicService, event: Event) -> str | None:
    match event:
        case CivicServiceRecruited() | CivicServiceSeconded():
            return None if state.state == "unknown" else "already-noted"
        case CivicServiceEnded():
            return "civic-service-ended" if state.state == "ended" else None
    return None


AGAIN: Mapping[type[Event], type[Command]] = {
    CivicServiceRecruited: RecruitCivicService,
    CivicServiceSeconded: SecondCivicService,
    CivicServiceEnded: EndCivicService,
}
"""Fact → the command that says it again with other answers"""
CIVIC_SERVICE = Decider(
    entity="civic-service",
    initial=CivicService(),
    evolve=evolve,
    decisions={
        RecruitCivicService: _recruited,
        SecondCivicService: _seconded,
        EndCivicService: _ended,
        NotePastCivicService: _was,
    },
    allows=allows,
    births=(CivicServiceRecruited, CivicServiceSeconded),
    rests={CivicServiceSeconded: SecondCivicService.refers},
)
