"""What is sent again under its command's id: the same is done once, another one is refused and comes back as it was
typed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import AsyncClient, Response

from shared.kernel.command_handler import new_command_id
from tests.fixtures.running_directory import House, house
from tests.fixtures.signing_in import operator
from tests.fixtures.two_structures import ANNA, SPACE_PAGE, contact, hidden, staff

pytestmark = pytest.mark.slow

__all__ = ["house"]  # a fixture
REGISTER = "/directory/api/commands/register-structure"
PREMIER = {"name": "Premier", "kind": "association"}
SAID = "Votre premier envoi de ce formulaire est enregistré"


@pytest.fixture
async def browser(house: House) -> AsyncIterator[AsyncClient]:
    async with house.browser() as opened:
        opened.headers.update(operator(house.now))
        yield opened


async def stored(house: House) -> int:
    return await house.now.log.last()


def typed(text: str) -> dict[str, list[str]]:
    """What a page's inputs of text, ticked boxes and chosen options hold, by their names."""
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", text):
        name, value = (re.search(rf' {n}="([^"]*)"', tag) for n in ("name", "value"))
        if name and ("checkbox" not in tag or " checked" in tag):
            found.setdefault(name[1], []).append(unescape(value[1]) if value else "")
    for name_, value_ in re.findall(r'<textarea[^>]* name="([^"]*)"[^>]*>([^<]*)</textarea>', text):
        found.setdefault(name_, []).append(unescape(value_).strip())
    for name_, options in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', text, re.S):
        found.setdefault(name_, []).extend(re.findall(r'<option value="([^"]*)" selected', options))
    return found


async def test_a_program_learns_that_its_key_was_another_commands(house: House, browser: AsyncClient) -> None:
    key = {"Idempotency-Key": str(new_command_id())}
    first = (await browser.post(REGISTER, json=PREMIER, headers=key)).json()
    again = await browser.post(REGISTER, json=PREMIER, headers=key)
    assert (again.status_code, again.json()) == (200, {**first, "repeated": True})
    at = await stored(house)
    revise = {"structure": first["entity"], "name": "Autre", "kind": "association"}

    async def refused(answer: Response) -> None:
        assert answer.status_code == 422 and answer.json()["error"] == "command-id-reused", answer.text
        assert "Idempotency-Key" in answer.json()["message"]

    await refused(await browser.post(REGISTER, json={**PREMIER, "name": "Second"}, headers=key))
    await refused(await browser.post(f"{REGISTER}?happened=2014-05-06T10:00:00Z", json=PREMIER, headers=key))
    await refused(await browser.post("/directory/api/commands/revise-structure", json=revise, headers=key))
    async with staff(house, "directory:editor") as editor:
        at = await stored(house)  # the account and its session
        await refused(await editor.post(REGISTER, json=PREMIER, headers=key))
        await refused(await editor.post("/directory/api/commands/revise-structure", json=revise, headers=key))
    assert await stored(house) == at
    described = (await browser.get("/directory/openapi.json")).json()
    keys = [
        one
        for one in described["paths"][REGISTER.removeprefix("/directory")]["post"]["parameters"]
        if "key" in one["name"]
    ]
    assert "command-id-reused" in keys[0]["description"]


async def test_a_token_is_issued_once_by_one_key(house: House, browser: AsyncClient) -> None:
    account = await house.opened("secretariat@exemple.invalid", "directory:editor")
    key, url = {"Idempotency-Key": str(new_command_id())}, f"/directory/api/accounts/{account}/tokens"
    wanted = {"name": "Tableau", "scopes": ["directory:reader"], "days": 30}
    first = (await browser.post(url, json=wanted, headers=key)).json()
    again = (await browser.post(url, json=wanted, headers=key)).json()
    assert first["secret"] and again["repeated"] and again["secret"] is None and again["token"] == first["token"]
    other = await browser.post(url, json={**wanted, "days": 31}, headers=key)
    assert other.status_code == 422 and other.json()["error"] == "command-id-reused"


async def test_a_form_changed_after_going_back_comes_again_with_all_that_was_typed(
    house: House, browser: AsyncClient
) -> None:
    own = str(await house.contact(ANNA))
    page = (await browser.get(f"/directory/do/AddContact?structure={own}")).text
    form: dict[str, Any] = {
        "command_id": hidden(page, "command_id"), "structure": own, "name": "Personne inventée",
        "email": "personne@exemple.invalid", "role": "présidente", "happened_on": "2017-05-02",
    }  # fmt: skip
    assert (await browser.post("/directory/do/AddContact", data=form)).status_code == 303
    assert (await browser.post("/directory/do/AddContact", data=form)).status_code == 303  # a double click
    at = await stored(house)
    changed = {**form, "role": "trésorière"}
    back = await browser.post("/directory/do/AddContact", data=changed)
    assert back.status_code == 422 and SAID in back.text and await stored(house) == at
    again = typed(back.text)
    assert {name: again[name] for name in changed if name != "command_id"} == {
        name: [value] for name, value in changed.items() if name != "command_id"
    }
    assert again["command_id"] != [form["command_id"]]
    sent = {name: values[0] for name, values in again.items()}
    assert (await browser.post("/directory/do/AddContact", data=sent)).status_code == 303
    assert await house.events("ContactAdded") == 3


async def test_a_form_of_a_record_comes_again_with_the_version_that_its_first_sending_left(
    house: House, browser: AsyncClient
) -> None:
    """Else it would be stale for its own writer."""
    own = (await browser.post(REGISTER, json=PREMIER)).json()["entity"]
    page = (await browser.get(f"/directory/do/ReviseStructure?structure={own}&version=1")).text
    form: dict[str, Any] = {
        "command_id": hidden(page, "command_id"), "version": "1", "structure": own, "name": "Premier",
        "kind": "association",
        "themes": "eau\nsanté", "countries": ["SN", "BF"], "happened_on": "",
    }  # fmt: skip
    assert (await browser.post("/directory/do/ReviseStructure", data=form)).status_code == 303
    changed = {
        **form,
        "themes": "eau\nsanté\nécole",
        "countries": ["SN", "BF", "ML"],
        "website": "https://exemple.invalid",
    }
    back = await browser.post("/directory/do/ReviseStructure", data=changed)
    assert back.status_code == 422 and SAID in back.text
    again = typed(back.text)
    assert again["version"] == ["2"] and again["themes"] == ["eau\nsanté\nécole"]
    assert set(again["countries"]) == {"SN", "BF", "ML"} and again["website"] == ["https://exemple.invalid"]
    english = await browser.post("/directory/do/ReviseStructure?lang=en", data=changed)
    assert "Your first sending of this form is recorded" in english.text
    assert (await browser.post("/directory/do/ReviseStructure", data={**changed, **_marks(again)})).status_code == 303
    stale = {**changed, **_marks(again), "command_id": str(uuid4())}
    assert (await browser.post("/directory/do/ReviseStructure", data=stale)).status_code == 409


def _marks(again: dict[str, list[str]]) -> dict[str, str]:
    return {name: again[name][0] for name in ("command_id", "version")}


async def test_forms_with_pages_of_their_own_do_so_too(house: House, browser: AsyncClient) -> None:
    own = str(await house.contact(ANNA))
    shown = (await browser.get("/directory/projects/new")).text
    project: dict[str, Any] = {
        "command_id": hidden(shown, "command_id"), "title": "Des puits", "summary": "Trois puits.", "country": "SN",
        "stage": "running", "leader": own, "happened_on": "", "partner_name": ["Union", "Commune"],
        "partner_kind": ["associations", "authorities"],
    }  # fmt: skip
    answer = await browser.post("/directory/projects/new", data=project)
    assert answer.status_code == 303
    twice = (await browser.post("/directory/projects/new", data=project)).headers["location"]
    assert twice.replace("&again=1", "") == answer.headers["location"] != twice
    back = await browser.post("/directory/projects/new", data={**project, "title": "Des puits, encore"})
    assert back.status_code == 422 and SAID in back.text
    again = typed(back.text)
    assert again["title"] == ["Des puits, encore"] and again["command_id"] != [project["command_id"]]
    assert {"Union", "Commune"} <= set(again["partner_name"])
    assert await house.events("CooperationProjectDrafted") == 1
    async with contact(house, ANNA) as anna:
        place = f"{SPACE_PAGE}/{own}/record"
        page = (await anna.get(place)).text
        record = {"command_id": hidden(page, "command_id"), "version": hidden(page, "version"), "name": "Eau vive",
                  "kind": "association", "themes": "eau"}  # fmt: skip
        assert (await anna.post(place, data=record)).status_code == 303
        back = await anna.post(place, data={**record, "themes": "eau\nsanté"})
        assert back.status_code == 422 and SAID in back.text
        again = typed(back.text)
        assert again["themes"] == ["eau\nsanté"] and again["version"] != [record["version"]]
        assert (await anna.post(place, data={**record, **_marks(again), "themes": "eau\nsanté"})).status_code == 303
    document = await house.now.store.get(next(v for v in house.now.definition.views if v.name == "structures"), own)
    assert document is not None and document["themes"] == ["eau", "santé"]
    assert UUID(again["command_id"][0]) != UUID(record["command_id"])
