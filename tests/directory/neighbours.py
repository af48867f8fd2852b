"""Two structures that each have a contact, one of them a member: who comes to the member's own space."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

from httpx2 import AsyncClient, Response
from PIL import Image

from services.directory.publications.views import SPACE
from services.directory.structures.domain.structure import RegisterStructure
from shared.contract.membership.members import MemberJoined
from shared.kernel.command_handler import new_command_id
from tests.directory.houses import HOST, House
from tests.signing_in import account, say

SPACE_PAGE, PUBLIC = "/directory/space", "/directory/public"
ANNA, BORIS = "anna@exemple.invalid", "boris@exemple.invalid"


async def come_in(house: House, browser: AsyncClient, address: str) -> None:
    """Signs a contact in, by the link that a mail would bring."""
    person = await house.entry.person_at(address)
    assert person is not None
    answer = await browser.post(house.entry.mail.link(person).removeprefix(HOST))
    assert (answer.status_code, answer.headers["location"]) == (303, SPACE_PAGE)


@asynccontextmanager
async def contact(house: House, address: str) -> AsyncIterator[AsyncClient]:
    """A contact's browser, signed in."""
    async with house.browser() as browser:
        await come_in(house, browser, address)
        yield browser


@asynccontextmanager
async def staff(house: House, *roles: str) -> AsyncIterator[AsyncClient]:
    """Somebody of the team, signed in."""
    async with house.browser() as browser:
        browser.cookies.update(await (await account(house.now, *roles)).cookie())
        yield browser


async def join(house: House, structure: UUID) -> UUID:
    """The structure joins the network, as membership says."""
    member = uuid4()
    await say(
        house.now, member, MemberJoined(college="associative", charter_version=1, structure=structure, name="Membre")
    )
    return member


async def structure(house: House, name: str, **more: Any) -> UUID:
    command = RegisterStructure.model_validate({"name": name, "kind": "association", **more})
    return (await house.do(command)).entity_id


def hidden(page: str, name: str) -> str:
    """The value of a hidden answer of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


def answers(**given: str) -> dict[str, str]:
    return {"command_id": str(new_command_id()), **given}


async def drafted(browser: AsyncClient, structure: UUID, sort: str = "news", **given: Any) -> Response:
    """Sends the form of a new draft; `files` as httpx has them."""
    files = given.pop("files", None)
    form = answers(**{"title": "Un puits de plus", "text": "Il donne **dix** mètres cubes par jour.", **given})
    return await browser.post(f"{SPACE_PAGE}/{structure}/new/{sort}", data=form, files=files)


def where(answer: Response) -> str:
    """The page to which a form led."""
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).partition("?")[0]


def key_of(answer: Response) -> UUID:
    return UUID(where(answer).rpartition("/")[2])


async def published(house: House, browser: AsyncClient, structure: UUID, sort: str = "news", **given: Any) -> UUID:
    """Drafts, then publishes."""
    key = key_of(await drafted(browser, structure, sort, **given))
    answer = await browser.post(f"{SPACE_PAGE}/publications/{key}/publish", data=answers())
    assert answer.status_code == 303, answer.text
    document = await house.now.store.get(SPACE, str(key))
    assert document is not None and document["state"] == "published"
    return key


def picture(format: str = "JPEG", size: tuple[int, int] = (320, 200), **options: Any) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, (40, 84, 111)).save(file, format, **options)
    return file.getvalue()
