"""Forms of whole records: filled with the record of a day, they write what was changed in them and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from httpx2 import AsyncClient

from services.directory.projects.domain import DraftProject, ReviseProject
from services.directory.structures.domain.contact import AddContact
from services.directory.structures.domain.structure import RegisterStructure, ReviseStructure
from shared.contract.personal import Personal
from shared.kernel.command_handler import new_command_id
from shared.kernel.decider import Command
from tests.compare.history import Form
from tests.fixtures.running_directory import House, house
from tests.fixtures.signing_in import operator

pytestmark = pytest.mark.slow

__all__ = ["house"]  # a fixture


@pytest.fixture
async def browser(house: House) -> AsyncIterator[AsyncClient]:
    async with house.browser() as opened:
        opened.headers.update(operator(house.now))
        yield opened


async def on(house: House, day: str, command: Command) -> UUID:
    outcome = await house.now.execute(command, id=new_command_id(), actor="staff:test", at=date.fromisoformat(day))
    assert await house.now.runner.wait_for(outcome.seq)
    return outcome.entity_id


async def moved(house: House) -> UUID:
    """A structure of 2012 in the 31, that is in the 34 since 2018 and says since 2019 what it does."""
    first: dict[str, Any] = {"name": "Kynarou", "kind": "association", "department": "31", "themes": ["Eau", "Santé"]}
    id = await on(house, "2012-01-05", RegisterStructure(**first))
    await on(house, "2018-01-05", ReviseStructure(structure=id, **{**first, "department": "34"}))
    more = {**first, "department": "34", "summary": "Des puits.\nEt leur entretien."}
    await on(house, "2019-01-05", ReviseStructure(structure=id, **more))
    return id


def form_of(page: str) -> dict[str, Any]:
    found = Form()
    found.feed(page)
    values: dict[str, Any] = {}
    for name, value in found.values:
        values.setdefault(name, []).append(value.removeprefix("\n"))  # of a textarea, the first is none
    return values


async def department(browser: AsyncClient, id: UUID, day: str) -> str:
    page = await browser.get(f"/directory/structures/{id}?as_of={day}")
    assert page.status_code == 200
    return "34" if "(34)" in page.text else "81" if "(81)" in page.text else "31"


async def test_what_nobody_touched_is_not_written_into_the_past(house: House, browser: AsyncClient) -> None:
    id = await moved(house)
    form = form_of((await browser.get(f"/directory/do/ReviseStructure?structure={id}")).text)
    assert form["department"] == ["34"] and form["seen_day"] == [""] and form["version"] == ["3"]
    done = await browser.post(
        "/directory/do/ReviseStructure", data={**form, "acronym": "KYN", "happened_on": "05/01/2014"}
    )
    assert done.status_code == 303, done.text
    event = (await house.now.execute.history("structure", id)).events[-1]
    said = {name: value for name, value in dict(event.data).items() if value not in (None, [])}
    assert said == {"acronym": "KYN"}
    twice = await browser.post(
        "/directory/do/ReviseStructure", data={**form, "acronym": "KYN", "happened_on": "05/01/2014"}
    )
    assert "again=1" in twice.headers["location"]
    assert [await department(browser, id, day) for day in ("2014-06-01", "2018-06-01")] == ["31", "34"]


async def test_a_change_of_the_past_says_until_when_it_holds(house: House, browser: AsyncClient) -> None:
    id = await moved(house)
    form = form_of((await browser.get(f"/directory/do/ReviseStructure?structure={id}")).text)
    done = await browser.post(
        "/directory/do/ReviseStructure", data={**form, "department": "81", "happened_on": "2014-01-05"}
    )
    page = (await browser.get(done.headers["location"])).text
    assert "Cela vaudra du 05/01/2014 au 04/01/2018" in page
    days = ("2013-06-01", "2014-06-01", "2018-06-01")
    assert [await department(browser, id, day) for day in days] == ["31", "81", "34"]


async def test_the_form_is_filled_again_for_the_day_that_is_asked(house: House, browser: AsyncClient) -> None:
    id = await moved(house)
    path = "/directory/do/ReviseStructure"
    form = form_of((await browser.get(f"{path}?structure={id}")).text)
    again = await browser.post(path, data={**form, "acronym": "KYN", "happened_on": "2014-01-05", "show_day": "1"})
    assert again.status_code == 200 and "telle qu’elle était le 05/01/2014" in again.text
    filled = form_of(again.text)
    assert filled["department"] == ["31"] and filled["acronym"] == ["KYN"] and filled["summary"] == [""]
    assert filled["seen_day"] == ["2014-01-05"] and filled["version"] == ["3"]
    assert (await browser.post(path, data=filled)).status_code == 303
    event = (await house.now.execute.history("structure", id)).events[-1]
    assert {n: v for n, v in dict(event.data).items() if v not in (None, [])} == {"acronym": "KYN"}
    linked = form_of((await browser.get(f"{path}?structure={id}&happened_on=2014-01-05")).text)
    assert linked["department"] == ["31"] and linked["seen_day"] == ["2014-01-05"]
    early = await browser.post(path, data={**form, "happened_on": "2011-01-05", "show_day": "1"})
    assert early.status_code == 422 and "n’était pas encore connue" in early.text


async def test_a_form_that_others_overtook_is_stale_whatever_day_it_shows(house: House, browser: AsyncClient) -> None:
    id = await moved(house)
    form = form_of((await browser.get(f"/directory/do/ReviseStructure?structure={id}")).text)
    await on(house, "2020-01-05", ReviseStructure(structure=id, name="Kynarou F", kind="association"))
    late = {**form, "acronym": "KYN", "happened_on": "2014-01-05"}
    assert (await browser.post("/directory/do/ReviseStructure", data=late)).status_code == 409


async def test_a_contact_sent_unchanged_changes_nothing(house: House, browser: AsyncClient) -> None:
    id = await moved(house)
    add = AddContact(structure=id, name=Personal("Personne Exemple 1"), phone=Personal("05 61 00 00 01"), role="Trésor")
    contact = await on(house, "2015-01-05", add)
    path = f"/directory/do/ReviseContact?contact={contact}"
    form = form_of((await browser.get(path)).text)
    assert form["name"] == ["Personne Exemple 1"]
    done = await browser.post("/directory/do/ReviseContact", data=form)
    assert "unchanged=" in done.headers["location"]
    changed = {**form, "command_id": str(new_command_id()), "phone": "05 61 00 00 02"}
    assert (await browser.post("/directory/do/ReviseContact", data=changed)).status_code == 303
    twice = await browser.post("/directory/do/ReviseContact", data=changed)
    assert twice.status_code == 303 and "again=1" in twice.headers["location"]
    event = (await house.now.execute.history("contact", contact)).events[-1]
    assert [name for name, value in dict(event.data).items() if value is not None] == ["phone"]


async def test_a_project_is_changed_as_of_a_day_by_what_was_changed(house: House, browser: AsyncClient) -> None:
    leader = await moved(house)
    first: dict[str, Any] = {
        "leader": leader,
        "title": "Des puits",
        "summary": "Trois puits.",
        "country": "SN",
        "stage": "running",
        "partner_associations": ["Union de Podor"],
    }
    project = await on(house, "2015-01-05", DraftProject(**first))
    await on(house, "2018-01-05", ReviseProject(project=project, **{**first, "stage": "ended", "budget": 12000}))
    path = f"/directory/projects/{project}/revise"
    form = form_of((await browser.get(path)).text)
    done = await browser.post(path, data={**form, "place": "Podor", "happened_on": "2016-01-05"})
    assert done.status_code == 303, done.text
    event = (await house.now.execute.history("project", project)).events[-1]
    assert {n: v for n, v in dict(event.data).items() if v not in (None, [])} == {"place": "Podor"}
    again = await browser.post(
        path, data={**form_of((await browser.get(path)).text), "happened_on": "2016-06-01", "show_day": "1"}
    )
    filled = form_of(again.text)
    assert again.status_code == 200 and filled["stage"] == ["running"] and filled["budget"] == [""]


FILLED = {"acronym": "PE", "address": "1 rue des Puits", "siren": "732829320", "summary": "Des puits."}


@pytest.mark.parametrize("changed", [{"name": "Puits et eaux"}, {"kind": "company", "department": "34"}])
async def test_before_the_beginning_only_what_was_changed_is_said_and_the_beginning_may_be_said_of_that_day(
    house: House, browser: AsyncClient, changed: dict[str, str]
) -> None:
    """What stands then is what the beginning says: nothing of it is emptied, nothing of it is missing."""
    path = "/directory/do/ReviseStructure"
    first: dict[str, Any] = {"name": "Puits en eau", "kind": "association", "department": "31", **FILLED}
    id = await on(house, "2016-01-05", RegisterStructure(**first))
    await on(house, "2018-01-05", ReviseStructure(structure=id, **{**first, "acronym": "PUE"}))
    for opened in ("", "&happened_on=2014-05-05"):  # shown as of today, and by a link that names the day
        form = form_of((await browser.get(f"{path}?structure={id}{opened}")).text)
        assert form["acronym"] == ["PUE"] and form["seen_day"] == [""]
        refused = await browser.post(path, data={**form, **changed, "happened_on": "2014-05-05"})
        assert refused.status_code == 422 and 'name="known_since"' in refused.text, refused.text
    birth = (await house.now.execute.history("structure", id)).events[0].id
    done = await browser.post(
        path, data={**form_of(refused.text), "known_since": birth, "instead_reason": "Statuts retrouvés"}
    )
    assert done.status_code == 303, done.text
    event = (await house.now.execute.history("structure", id)).events[-1]
    assert {n: v for n, v in dict(event.data).items() if v not in (None, [])} == changed
