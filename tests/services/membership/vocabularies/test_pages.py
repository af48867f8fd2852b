"""The pages of the network's lists, on a real log: add, rename, close, as of a day."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx2
import pytest
from nats.aio.client import Client

from services.membership.app import MEMBERSHIP
from shared.base.settings import Settings
from shared.kernel.stores.sqlite import SqliteStore
from shared.notions.vocabularies import VOCABULARIES, vocabulary_id
from shared.notions.vocabularies.view import VOCABULARIES_VIEW
from shared.runtime.service import Service, Surroundings
from shared.web.app import service_app
from tests.fixtures.signing_in import operator

pytestmark = pytest.mark.slow


@pytest.fixture
async def service(nc: Client, network: str, tmp_path: Path) -> AsyncIterator[Service]:
    store = SqliteStore(tmp_path / "views.sqlite")
    around = Surroundings(
        network=network, nc=nc, settings=Settings(data=tmp_path), data=tmp_path, store=store, broker={}
    )
    service = Service(MEMBERSHIP, around)
    await service.start()
    yield service
    await service.stop()


@pytest.fixture
async def front(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=service_app(service))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=operator(service)) as client:
        yield client


def text(page: httpx2.Response) -> str:
    assert page.status_code == 200, page.text[:500]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.text)))


async def filled(front: httpx2.AsyncClient, link: str, **answers: Any) -> httpx2.Response:
    """The form that a link leads to, sent with what it is filled in with and these answers."""
    page = await front.get(unescape(link).removeprefix("/membership"))
    assert page.status_code == 200, page.text[:500]
    shown = re.findall(r'<input[^>]* name="([^"]+)" value="([^"]*)"', page.text)
    there = {name: unescape(value) for name, value in shown if name != "marks"}
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page.text, re.DOTALL):
        if chosen := re.search(r'<option value="([^"]*)" selected', options):
            there[name] = chosen[1]
    return await front.post(unescape(link).partition("?")[0].removeprefix("/membership"), data=there | answers)


def link(page: httpx2.Response, command: str, code: str | None = None) -> str:
    found = re.findall(rf'href="(/membership/do/{command}\?[^"]*)"', page.text)
    return next(one for one in found if code is None or f"code={code}&" in unescape(one) + "&")


async def test_a_term_is_added_renamed_and_closed(front: httpx2.AsyncClient, service: Service) -> None:
    start = text(await front.get("/vocabularies"))
    assert "Natures de rencontres" in start and "Rien encore" in start
    page = await front.get("/vocabularies/gathering")
    assert "Tournée départementale" in text(page)
    answers = {"code": "cafe", "titles.fr": "Café", "titles.en": "Coffee", "happened_on": "2015-01-01"}
    sent = await filled(front, link(page, "DefineTerm"), **answers)
    assert sent.status_code == 303 and sent.headers["location"].startswith("/membership/vocabularies/gathering?done=")
    page = await front.get("/vocabularies/gathering")
    assert "Café" in text(page) and "Coffee" in text(await front.get("/vocabularies/gathering?lang=en"))
    assert "Café" not in text(await front.get("/vocabularies/gathering?as_of=2014-12-31"))
    page = await front.get("/vocabularies/gathering?lang=fr")
    renamed = {"titles.fr": "Thé", "titles.en": "Tea", "happened_on": "2016-01-01"}
    assert (await filled(front, link(page, "ReviseTerm", "cafe"), **renamed)).status_code == 303
    assert "Thé" in text(await front.get("/vocabularies/gathering"))
    assert "Café" in text(await front.get("/vocabularies/gathering?as_of=2015-06-01"))
    page = await front.get("/vocabularies/gathering")
    closed = await filled(front, link(page, "CloseTerm", "cafe"), into="other", happened_on="2017-01-01")
    assert closed.status_code == 303
    after = text(await front.get("/vocabularies/gathering"))
    assert "1 terme fermé" in after and "remplacé par Autre rencontre" in after
    assert (await front.get(f"/vocabularies/{vocabulary_id('gathering')}")).status_code == 200
    assert (await service.runner.verify(VOCABULARIES_VIEW)).equal


async def test_a_form_says_what_is_wrong(front: httpx2.AsyncClient) -> None:
    page = await front.get("/vocabularies/audience")
    without = await filled(front, link(page, "DefineTerm"), code="familles")
    assert without.status_code == 422 and 'href="#f-titles-1"' in without.text
    twice = await filled(front, link(page, "DefineTerm"), code="students", **{"titles.fr": "Étudiants"})
    assert twice.status_code == 422 and "déjà dans la liste" in unescape(twice.text)
    assert (await front.get("/vocabularies/planets")).status_code == 404
    assert (await front.get("/vocabularies/college")).status_code == 404
    assert (await front.get("/vocabularies/audience?as_of=never")).status_code == 422


async def test_each_list_has_a_page_in_both_languages(front: httpx2.AsyncClient) -> None:
    for name, one in VOCABULARIES.items():
        for lang in ("fr", "en"):
            assert one.elsewhere or (await front.get(f"/vocabularies/{name}?lang={lang}")).status_code == 200
    assert "Cette liste est vide" in text(await front.get("/vocabularies/theme?lang=fr"))


async def test_what_was_said_of_a_list_by_mistake_was_not(front: httpx2.AsyncClient, service: Service) -> None:
    command = {"vocabulary": "theme", "code": "eau", "titles": {"fr": "Eau"}, "rank": 1}
    done = await front.post("/api/commands/define-term", json=command, params={"happened": "2015-01-01T12:00:00Z"})
    assert done.status_code == 200, done.text
    history = await service.execute.history("vocabulary", vocabulary_id("theme"))
    strike = {
        "kind": "vocabulary",
        "about": str(vocabulary_id("theme")),
        "events": [history.events[0].id],
        "reason": "Noté par erreur.",
    }
    struck = await front.post("/api/commands/strike-events", json=strike)
    assert struck.status_code == 200, struck.text
    assert "Cette liste est vide" in text(await front.get("/vocabularies/theme?lang=fr"))
    assert (await service.runner.verify(VOCABULARIES_VIEW)).equal
