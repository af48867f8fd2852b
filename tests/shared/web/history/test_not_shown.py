"""The page of a record that was noted by mistake leads to its facts, where it can be restored."""

from __future__ import annotations

from html import unescape
from uuid import uuid4

import httpx2

from shared.runtime.service import Service
from tests.shared.web.history.test_pages import MEMBER, PAGE, a_member, act, front, service

__all__ = ["front", "service"]


async def test_a_record_that_never_was_leads_to_its_facts(service: Service, front: httpx2.AsyncClient) -> None:
    await a_member(service)
    path = f"/members/{MEMBER}"
    assert (await front.get(path)).status_code == 200
    assert f'href="/membership{path}"' in (await front.get(PAGE)).text
    for nth in (2, 1, 0):
        assert (await act(front, nth, "strike")).status_code == 303
    gone = await front.get(path)
    assert gone.status_code == 303 and gone.headers["location"] == f"/membership{PAGE}"
    page = unescape((await front.get(PAGE)).text)
    assert "a été notée par erreur" in page and "Rétablissez" in page
    assert f'href="/membership{path}"' not in page, "its record is nowhere to be seen"
    assert "Kynarou" in page, "it is still called as it was"
    assert (await act(front, 0, "lift")).status_code == 303
    assert (await front.get(path)).status_code == 200
    assert "a été notée par erreur" not in unescape((await front.get(PAGE)).text)


async def test_what_never_had_a_fact_is_not_found(front: httpx2.AsyncClient) -> None:
    for path in (f"/members/{uuid4()}", "/members/x", "/nowhere"):
        assert (await front.get(path)).status_code == 404
    assert (await front.get(f"/api/members/{uuid4()}")).status_code == 404


async def test_programs_and_visitors_are_told_that_there_is_nothing(
    service: Service, front: httpx2.AsyncClient
) -> None:
    await a_member(service)
    for nth in (2, 1, 0):
        await act(front, nth, "strike")
    assert (await front.get(f"/api/members/{MEMBER}")).status_code == 404
    del front.headers["Authorization"]
    assert "/history/" not in (await front.get(f"/members/{MEMBER}")).headers.get("location", "").partition("?")[0]
