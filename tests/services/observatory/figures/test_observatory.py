"""What a page of the observatory says it is as current as."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import httpx2

from services.directory.app import DIRECTORY
from services.directory.structures.domain.structure import RegisterStructure
from services.observatory.app import OBSERVATORY
from services.observatory.event_table.table import EventTable
from services.observatory.figures.observatory import OBSERVATORY as OBSERVATORY_PART
from services.observatory.figures.observatory import READ, Observatory
from services.observatory.figures.observatory import of as observatory_of
from shared.runtime.service import Service
from shared.web.app import service_app
from tests.conftest import OpenService
from tests.fixtures.signing_in import operator


def test_what_comes_while_a_page_is_made_is_not_said_to_be_in_it() -> None:
    table = SimpleNamespace(position=7)
    observatory = Observatory(cast(EventTable, table))
    before = READ.set(7)
    table.position = 9  # two more came meanwhile
    assert observatory.read == 7
    READ.reset(before)


async def registered(directory: Service) -> int:
    command = RegisterStructure(name="Kynarou", kind="association")
    return (await directory.execute(command, id=uuid4(), actor="staff:test")).seq


async def test_the_foot_of_a_page_names_where_the_table_was_before_it_was_asked(
    open_service: OpenService,
) -> None:
    directory, service = await open_service(DIRECTORY), await open_service(OBSERVATORY)
    table, first = observatory_of(service).table, await registered(directory)
    assert await table.wait_for(first, 60)

    class Late:
        """The table; after each question something is written before the answer is drawn."""

        def __getattr__(self, name: str) -> Any:
            return getattr(table, name)

        async def ask(self, sql: str, values: Any = ()) -> Any:
            found = await table.ask(sql, values)
            assert await table.wait_for(await registered(directory), 60)
            return found

    late = replace(service.parts.take(OBSERVATORY_PART), table=cast(EventTable, Late()))
    service.parts.put(OBSERVATORY_PART, late)
    transport = httpx2.ASGITransport(app=service_app(service))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=operator(service)) as client:
        page = await client.get("/journal")
    assert page.status_code == 200 and table.position > first
    foot = page.text[page.text.index('<footer class="foot"') :]
    assert f"{first}</a>" in foot or f" {first}" in foot.replace("\u202f", "").replace("\u00a0", " "), foot
