"""From which day on a record is there whose beginning is timeless: entered in the books today, told of an earlier day.
Forms, lives of things by page and API, figures and every indicator's own word for what stands say the same."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from services.directory.app import DIRECTORY
from services.directory.projects.domain import DraftProject, ReviseProject
from services.directory.publications.domain import PublishNews
from services.directory.structures.domain.contact import AddContact, RemoveContact, ReviseContact
from services.directory.structures.domain.structure import RegisterStructure
from services.events.app import EVENTS
from services.events.gatherings.domain.headcounts import CountHeads
from services.events.gatherings.domain.planning import HoldGathering, PlanGathering
from services.observatory.app import OBSERVATORY
from services.observatory.figures.observatory import of as observatory_of
from shared.base.paris_days import day_of
from shared.contract import EVENTS as TYPES
from shared.contract.personal import Personal
from shared.kernel.command_handler import told_of
from shared.kernel.correcting import StrikeEvents
from shared.kernel.decider import Command
from shared.kernel.line import upto
from shared.runtime.service import Service
from shared.web.app import service_app
from shared.web.facts.records import record_on
from tests.conftest import OpenService
from tests.fixtures.signing_in import operator

Services = Mapping[str, Service]
EARLY, FIRST, LATER = date(2013, 12, 31), date(2014, 1, 10), date(2016, 6, 4)


@pytest.fixture
async def three(open_service: OpenService) -> Services:
    return {one.name: await open_service(one) for one in (DIRECTORY, EVENTS, OBSERVATORY)}


async def do(services: Services, service: str, command: Command, day: date | None = None) -> UUID:
    return (await services[service].execute(command, id=uuid4(), actor="staff:test", at=day)).entity_id


async def shown(services: Services) -> None:
    last = await services["directory"].log.last()
    for service in services.values():
        assert await service.runner.wait_for(last, 60)
    assert await observatory_of(services["observatory"]).table.wait_for(last, 60)


@asynccontextmanager
async def asking(service: Service) -> Any:
    transport = httpx2.ASGITransport(app=service_app(service))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=operator(service)) as client:
        yield client


async def there(services: Services, service: str, kind: str, key: UUID, day: date) -> dict[str, bool]:
    """Whether each reader shows a record as of a day."""
    found: dict[str, bool] = {}
    one, table = services[service], observatory_of(services["observatory"]).table
    line = told_of(await one.execute.history(kind, key)).line
    births = tuple(one.execute.deciders[kind].births) or (type(line[0].event),)
    found["line"] = any(isinstance(fact.event, births) for fact in upto(line, day))
    found["form"] = await record_on(one, kind, str(key), day) is not None
    names = [birth.type_name() for birth in births]
    about = {"as_of": day, "known": table.position, "key": str(key), "births": names}
    whole = "SELECT count(*) AS n FROM standing($as_of, $known) WHERE entity_id = $key AND list_contains($births, type)"
    found["table"] = (await table.ask(whole, about))[0]["n"] == 1
    with table.at(date(2100, 1, 1), table.position) as rows:  # as figures of many years are asked
        found["years"] = rows(whole, about)[0]["n"] == 1
    async with asking(services["observatory"]) as client:
        api = await client.get(f"/api/life/{key}", params={"as_of": day})
        assert api.status_code in (200, 404)
        found["api"] = api.status_code == 200 and any(one["event"]["type"] in names for one in api.json()["events"])
        page = await client.get(f"/life/{key}", params={"as_of": day})
        assert page.status_code in (200, 404)
        found["page"] = page.status_code == 200
    return found


@pytest.mark.slow
async def test_it_is_there_from_the_first_day_of_anything_of_it(three: Services) -> None:
    structure = await do(three, "directory", RegisterStructure(name="Kynarou", kind="association"), date(2012, 1, 10))
    contact = await do(three, "directory", AddContact(structure=structure, name=Personal("Personne Exemple 1")))
    await do(three, "directory", ReviseContact(contact=contact, role="Présidence"), LATER)
    await do(three, "directory", ReviseContact(contact=contact, role="Trésorerie"), FIRST)
    answers = {"leader": structure, "title": "De l’eau", "summary": "Un puits.", "country": "SN", "stage": "running"}
    project = await do(three, "directory", DraftProject(**answers))
    await do(three, "directory", ReviseProject(**answers, project=project, place="Thiès"), FIRST)
    planned = PlanGathering(kind="thematic", title="Eau", starts="2014-01-10T09:00:00+01:00", days=1)
    gathering = await do(three, "events", planned)
    await do(three, "events", HoldGathering(gathering=gathering), FIRST)
    await do(three, "events", CountHeads(gathering=gathering, students=12), FIRST)
    await shown(three)
    told = {"contact": ("directory", contact), "project": ("directory", project), "gathering": ("events", gathering)}
    for kind, (service, key) in told.items():
        for day, is_there in ((EARLY, False), (FIRST, True), (LATER, True), (date(2100, 1, 1), True)):
            found = await there(three, service, kind, key, day)
            assert found.pop("form"), "what is told of an earlier day than all else makes it known from then on"
            assert found == dict.fromkeys(found, is_there), f"{kind} as of {day}"


async def test_figures_count_it_from_that_day_until_it_is_removed(three: Services) -> None:
    structure = await do(three, "directory", RegisterStructure(name="Kynarou", kind="association"), date(2012, 1, 10))
    contact = await do(three, "directory", AddContact(structure=structure, name=Personal("Personne Exemple 1")))
    await do(three, "directory", ReviseContact(contact=contact, role="Présidence"), FIRST)
    await do(three, "directory", RemoveContact(contact=contact), date(2018, 3, 1))
    await shown(three)

    async def total(day: date) -> int:
        async with asking(three["observatory"]) as client:
            answer = await client.get("/api/indicators/contacts_total", params={"as_of": day})
            assert answer.status_code == 200, answer.text
            return int(answer.json()["values"][0]["value"])

    days = (EARLY, FIRST, LATER, date(2018, 2, 28), date(2018, 3, 1))
    assert [await total(day) for day in days] == [0, 1, 1, 1, 0]
    history = await three["directory"].execute.history("contact", contact)
    revised = next(event for event in history.events if event.type == "ContactRevised")
    struck = StrikeEvents(kind="contact", about=contact, events=[revised.id], reason="mal lu")
    await do(three, "directory", struck)
    await shown(three)
    assert await total(LATER) == 0, "what was noted by mistake made nothing known of that day"


async def test_what_is_always_of_now_is_told_of_no_earlier_day(three: Services) -> None:
    """A publication: every fact of it is of when it was said, so its beginning is never after one."""
    kinds = [kind for kind in TYPES.values() if (kind.service, kind.entity) == ("directory", "publication")]
    assert kinds and all(kind.live and not kind.timeless for kind in kinds)
    structure = await do(three, "directory", RegisterStructure(name="Kynarou", kind="association"), date(2012, 1, 10))
    news = PublishNews(structure=structure, structure_name="Kynarou", title="Un puits", text="Creusé.")
    key = await do(three, "directory", news)
    await shown(three)
    today = day_of(three["directory"].now())
    for day, is_there in ((EARLY, False), (today, True)):
        found = await there(three, "directory", "publication", key, day)
        assert found == dict.fromkeys(found, is_there), f"as of {day}"
