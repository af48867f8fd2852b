"""What a network calls a kind is what the search's facets, pages and files of structures call it, in each language."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator
from html import unescape

import httpx2
import pytest
from openpyxl import load_workbook

from services.directory.structures.domain.structure import RegisterStructure
from shared.web.app import service_app
from tests.fixtures.network_lists import defined, said_of
from tests.fixtures.signing_in import operator
from tests.services.directory.conftest import Town

pytestmark = pytest.mark.slow
TITLES = {"fr": "Fédération d’amont", "en": "Upstream federation"}


@pytest.fixture
async def front(town: Town) -> AsyncIterator[httpx2.AsyncClient]:
    """A directory whose network has a kind of structures that no other has, and calls one of the general list
    otherwise."""
    log = town.service.log
    await said_of(
        log,
        "structure",
        defined("structure", "upstream", **TITLES),
        defined("structure", "school", fr="École", en="Academy"),
    )
    await town.service.runner.wait_for(await log.last())
    await town.do(RegisterStructure.model_validate({"name": "Rives", "kind": "upstream"}))
    await town.do(RegisterStructure.model_validate({"name": "Gués", "kind": "school"}))
    transport = httpx2.ASGITransport(app=service_app(town.service))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=operator(town.service)) as one:
        yield one


@pytest.mark.parametrize(("lang", "academy"), [("fr", "École"), ("en", "Academy")])
async def test_facets_and_files_say_what_the_network_calls_its_kinds(
    front: httpx2.AsyncClient, lang: str, academy: str
) -> None:
    page = (await front.get("/", params={"lang": lang})).text
    facet = re.search(r'name="kinds?" value="upstream".*?</li>|value="upstream"[^<]*<.*?</', page, re.DOTALL)
    assert facet is not None and TITLES[lang] in unescape(page) and academy in unescape(page)
    text = (await front.get("/export.csv", params={"lang": lang})).content.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    kinds = {line[0]: line for line in lines[1:]}
    assert TITLES[lang] in kinds["Rives"] and academy in kinds["Gués"]
    book = load_workbook(io.BytesIO((await front.get("/export.xlsx", params={"lang": lang})).content))
    assert {TITLES[lang], academy} <= {cell.value for line in book.worksheets[0] for cell in line}
    data = (await front.get("/export.json", params={"lang": lang})).text
    assert '"upstream"' in data, "the code is for ever"
