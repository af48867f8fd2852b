"""What was noted by mistake is taken back on whatever later day, whatever the hour it was noted at; and a day that is
before what it ends is refused."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx2
import pytest

from services.membership.governance.views import GROUPS, SEATS
from services.membership.members.views import MEMBERS
from services.membership.network.views import PEER_NETWORKS
from services.membership.team.views import CIVIC_PLACES, CIVIC_SERVICES, POSTS, VOLUNTEERS
from shared.kernel.views.projection import View
from shared.runtime.service import Service
from tests.services.membership.test_past_periods import JOIN
from tests.shared.web.history.test_pages import front, service

pytestmark = pytest.mark.slow

__all__ = ["front", "service"]

BEGUN: dict[str, tuple[str, dict[str, Any], View]] = {
    "member": ("join-network", JOIN, MEMBERS),
    "seat": ("take-board-seat", {"role": "president", "holder": "Personne Exemple 1"}, SEATS),
    "group": ("form-working-group", {"name": "Agir"}, GROUPS),
    "volunteer": ("note-volunteer", {"task": "Accueil"}, VOLUNTEERS),
    "civic-service": ("recruit-civic-service", {"mission": "Accueil"}, CIVIC_SERVICES),
    "civic-place": ("approve-civic-service-place", {}, CIVIC_PLACES),
    "post": ("create-staff-post", {"title": "Direction", "fte": 1}, POSTS),
    "peer-network": ("add-peer-network", {"name": "GESCOD"}, PEER_NETWORKS),
}
ENDED: dict[str, tuple[str, dict[str, Any]]] = {
    "member": ("leave-network", {"reason": "withdrawal"}),
    "seat": ("vacate-board-seat", {}),
    "group": ("close-working-group", {}),
    "civic-service": ("end-civic-service", {}),
    "civic-place": ("end-civic-service-place", {}),
    "post": ("close-staff-post", {}),
    "peer-network": ("remove-peer-network", {}),
}


async def said(front: httpx2.AsyncClient, command: str, at: str, **fields: Any) -> httpx2.Response:
    return await front.post(f"/api/commands/{command}", json=fields, params={"happened": at})


async def begun(front: httpx2.AsyncClient, kind: str, at: str) -> str:
    command, fields, _ = BEGUN[kind]
    answer = await said(front, command, at, **fields)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["entity"])


async def struck(service: Service, front: httpx2.AsyncClient, kind: str, id: str) -> None:
    last = (await service.execute.history(kind, UUID(id))).events[-1]
    body = {"kind": kind, "about": id, "events": [last.id], "reason": "saisi par erreur"}
    assert (await front.post("/api/commands/strike-events", json=body)).json()["changed"]


@pytest.mark.parametrize("hour", ["09:00", "17:22"])
@pytest.mark.parametrize("kind", ENDED)
async def test_an_end_is_taken_back_whatever_the_hour(
    service: Service, front: httpx2.AsyncClient, kind: str, hour: str
) -> None:
    id = await begun(front, kind, "2016-01-10T12:00:00+01:00")
    before = await service.store.get(BEGUN[kind][2], id)
    command, fields = ENDED[kind]
    ended = await said(front, command, f"2020-11-27T{hour}:00+01:00", **{kind.replace("-", "_"): id}, **fields)
    assert ended.status_code == 200, ended.text
    await struck(service, front, kind, id)
    after = await service.store.get(BEGUN[kind][2], id)
    assert before is not None and after is not None
    stamps = {"version", "seq"}
    assert {n: v for n, v in after.items() if n not in stamps} == {n: v for n, v in before.items() if n not in stamps}


@pytest.mark.parametrize("kind", BEGUN)
async def test_what_never_was_counts_nowhere(service: Service, front: httpx2.AsyncClient, kind: str) -> None:
    id = await begun(front, kind, "2016-01-10T17:22:00+01:00")
    await struck(service, front, kind, id)
    assert await service.store.get(BEGUN[kind][2], id) is None


@pytest.mark.parametrize("kind", ENDED)
async def test_an_end_before_its_beginning_is_refused_with_the_day(front: httpx2.AsyncClient, kind: str) -> None:
    id = await begun(front, kind, "2015-01-10T12:00:00+01:00")
    command, fields = ENDED[kind]
    early = await said(front, command, "2014-01-10T12:00:00+01:00", **{kind.replace("-", "_"): id}, **fields)
    assert early.status_code == 422 and early.json()["error"] == "before-its-beginning", early.text
    assert "10/01/2015" in early.json()["message"]


async def test_who_joined_a_group_later_did_not_leave_it_before(front: httpx2.AsyncClient) -> None:
    member = await begun(front, "member", "2012-01-10T12:00:00+01:00")
    group = await begun(front, "group", "2013-01-10T12:00:00+01:00")
    about = {"group": group, "member": member}
    assert (await said(front, "join-working-group", "2017-01-10T12:00:00+01:00", **about)).status_code == 200
    early = await said(front, "leave-working-group", "2016-01-10T12:00:00+01:00", **about)
    assert (early.status_code, early.json()["error"]) == (422, "not-in-group")
