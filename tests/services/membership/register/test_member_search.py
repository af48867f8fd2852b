"""Members are found by name: structures by any part of it, persons by a whole word and by those who may see names."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import httpx2

from services.membership.register.member_search import counted, found
from shared.runtime.service import Service
from shared.web.app import service_app
from tests.fixtures.joining_persons import do, joining
from tests.shared.web.history.test_pages import a_member, front, service

__all__ = ["front", "service"]  # fixtures


async def test_persons_are_found_by_a_whole_word_and_stand_in_their_place(
    service: Service, front: httpx2.AsyncClient
) -> None:
    await a_member(service)  # Kynarou, a structure
    await do(service, joining("Zoé Martin-Lambda", "zoe@example.org"))
    await do(service, joining("Élie Bois", "elie@example.org"))

    async def names(client: httpx2.AsyncClient, **asked: Any) -> list[str]:
        page = unescape((await client.get("/members", params=asked)).text)
        table = page[page.index("<tbody") :] if "<tbody" in page else ""
        rows = [(table.find(name), name) for name in ("Kynarou", "Zoé Martin-Lambda", "Élie Bois")]
        return [name for at, name in sorted(rows) if at >= 0]

    assert await names(front) == ["Élie Bois", "Kynarou", "Zoé Martin-Lambda"]
    assert await names(front, q="elie") == await names(front, q="BOIS élie") == ["Élie Bois"]
    assert await names(front, q="lambda") == ["Zoé Martin-Lambda"]
    assert await names(front, q="eli") == await names(front, q="lamb") == [], "no part of a name tells of a person"
    assert await names(front, q="bois", college="associative") == []
    assert await names(front, q="bois", status="former") == []
    found = unescape((await front.get("/members", params={"q": "bois"})).text)
    assert re.search(r"1\sadhérent<", found)
    transport = httpx2.ASGITransport(app=service_app(service))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as nobody:
        assert (await nobody.get("/members", params={"q": "bois"})).status_code in (303, 401)


async def test_who_may_see_no_names_finds_no_person_by_one_and_counts_none(service: Service) -> None:
    await a_member(service)
    await do(service, joining("Élie Bois", "elie@example.org"))
    assert (await found(service, {}, "bois", 1, names=False)).total == 0
    assert (
        (await found(service, {}, "", 1, names=False)).total == (await found(service, {}, "", 1, names=True)).total == 2
    )
    seen = {names: await counted(service, {}, "bois", names=names) for names in (True, False)}
    assert seen[True]["status"] == {"current": 1} and not seen[False]["status"]
