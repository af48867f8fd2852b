"""What a fact was told by, and what its gesture took the place of."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from services.membership.members.domain.member import ChangeCollege, LeaveNetwork
from shared.kernel.command_handler import Instead, told_of
from shared.runtime.service import Service
from shared.web.facts.again import said_once, taken_place_of
from tests.shared.web.history.test_pages import MEMBER, a_member, service

__all__ = ["service"]  # a fixture


async def test_a_fact_is_told_by_a_command_with_its_answers(service: Service) -> None:
    await a_member(service)
    history = await service.execute.history("member", MEMBER)
    told, events = told_of(history), {event.id: event for event in history.events}
    decider = service.execute.deciders["member"]
    found = [said_once(service.definition, decider, told, events, fact) for fact in told.line]
    joined, changed, left = [one for one in found if one is not None]
    assert (changed.command, changed.answers, changed.day) == (ChangeCollege, {"college": "economic"}, date(2014, 3, 1))
    assert (left.command, left.answers) == (LeaveNetwork, {"reason": "withdrawal"})
    assert joined.answers["name"] == "Kynarou" and joined.types == ("MemberJoined",) and not joined.sealed


async def test_what_took_the_place_of_a_fact_knows_it_until_that_stands_again(service: Service) -> None:
    await a_member(service)
    old = (await service.execute.history("member", MEMBER)).events[1]
    instead = Instead((UUID(old.id),), "mal lu")
    public = ChangeCollege(member=MEMBER, college="public")
    await service.execute(public, id=uuid4(), actor="staff:test", at=date(2014, 3, 1), instead=instead)
    history = await service.execute.history("member", MEMBER)
    told = told_of(history)
    assert [taken_place_of(told, history.events, fact) for fact in told.line] == [[], [old.id], []]
    gone = next(fact for fact in told.facts if fact.id == old.id)
    events = {event.id: event for event in history.events}
    assert said_once(service.definition, service.execute.deciders["member"], told, events, gone) is None
