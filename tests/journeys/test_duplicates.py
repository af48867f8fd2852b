"""Staff import the review's list of members from a spreadsheet, then what its text calls them, and merge what is one:
in a real browser, without a script, by keyboard where it matters."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.sample.plan import DATA
from tests.fixtures.accessibility import Barriers, barriers, node_modules
from tests.fixtures.browser import fits, needs_browser, path_of
from tests.fixtures.installation import Up, get_json
from tests.services.directory.duplicates.test_matching import AS_THE_REVIEW_ALSO_WRITES_THEM

__all__ = ["barriers", "node_modules"]  # fixtures
pytestmark = needs_browser
KINDS = {"public": "Collectivité", "economic": "Entreprise", "associative": "Association"}
CASIR, KYNAROU, SIAD = ("Collectif des associations", "Kynarou", "d’aide au développement")
"""The review's own duplicates, as its text writes them. "Le Grain" and "Grain de riz" are two members, whose places the
list does not say: namesakes to be told apart"""


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    data = tmp_path_factory.mktemp("duplicates") / "data"
    data.mkdir()
    up = Up(data, ["--no-sample"]).start()
    try:
        up.wait()
        yield up
    finally:
        up.stop()


@pytest.fixture(scope="module")
def page(browser: Browser, up: Up) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.add_cookies(up.browser_cookies("all:editor"))
    yield context.new_page()
    context.close()


def spreadsheet(rows: list[dict[str, str]]) -> bytes:
    """As Excel saves CSV in France."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(rows[0]), delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode("cp1252")


def members() -> list[dict[str, str]]:
    """The review's list of members, as somebody would type it."""
    with (DATA / "members_2017-10-31.csv").open(encoding="utf-8", newline="") as file:
        return [{"Nom de la structure": row["name"], "Type": KINDS[row["college"]]} for row in csv.DictReader(file)]


def clean(page: Page, barriers: Barriers, where: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    fits(page)
    assert barriers(page) == [], where


def send(page: Page, url: str, name: str, data: bytes) -> None:
    page.goto(f"{url}/directory/imports/new")
    page.get_by_label("Fichier", exact=True).set_input_files({"name": name, "mimeType": "text/csv", "buffer": data})
    page.get_by_role("button", name="Lire le fichier").click()


def check(page: Page) -> None:
    page.get_by_role("button", name="Vérifier les lignes").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Avant d’importer")


def confirm(page: Page) -> None:
    page.get_by_role("button", name="Importer", exact=False).click()
    expect(page.locator(".badge", has_text="Terminé")).to_be_visible(timeout=60_000)


def test_the_reviews_members_are_imported_from_a_spreadsheet(page: Page, up: Up, barriers: Barriers) -> None:
    url = up.wait()
    page.goto(f"{url}/directory/")
    page.get_by_role("link", name="Tenue").click()
    page.get_by_role("link", name="Imports").click()
    clean(page, barriers, "no import yet")
    page.get_by_role("link", name="Importer un fichier").first.click()
    clean(page, barriers, "the form of a file")
    send(page, url, "cut.csv", spreadsheet(members())[:5000].rpartition(b";")[0])
    expect(page.get_by_role("alert")).to_contain_text("coupé")
    clean(page, barriers, "a file that is cut")

    send(page, url, "membres.csv", spreadsheet(members()))
    clean(page, barriers, "columns")
    page.get_by_label("Lire « Nom de la structure » comme").select_option("Sigle")
    page.get_by_role("button", name="Vérifier les lignes").click()
    expect(page.get_by_role("alert")).to_contain_text("Aucune colonne ne donne le nom")
    clean(page, barriers, "no column of names")
    page.get_by_label("Lire « Nom de la structure » comme").select_option("Nom")
    check(page)
    clean(page, barriers, "lines")
    assert get_json(f"{url}/directory/api/structures")["total"] == 0, "nothing is written yet"
    page.get_by_label("Source").fill("Liste des membres du bilan 2012-2017")
    confirm(page)
    clean(page, barriers, "the report")
    assert get_json(f"{url}/directory/api/structures")["total"] == len(members()) == 179
    page.goto(f"{url}/directory/imports")
    expect(page.get_by_role("link", name="Liste des membres du bilan 2012-2017")).to_be_visible()
    clean(page, barriers, "one import")


def test_what_the_reviews_text_calls_them_is_seen_before_it_is_imported(page: Page, up: Up, barriers: Barriers) -> None:
    url = up.wait()
    names = [name for name in AS_THE_REVIEW_ALSO_WRITES_THEM if any(word in name for word in (CASIR, KYNAROU, SIAD))]
    assert len(names) == 3
    rows = [{"Nom": name, "Ville": ""} for name in [*names, "Envol du Fouta", "K"]]
    send(page, url, "texte.csv", spreadsheet(rows))
    check(page)
    expect(page.get_by_role("link", name="Ressemblent à une fiche (3)")).to_have_attribute("aria-current", "page")
    expect(page.get_by_role("link", name="Kynarou France")).to_be_visible()
    clean(page, barriers, "likely duplicates")
    page.get_by_role("link", name="Avec des erreurs (1)").click()
    clean(page, barriers, "lines with errors")
    page.get_by_role("link", name="Ressemblent à une fiche (3)").click()
    page.get_by_label("Pour toutes ces lignes").select_option("Inscrire comme une structure de plus")
    page.get_by_role("button", name="Appliquer à toutes").click()
    confirm(page)
    assert get_json(f"{url}/directory/api/structures")["total"] == 183


def test_the_reviews_own_duplicates_are_found_merged_by_keyboard_and_parted_again(
    page: Page, up: Up, barriers: Barriers
) -> None:
    url = up.wait()
    page.goto(f"{url}/directory/duplicates")
    found = page.locator("ol.pairs > li")
    expect(found).to_have_count(4)
    for other, member in ((CASIR, "(Casir)"), (KYNAROU, "Kynarou France"), (SIAD, "(Siad)")):
        expect(found.filter(has_text=other).filter(has_text=member), other).to_have_count(1)
    clean(page, barriers, "the work list")

    found.filter(has_text="Kynarou France").get_by_role("link", name=re.compile("^Comparer")).press("Enter")
    clean(page, barriers, "side by side")
    page.get_by_role("radiogroup", name="Nom").get_by_role("radio").first.focus()
    page.keyboard.press("ArrowDown")
    second = page.get_by_role("radiogroup", name="Nom").get_by_role("radio").nth(1)
    expect(second).to_be_checked()
    name = page.get_by_role("radiogroup", name="Nom").locator("label").nth(1).inner_text()
    kept, merged = (page.locator(f"input[name={which}]").first.get_attribute("value") for which in ("kept", "merged"))
    page.get_by_role("button", name="Réunir les deux fiches").press("Enter")
    expect(page.get_by_text("Les deux fiches n’en font plus qu’une.")).to_be_visible()
    expect(page.locator(".kicker", has_text="sur 3")).to_be_visible()
    clean(page, barriers, "the next pair")

    page.goto(f"{url}/directory/structures/{merged}")
    old = "an old link leads to the record that is kept"
    expect(page, old).to_have_url(path_of(f"{url}/directory/structures/{kept}"))
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    said = get_json(f"{url}/directory/api/structures/{merged}")
    assert said["merged_into"] == kept
    clean(page, barriers, "a record that another was merged into")
    page.get_by_role("button", name=re.compile("^Défaire la fusion")).press("Enter")
    assert get_json(f"{url}/directory/api/structures/{merged}")["merged_into"] is None
    page.goto(f"{url}/directory/duplicates?tab=merged")
    clean(page, barriers, "no merge")

    page.goto(f"{url}/directory/duplicates?q=grain")
    clean(page, barriers, "a search")
    page.get_by_role("link", name=re.compile("^Comparer")).click()
    page.get_by_label("Ce qui les distingue").fill("Deux associations, rien de commun")
    page.get_by_role("button", name="Les distinguer").click()
    page.goto(f"{url}/directory/duplicates?tab=apart")
    expect(page.get_by_text("Deux associations, rien de commun")).to_be_visible()
    clean(page, barriers, "namesakes")
    page.get_by_role("button", name=re.compile("^Revoir")).click()
    expect(page.get_by_text("Aucun homonyme distingué")).to_be_visible()
    page.goto(f"{url}/directory/duplicates")
    expect(found).to_have_count(4)
