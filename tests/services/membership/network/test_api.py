"""The definitions of a network over its API, on a real log: of each day, with tags, page by page; those of a second
network come in both of its languages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from uuid import uuid4

import httpx2
import pytest

from services.membership.members.domain.college import CloseCollege, OpenCollege
from services.membership.network.domain.network import ChooseLaw, DrawRegion, NameNetwork, StateLegalTerm
from services.membership.vocabularies.domain.vocabulary import CloseTerm, DefineTerm
from shared.kernel.decider import Command
from shared.notions.legal_terms import held, legal_terms
from shared.notions.network.beginning import known, steps
from shared.notions.vocabularies import VOCABULARIES, general
from shared.runtime.service import Service
from shared.web.beginning import say
from shared.web.words.messages import KERNEL
from tests.services.membership.test_pages import front, service

__all__ = ["front", "service"]  # fixtures
pytestmark = pytest.mark.slow
API = "/api/definitions"


async def said(service: Service, *commands: tuple[Command, date]) -> None:
    for command, day in commands:
        await service.execute(command, id=uuid4(), actor="test", at=day)
    await service.runner.wait_for(await service.log.last())


@pytest.fixture
async def second(service: Service) -> AsyncIterator[Service]:
    """A network that is not the sample's, as the assistant's page says it."""
    await say(service, steps(known()["grand-est"], "membership"), "test", KERNEL, "en")
    await service.runner.wait_for(await service.log.last())
    yield service


async def test_a_network_that_said_nothing_has_the_general_lists_and_no_region(front: httpx2.AsyncClient) -> None:
    ours = (await front.get(API)).json()
    assert (ours["region"], ours["departments"], ours["printed_reviews"]) == (None, [], [])
    assert (ours["law"], ours["law_said"]) == ("1901", False)
    assert ours["lists"] == [*VOCABULARIES]
    found = (await front.get(f"{API}/lists/gathering")).json()
    assert {one["code"] for one in found["terms"]} == general("gathering").keys() and found["total"] > 5
    (earlier,) = [one for one in found["terms"] if one["state"] == "earlier"]
    assert earlier["until"] is None, "it was never open here"


async def test_a_second_network_says_what_it_is_and_its_lists_in_both_languages(
    front: httpx2.AsyncClient, second: Service
) -> None:
    ours = (await front.get(API)).json()
    assert ours["name"] == "Rhine and Meuse Cooperation Network" and ours["languages"] == ["en", "fr"]
    assert {"code": "67", "name": "Bas-Rhin"} in ours["departments"] and ours["law_titles"].keys() == {"fr", "en"}
    terms = {one["code"]: one for one in (await front.get(f"{API}/lists/gathering")).json()["terms"]}
    assert terms["border_forum"]["titles"] == {"en": "Border Forum", "fr": "Forum des frontières"}
    assert terms["border_forum"]["marks"] == ["yearly"] and terms["border_forum"]["since"] == "2020-01-06"
    assert terms["departmental_tour"]["titles"]["fr"] == "Caravane", "a general term that it calls otherwise"
    assert terms["mobility_exchange"]["state"] == "closed" and terms["mobility_exchange"]["until"] == "2020-01-06"
    colleges = (await front.get(f"{API}/lists/college")).json()["terms"]
    assert [one["code"] for one in colleges] == ["towns", "charities", "learning", "firms", "friends"]
    assert colleges[-1]["marks"] == ["persons"]
    before = (await front.get(API, params={"as_of": "2019-12-31"})).json()
    terms = (await front.get(f"{API}/legal-terms", params={"as_of": "2019-12-31"})).json()
    assert (before["region"], before["law"], before["law_said"]) == (None, terms["law"], False)
    assert (ours["law"], ours["law_said"]) == ("local", True)
    assert (await front.get(f"{API}/lists/college", params={"as_of": "2019-12-31"})).json()["terms"] == []


async def test_a_day_has_its_definitions(front: httpx2.AsyncClient, service: Service) -> None:
    await said(
        service,
        (NameNetwork(name="Amont"), date(2012, 1, 3)),
        (NameNetwork(name="Aval"), date(2018, 1, 1)),
        (DrawRegion(region="Ouest", departments=["22"]), date(2012, 1, 3)),
        (DrawRegion(region="Ouest", departments=["22", "56"]), date(2016, 1, 1)),
        (OpenCollege(college="towns", title="Villes"), date(2012, 1, 3)),
        (CloseCollege(college="towns", reason="Statuts."), date(2020, 1, 1)),
        (DefineTerm(vocabulary="theme", code="eau", titles={"fr": "Eau", "en": "Water"}), date(2013, 1, 1)),
        (DefineTerm(vocabulary="theme", code="rivers", titles={"fr": "Rivières", "en": "Rivers"}), date(2013, 1, 1)),
        (CloseTerm(vocabulary="theme", code="eau", into=["rivers"]), date(2019, 1, 1)),
    )

    async def on(path: str, day: str) -> dict[str, object]:
        return dict((await front.get(f"{API}{path}", params={"as_of": day})).json())

    then = await on("", "2015-06-01")
    assert (then["name"], then["departments"]) == ("Amont", [{"code": "22", "name": "Côtes-d'Armor"}])
    assert (await on("", "2018-01-01"))["name"] == "Aval"
    (college,) = (await front.get(f"{API}/lists/college")).json()["terms"]
    assert (college["state"], college["since"], college["until"]) == ("closed", "2012-01-03", "2020-01-01")
    water = {one["code"]: one for one in (await front.get(f"{API}/lists/theme")).json()["terms"]}["eau"]
    assert water["into"] == ["rivers"] and water["titles"] == {"fr": "Eau", "en": "Water"}
    assert (await on("/lists/theme", "2018-12-31"))["terms"][0]["state"] == "open"  # type: ignore[index]
    counts = {one["name"]: one["in_use"] for one in (await on("/lists", "2018-12-31"))["lists"]}  # type: ignore[attr-defined]
    assert (counts["theme"], counts["college"]) == (2, 1)


async def test_whoever_has_it_already_is_told_so(front: httpx2.AsyncClient, service: Service) -> None:
    for path in (API, f"{API}/lists", f"{API}/lists/office", f"{API}/legal-terms"):
        first = await front.get(path)
        tag = first.headers["etag"]
        again = await front.get(path, headers={"If-None-Match": f'"other", {tag}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert (await front.get(path, headers={"If-None-Match": '"other"'})).status_code == 200
    tag = (await front.get(f"{API}/lists/office")).headers["etag"]
    await said(service, (NameNetwork(name="Amont"), date(2012, 1, 3)))
    assert (await front.get(f"{API}/lists/office", headers={"If-None-Match": tag})).status_code == 304, "of others"
    titles = {"fr": "Trésorerie", "en": "Treasurer"}
    await said(service, (DefineTerm(vocabulary="office", code="treasurer", titles=titles), date(2012, 1, 3)))
    changed = await front.get(f"{API}/lists/office", headers={"If-None-Match": tag})
    assert changed.status_code == 200 and changed.headers["etag"] != tag


async def test_a_list_comes_page_by_page(front: httpx2.AsyncClient) -> None:
    whole = (await front.get(f"{API}/lists/structure")).json()
    pages = [(await front.get(f"{API}/lists/structure", params={"page": n, "size": 3})).json() for n in (1, 2, 3, 4)]
    assert [one for page in pages for one in page["terms"]] == whole["terms"]
    assert {page["total"] for page in pages} == {whole["total"]} and pages[3]["terms"] == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/lists/planets", 404),
        ("/lists/college?as_of=never", 422),
        ("?as_of=2015-02-30", 422),
        ("/legal-terms?as_of=20151", 422),
        ("/lists/college?page=0", 422),
        ("/lists/college?size=501", 422),
    ],
)
async def test_what_is_none_is_said(front: httpx2.AsyncClient, path: str, status: int) -> None:
    assert (await front.get(API + path)).status_code == status


async def test_the_terms_of_the_law_are_those_of_the_network_on_a_day(
    front: httpx2.AsyncClient, service: Service
) -> None:
    first = (await front.get(f"{API}/legal-terms")).json()
    assert first["law"] == "1901" and [one["code"] for one in first["terms"]] == [*legal_terms()]
    await said(
        service,
        (ChooseLaw(law="local"), date(2018, 1, 1)),
        (
            StateLegalTerm(
                law="local",
                term="founding_members",
                review_by=date(2020, 1, 1),
                wording={"fr": "Huit membres.", "en": "Eight members."},
                article={"fr": "art. 56", "en": "art. 56"},
                amount=8,
            ),
            date(2019, 1, 1),
        ),
    )

    async def founding(day: str | None = None) -> dict[str, object]:
        found = (await front.get(f"{API}/legal-terms", params={"as_of": day} if day else None)).json()
        return next(dict(one) for one in found["terms"] if one["code"] == "founding_members")

    assert [(await founding(day))["amount"] for day in ("2017-12-31", "2018-12-31", None)] == [2, 7, 8]
    now = await founding()
    assert (now["own"], now["overdue"], now["unit"]) == (True, True, "persons")
    assert held("local")["founding_members"].amount == 7, "the release's own stands as it was"
    page = (await front.get("/network?lang=en")).text
    assert "Eight members." in page and "to review" in page and "Read their articles again" in page
    past = (await front.get("/network?lang=en&as_of=2018-06-01")).text
    assert "At least seven members at the registration." in past and "Read their articles again" not in past


async def test_the_document_of_the_api_has_them(front: httpx2.AsyncClient) -> None:
    paths = (await front.get("/openapi.json")).json()["paths"]
    for path in (API, f"{API}/lists", f"{API}/lists/{{name}}", f"{API}/legal-terms"):
        assert paths[path]["get"]["x-level"] == "reader" and "200" in paths[path]["get"]["responses"]
