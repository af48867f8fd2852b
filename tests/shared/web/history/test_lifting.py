"""Restoring facts: what one gesture struck is restored by one; what stands in the way is named, with a link."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from uuid import UUID

import httpx2

from services.membership.governance.domain.working_group import FormWorkingGroup, JoinWorkingGroup
from services.membership.team.domain.staff_post import ChangeStaffPost, CloseStaffPost, CreateStaffPost
from shared.kernel.command_handler import new_command_id
from shared.kernel.decider import Command
from shared.runtime.service import Service
from tests.shared.web.history.test_pages import MEMBER, a_member, facts, front, hidden, service

__all__ = ["front", "service"]  # fixtures


async def made(service: Service, command: Command, day: date) -> UUID:
    outcome = await service.execute(command, id=new_command_id(), actor="staff:test", at=day)
    assert await service.runner.wait_for(outcome.seq)
    return outcome.entity_id


async def form(front: httpx2.AsyncClient, page: str, of: str, do: str) -> str:
    return (await front.get(f"{page}?of={of}&do={do}")).text


async def test_what_one_gesture_struck_is_restored_in_one(service: Service, front: httpx2.AsyncClient) -> None:
    await a_member(service)
    group = await made(service, FormWorkingGroup(name="Eau"), date(2012, 6, 1))
    await made(service, JoinWorkingGroup(group=group, member=MEMBER), date(2013, 6, 1))
    page = f"/history/group/{group}"
    strike = await form(front, page, "WorkingGroupFormed", "strike")
    also = re.findall(r'name="also" value="([^"]+)"', strike)
    assert len(also) == 1
    struck = await front.post(page, data={**hidden(strike), "reason": "jamais formé", "also": also})
    assert struck.status_code == 303, struck.text
    lift = await form(front, page, "WorkingGroupFormed", "lift")
    assert re.findall(r'name="also" value="([^"]+)" checked', lift) == also and "Rétablir aussi" in lift
    alone = await front.post(page, data={**hidden(lift), "reason": ""})
    assert alone.status_code == 422 and f'value="{also[0]}" checked' not in alone.text, "what was chosen stays"
    lifted = await front.post(page, data={**hidden(lift), "reason": "bien noté", "also": also})
    assert lifted.status_code == 303, lifted.text
    line = facts((await front.get(page)).text)
    assert [undone for _, undone in line] == [False, False]
    events = (await service.execute.history("group", group)).events[-2:]
    assert [one.type for one in events] == ["StrikeLifted"] * 2
    assert len({one.cloud.commandid for one in events}) == 1


async def test_what_was_struck_by_another_gesture_is_not_offered(service: Service, front: httpx2.AsyncClient) -> None:
    await a_member(service)
    group = await made(service, FormWorkingGroup(name="Eau"), date(2012, 6, 1))
    await made(service, JoinWorkingGroup(group=group, member=MEMBER), date(2013, 6, 1))
    page = f"/history/group/{group}"
    for of in ("WorkingGroupJoined", "WorkingGroupFormed"):
        strike = await form(front, page, of, "strike")
        assert (await front.post(page, data={**hidden(strike), "reason": "erreur"})).status_code == 303
    assert 'name="also"' not in await form(front, page, "WorkingGroupFormed", "lift")


async def test_an_earlier_fact_that_makes_a_restoring_impossible_is_named(
    service: Service, front: httpx2.AsyncClient
) -> None:
    """A change of a post struck, the post closed before it, the change restored."""
    post = await made(service, CreateStaffPost(title="Chargée de mission", fte=0.5), date(2015, 1, 1))
    await made(service, ChangeStaffPost(post=post, fte=1.0), date(2018, 1, 1))
    page = f"/history/post/{post}"
    strike = await form(front, page, "StaffPostChanged", "strike")
    assert (await front.post(page, data={**hidden(strike), "reason": "erreur"})).status_code == 303
    await made(service, CloseStaffPost(post=post, reason="Fin"), date(2017, 1, 1))
    closed = (await service.execute.history("post", post)).events[-1]
    lift = await form(front, page, "StaffPostChanged", "lift")
    no = await front.post(page, data={**hidden(lift), "reason": "bien noté"})
    said = unescape(no.text)
    assert no.status_code == 422 and "Ce poste est fermé" in said
    assert f'href="/membership{page}#f-{closed.id}"' in said and f"fact={closed.id}&do=strike" in said
    changed = (await service.execute.history("post", post)).events[1]
    body = {"kind": "post", "about": str(post), "events": [changed.id], "reason": "bien noté"}
    refused = (await front.post("/api/commands/lift-strikes", json=body)).json()
    assert refused["error"] == "post-closed" and refused["against"]["event"] == closed.id
    assert "Ce qui s’y oppose" in refused["message"] and refused["against"]["day"] == "01/01/2017"
