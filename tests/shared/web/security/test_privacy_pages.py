"""The register: what each service declares stands on its page, in docs/privacy.md, and nowhere is a term forgotten."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from httpx2 import ASGITransport, AsyncClient

from deploy.host.all_services import DEFINITIONS
from services.directory.app import DIRECTORY
from services.directory.structures.domain.contact import AddContact
from services.directory.structures.domain.structure import RegisterStructure
from services.observatory.app import OBSERVATORY
from shared.base.settings import Settings
from shared.base.translations import translated
from shared.contract import EVENTS
from shared.contract.personal import Personal
from shared.notions.legal_terms import held, legal_terms
from shared.runtime.service import Definition, Service
from shared.web.app import service_app
from shared.web.security.privacy_pages import period, register_line
from tests.conftest import OpenService
from tests.fixtures.signing_in import operator
from tests.shared.persons.conftest import HER, NAMES, do

PAGE = Path(__file__).parents[4] / "docs" / "privacy.md"
START, END = "<!-- made by tests/shared/web/security/test_privacy_pages.py -->", "<!-- end -->"


def term_of(setting: str | None) -> timedelta | None:
    return timedelta(days=Settings.model_fields[setting].default) if setting else None


def tables() -> str:
    """The register of all services, with the terms as they are without a setting."""
    lines: list[str] = []
    for definition in DEFINITIONS:
        if definition.persons is None:
            continue
        lines += [f"### {definition.name}", ""]
        lines += ["| of whom | what | why | ground | how long | who sees it |", "| --- | --- | --- | --- | --- | --- |"]
        for one in definition.persons.purposes:
            line = register_line(one, term_of(one.setting), "en")
            how_long = f"{line.term} after {line.begins}"
            lines.append(f"| {line.whom} | {line.what} | {line.why} | {line.ground} | {how_long} | {line.seen_by} |")
        lines.append("")
    return "\n".join(lines)


def test_the_page_for_the_data_officer_holds_the_register_as_the_services_declare_it() -> None:
    inside = PAGE.read_text().split(START)[1].split(END)[0].strip()
    assert inside == tables().strip(), "python -m tests.shared.web.security.test_privacy_pages writes it"


@pytest.mark.parametrize(
    ("law", "article"), [("1901", "law of 1 July 1901, art. 5"), ("local", "local Civil Code, art. 67")]
)
def test_the_register_names_the_article_of_the_network_s_own_law(law: str, article: str) -> None:
    purposes = [one for definition in DEFINITIONS if definition.persons for one in definition.persons.purposes]
    (seat,) = [one for one in purposes if one.code == "seat"]
    assert article in register_line(seat, None, "en", held(law)).ground
    for one in purposes:
        line = register_line(one, None, "fr", held(law))
        assert "{" not in f"{line.ground} {line.begins}", one.code
        assert one.legal is None or one.legal in legal_terms()


def test_every_test_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"(?:services|shared|deploy)/[\w/]*test_\w+\.py", PAGE.read_text())) - {
        "shared/web/security/test_privacy_pages.py"
    }
    assert named and all((PAGE.parents[1] / "tests" / one).exists() for one in named)


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda definition: definition.name)
def test_every_service_whose_events_hold_something_personal_says_so_and_sets_a_term(definition: Definition) -> None:
    personal = [
        e for e in EVENTS.values() if e.service == definition.name and "Personal" in str(e.model_fields.values())
    ]
    assert bool(personal) == (definition.persons is not None)
    if definition.persons is None:
        return
    for one in definition.persons.purposes:
        assert one.setting in Settings.model_fields and term_of(one.setting), one.code
        for text in (one.whom, one.what, one.why, one.ground, one.begins, one.seen_by):
            assert translated(text, "fr") != translated(text, "en")
    heard = definition.persons.held.on
    begins = [e for e in personal if not e.__name__.endswith("Revised")]
    assert set(begins) <= set(heard), "an event that begins a record about a person is not in `held`"
    assert definition.persons.held in definition.views and "forgetting" in {one.name for one in definition.reactions}


@pytest.mark.parametrize(
    ("days", "french", "english"),
    [
        (1, "1 jour", "1 day"), (30, "30 jours", "30 days"), (61, "2 mois", "2 months"), (365, "1 an", "1 year"),
        (1096, "3 ans", "3 years"), (1827, "5 ans", "5 years"), (400, "400 jours", "400 days"),
        (183, "6 mois", "6 months"),
    ],
)  # fmt: skip
def test_a_term_is_said_as_people_say_it(days: int, french: str, english: str) -> None:
    assert (period(timedelta(days=days), "fr"), period(timedelta(days=days), "en")) == (french, english)


@asynccontextmanager
async def asking(service: Service, **headers: str) -> AsyncIterator[AsyncClient]:
    from fastapi import FastAPI

    root = FastAPI()
    root.mount(f"/{service.name}", service_app(service))
    async with AsyncClient(transport=ASGITransport(root), base_url="http://127.0.0.1:8000", headers=headers) as client:
        yield client


@pytest.mark.parametrize("definition", [DIRECTORY, OBSERVATORY], ids=lambda definition: definition.name)
async def test_everybody_may_read_the_register_in_both_languages(
    open_service: OpenService, definition: Definition
) -> None:
    service = await open_service(definition)
    async with asking(service) as client:
        french = (await client.get(f"/{service.name}/privacy")).text
        english = (await client.get(f"/{service.name}/privacy?lang=en")).text
    for one in definition.persons.purposes if definition.persons else ():
        assert translated(one.whom, "fr").replace("’", "&#39;") in french.replace("’", "&#39;")
        assert translated(one.begins, "en") in english
        assert f"3 ans après {definition.persons.purposes[0].begins[0]}" in french  # type: ignore[union-attr]
    assert "Vos droits" in french and "Your rights" in english and "Données personnelles" in french


async def test_only_administrators_find_export_or_forget_and_an_address_is_repeated_nowhere(
    open_service: OpenService,
) -> None:
    service = await open_service(DIRECTORY)
    record = await do(service, RegisterStructure(name="Kynarou", kind="association"))
    contact = AddContact(structure=record.entity_id, name=Personal(NAMES[HER]), email=Personal(HER))
    key = (await do(service, contact)).entity_id
    async with asking(service) as client:
        for what in ("find", "export", "forget"):
            assert (await client.post(f"/directory/api/persons/{what}", json={"address": HER})).status_code == 401
        assert (await client.get("/directory/api/persons/due")).status_code == 401
    async with asking(service, **operator(service)) as client:
        found = (await client.post("/directory/api/persons/find", json={"address": HER})).json()["persons"]
        assert [(one["forgotten"], [r["record"] for r in one["records"]]) for one in found] == [(False, [str(key)])]
        of = (await client.get(f"/directory/api/persons/of/contacts/{key}")).json()
        assert {one["field"] for one in of} == {"name", "email"} and {one["person"] for one in of} == {
            found[0]["person"]
        }
        assert (await client.get(f"/directory/api/persons/of/nothing/{key}")).status_code == 404
        for wrong in (
            {},
            {"address": HER, "person": found[0]["person"]},
            {"address": "x"},
            {"person": HER},
            {"other": HER},
            [HER],
        ):
            answer = await client.post("/directory/api/persons/find", json=wrong)
            assert answer.status_code == 422 and HER not in answer.text
        assert (await client.post("/directory/api/persons/find", json={"person": str(uuid4())})).json()["persons"] == []
        told = (await client.post("/directory/api/persons/export", json={"person": found[0]["person"]})).json()
        assert NAMES[HER] in str(told["events"]) and told["purposes"][0]["purpose"] == "contact"
        done = (await client.post("/directory/api/persons/forget", json={"address": HER})).json()
        assert done["persons"] == [found[0]["person"]] and done["backup"] == "none"
        assert (await client.post("/directory/api/persons/find", json={"address": HER})).json()["persons"] == []
        again = (await client.post("/directory/api/persons/find", json={"person": found[0]["person"]})).json()[
            "persons"
        ]
        assert [one["forgotten"] for one in again] == [True]


if __name__ == "__main__":
    text = PAGE.read_text()
    PAGE.write_text(text.split(START)[0] + START + "\n" + tables() + END + text.split(END)[1])
