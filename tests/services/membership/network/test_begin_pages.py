"""The assistant: what it shows, what it says, and where it stops."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import httpx2
import pytest
from pydantic import ValidationError
from starlette.datastructures import FormData

from services.membership.network.begin_pages import by_hand, code_of, coded, regions
from shared.notions.network.beginning import ALWAYS, steps
from shared.runtime.service import Service
from tests.services.membership.test_pages import front, service

__all__ = ["front", "service"]  # fixtures
pytestmark = pytest.mark.slow
HAND = {
    "of": "hand",
    "name": "Réseau d’Amont",
    "since": "2020-01-06",
    "region": "53",
    "first": "en",
    "languages": ["fr", "en"],
    "law": "local",
    "dye": "violet",
    "colleges": "",
}


def shown(page: httpx2.Response, status: int = 200) -> str:
    assert page.status_code == status, page.text[:500]
    return unescape(re.sub(r"<[^>]+>", " ", page.text))


async def test_nothing_is_said_before_it_is_shown(front: httpx2.AsyncClient, service: Service) -> None:
    before = await service.log.last()
    first = shown(await front.get("/begin"))
    assert "rien de particulier" in first and "Occitanie" not in first and "Grand Est" not in first
    page = shown(await front.get("/begin?of=occitanie"))
    assert "14/10/2016" in page and "Personnalités qualifiées" in page and "Rien n’est encore dit" in page
    assert 'name="colleges"' in (await front.get("/begin?of=hand")).text
    assert (await front.get("/begin?of=nowhere")).status_code == 404
    assert await service.log.last() == before


async def test_a_network_is_said_with_its_days_and_once(front: httpx2.AsyncClient, service: Service) -> None:
    first = await front.post("/begin", data={"of": "occitanie"})
    assert first.status_code == 303 and first.headers["location"] == "/newsletter/begin?of=occitanie"
    last = await service.log.last()
    assert (await front.post("/begin", data={"of": "occitanie"})).status_code == 303
    assert await service.log.last() == last, "said twice, it adds nothing"
    await service.runner.wait_for(last)
    page = shown(await front.get("/network"))
    assert "Occitanie Coopération" in page and "Midi-Pyrénées" in page and "Ariège (09)" in page
    assert "s’appelle déjà" in shown(await front.get("/begin"))


async def test_by_hand_a_few_answers_are_enough(front: httpx2.AsyncClient, service: Service) -> None:
    done = await front.post("/begin", data=HAND)
    assert done.status_code == 303 and done.headers["location"] == "/newsletter/begin?since=2020-01-06"
    await service.runner.wait_for(await service.log.last())
    page = await front.get("/network")
    assert 'lang="en"' in page.text and 'data-dye="violet"' in page.text
    assert "Réseau d’Amont" in shown(page) and "Finistère (29)" in shown(page)


async def test_without_a_name_it_goes_no_further_and_keeps_what_was_typed(
    front: httpx2.AsyncClient, service: Service
) -> None:
    before = await service.log.last()
    page = await front.post("/begin", data={**HAND, "name": " "})
    assert 'id="name-e"' in page.text and "Donnez un nom au réseau." in shown(page, 422)
    assert re.search(r'<option value="53" selected', page.text) and 'value="violet" checked' in page.text
    wrong = {"since": "hier", "name": "x" * 300, "law": "1902", "colleges": "Villes\n" + "y" * 300}
    for lang, name in (("fr", "caractères"), ("en", "characters")):
        page = await front.post("/begin", data={**HAND, **wrong}, params={"lang": lang})
        said = shown(page, 422)
        for field in wrong:
            assert f'id="{field}-e"' in page.text and f'href="#{field}"' in page.text, field
        assert name in said and "Input should" not in said and "should have" not in said
        assert 'value="hier"' in page.text and "y" * 300 in page.text and "x" * 300 in page.text
    assert (await front.post("/begin", data={"of": "nowhere"})).status_code == 404
    assert await service.log.last() == before


async def test_what_can_t_be_said_is_named_and_the_rest_goes_on_from_there(front: httpx2.AsyncClient) -> None:
    page = shown(await front.post("/begin", data={**HAND, "since": "2999-01-01"}), 422)
    assert "Name of the network: Réseau d’Amont" in page or "Nom du réseau" in page
    assert "Rien n’en est dit encore" in page, "the whole is judged before anything is said"


async def test_a_file_without_days_is_asked_since_when_and_bulletins_are_told(
    front: httpx2.AsyncClient, service: Service
) -> None:
    assert 'name="reach"' in (await front.get("/begin?of=general")).text
    assert (await front.post("/begin", data={"of": "general"})).status_code == 422, "a founding day is asked"
    done = await front.post("/begin", data={"of": "general", "since": "2019-01-01"})
    assert done.headers["location"] == "/newsletter/begin?of=general&since=2019-01-01"
    await service.runner.wait_for(await service.log.last())
    await service.ourselves.refresh()
    assert service.ourselves.on(date(2019, 1, 1)).languages and not service.ourselves.on(date(2018, 12, 31)).languages
    before = await service.log.last()
    assert (await front.post("/begin", data={"of": "general", "since": "2999-01-01"})).status_code == 422
    assert await service.log.last() == before


async def test_the_region_reaches_back_to_the_day_that_was_given(front: httpx2.AsyncClient, service: Service) -> None:
    assert (await front.post("/begin", data={**HAND, "colleges": "Villes"})).status_code == 303
    await service.runner.wait_for(await service.log.last())
    await service.ourselves.refresh()
    assert service.ourselves.region(date(2020, 1, 6)) and not service.ourselves.region(date(2020, 1, 5))
    assert (await service.lists.now()).offered("college", date(2020, 1, 6))
    page = await front.post("/begin", data={key: value for key, value in HAND.items() if key != "since"})
    assert page.status_code == 422 and 'id="since-e"' in page.text


def test_a_code_is_made_of_a_title() -> None:
    assert code_of("Écoles, universités & recherche") == "ecoles_universites_recherche"
    assert code_of("§") == "college" and len(code_of("x" * 200)) == 60
    assert regions()["53"] == "Bretagne" and len(regions()) == 18


def test_the_form_says_what_a_file_would() -> None:
    form = FormData(
        [("name", " A B "), ("first", "en"), ("languages", "fr"), ("languages", "en"), ("colleges", "X y\n\nZ zz\nx Y")]
    )
    with pytest.raises(ValidationError):
        by_hand(form)  # it does not say since when
    said = by_hand(FormData([*form.multi_items(), ("reach", "now")]))
    assert said.name == "A B" and said.languages == ["en", "fr"] and said.region is None and said.since is None
    assert by_hand(FormData([*form.multi_items(), ("reach", "always")])).since == ALWAYS
    assert by_hand(FormData([*form.multi_items(), ("since", "06/01/2020")])).since == date(2020, 1, 6)
    assert coded(["École", "Ecole", "Villes"]) == {"ecole": "École", "ecole_2": "Ecole", "villes": "Villes"}
    assert [one.code for one in said.colleges] == ["x_y", "z_zz"]
    assert [step.command for step in steps(said)] == ["NameNetwork", "ChooseLanguages", "OpenCollege", "OpenCollege"]
