"""Cooperation projects by their pages: found with who and with whom, entered without a script, changed, exported."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import orjson
import pytest
from httpx2 import AsyncClient, Response
from openpyxl import load_workbook

from services.directory.projects.domain import DraftProject, PublishProject, ReviseProject
from services.directory.projects.exports import COLUMNS
from services.directory.projects.views import PROJECTS, between, periods
from services.directory.structures.domain.structure import MergeStructures, RegisterStructure
from shared.contract.membership.vocabularies import TermClosed
from tests.fixtures.network_lists import defined, said_of
from tests.fixtures.running_directory import House, house
from tests.fixtures.signing_in import operator
from tests.services.directory.account_pages.test_pages import hidden

pytestmark = pytest.mark.slow

__all__ = ["house"]  # a fixture
PODOR: dict[str, Any] = {
    "title": "Des puits pour Podor", "summary": "Trois puits et leur entretien.", "country": "SN", "stage": "running",
    "place": "Podor", "themes": ["Eau et assainissement"], "sdgs": [6], "begins": "2015-03-01",
    "partner_associations": ["Union des femmes de Podor"], "partner_authorities": ["Commune de Podor"],
}  # fmt: skip


@pytest.fixture
async def browser(house: House) -> AsyncIterator[AsyncClient]:
    async with house.browser() as opened:
        opened.headers.update(operator(house.now))
        yield opened


async def registered(house: House, name: str, **more: Any) -> UUID:
    command = RegisterStructure.model_validate({"name": name, "kind": "association", "department": "31", **more})
    return (await house.do(command)).entity_id


async def entered(house: House, leader: UUID, *, published: bool = True, **more: Any) -> UUID:
    project = (await house.do(DraftProject.model_validate({**PODOR, "leader": leader, **more}))).entity_id
    if published:
        await house.do(PublishProject(project=project))
    return project


async def page(browser: AsyncClient, path: str, status: int = 200) -> str:
    answer = await browser.get(path)
    assert answer.status_code == status, answer.text
    return answer.text


def main(text: str) -> str:
    """What a page says between its head and its foot."""
    return text.partition("<main")[2].partition("</main>")[0]


async def titles(browser: AsyncClient, query: str) -> list[str]:
    """The projects of a search, as its export in JSON has them."""
    answer = await browser.get(f"/directory/projects/export?format=json&{query}")
    assert answer.status_code == 200
    return [one["title"] for one in orjson.loads(answer.content)]


async def test_one_page_answers_who_works_on_water_in_senegal_and_with_whom(house: House, browser: AsyncClient) -> None:
    leader, other = await registered(house, "Kynarou"), await registered(house, "Ville de Castres", department="81")
    await entered(house, leader, participants=[other])
    await entered(
        house,
        other,
        title="Une école à Thiès",
        themes=["Éducation"],
        sdgs=[4],
        partner_associations=["Parents d’élèves"],
    )
    await entered(house, other, title="Encore un brouillon", published=False)
    shown = await page(browser, "/directory/projects?q=eau+senegal")
    for told in (
        "Kynarou",
        "Ville de Castres",
        "Union des femmes de Podor",
        "Commune de Podor",
        "Des puits pour Podor",
    ):
        assert told in shown
    assert "1 projet" in shown.replace("\u00a0", " ")
    assert "Parents d’élèves" not in shown and "Encore un brouillon" not in shown
    world = await page(browser, "/directory/projects/world?themes=Éducation")
    assert "Sénégal" in world and "countries=SN" in world and "themes=%C3%89ducation" in world


SEARCHES = {
    "countries=SN": ["Des puits pour Podor"],
    "countries=SN&countries=MG": ["Des puits pour Podor", "Écoles d’Antsirabe"],
    "themes=Éducation": ["Écoles d’Antsirabe"],
    "sdgs=6": ["Des puits pour Podor"],
    "stage=ended": ["Écoles d’Antsirabe"],
    "departments=81": ["Écoles d’Antsirabe"],
    "partners=Commune+de+Podor": ["Des puits pour Podor"],
    "first=2016&last=2019": ["Des puits pour Podor"],
    "first=2014": ["Écoles d’Antsirabe"],
    "last=abc&first=12": ["Des puits pour Podor", "Écoles d’Antsirabe"],
    "sort=-begins": ["Des puits pour Podor", "Écoles d’Antsirabe"],
    "sort=nonsense&countries=&q=": ["Des puits pour Podor", "Écoles d’Antsirabe"],
    "state=draft": ["Un brouillon"],
    "countries=XX": [],
}


async def test_a_search_is_narrowed_by_each_filter(house: House, browser: AsyncClient) -> None:
    one, other = await registered(house, "Kynarou"), await registered(house, "Ville de Castres", department="81")
    await entered(house, one)
    await entered(
        house,
        other,
        title="Écoles d’Antsirabe",
        country="MG",
        stage="ended",
        themes=["Éducation"],
        sdgs=[4],
        begins="2012-09-01",
        ends="2014-08-31",
        partner_authorities=[],
    )
    await entered(house, one, title="Un brouillon", published=False)
    for query, found in SEARCHES.items():
        assert await titles(browser, query) == found, query
        shown = main(await page(browser, f"/directory/projects?{query}"))
        assert [title in shown for title in found] == [True] * len(found), query
        await page(browser, f"/directory/projects/world?{query}")


def test_a_project_covers_the_years_that_are_known_of_it() -> None:
    def covers(begins: str | None, ends: str | None, stage: str, first: int, last: int) -> bool:
        project = {"begins": begins, "ends": ends, "stage": stage}
        return bool(set(periods(project)) & set(between(first, last)))

    assert covers("2014-01-01", "2016-12-31", "ended", 2016, 2016)
    assert not covers("2014-01-01", "2016-12-31", "ended", 2017, 2030)
    assert covers("2014-01-01", None, "running", 2026, 2026) and not covers("2014-01-01", None, "running", 2010, 2013)
    assert covers("2014-01-01", None, "ended", 2014, 2014) and not covers("2014-01-01", None, "ended", 2015, 2015)
    assert covers(None, "2014-01-01", "ended", 2014, 2014) and not covers(None, None, "running", 1900, 2100)
    assert len(periods({"begins": "0001-01-01", "ends": "9999-12-31", "stage": "ended"})) < 200


async def test_a_project_is_entered_by_looking_for_its_structures_without_a_script(
    house: House, browser: AsyncClient
) -> None:
    leader, other = await registered(house, "Kynarou"), await registered(house, "Ville de Castres", department="81")
    await registered(house, "Ville de Cahors", department="46")
    form: dict[str, Any] = {
        "command_id": hidden(await page(browser, "/directory/projects/new"), "command_id"), "title": "Des puits",
        "summary": "Trois puits.",
        "stage": "running", "country": "SN", "partner_name": ["Union des femmes", "", "Commune de Podor"],
        "partner_kind": ["associations", "associations", "authorities"], "themes": ["Eau", "Eau\nSanté"],
    }  # fmt: skip

    async def send(**more: Any) -> Response:
        return await browser.post("/directory/projects/new", data={**form, **more})

    looked = await send(do="leader", leader_q="kynarou")
    assert looked.status_code == 200 and f'value="{leader}"' in looked.text and 'value="Des puits"' in looked.text
    assert 'value="Union des femmes"' in looked.text and "Rien n’est encore enregistré" not in looked.text
    form["leader"] = str(leader)
    several = await send(leader_q="", participants_q="ville")  # saved, with a name that nobody has looked for yet
    assert several.status_code == 200 and "Ville de Castres" in several.text and "Ville de Cahors" in several.text
    more = await send(do="partners")
    assert more.text.count('name="partner_name"') == 2 + 3 and await house.events("CooperationProjectDrafted") == 0
    saved = await send(participants_q="ville de castres")
    assert saved.status_code == 303
    project = saved.headers["location"].partition("?")[0]
    document = await house.now.store.get(PROJECTS, project.rpartition("/")[2])
    assert document is not None
    assert (document["leader"], document["participants"]) == (str(leader), [str(other)])
    assert (document["partner_associations"], document["partner_authorities"], document["themes"]) == (
        ["Union des femmes"],
        ["Commune de Podor"],
        ["Eau", "Santé"],
    )
    again = await send(participants_q="ville de castres")
    assert again.headers["location"].partition("?")[0] == project
    assert await house.events("CooperationProjectDrafted") == 1


async def test_what_is_wrong_is_said_where_it_is_and_nothing_is_lost(house: House, browser: AsyncClient) -> None:
    form: dict[str, Any] = {
        "command_id": hidden(await page(browser, "/directory/projects/new"), "command_id"), "title": "",
        "summary": "x" * 6000,
        "stage": "evaluated", "country": "SN", "partner_name": ["Union", "y" * 400, "=1+1"],
        "partner_kind": ["associations", "schools", "nonsense"], "happened_on": "",
    }  # fmt: skip
    answer = await browser.post("/directory/projects/new", data=form)
    assert answer.status_code == 422
    for said in (
        "Partenaire 2",
        "chef de file",
        "Quatre réponses",
        'href="#f-title"',
        'href="#leader-q"',
        'href="#f-summary"',
    ):
        assert said in answer.text, said
    assert 'value="=1+1"' in answer.text
    leader = str(await registered(house, "Kynarou"))
    fine = {**form, "title": "Des puits", "summary": "Trois puits.", "partner_name": ["Union"], "leader": leader}
    unevaluated = await browser.post("/directory/projects/new", data=fine)
    assert unevaluated.status_code == 422 and "évalu" in unevaluated.text
    unknown = await browser.post("/directory/projects/new", data={**fine, "stage": "ended", "leader": "not-an-id"})
    assert unknown.status_code == 422 and await house.events("CooperationProjectDrafted") == 0
    assert (await browser.post("/directory/projects/new", data={**fine, "command_id": "1"})).status_code == 400


async def test_a_project_is_changed_emptied_published_and_withdrawn(house: House, browser: AsyncClient) -> None:
    leader = await registered(house, "Kynarou")
    project = await entered(house, leader, published=False, budget=12_000)
    url = f"/directory/projects/{project}"
    shown = await page(browser, f"{url}/revise")
    assert 'value="Union des femmes de Podor"' in shown and 'value="12000"' in shown
    stale = hidden(shown, "version")
    form: dict[str, Any] = {
        "command_id": hidden(shown, "command_id"), "version": stale, "title": "Des puits, suite",
        "summary": "Trois puits.",
        "stage": "running", "country": "SN", "leader": str(leader), "partner_name": "Union des femmes de Podor",
        "partner_kind": "associations", "happened_on": "2017-05-02",
    }  # fmt: skip
    answer = await browser.post(f"{url}/revise", data=form)
    assert answer.status_code == 303, answer.text
    told = await page(browser, url)
    assert "Des puits, suite" in told and "Commune de Podor" not in told and "02/05/2017" in told
    assert "budget total" in told.lower() and "Brouillon." in told
    late = await browser.post(f"{url}/revise", data={**form, "command_id": str(UUID(int=7)), "title": "Trop tard"})
    assert late.status_code == 409 and "avant vous" in late.text
    version = hidden(told, "version")
    done = await browser.post(
        "/directory/do/PublishProject",
        data={"command_id": str(UUID(int=8)), "project": str(project), "version": version},
    )
    assert done.status_code == 303 and await titles(browser, "q=suite") == ["Des puits, suite"]
    gone = {"command_id": str(UUID(int=9)), "project": str(project), "reason": "Saisi deux fois"}
    assert (await browser.post("/directory/do/WithdrawProject", data=gone)).headers["location"].startswith(url)
    assert await titles(browser, "q=suite") == [] and "retiré" in (await page(browser, url))
    assert await titles(browser, "state=withdrawn") == ["Des puits, suite"]
    await page(browser, f"/directory/projects/{UUID(int=1)}", 404)
    await page(browser, f"/directory/projects/{UUID(int=1)}/revise", 404)


async def test_the_record_of_a_structure_shows_its_projects_those_of_a_merged_record_too(
    house: House, browser: AsyncClient
) -> None:
    kept, merged = await registered(house, "Kynarou"), await registered(house, "Kynarou France")
    other = await registered(house, "Ville de Castres")
    project = await entered(house, merged, participants=[other])
    await house.do(MergeStructures(structure=kept, merged=merged))
    for structure, role in ((kept, "chef de file"), (other, "participe")):
        shown = await page(browser, f"/directory/structures/{structure}")
        assert f"/directory/projects/{project}" in shown and role in shown and "Union des femmes de Podor" in shown
    assert await titles(browser, f"structures={kept}") == ["Des puits pour Podor"]
    assert f'value="{kept}" checked' in await page(browser, f"/directory/projects/{project}/revise")
    assert f'value="{kept}" checked' in await page(browser, f"/directory/projects/new?leader={merged}")


async def test_an_export_says_in_each_format_what_the_search_shows(house: House, browser: AsyncClient) -> None:
    leader, other = await registered(house, "=HYPERLINK()"), await registered(house, "Ville de Castres")
    await entered(house, leader, participants=[other], partner_others=["Un, avec virgule", "Deux"], budget=3000)
    await entered(house, other, title="Un autre", country="MG")
    query = "countries=SN"
    answer = await browser.get(f"/directory/projects/export?format=csv&{query}")
    assert "projets.csv" in answer.headers["content-disposition"]
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";")
    assert (
        row["Titre"] == "Des puits pour Podor" and row["Chef de file"] == "'=HYPERLINK()" and row["Pays"] == "Sénégal"
    )
    assert (
        row["Autres structures d’ici"] == "Ville de Castres"
        and row["Partenaires sur place : autres"] == "Un, avec virgule | Deux"
    )
    (told,) = orjson.loads((await browser.get(f"/directory/projects/export?format=json&{query}")).content)
    assert told["structures"] == [
        {"id": str(leader), "name": "=HYPERLINK()", "leads": True},
        {"id": str(other), "name": "Ville de Castres", "leads": False},
    ]
    assert told["partners"]["others"] == ["Un, avec virgule", "Deux"] and told["budget"] == 3000
    book = load_workbook(io.BytesIO((await browser.get(f"/directory/projects/export?format=xlsx&{query}")).content))
    rows = list(book.worksheets[0].values)
    assert len(rows) == 2 and len(rows[0]) == len(COLUMNS)
    assert (await browser.get("/directory/projects/export?format=exe")).status_code == 422


async def test_a_revision_says_in_the_history_what_it_changed(house: House, browser: AsyncClient) -> None:
    leader = await registered(house, "Kynarou")
    project = await entered(house, leader)
    await house.do(
        ReviseProject.model_validate({**PODOR, "leader": leader, "project": project, "place": "Guédé", "sdgs": []})
    )
    history = (await page(browser, f"/directory/projects/{project}")).partition('id="h-hist"')[2]
    assert re.search(r"Projet de coopération modifié[^<]*lieu, objectifs de développement durable<", history)


async def test_projects_and_a_request_stand_beside_a_search_of_structures(house: House, browser: AsyncClient) -> None:
    leader = await registered(house, "Kynarou", themes=["Eau et assainissement"])
    await entered(house, leader)
    shown = (await page(browser, "/directory/?q=podor&countries=SN")).replace("\u00a0", " ")
    assert "1 projet de coopération répond aussi" in shown and "/directory/projects?q=podor&amp;countries=SN" in shown
    assert "RequestIdentification?countries=SN&amp;question=podor" in shown
    assert "répond aussi" not in await page(browser, "/directory/") and "répond aussi" not in await page(
        browser, "/directory/?q=thiès"
    )


async def test_a_closed_theme_is_offered_no_more_but_to_what_has_it(house: House, browser: AsyncClient) -> None:
    leader = await registered(house, "Kynarou", themes=["Rivières"])
    project = await entered(house, leader, themes=["Rivières"])
    terms = (defined("theme", "rivers", fr="Rivières"), TermClosed(vocabulary="theme", code="rivers"))
    await said_of(house.now.log, "theme", *terms, defined("theme", "sea", fr="Mer"))
    await house.now.runner.wait_for(await house.now.log.last())
    new = await page(browser, "/directory/projects/new")
    assert re.findall(r'name="themes" value="([^"]+)"', new) == ["sea"]
    edit = await page(browser, f"/directory/projects/{project}/revise")
    assert re.findall(r'name="themes" value="([^"]+)"', edit) == ["sea", "rivers"]
    asking = await page(browser, "/directory/do/RequestIdentification")
    assert re.findall(r'name="themes" value="([^"]+)"', asking) == ["sea"]
    given = await page(browser, "/directory/do/RequestIdentification?themes=rivers")
    assert re.findall(r'name="themes" value="([^"]+)"', given) == ["sea", "rivers"]


async def test_the_form_offers_the_network_s_own_themes_first_by_their_titles(
    house: House, browser: AsyncClient
) -> None:
    await registered(house, "Kynarou", themes=["Eau et assainissement"])
    await said_of(house.now.log, "theme", defined("theme", "rivers", fr="Rivières", en="Rivers"))
    await house.now.runner.wait_for(await house.now.log.last())
    form = await page(browser, "/directory/projects/new?lang=en")
    assert re.findall(r'name="themes" value="([^"]+)"', form) == ["rivers", "Eau et assainissement"]
    assert ">Rivers</label>" in form
