"""The search as browsers see it: facets and their addresses, errors forgiven, the map from nearby, past days,
exports."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from httpx2 import AsyncClient
from openpyxl import load_workbook

from deploy.host.root_app import root_of
from services.directory.search.exports import CHUNK
from services.directory.structures.domain.structure import (
    CloseStructure,
    ListStructure,
    RegisterStructure,
    ReviseStructure,
)
from services.directory.structures.views import STRUCTURES
from shared.contract.membership.members import MemberJoined, MemberLeft
from shared.kernel.command_handler import new_command_id
from shared.notions.structure_on_record import member_of
from shared.runtime.nats.embedded_server import NatsServer
from tests.fixtures.running_directory import House
from tests.fixtures.signing_in import operator
from tests.services.directory.conftest import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")


def noon(year: int, month: int = 6, day: int = 1) -> datetime:
    return datetime(year, month, day, 10, tzinfo=UTC)


async def register(house: House, name: str, at: datetime | None = None, **more: Any) -> UUID:
    command = RegisterStructure.model_validate({"name": name, "kind": "association", **more})
    outcome = await house.now.execute(command, id=new_command_id(), actor="test", at=at)
    assert await house.now.runner.wait_for(outcome.seq)
    return outcome.entity_id


async def revise(house: House, structure: UUID, at: datetime, **facts: Any) -> None:
    command = ReviseStructure.model_validate({"structure": structure, "kind": "association", **facts})
    outcome = await house.now.execute(command, id=new_command_id(), actor="test", at=at)
    assert await house.now.runner.wait_for(outcome.seq)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(nats_server: NatsServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A directory that the tests of a file share: each writes what the others do not ask for."""
    house = House(nats_server, f"n{uuid4().hex[:12]}", tmp_path_factory.mktemp("directory"))
    await house.start()
    yield house
    await house.end()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chief(house: House) -> AsyncIterator[AsyncClient]:
    """The administrator's browser."""
    async with house.browser() as browser:
        await house.first(browser)
        yield browser


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def four(house: House) -> None:
    """Four structures, two of them in one department."""
    await register(
        house,
        "Kynarou France",
        noon(2012),
        acronym="KYF",
        commune="31555",
        themes=["Eau et assainissement"],
        countries=["IN", "SN"],
        sdgs=[6],
        source="un appel",
    )
    await register(house, "Amis du livre", noon(2014), department="81", themes=["Éducation"], countries=["SN"])
    await register(house, "Lycée de Muret", noon(2015), kind="school", commune="Muret")
    await register(house, "Ville de Paris", noon(2015), kind="public_body", department="75")


def names(page: str) -> list[str]:
    """The structures of the list, in order."""
    return [unescape(name) for name in re.findall(r'href="/directory/structures/[^"]+">([^<]+)<', page)]


def count(page: str, facet: str, value: str) -> str:
    """What a facet says beside a value."""
    found = re.search(rf'name="{facet}" value="{value}".*?class="count">([^<]*)<', page)
    assert found is not None, (facet, value)
    return found[1]


async def seen(browser: AsyncClient, query: str = "") -> str:
    answer = await browser.get(f"/directory/?{query}")
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.slow
async def test_one_box_finds_by_name_acronym_town_theme_and_country_without_accents_or_case(chief: AsyncClient) -> None:
    for asked in ("kynarou", "kyf", "TOULOUSE", "assainissement", "inde", "haute garonne kyf"):
        assert names(await seen(chief, f"q={asked}")) == ["Kynarou France (KYF)"], asked
    assert names(await seen(chief, "q=education")) == ["Amis du livre"]


async def test_a_typing_error_is_forgiven_and_said(chief: AsyncClient) -> None:
    page = await seen(chief, "q=kinarou")
    assert names(page) == ["Kynarou France (KYF)"]
    assert "nous avons cherché «\u00a0kynarou\u00a0»" in page
    assert "nous avons cherché" not in await seen(chief, "q=kynarou")


async def test_facets_count_what_their_choice_would_give_and_a_chosen_one_can_be_taken_away(chief: AsyncClient) -> None:
    page = await seen(chief, "countries=SN&department=31&department=81")
    assert names(page) == ["Amis du livre", "Kynarou France (KYF)"]
    assert (count(page, "department", "31"), count(page, "countries", "IN")) == ("1", "1")
    assert (count(page, "sdgs", "6"), count(page, "kind", "school"), count(page, "listed", "no")) == ("1", "0", "2")
    assert "Sénégal" in page and "6. Eau propre et assainissement" in page
    without = re.search(r'<a href="([^"]+)" aria-label="Retirer le filtre Tarn"', page)
    assert without is not None
    answer = await chief.get(unescape(without[1]))
    assert names(answer.text) == ["Kynarou France (KYF)"] and "countries=SN" in str(answer.url)


async def test_orders_pages_and_a_page_too_far(chief: AsyncClient, house: House) -> None:
    assert names(await seen(chief, "sort=-name"))[0] == "Ville de Paris"
    assert names(await seen(chief, "sort=seen"))[0] == "Kynarou France (KYF)"
    assert names(await seen(chief, "sort=nonsense"))[0] == "Amis du livre"
    assert "Cette page n’existe plus" in await seen(chief, "page=9")
    await asyncio.gather(*(register(house, f"Zone {n:02d}", kind="company") for n in range(27)))
    page = await seen(chief, "kind=company&q=zone")
    assert len(names(page)) == 25 and "Page 1 sur 2" in page
    assert names(await seen(chief, "kind=company&page=2")) == ["Zone 25", "Zone 26"]


async def test_nothing_found_says_what_to_do(chief: AsyncClient) -> None:
    assert "Essayez un seul mot" in await seen(chief, "q=zzzyx")
    page = await seen(chief, "q=kynarou&kind=school")
    assert 'href="/directory/?q=kynarou">Chercher sans les filtres' in page
    assert "Retirer les filtres" in await seen(chief, "kind=school&department=75")


async def test_what_is_asked_is_escaped_whatever_it_is(chief: AsyncClient) -> None:
    page = await seen(
        chief, "q=%3Cscript%3Ealert(1)&themes=%3Cimg+src%3Dx%3E&department=%22%3E%3Cb%3E&commune=zz&sdgs=nan"
    )
    assert "<script>alert" not in page and "<img src=x" not in page and '"><b>' not in page
    assert (await chief.get(f"/directory/?q={'a' * 300}")).status_code == 422
    assert (await chief.get("/directory/?page=0")).status_code == 422
    assert (await chief.get("/directory/?as_of=hier")).status_code == 422


async def test_one_department_is_seen_from_nearby_with_its_communes(chief: AsyncClient) -> None:
    page = await seen(chief, "department=31")
    assert page.count('tabindex="-1"') == 2 and "Toulouse\u00a0: 1 structure" in page
    assert 'href="/directory/?department=31&amp;commune=31395">Muret (31395)</a>' in page
    assert names(await seen(chief, "department=31&commune=31395")) == ["Lycée de Muret"]
    region = await seen(chief)
    assert 'tabindex="-1"' not in region and "1\u00a0structure est ailleurs" in region
    assert "svg-maps, Victor Cazanave" in region and "Etalab" in page


async def test_the_directory_of_a_past_day_is_said_to_be_one_and_cannot_be_changed(
    chief: AsyncClient, house: House
) -> None:
    one = await register(house, "Jappoo Sénégal", noon(2012), department="31")
    await revise(house, one, noon(2016), name="Jappoo", department="34")
    page = await seen(chief, "q=jappoo&as_of=2013-01-01")
    assert names(page) == ["Jappoo Sénégal"] and "tel qu’il était le mardi 1er janvier 2013" in page
    assert "/directory/do/" not in page and f"/directory/structures/{one}?as_of=2013-01-01" in page
    assert names(await seen(chief, "q=jappoo&as_of=2015-12-31&department=31")) == ["Jappoo Sénégal"]
    assert names(await seen(chief, "as_of=2016-12-31&department=34")) == ["Jappoo"]
    assert "L’annuaire était vide" in await seen(chief, "as_of=2011-01-01")
    assert "tel qu’il était" not in await seen(chief, "as_of=2100-01-01")
    assert "tel qu’il était" not in await seen(chief, "as_of=")
    await register(house, "Jappoo, apprise tard", noon(2012, 7))  # what is learnt later of that day is there too
    assert names(await seen(chief, "q=jappoo&as_of=2013-01-01")) == ["Jappoo Sénégal", "Jappoo, apprise tard"]


async def test_members_of_a_past_day_are_the_same_on_its_page_and_in_every_export(
    chief: AsyncClient, house: House
) -> None:
    one = await register(house, "Membre d’alors", noon(2012), department="31")
    await register(house, "Jamais membre d’alors", noon(2012))
    town, member = Town(house.now), member_of(one)
    joined = MemberJoined(structure=one, name="Membre d’alors", college="associative", charter_version=1)
    await town.hear(joined, member, at=noon(2013))
    await town.hear(MemberLeft(reason="withdrawal"), member, 2, at=noon(2018))
    for query, expected in (
        ("q=alors&member=yes&as_of=2016-12-31", ["Membre d’alors"]),
        ("q=alors&college=associative&as_of=2016-12-31", ["Membre d’alors"]),
        ("q=alors&member=no&as_of=2016-12-31", ["Jamais membre d’alors"]),
        ("q=alors&member=yes&as_of=2012-12-31", []),
        ("q=alors&member=yes&as_of=2018-12-31", []),
        ("q=alors&member=yes", []),
        ("q=alors&as_of=2016-12-31&known_at=2017-01-01", []),  # all of it was entered today
    ):
        page = await seen(chief, query)
        assert names(page) == expected, query
        rows = (await chief.get(f"/directory/export.json?{query}")).json()
        assert [(row["name"], row["member"]) for row in rows] == [
            (name, "member=no" not in query) for name in expected
        ], query
        text = (await chief.get(f"/directory/export.csv?{query}")).text.removeprefix("\ufeff")
        assert [row["Nom"] for row in csv.DictReader(io.StringIO(text), delimiter=";")] == expected
        geo = (await chief.get(f"/directory/export.geojson?{query}")).json()["features"]
        assert [one["properties"]["name"] for one in geo] == expected
        book = load_workbook(io.BytesIO((await chief.get(f"/directory/export.xlsx?{query}")).content))
        assert [row[0] for row in book.active.iter_rows(min_row=2, values_only=True)] == expected
    page = await seen(chief, "as_of=2016-12-31&known_at=2017-01-01")
    assert "Tel qu’on le connaissait le" in page and 'name="known_at" value="2017-01-01"' in page
    clock = page.partition('<details class="when')[2].partition("</form>")[0]
    assert 'action="/directory/"' in clock and 'name="member"' not in clock and "connu le 01/01/2017" in clock
    assert 'action="/observatory/review"' in await seen(chief, "q=alors")
    record = f"/directory/structures/{one}?as_of=2016-12-31"
    assert (await chief.get(record)).text.count("Membre d’alors")
    unknown = (await chief.get(f"{record}&known_at=2017-01-01")).text
    assert "nous ne savions pas encore" in unknown and "31/12/2016" in unknown


async def test_the_api_answers_of_a_day_or_refuses(chief: AsyncClient, house: House) -> None:
    one = await register(house, "Nom de 2012", noon(2012))
    await revise(house, one, noon(2016), name="Nom de 2016")
    api = f"/directory/api/structures/{one}"
    for query, name in (
        ("", "2016"),
        ("?as_of=2013-01-01", "2012"),
        ("?as_of=2016-12-31", "2016"),
        ("?as_of=", "2016"),
    ):
        assert (await chief.get(api + query)).json()["name"] == f"Nom de {name}"
    for query in ("?as_of=2011-12-31", "?known_at=2016-12-31", "?as_of=2016-12-31&known_at=2016-12-31"):
        assert (await chief.get(api + query)).status_code == 404
    assert (await chief.get("/directory/api/structures/no-id?as_of=2013-01-01")).status_code == 404
    assert (await chief.get(f"{api}?as_of=2013-13-13")).status_code == 422
    for address, name in (
        ("/directory/api/structures", "as_of"),
        ("/directory/api/members", "known_at"),
        (f"/directory/api/timelines/{one}", "as_of"),
        ("/directory/api/state", "as_of"),
    ):
        no = await chief.get(f"{address}?{name}=2013-01-01")
        assert no.status_code == 422 and no.json()["fields"].keys() == {name}, address
        assert no.json()["errors"][0]["parameter"] == name and f"`{name}`" in no.json()["message"]
    page = await chief.get("/directory/projects?as_of=2013-01-01")
    assert page.status_code == 422 and "retirez la date" in page.text
    assert (await chief.get("/directory/projects")).status_code == 200


async def test_closed_records_are_found_where_they_are_asked_for(chief: AsyncClient, house: House) -> None:
    gone = await register(house, "Disparue")
    await house.do(CloseStructure(structure=gone, reason="Dissoute"))
    assert "Disparue" not in names(await seen(chief)) and count(await seen(chief), "state", "closed") == "1"
    assert names(await seen(chief, "state=closed")) == ["Disparue"]


async def test_programs_find_structures_by_words_and_by_facets(chief: AsyncClient) -> None:
    async def found(query: str) -> list[str]:
        answer = (await chief.get(f"/directory/api/structures?{query}")).json()
        return sorted(one["name"] for one in answer["documents"])

    assert await found("q=LIVRE") == ["Amis du livre"]
    assert await found("countries=SN&q=livre") == ["Amis du livre"] and "Kynarou France" in await found("countries=SN")
    assert await found("q=livre&closed=true") == []


async def test_every_export_holds_what_was_found_in_its_order(chief: AsyncClient, house: House) -> None:
    everybody = (await house.now.store.find(STRUCTURES, limit=1000)).documents
    listed = next(one["key"] for one in everybody if "livre" in one["name"])
    await house.do(ListStructure(structure=listed))
    page = await seen(chief, "countries=SN&sort=-name")
    links = [unescape(href) for href in re.findall(r'href="(/directory/export\.[^"]+)"', page)]
    assert [link.partition("?")[0] for link in links] == [
        f"/directory/export.{f}" for f in ("csv", "xlsx", "geojson", "json")
    ]
    answers = [await chief.get(link) for link in links]
    assert all(one.status_code == 200 and "attachment" in one.headers["content-disposition"] for one in answers)
    table = list(csv.DictReader(io.StringIO(answers[0].content.decode("utf-8-sig"), newline=""), delimiter=";"))
    expected = ["Kynarou France", "Amis du livre"]
    assert [row["Nom"] for row in table] == expected and [row["Annuaire public"] for row in table] == ["non", "oui"]
    sheet = load_workbook(io.BytesIO(answers[1].content))["Structures"]
    assert [sheet.cell(n, 1).value for n in (2, 3)] == expected
    features = json.loads(answers[2].content)["features"]
    assert [one["properties"]["name"] for one in features] == expected and features[0]["geometry"]["type"] == "Point"
    assert [one["name"] for one in json.loads(answers[3].content)] == expected
    then = json.loads((await chief.get("/directory/export.json?q=kynarou&as_of=2013-01-01")).content)
    assert [(one["name"], one["member"]) for one in then] == [("Kynarou France", False)]
    assert (await chief.get("/directory/export.pdf")).status_code == 404


async def test_an_export_is_sent_in_parts_while_it_is_written(house: House) -> None:
    await asyncio.gather(*(register(house, f"Longue {n}", kind="other", summary="x" * 2000) for n in range(80)))
    application = root_of({"directory": house.now}, house.now.settings)
    parts: list[int] = []

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            parts.append(len(message.get("body", b"")))

    async def receive() -> Any:
        return await asyncio.Event().wait()  # the browser stays, and says nothing more

    headers = [(b"host", b"127.0.0.1"), *((k.lower().encode(), v.encode()) for k, v in operator(house.now).items())]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "headers": headers,
        "path": "/directory/export.json", "raw_path": b"/directory/export.json", "query_string": b"kind=other",
        "root_path": "",
        "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1),
    }  # fmt: skip
    await application(scope, receive, send)
    assert sum(parts) > 80 * 2000 and len(parts) > 3 and max(parts) < 1.2 * CHUNK


async def test_communes_are_suggested_to_anybody(house: House) -> None:
    async with house.browser() as browser:
        answer = await browser.get("/directory/communes?q=toulou")
        assert answer.status_code == 200 and answer.json()[0] == "Toulouse (31555)"
        assert (await browser.get("/directory/communes?q=")).json() == []
        assert (await browser.get("/directory/")).status_code == 303
        assert (await browser.get("/directory/export.csv")).status_code == 303
