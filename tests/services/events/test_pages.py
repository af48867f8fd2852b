"""The pages of events, on a real log: plan, register, check in, count, and back again."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI

from services.events.app import EVENTS
from shared.base.settings import Settings
from shared.contract import load_all
from shared.kernel.stores.sqlite import SqliteStore
from shared.runtime.nats.embedded_server import NatsServer
from shared.runtime.service import Service, Surroundings
from shared.web.app import service_app
from shared.web.formatting import PARIS
from tests.fixtures.signing_in import operator


def today() -> datetime:
    """At nine. Not once for all tests, which may run on after midnight."""
    return datetime.now(PARIS).replace(hour=9, minute=0, second=0, microsecond=0)


class Front:
    """A client of the service, with its own commands."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    async def page(self, path: str, status: int = 200) -> str:
        answer = await self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    async def command(self, command: str, /, status: int = 200, **body: Any) -> Any:
        answer = await self.client.post(f"/events/api/commands/{command}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def press(self, page: str, button: str) -> httpx2.Response:
        """Sends the form of the page whose button has these words."""
        form = next(f for f in re.findall(r"<form.*?</form>", page, re.DOTALL) if button in f and 'method="post"' in f)
        action = re.search(r'action="([^"]+)"', form)
        assert action
        hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))
        return await self.client.post(action[1], data=hidden)


@pytest.fixture
async def front(tmp_path: Path) -> AsyncIterator[Front]:
    load_all()
    nats = NatsServer(tmp_path / "nats")
    await nats.start()
    nc = await nats.connect("test")
    store = SqliteStore(tmp_path / "events.sqlite")
    around = Surroundings("test", nc, Settings(), tmp_path, store, nats.broker())
    service = Service(EVENTS, around)
    await service.start()
    root = FastAPI()
    root.mount("/events", service_app(service))
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(root), base_url="http://test", follow_redirects=True, headers=operator(service)
    ) as client:
        yield Front(client)
    await service.stop()
    await nc.close()
    await nats.stop()


async def gathering(front: Front, day: datetime, **more: Any) -> str:
    body = {"kind": "agora", "title": "Agora inventée", "starts": day.isoformat(), **more}
    return str((await front.command("plan-gathering", **body))["entity"])


async def test_a_day_at_the_door(front: Front) -> None:
    id = await gathering(front, today(), capacity=1)
    for n, structure in enumerate(("Kynarou", "Envol Vert"), 1):
        await front.command(
            "register-participant",
            gathering=id,
            audience="associations",
            name=f"Personne inventée {n:04d}",
            structure_name=structure,
        )
    path = f"/events/gatherings/{id}"
    assert "Lequel" in await front.page(f"{path}/check-in?q=personne")
    waits = await front.page(f"{path}/check-in?q=2")
    assert "en attente" in waits and "Accueillir cette personne" not in waits
    listed = await front.page(f"{path}/registrations")
    assert "Kynarou" in listed and "Personne inventée" not in listed, "a list shows the structure, not the person"

    ticket = await front.page(f"{path}/check-in?q=Kynarou")
    read = (await front.client.get("/events/api/readings?why=search")).json()["readings"]
    assert [len(one["persons"]) for one in read] == [1, 1, 2], (
        "of those who were found, not of all that was looked through"
    )
    done = await front.press(ticket, "Accueillir cette personne")
    assert done.url.path.endswith("/check-in") and "1 sur 1 accueillies" in done.text
    again = await front.press(ticket, "Accueillir cette personne")  # the very same form, sent twice
    assert "1 sur 1 accueillies" in again.text
    undone = await front.press(done.text, "Défaire")
    assert "0 sur 1 accueillies" in undone.text

    gone = await front.press(await front.page(f"{path}/registrations"), "Annuler l’inscription")
    assert gone.status_code == 200
    assert "valable" in await front.page(f"{path}/check-in?q=0002"), "who waited has the place"


async def test_the_kind_of_a_gathering_is_chosen_from_the_networks_list(front: Front) -> None:
    form = await front.page("/events/do/PlanGathering")
    assert '<select id="f-kind"' in form and '<option value="agora">' in form


async def test_a_past_gathering_is_dated_by_its_own_day(front: Front) -> None:
    past = today() - timedelta(days=400)
    id = await gathering(front, past)
    assert "À confirmer" in await front.page("/events/")
    refused = await front.command("hold-gathering", status=422, gathering=id)
    assert refused["error"] == "say-the-day" and f"{past:%d/%m/%Y}" in refused["message"]
    held = await front.client.post(
        "/events/api/commands/hold-gathering", json={"gathering": id}, params={"happened": past.isoformat()}
    )
    assert held.status_code == 200
    counted = await front.client.post(
        "/events/do/CountHeads",
        data={"command_id": str(uuid4()), "gathering": id, "students": "1 204", "happened_on": f"{past:%Y-%m-%d}"},
    )
    assert counted.status_code == 200 and "1\u202f204" in counted.text
    assert f"{past:%Y}" in await front.page("/events/gatherings?state=held")


async def test_pages_of_nothing_say_what_they_are_for(front: Front) -> None:
    for path in ("", "gatherings", "trainings", "projects", "tandems", "choose/FormTandem?q=rien"):
        assert 'class="empty"' in await front.page(f"/events/{path}"), path
    for path in (
        f"gatherings/{uuid4()}",
        "gatherings/x",
        f"tandems/{uuid4()}",
        "choose/Nothing",
        f"gatherings/{uuid4()}/check-in",
    ):
        await front.page(f"/events/{path}", 404)


async def test_every_page_is_said_in_english_too(front: Front) -> None:
    id = await gathering(front, today())
    await front.command("register-participant", gathering=id, audience="others", name="Personne inventée 0001")
    for path in (
        "",
        "gatherings",
        f"gatherings/{id}",
        f"gatherings/{id}/registrations",
        f"gatherings/{id}/check-in?q=1",
    ):
        page = await front.page(f"/events/{path}{'&' if '?' in path else '?'}lang=en")
        assert 'lang="en"' in page and "{" not in re.sub(r"<style.*?</style>", "", page, flags=re.DOTALL), path


async def _planned(front: Front, gathering: str) -> str:
    """The id of the fact that a gathering was planned, as its facts page shows it."""
    page = await front.page(f"/events/history/gathering/{gathering}")
    return next(iter(re.findall(r'id="f-([0-9a-f-]{36})"', page)))


async def test_a_planning_that_something_rests_on_is_no_mistake_until_that_is_over(front: Front) -> None:
    """Registrations, counts, workshops, check-ins, presented projects: each is named, before and at the sending."""
    key = await gathering(front, today())
    fact = await _planned(front, key)
    strike = {"kind": "gathering", "about": key, "events": [fact], "reason": "doublon"}
    for _ in range(2):
        await front.command("register-participant", gathering=key, name="Zoé Essai", audience="students")
    listed = (await front.client.get(f"/events/api/registrations?gathering={key}")).json()["documents"]
    first, second = (one["key"] for one in listed)
    no = await front.command("strike-events", 422, **strike)
    assert no["error"] == "rested-on-here"
    at = f"/events/gatherings/{key}/registrations"
    form = await front.page(f"/events/history/gathering/{key}?fact={fact}&do=strike")
    assert "Des faits de cette fiche reposent sur celui-ci" in form and form.count(f'href="{at}#f-') == 2
    await front.command("cancel-registration", gathering=key, registration=first)
    assert (await front.command("strike-events", 422, **strike))["error"] == "rested-on-here"
    await front.command("check-in", gathering=key, registration=second)
    assert (await front.command("strike-events", 422, **strike))["error"] == "later-stands-against"
    for command, more, error in (
        ("count-heads", {"others": 3}, "later-stands-against"),
        ("note-workshop", {"workshop_title": "Eau"}, "later-stands-against"),
        ("present-project", {"project_title": "Puits", "structure_name": "Essai"}, "named-elsewhere"),
    ):
        other = await gathering(front, today())
        await front.command(command, gathering=other, **more)
        never = {**strike, "about": other, "events": [await _planned(front, other)]}
        assert (await front.command("strike-events", 422, **never))["error"] == error, command
    empty = await gathering(front, today())
    place = await front.command("register-participant", gathering=empty, name="Zoé Essai", audience="students")
    listed = (await front.client.get(f"/events/api/registrations?gathering={empty}")).json()["documents"]
    assert place and len(listed) == 1
    await front.command("cancel-registration", gathering=empty, registration=listed[0]["key"])
    await front.command("strike-events", **{**strike, "about": empty, "events": [await _planned(front, empty)]})
