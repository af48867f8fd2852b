"""Finding structures and reading a record, in a real browser, as somebody does who works with it all day."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fixtures.accessibility import Barriers, barriers, node_modules
from tests.fixtures.browser import needs_browser
from tests.fixtures.installation import Up, get_json

__all__ = ["barriers", "node_modules"]  # fixtures
pytestmark = needs_browser


@pytest.fixture(scope="module")
def url(up: Up) -> str:
    return up.wait()


@pytest.fixture(scope="module")
def cookies(up: Up) -> list[object]:
    return up.browser_cookies("all:editor")


@pytest.fixture
def page(browser: Browser, cookies: list[object]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 1000}, accept_downloads=True)
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    yield page
    context.close()


def holds(page: Page, said: str) -> None:
    """Waits until the list says that it holds so much: "2 616 structures"."""
    expect(page.locator("#h-found")).to_have_text(said)


def test_a_word_mistyped_a_facet_and_its_removal(page: Page, url: str, barriers: Barriers) -> None:
    page.goto(f"{url}/directory/")
    holds(page, "2 616 structures")
    page.get_by_role("searchbox").fill("artisan du mnde")
    page.get_by_role("searchbox").press("Enter")
    expect(page.get_by_role("main")).to_contain_text("nous avons cherché")
    page.get_by_role("link", name="Artisans du monde Toulouse").wait_for()
    assert barriers(page) == []
    page.goto(f"{url}/directory/")
    page.get_by_role("group", name="Nature").get_by_label("Établissement scolaire").check()
    page.get_by_role("button", name="Appliquer les filtres").click()
    holds(page, "90 structures")
    expect(page).to_have_url(re.compile("kind=school"))
    page.locator(".fold > summary", has_text="Thèmes").click()
    page.get_by_role("group", name="Thèmes").get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Appliquer les filtres").click()
    page.wait_for_url("**themes=**")
    assert barriers(page) == []
    page.get_by_role("link", name="Retirer le filtre Établissement scolaire").click()
    page.wait_for_url(lambda at: "kind=" not in at and "themes=" in at)
    page.get_by_role("link", name="Tout effacer").click()
    holds(page, "2 616 structures")
    page.goto(f"{url}/directory/?q=zzzyx&kind=school")
    assert barriers(page) == []
    page.get_by_role("link", name="Chercher sans les filtres").click()
    expect(page.get_by_role("main")).to_contain_text("Essayez un seul mot")
    assert barriers(page) == []


def test_from_the_map_to_a_commune_by_mouse_and_by_the_table(page: Page, url: str, barriers: Barriers) -> None:
    page.goto(f"{url}/directory/")
    page.get_by_role("link", name="Tarn : 225 structures").click()
    holds(page, "225 structures")
    assert barriers(page) == []
    for source in ("svg-maps", "Etalab"):
        expect(page.locator("footer")).to_contain_text(source)
    page.locator("svg.points circle").first.click()
    page.wait_for_url("**commune=**")
    by_mouse = page.url
    assert barriers(page) == []
    page.go_back()
    page.get_by_text("Les mêmes chiffres en tableau").press("Enter")
    page.get_by_role("table", name="Structures par commune").get_by_role("link").first.click()
    page.wait_for_url(by_mouse)
    page.get_by_role("link", name="Toute la région").click()
    holds(page, "2 616 structures")


def test_orders_pages_and_an_export_of_what_was_found(page: Page, url: str) -> None:
    page.goto(f"{url}/directory/?kind=school")
    page.get_by_role("link", name="Vues récemment").click()
    page.wait_for_url("**sort=-seen**")
    page.get_by_role("link", name="Suivante").click()
    expect(page).to_have_url(re.compile("(?=.*sort=-seen)(?=.*page=2)"))
    expect(page.locator("caption").last).to_contain_text("Page 2 sur 4")
    for name, least in (("CSV", 90), ("XLSX", 4), ("GeoJSON", 90), ("JSON", 90)):
        with page.expect_download() as download:
            page.get_by_role("link", name=name, exact=True).click()
        data = Path(download.value.path()).read_bytes()
        assert len(data.splitlines()) > least, name
        if name == "JSON":
            assert len(json.loads(data)) == 90


def test_a_record_says_why_gives_its_cards_and_travels_in_time(page: Page, url: str, barriers: Barriers) -> None:
    key = get_json(f"{url}/directory/export.json?q=kynarou")[0]["id"]
    page.goto(f"{url}/directory/structures/{key}")
    page.get_by_text("Pourquoi cette valeur ? Thèmes").click()
    for said in ("source\u00a0: exemple inventé", "Avant", "Événement n°"):
        expect(page.locator("details.why[open]")).to_contain_text(said)
    assert barriers(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="vCard").click()
    assert "KIND:individual" in Path(download.value.path()).read_text()
    page.get_by_text("Revoir la fiche à une autre date").click()
    page.get_by_label("Montrer l’état au").last.fill("2013-05-05")
    page.get_by_role("button", name="Rejouer").last.click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("telle qu’elle était le dimanche 5 mai 2013")
    assert barriers(page) == []
    expect(main.get_by_role("link", name="Modifier")).to_have_count(0)
    page.get_by_role("navigation", name="Fil d’Ariane").get_by_role("link", name="Annuaire").click()
    expect(main).to_contain_text("tel qu’il était le dimanche 5 mai 2013")
    assert barriers(page) == []
    expect(main.get_by_role("link", name="Inscrire une structure")).to_have_count(0)
    main.get_by_role("link", name="Revenir à aujourd’hui").click()
    holds(page, "2 616 structures")
    page.goto(f"{url}/directory/structures/{key}?as_of=2001-01-01")
    expect(main).to_contain_text("Pas encore inscrite")
    assert barriers(page) == []


def test_a_commune_is_suggested_while_it_is_typed_and_is_a_plain_field_without_scripts(
    page: Page, browser: Browser, cookies: list[object], url: str, barriers: Barriers
) -> None:
    page.goto(f"{url}/directory/do/RegisterStructure")
    page.get_by_label("Commune").press_sequentially("toulou")
    page.locator('datalist option[value="Toulouse (31555)"]').wait_for(state="attached")
    page.get_by_label("Commune").fill("Castres")
    page.get_by_label("Nom", exact=True).fill("Suggérée")
    page.get_by_label("Nature").select_option("association")
    page.get_by_role("checkbox", name="Sénégal").check()
    page.get_by_role("button", name="Inscrire une structure").click()
    expect(page.get_by_role("alert")).to_contain_text("Castres (81065), Castres (02142)")
    assert barriers(page) == []
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(cookies)  # type: ignore[arg-type]
    plain = context.new_page()
    plain.goto(f"{url}/directory/do/RegisterStructure")
    plain.get_by_label("Nom", exact=True).fill("Sans script")
    plain.get_by_label("Nature").select_option("association")
    plain.get_by_label("Commune").fill("31000 toulouse")
    plain.get_by_role("button", name="Inscrire une structure").click()
    expect(plain.get_by_role("main")).to_contain_text("Toulouse (31555)")
    expect(plain.get_by_role("main")).to_contain_text("Haute-Garonne (31)")
    context.close()
