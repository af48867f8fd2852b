"""Who read whose personal data: each way to them leaves a line, what shows nothing leaves none; auditors see the lines,
and leave one by that."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import AsyncClient

from services.directory.app import DIRECTORY
from services.directory.structures.domain.contact import AddContact
from services.directory.structures.domain.structure import RegisterStructure
from services.events.app import EVENTS
from services.membership.app import MEMBERSHIP
from shared.contract.personal import Personal
from shared.persons.readings.journal import Journal, Read, Wanted
from shared.runtime.service import Service
from tests.conftest import OpenService
from tests.fixtures.joining_persons import joining
from tests.fixtures.signing_in import account, operator
from tests.fixtures.statutes import founded
from tests.shared.persons.conftest import HER, HIS, NAMES, do
from tests.shared.web.security.test_privacy_pages import asking

pytestmark = pytest.mark.slow

Line = tuple[str, str, int]  # who, why, persons


async def lines(service: Service, **said: Any) -> list[Read]:
    """What is noted by now, the oldest first."""
    await service.readings.write()
    return service.readings.find(Wanted(**said), limit=500)[0][::-1]


async def contact(service: Service, address: str) -> tuple[UUID, UUID]:
    """A structure with a contact: the structure, the person."""
    record = await do(service, RegisterStructure(name=f"Structure {address[0]}", kind="association"))
    added = AddContact(structure=record.entity_id, name=Personal(NAMES[address]), email=Personal(address))
    await do(service, added)
    (person,) = await service.persons.find(address=address)
    return record.entity_id, person


async def signed_in(service: Service, *roles: str) -> tuple[str, Mapping[str, str]]:
    """An account: how lines name it, and the header of its session."""
    one = await account(service, *roles)
    ((name, cookie),) = (await one.cookie()).items()
    return f"account:{one.id}", {"Cookie": f"{name}={cookie}"}


async def test_a_record_that_opens_a_contact_is_a_line_and_for_whom_nothing_is_opened_there_is_none(
    open_service: OpenService,
) -> None:
    service = await open_service(DIRECTORY)
    (structure, her), (other, his) = await contact(service, HER), await contact(service, HIS)
    editor, as_editor = await signed_in(service, "directory:editor")
    _, as_reader = await signed_in(service, "directory:reader")
    async with asking(service, **as_reader) as client:
        page = await client.get(f"/directory/structures/{structure}")
        assert page.status_code == 200 and NAMES[HER] not in page.text
    async with asking(service) as client:
        assert (await client.get(f"/directory/structures/{structure}")).status_code == 303
    assert await lines(service) == [], "nobody read anything"
    async with asking(service, **as_editor) as client:
        assert NAMES[HER] in (await client.get(f"/directory/structures/{structure}")).text
        await client.head(f"/directory/structures/{structure}")
        assert NAMES[HIS] in (await client.get(f"/directory/structures/{other}.vcf")).text
        await client.get("/directory/")
        await client.get("/directory/claims")
    found = await lines(service)
    assert [(one.who, one.role, one.why, one.route, one.persons) for one in found] == [
        (editor, "editor", "record", "/directory/structures/{key}", (her,)),
        (editor, "editor", "export", "/directory/structures/{key}.vcf", (his,)),
    ]
    assert await lines(service, person=her) == found[:1]
    everything = b"".join(path.read_bytes() for path in service.readings.path.parent.glob("*.readings*"))
    for value in (*NAMES, *NAMES.values()):
        assert value.encode() not in everything, "never a value"


async def test_a_form_that_shows_them_is_a_line_and_a_command_that_leads_on_is_none(open_service: OpenService) -> None:
    service = await open_service(DIRECTORY)
    _, her = await contact(service, HER)
    _, as_editor = await signed_in(service, "directory:editor")
    found = await service.store.find(next(v for v in DIRECTORY.views if v.name == "contacts"), limit=1)
    key, version = found.documents[0]["key"], found.documents[0]["version"]
    form = f"/directory/do/ReviseContact?contact={key}&version={version}"
    async with asking(service, **as_editor, **{"Sec-Fetch-Site": "same-origin"}) as client:
        assert NAMES[HER] in (await client.get(form)).text
        sent = {"contact": key, "version": str(version), "command_id": str(uuid4()), "role": "trésorière"}
        done = await client.post(form, data=sent)
        assert done.status_code == 303, done.text
    assert [(one.why, one.route) for one in await lines(service, person=her)] == [
        ("form", "/directory/do/ReviseContact")
    ]


async def test_a_token_and_a_request_of_a_person_name_who_asked_and_the_person_is_told_without_names(
    open_service: OpenService,
) -> None:
    service = await open_service(DIRECTORY)
    structure, _ = await contact(service, HER)
    editor, as_editor = await signed_in(service, "directory:editor")
    async with asking(service, **as_editor) as client:
        await client.get(f"/directory/structures/{structure}")
    asked = {"address": HER}
    async with asking(service, **operator(service)) as client:
        first = (await client.post("/directory/api/persons/export", json=asked)).json()["readings"]
        second = (await client.post("/directory/api/persons/export", json=asked)).json()["readings"]
    assert [(one["why"], one["role"], one["account"], one["persons"]) for one in first] == [
        ("Fiche", "éditeur", None, 1)
    ]
    assert [one["why"] for one in second] == ["Droits d’une personne", "Fiche"]
    assert editor.partition(":")[2] not in str(second)
    found = await lines(service)
    assert [(one.who, one.why) for one in found] == [
        (editor, "record"),
        ("operator", "request"),
        ("operator", "request"),
    ]
    service.around.settings = service.settings = service.settings.model_copy(update={"readings_told": "account"})
    async with asking(service, **operator(service)) as client:
        told = (await client.post("/directory/api/persons/export", json=asked)).json()["readings"]
    assert told[-1]["account"] == editor


@pytest.mark.parametrize("definition", [DIRECTORY, EVENTS], ids=lambda definition: definition.name)
async def test_auditors_look_at_it_and_leave_a_line_by_that_and_nobody_else_may(
    open_service: OpenService, definition: Any
) -> None:
    service = await open_service(definition)
    at, persons = f"/{service.name}/readings", tuple(UUID(int=n) for n in range(1, 31))
    auditor, as_auditor = await signed_in(service, f"{service.name}:auditor")
    for role in ("editor", "reader"):
        _, headers = await signed_in(service, f"{service.name}:{role}")
        async with asking(service, **headers) as client:
            for one in (at, f"{at}.csv", f"/{service.name}/api/readings"):
                assert (await client.get(one)).status_code == 403
    async with asking(service, **as_auditor) as client:
        empty = await client.get(at)
        assert empty.status_code == 200 and "Personne n’a encore rien consulté" in empty.text
        assert re.search(r">1\s+consultation<", (await client.get(at)).text), "its own look"
        for n in range(30):
            read = Read(
                service.now(), f"account:{UUID(int=n % 3 + 40)}", "editor", "list", "/x/{key}", persons[: n + 1]
            )
            service.readings.note(read)
        page = await client.get(at)
        assert "Page 1 sur 2" in page.text and re.search(r"30\s+personnes", page.text) and "et 18 autres" in page.text
        assert (await client.get(f"{at}?page=2")).status_code == 200
        only = await client.get(f"{at}?person={persons[29]}&why=list&since=2020-01-01&until=2999-01-01&account=")
        assert re.search(r">1\s+consultation<", only.text) and "Aucune fiche de ce service" in only.text
        none = await client.get(f"{at}?why=own")
        assert "Aucune consultation ici" in none.text
        assert (await client.get(f"{at}?person={HER}")).status_code == 422
        data = (await client.get(f"/{service.name}/api/readings?size=2&account={UUID(int=40)}")).json()
        assert data["total"] == 10 and len(data["readings"]) == 2 and data["kept_days"] == 365
        file = await client.get(f"{at}.csv?why=list")
        assert file.text.startswith("\ufeffNuméro;Quand;") and file.text.count("\r\n") == 31
        assert len(file.text.splitlines()[1].split(";")[-1].split(" ")) == 30
    looks = await lines(service, why="journal")
    assert {one.who for one in looks} == {auditor} and len(looks) >= 6
    assert [one.route for one in looks if one.persons == (persons[29],)] == [at]


async def test_whoever_was_forgotten_leaves_ids_that_lead_nowhere(open_service: OpenService) -> None:
    service = await open_service(DIRECTORY)
    structure, her = await contact(service, HER)
    _, as_editor = await signed_in(service, "directory:editor")
    _, as_auditor = await signed_in(service, "directory:auditor")
    async with asking(service, **as_editor) as client:
        await client.get(f"/directory/structures/{structure}")
    at = f"/directory/readings?person={her}"
    async with asking(service, **as_auditor) as client:
        known = (await client.get(at)).text
        assert f"/directory/structures/{structure}" in known and NAMES[HER] not in known and HER not in known
        await service.persons.forget([her], reason="asked", actor="operator")
        gone = (await client.get(at)).text
    assert "a été oubliée" in gone and f"/directory/structures/{structure}" not in gone


async def test_of_names_that_are_sorted_only_those_of_the_page_were_read(open_service: OpenService) -> None:
    service = await open_service(MEMBERSHIP)
    await founded(service.execute)
    for n in range(27):
        await do(service, joining(f"Personne {n:02}", None))
    _, as_editor = await signed_in(service, "membership:editor")
    async with asking(service, **as_editor) as client:
        first = await client.get("/membership/members")
        await client.get("/membership/members?page=2")
        await client.get("/membership/members?q=07")
    assert "Personne 00" in first.text and "Personne 26" not in first.text
    found = [one for one in await lines(service) if one.route.endswith("/members")]
    assert [(one.why, len(one.persons)) for one in found] == [("list", 25), ("list", 2), ("search", 1)]


async def test_where_it_cannot_be_noted_nothing_is_opened(open_service: OpenService) -> None:
    service = await open_service(DIRECTORY)
    structure, _ = await contact(service, HER)
    _, as_editor = await signed_in(service, "directory:editor")
    service.readings = Journal(service.around.data / "keys", "directory", room=0)
    async with asking(service, **as_editor) as client:
        page = await client.get(f"/directory/structures/{structure}")
        assert page.status_code == 503 and NAMES[HER] not in page.text


async def test_no_page_of_the_journal_says_a_token(open_service: OpenService) -> None:
    service = await open_service(DIRECTORY)
    await contact(service, HER)
    one = await account(service, "directory:administrator")
    token = await one.token("directory:administrator")
    async with asking(service, Authorization=f"Bearer {token}") as client:
        await _ask(client)
    (found,) = await lines(service, account=str(one.id))
    assert re.fullmatch(rf"token:{one.id}/[0-9a-f-]{{36}}", found.who) and found.role == "administrator"
    assert token.rpartition("_")[2] not in str(found)


async def _ask(client: AsyncClient) -> None:
    assert (await client.post("/directory/api/persons/export", json={"address": HER})).status_code == 200
