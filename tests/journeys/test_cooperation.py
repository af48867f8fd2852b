"""The team's day with cooperation projects, support, media coverage and requests: in a browser, on the sample, on a
phone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.fixtures.accessibility import Barriers, barriers, node_modules
from tests.fixtures.browser import chromium, needs_browser
from tests.fixtures.browser import fits as no_wider
from tests.fixtures.installation import Up

__all__ = ["barriers", "node_modules"]  # fixtures
pytestmark = needs_browser


@pytest.fixture(scope="module")
def url(up: Up) -> str:
    return up.wait()


@pytest.fixture(scope="module")
def context(up: Up) -> Iterator[BrowserContext]:
    """An editor's phone."""
    with chromium() as browser:
        opened = browser.new_context(viewport={"width": 390, "height": 844}, accept_downloads=True)
        opened.add_cookies(up.browser_cookies("all:editor"))
        yield opened


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    tab = context.new_page()
    yield tab
    tab.close()


def fits(page: Page, barriers: Barriers) -> None:
    """Nothing keeps anybody out, nothing is wider than the phone."""
    assert barriers(page) == [], page.url
    no_wider(page)


def tells(page: Page, *words: str) -> None:
    """The page says all of this; `to_contain_text` takes our narrow spaces for spaces."""
    for one in words:
        expect(page.locator("main")).to_contain_text(one)


def test_a_project_is_entered_found_with_whom_and_seen_on_the_world_list(
    page: Page, url: str, barriers: Barriers
) -> None:
    page.goto(f"{url}/directory/projects/new")
    fits(page, barriers)
    page.get_by_label("Titre", exact=True).fill("Des puits pour Podor")
    page.get_by_role("button", name="Enregistrer le projet").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("sont à revoir")
    fits(page, barriers)
    page.get_by_label("En quelques mots").fill("Trois puits, et leur entretien par les habitants.")
    page.get_by_label("En cours").check()
    page.get_by_label("Structure chef de file").fill("kynaru")  # a typing error is forgiven
    page.get_by_role("button", name="Chercher").first.click()
    fits(page, barriers)
    page.get_by_role("radio", name="Kynarou").first.check()
    page.get_by_label("Ajouter une structure d’ici").fill("montpellier")
    page.get_by_role("button", name="Chercher").last.click()
    page.get_by_role("group", name="Trouvées pour").get_by_role("checkbox").first.check()
    page.get_by_label("Pays", exact=True).select_option(label="Sénégal")
    page.get_by_label("Partenaire 1", exact=True).fill("Union des femmes de Podor")
    page.get_by_label("Partenaire 2", exact=True).fill("Commune de Podor")
    page.get_by_label("Sorte du partenaire 2").select_option(label="Collectivité")
    page.get_by_role("button", name="Plus de lignes").click()
    page.get_by_label("Partenaire 5", exact=True).fill("Lycée de Podor")
    page.get_by_label("Sorte du partenaire 5").select_option(label="École, université")
    page.get_by_label("Eau et assainissement", exact=True).check()
    page.get_by_label("6. Eau propre").check()
    page.get_by_label("Début").fill("2015-03-01")
    page.get_by_role("button", name="Enregistrer le projet").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Des puits pour Podor")
    tells(page, "Seule l’équipe le voit")
    fits(page, barriers)
    page.get_by_role("button", name="Publier le projet").click()
    expect(page.locator("main")).not_to_contain_text("Seule l’équipe le voit")
    project = page.url.partition("?")[0]

    page.goto(f"{url}/directory/projects")
    page.get_by_role("searchbox").fill("eau Sénégal podor")
    page.get_by_role("button", name="Chercher").click()
    tells(page, "1 projet", "Kynarou", "Union des femmes de Podor", "Commune de Podor", "Lycée de Podor")
    fits(page, barriers)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="JSON").click()
    (exported,) = json.loads(Path(waiting.value.path()).read_text())
    assert exported["partners"]["schools"] == ["Lycée de Podor"] and len(exported["structures"]) == 2
    page.get_by_role("link", name="Kynarou").first.click()
    tells(page, "Des puits pour Podor", "chef de file")
    page.goto(f"{url}/directory/projects?q=podor")
    page.get_by_role("link", name="Pays par pays").click()
    fits(page, barriers)
    page.get_by_role("link", name="Sénégal", exact=True).first.click()
    tells(page, "Des puits pour Podor")

    page.goto(project)
    page.get_by_role("link", name="Modifier", exact=True).click()
    fits(page, barriers)
    page.get_by_label("Évalué").check()
    page.get_by_label("Évaluation").fill("Avec les habitants, à la fin.")
    page.get_by_label("Ce que le projet a appris").fill("L’entretien se décide avant les travaux.")
    page.get_by_role("button", name="Enregistrer le projet").click()
    tells(page, "L’entretien se décide avant les travaux.", "modifié")
    fits(page, barriers)


def test_a_support_and_a_coverage_are_noted_counted_by_year_and_taken_back(
    page: Page, url: str, barriers: Barriers
) -> None:
    page.goto(f"{url}/directory/supports?q=kynarou")
    fits(page, barriers)
    page.get_by_role("link", name="Noter un appui").first.click()
    page.get_by_role("searchbox").fill("kynarou")
    page.get_by_role("button", name="Chercher").click()
    fits(page, barriers)
    page.get_by_role("link", name="Choisir").first.click()
    tells(page, "Kynarou")  # the form says whom it is about
    fits(page, barriers)
    page.get_by_label("Nature").select_option("networking")
    page.get_by_label("En quelques mots").fill("Mise en relation avec une école")
    page.get_by_label("Quand ?").fill("2017-06-12")
    page.get_by_role("button", name="Noter un appui").click()
    tells(page, "Mise en relation avec une école")
    page.goto(f"{url}/directory/supports?q=kynarou&year=2017&kind=networking")
    tells(page, "Mise en relation avec une école")
    page.get_by_text("Retirer", exact=False).locator("visible=true").first.click()
    page.get_by_label("Raison").first.fill("Noté deux fois")
    fits(page, barriers)
    page.get_by_role("button", name="Noté par erreur").first.click()
    tells(page, "C’est enregistré")
    expect(page.locator("main")).not_to_contain_text("Mise en relation avec une école")

    page.goto(f"{url}/directory/coverages")
    fits(page, barriers)
    expect(page.get_by_role("figure", name="Retombées par année")).to_have_count(1)
    page.goto(f"{url}/directory/coverages?year=1999")
    tells(page, "Aucune retombée")
    fits(page, barriers)


def test_a_request_keeps_its_criteria_and_its_answer_and_is_given_again(
    page: Page, url: str, barriers: Barriers
) -> None:
    page.goto(f"{url}/directory/requests")
    fits(page, barriers)
    page.get_by_role("link", name="Noter une demande").first.click()
    fits(page, barriers)
    page.get_by_label("Qui demande").fill("Ambassade inventée")
    page.get_by_label("Eau et assainissement", exact=True).check()
    page.get_by_label("Sénégal", exact=True).check()
    page.get_by_label("Haute-Garonne").check()
    page.get_by_role("button", name="Noter une demande").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ambassade inventée")
    fits(page, barriers)
    page.get_by_role("link", name="Préparer la réponse").first.click()
    fits(page, barriers)
    found = page.get_by_role("checkbox")
    expect(found.nth(2)).to_be_visible()
    page.wait_for_load_state()
    most = found.count()
    found.first.check()
    page.get_by_label("Réponse").fill("Voici celles qui peuvent vous répondre.")
    page.get_by_role("button", name="Noter la réponse").click()
    tells(page, "Voici celles qui peuvent vous répondre.", "telles qu’elles étaient ce jour-là")
    fits(page, barriers)
    exported = []
    for _ in range(2):
        with page.expect_download() as waiting:
            page.get_by_role("link", name="JSON", exact=True).first.click()
        exported.append(Path(waiting.value.path()).read_bytes())
    assert exported[0] == exported[1] and len(json.loads(exported[0])) == most - 1
    assert {one["department"] for one in json.loads(exported[0])} == {"31"}
    assert "SN" in {code for one in json.loads(exported[0]) for code in one["countries"]}

    page.locator("summary", has_text="Retirer").press("Enter")
    fits(page, barriers)
    page.get_by_label("Raison").fill("Notée deux fois")
    page.get_by_role("button", name="Noté par erreur").click()
    tells(page, "reposent sur lui")  # the answer, which is offered with it
    fits(page, barriers)
    page.get_by_role("button", name="Noté par erreur").click()
    tells(page, "C’est enregistré")
    expect(page.locator("main")).to_contain_text(re.compile("(Notée deux fois.*){2}", re.DOTALL))  # both stay readable
    fits(page, barriers)
    page.goto(f"{url}/directory/requests?q=ambassade+inventée")
    tells(page, "Aucune demande")
