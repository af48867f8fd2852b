"""What a page says of itself when it is not the newest, and when what it is made from is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import APIRouter, Request
from httpx2 import AsyncClient
from starlette.responses import Response

from deploy.host.root_app import root_of
from shared.base.cancellation import end
from shared.kernel.command_handler import new_command_id, utc_now
from shared.kernel.eventlog.event_log import Log, Unavailable
from shared.kernel.stores.sqlite import SqliteStore
from shared.kernel.views.projection import StoreAway
from shared.kernel.views.projector import Runner
from shared.runtime.nats.embedded_server import NatsServer
from shared.runtime.service import Service
from shared.runtime.times.staleness import Freshness, Patience, Stale
from shared.web.here import Here
from shared.web.lists import render
from shared.web.security.authorization import access
from tests.conftest import OpenService
from tests.fixtures import small_directory as small
from tests.fixtures.outside import hurried
from tests.fixtures.signing_in import operator

routes = APIRouter()


@routes.get("/page")
async def page(service: Here[Service], request: Request) -> Response:
    return render(service, request, "page.html")


@routes.get("/{what}-away")
@routes.post("/{what}-away")
@access("public", other_sites=True)
async def away(what: str) -> Response:
    raise StoreAway("the store") if what == "store" else Unavailable("the log")


SOON = Patience(answer=0.5, late=0.3)


class Leaving(SqliteStore):
    """A store that does not answer any more once it is `away`."""

    away = False

    def _there(self) -> None:
        if self.away:
            raise StoreAway("the store of views does not answer")

    async def get(self, *given: Any, **more: Any) -> Any:
        self._there()
        return await super().get(*given, **more)

    async def get_many(self, *given: Any, **more: Any) -> Any:
        self._there()
        return await super().get_many(*given, **more)

    async def find(self, *given: Any, **more: Any) -> Any:
        self._there()
        return await super().find(*given, **more)


def soon(service: Service) -> None:
    service.freshness.patience = SOON


@pytest.fixture
async def service(open_service: OpenService, tmp_path: Path) -> Service:
    (tmp_path / "own" / "templates").mkdir(parents=True)
    (tmp_path / "own" / "templates" / "page.html").write_text('{% extends "layout.html" %}')
    definition = replace(small.definition(), routes=routes, folder=tmp_path / "own")
    return await open_service(
        definition, outside=hurried(50), prepare=soon, store=Leaving(tmp_path / "views" / "directory.sqlite")
    )


@pytest.fixture
async def reader(service: Service) -> AsyncIterator[AsyncClient]:
    app = root_of({"directory": service}, service.settings)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://localhost", headers=operator(service)) as client:
        yield client


async def until(true: Callable[[], Any]) -> None:
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@pytest.mark.slow
async def test_a_page_says_how_many_events_it_does_not_show_and_that_one_just_saved_is_among_them(
    service: Service, reader: AsyncClient
) -> None:
    first = await service.execute(small.Register(name="Eau vive"), id=new_command_id(), actor="staff:test")
    assert await service.runner.wait_for(first.seq)
    assert "en retard" not in (await reader.get(f"/directory/page?done={first.seq}")).text
    await service.runner.stop()  # the views stand still
    for _ in range(2):
        last = await service.execute(small.Register(name="Eau vive"), id=new_command_id(), actor="staff:test")
    answer = await reader.get(f"/directory/page?done={last.seq}")
    page = answer.text
    assert (
        answer.status_code == 200
        and "Cette page est en retard." in page
        and "2\u00a0événements enregistrés n’y figurent pas encore" in page
    )
    assert "C’est enregistré." in page, "it is in the log"
    await until(lambda: (stale := service.freshness.of()) and stale.missing == 2 and stale.since)
    await until(lambda: service.freshness.behind() > 1)
    page = (await reader.get("/directory/page")).text
    assert "2\u00a0événements enregistrés n’y figurent pas encore, le premier depuis" in page
    assert "2\u00a0saved events do not show yet, the first since" in (await reader.get("/directory/page?lang=en")).text
    await service.runner.start()
    assert await service.runner.wait_for(last.seq)
    assert "en retard" not in (await reader.get("/directory/page?lang=fr")).text


async def test_a_damaged_log_is_told_on_every_page(service: Service, reader: AsyncClient) -> None:
    service.runner.damage = "sequence 3 is missing from the log"
    page = (await reader.get("/directory/page")).text
    assert "Le journal est abîmé." in page and "sequence 3" not in page
    assert "Le journal est abîmé." not in (await reader.get("/directory/nowhere")).text, "which shows nothing of it"


@pytest.mark.slow
async def test_a_log_that_does_not_answer_is_told_and_its_return_is_seen(tmp_path: Path) -> None:
    server = NatsServer(tmp_path / "nats")
    await server.start()
    nc = await server.connect("test")
    log = Log(nc, "reseau")
    await log.start()
    store = SqliteStore(tmp_path / "views")
    runner = Runner(log, store, [small.STRUCTURES], "directory")
    await runner.start()
    watched = Freshness(log, runner, patience=SOON)
    watched.begin()
    await watched.look()

    async def watch() -> None:
        while True:
            await watched.look()
            await asyncio.sleep(0.02)

    watching = asyncio.create_task(watch())
    assert watched.of() is None and watched.behind() < 1
    await server.stop()
    await until(lambda: watched.of() is not None and watched.behind() > 1)
    found = watched.of()
    assert isinstance(found, Stale) and found.away is not None and found.away < utc_now() and not found.missing
    await server.start()
    await until(lambda: watched.of() is None and watched.behind() < 1)
    await end(watching)
    await runner.stop()
    await store.close()
    await log.stop()
    await nc.close()
    await server.stop()


@pytest.mark.parametrize("what", ["store", "log"])
async def test_a_page_that_cannot_be_made_says_what_is_away_and_that_a_form_may_be_sent_again(
    reader: AsyncClient, what: str
) -> None:
    asked, sent = await reader.get(f"/directory/{what}-away"), await reader.post(f"/directory/{what}-away")
    for answer in (asked, sent):
        assert answer.status_code == 503 and answer.headers["retry-after"] == "5"
        assert "Momentanément indisponible" in answer.text and "Rien n’a été enregistré" not in answer.text
        assert ("La base qui sert ces pages" in answer.text) == (what == "store")
    assert "rien n’est enregistré deux fois" in sent.text
    told = await reader.post(f"/directory/{what}-away", headers={"Accept": "application/json"})
    assert told.json()["error"] == "unavailable" and "deux fois" in told.json()["message"]


async def test_where_the_store_is_away_nobody_is_known_and_the_page_says_so_all_the_same(
    service: Service, reader: AsyncClient
) -> None:
    """Also at the root, and where no route was found."""
    assert isinstance(service.store, Leaving)
    service.store.away = True
    token = {"Authorization": f"Bearer mlg_{'0' * 32}_x"}
    for path in ("/directory/page", "/directory/nowhere", "/"):
        answer = await reader.get(path, headers=token)
        assert answer.status_code in (503, 404), f"{path}: {answer.status_code}"
        assert answer.text.startswith("<!doctype html>")
    assert "La base qui sert ces pages" in (await reader.get("/directory/page", headers=token)).text
