"""Identification requests: asked with criteria, answered by the search, given again as they were answered."""

from __future__ import annotations

import csv
import io
import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import AsyncClient, Response

from services.directory.casework.domain.request import AnswerIdentification, RequestIdentification
from services.directory.casework.requests import criteria_of
from services.directory.casework.views import REQUESTS
from services.directory.structures.domain.structure import CloseStructure, ReviseStructure
from tests.fixtures.running_directory import House, house
from tests.services.directory.account_pages.test_pages import hidden
from tests.services.directory.projects.test_pages import browser, page, registered

pytestmark = pytest.mark.slow

__all__ = ["browser", "house"]  # fixtures
WATER = ["Eau et assainissement"]


async def asked(house: House, **criteria: Any) -> str:
    command = RequestIdentification.model_validate({"requester": "Ministère", **criteria})
    return f"/directory/requests/{(await house.do(command)).entity_id}"


async def answer(browser: AsyncClient, url: str, q: str = "", **more: Any) -> Response:
    """Answers a request as its page offers it."""
    shown = await page(browser, f"{url}/answer?q={q}")
    form = {name: hidden(shown, name) for name in ("command_id", "version", "q", "mark")}
    return await browser.post(f"{url}/answer", data={**form, **more})


async def given(browser: AsyncClient, url: str, query: str = "") -> list[dict[str, str]]:
    exported = await browser.get(f"{url}/export?format=csv&{query}")
    assert exported.status_code == 200
    return list(csv.DictReader(io.StringIO(exported.content.decode("utf-8-sig"), newline=""), delimiter=";"))


async def test_an_answer_is_found_by_the_criteria_and_given_again_as_it_was(house: House, browser: AsyncClient) -> None:
    first = await registered(house, "Kynarou", themes=WATER, countries=["SN"])
    second = await registered(house, "Puits du Sahel", themes=WATER, countries=["SN", "ML"])
    left = await registered(house, "Eau d’ailleurs", themes=WATER, countries=["SN"])
    await registered(house, "Une école", themes=["Éducation"], countries=["SN"])
    url = await asked(house, themes=["eau"], countries=["SN"])
    assert "à répondre" in await page(browser, url)
    done = await answer(browser, url, left_out=[str(left)], answer="Voici qui peut vous répondre.")
    assert done.status_code == 303 and done.headers["location"].startswith(url)
    await house.do(ReviseStructure(structure=first, name="Kynarou France", kind="association"))
    await house.do(CloseStructure(structure=second, reason="Dissoute"))
    await registered(house, "Arrivée plus tard", themes=WATER, countries=["SN"])
    for _ in range(2):
        rows = await given(browser, url)
        assert [(row["Nom"], row["Thèmes"]) for row in rows] == [("Kynarou", WATER[0]), ("Puits du Sahel", WATER[0])]
        assert {row["Adhérent"] for row in rows} == {""}  # who was a member that day is not said
    shown = await page(browser, url)
    assert "Voici qui peut vous répondre." in shown and "2 structures données" in shown.replace("\u00a0", " ")
    assert "Kynarou France" not in shown.partition('id="h-hist"')[0].partition("h-answer")[2]
    for format in ("json", "geojson", "xlsx", "vcard"):
        assert (await browser.get(f"{url}/export?format={format}")).status_code == 200
    assert (await browser.get(f"{url}/export?format=exe")).status_code == 404
    assert (await browser.get(f"{url}/export?answer=1")).status_code == 404


async def test_a_second_answer_leaves_the_first_as_it_was(house: House, browser: AsyncClient) -> None:
    await registered(house, "Kynarou", themes=WATER)
    url = await asked(house, themes=WATER)
    assert (await answer(browser, url)).status_code == 303
    await registered(house, "Puits du Sahel", themes=WATER)
    assert (await answer(browser, url)).status_code == 303
    history = await house.now.execute.history("request", UUID(url.rpartition("/")[2]))
    sequences = [event.seq for event in history.events if event.type == "IdentificationAnswered"]
    assert [len(await given(browser, url, f"answer={seq}")) for seq in sequences] == [1, 2]
    assert len(await given(browser, url)) == 2
    assert (await page(browser, url)).count("Réponse du") == 2


async def test_an_answer_to_another_list_than_was_read_is_not_written(house: House, browser: AsyncClient) -> None:
    await registered(house, "Kynarou", themes=WATER)
    url = await asked(house, themes=WATER)
    shown = await page(browser, f"{url}/answer")
    form = {name: hidden(shown, name) for name in ("command_id", "version", "q", "mark")}
    await registered(house, "Entre-temps", themes=WATER)
    refused = await browser.post(f"{url}/answer", data={**form, "answer": "Gardé"})
    assert refused.status_code == 422 and "Entre-temps" in refused.text and "Gardé" in refused.text
    assert await house.events("IdentificationAnswered") == 0
    form["mark"] = hidden(refused.text, "mark")
    sent = [await browser.post(f"{url}/answer", data=form) for _ in range(2)]
    assert [one.status_code for one in sent] == [303, 303] and await house.events("IdentificationAnswered") == 1
    late = await browser.post(f"{url}/answer", data={**form, "command_id": str(uuid4())})
    assert late.status_code == 409
    assert (await browser.post(f"{url}/answer", data={**form, "version": "x"})).status_code == 400


async def test_a_question_alone_is_answered_by_words_or_without_a_list(house: House, browser: AsyncClient) -> None:
    await registered(house, "Kynarou", themes=WATER)
    url = await asked(house, question="Qui creuse des puits ?")
    assert "Dites ce que vous cherchez" in await page(browser, f"{url}/answer")
    assert "Kynarou" in await page(browser, f"{url}/answer?q=kynarou")
    assert (await answer(browser, url, answer="Personne, à notre connaissance.")).status_code == 303
    assert (await browser.get(f"{url}/export")).status_code == 404
    assert (await answer(browser, url, q="kynarou")).status_code == 303
    assert [row["Nom"] for row in await given(browser, url)] == ["Kynarou"]


async def test_requests_are_listed_by_state_year_and_words(house: House, browser: AsyncClient) -> None:
    await asked(house, requester="Ville de Lyon", question="Des écoles ?")
    old = await asked(house, requester="Ministère des Affaires étrangères", countries=["MG"])
    command = AnswerIdentification(request=UUID(old.rpartition("/")[2]), structures=12)  # as a file of before tells it
    await house.do(command)
    assert "La liste n’avait pas été gardée" in await page(browser, old)

    async def listed(query: str) -> list[bool]:
        shown = (await page(browser, f"/directory/requests?{query}")).partition('id="h-list"')[2]
        return ["Ville de Lyon" in shown, "Affaires étrangères" in shown]

    assert await listed("") == [True, True]
    assert await listed("state=open") == [True, False] and await listed("state=answered") == [False, True]
    assert await listed("q=ecoles") == [True, False] and await listed("year=1999") == [False, False]
    assert (await house.now.store.count_by(REQUESTS, "state")) == {"open": 1, "answered": 1}
    await page(browser, f"/directory/requests/{uuid4()}", 404)
    await page(browser, f"/directory/requests/{uuid4()}/answer", 404)


async def test_a_request_noted_by_mistake_is_struck_with_its_answer_and_both_stay_readable(
    house: House, browser: AsyncClient
) -> None:
    await registered(house, "Kynarou", themes=WATER)
    url = await asked(house, requester="Ville de Lyon", themes=WATER)
    assert (await answer(browser, url)).status_code == 303
    shown = await page(browser, url)
    at = url.replace("/requests/", "/history/request/")
    undo = {name: hidden(shown, name) for name in ("do", "of")}
    sent = {**undo, "command_id": str(uuid4()), "reason": "Notée deux fois"}
    refused = await browser.post(at, data=sent)  # its answer rests on it, and is offered with it
    assert refused.status_code == 422
    also = re.findall(r'name="also" value="([^"]+)"', refused.text)
    done = await browser.post(at, data={**sent, "also": also, "command_id": str(uuid4())})
    assert done.status_code == 303 and done.headers["location"].startswith(at)
    facts = await page(browser, at)
    assert "Notée deux fois" in facts and facts.count(">noté par erreur<") == 2 and facts.count("do=lift") == 2
    assert (await browser.get(url)).headers["location"].startswith(at), "it leads to its facts"
    for query in ("", "state=answered", "q=lyon"):
        assert "Ville de Lyon" not in (await page(browser, f"/directory/requests?{query}")).partition('id="h-list"')[2]


async def test_a_request_takes_its_criteria_from_the_address_of_a_search(house: House, browser: AsyncClient) -> None:
    await registered(house, "Kynarou", themes=WATER)
    form = await page(
        browser,
        "/directory/do/RequestIdentification?themes=Eau+et+assainissement&countries=SN&countries=MG&kinds=company",
    )
    for value in ("Eau et assainissement", "SN", "MG", "company"):
        assert f'value="{value}" checked' in form, value
    sent = {"command_id": hidden(form, "command_id"), "requester": "Ministère", "countries": ["SN", "MG"]}
    done = await browser.post("/directory/do/RequestIdentification", data=sent)
    assert done.headers["location"].startswith("/directory/requests/")


@pytest.mark.parametrize(
    ("themes", "found", "text"),
    [
        (["eau"], ["Eau et assainissement"], ""),
        (["EAU et Assainissement"], ["Eau et assainissement"], ""),
        (["éducation"], ["Éducation", "Éducation au développement"], ""),
        (["eaux vives"], [], "eaux vives"),
        (["eau", "théâtre"], ["Eau et assainissement"], "théâtre"),
    ],
)
def test_a_theme_that_is_asked_for_means_those_that_hold_its_words(
    themes: list[str], found: list[str], text: str
) -> None:
    known = ["Eau et assainissement", "Éducation", "Éducation au développement", "Santé"]
    request = {"themes": themes, "countries": [], "kinds": [], "departments": []}
    criteria = criteria_of(request, known)
    assert (list(criteria.where.get("themes", [])), criteria.text) == (found, text)
