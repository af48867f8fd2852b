"""A review is made, published, found in the public archive by a stranger, and shows what was learnt since and by
what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.fixtures.accessibility import Barriers, barriers, node_modules
from tests.fixtures.browser import fits, needs_browser
from tests.fixtures.installation import Up, post_json, shown_everywhere

__all__ = ["barriers", "node_modules"]  # fixtures
pytestmark = needs_browser
YEAR = "since=2016-01-01&until=2016-12-31"


@pytest.fixture(scope="module")
def editor(browser: Browser, up: Up) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1280, "height": 900})
    opened.add_cookies(up.browser_cookies("observatory:editor", "directory:reader"))
    yield opened
    opened.close()


def row(page: Page, name: str) -> Locator:
    return page.locator("#h-changed").locator("..").get_by_role("row", name=re.compile(name)).first


def test_from_a_period_to_the_public_archive_to_a_difference_and_its_event(
    browser: Browser, editor: BrowserContext, up: Up, barriers: Barriers
) -> None:
    url, page = up.wait(), editor.new_page()
    page.goto(f"{url}/observatory/reviews")
    assert barriers(page) == []
    page.get_by_role("link", name="2016", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bilan 2016")
    expect(page.get_by_role("row", name=re.compile("^Structures recensées"))).to_contain_text(re.compile(r"2.252"))
    assert barriers(page) == []
    page.get_by_role("link", name="Publier…").click()
    page.get_by_label("Titre").fill("x")
    page.get_by_role("button", name=re.compile("^Publier")).click()
    expect(page.get_by_role("alert")).to_contain_text("n’est pas publié")
    assert barriers(page) == []
    page.get_by_label("Titre").fill("Bilan de l’année 2016")
    page.get_by_role("button", name=re.compile("^Publier")).click()
    expect(page.get_by_text("Chiffres calculés")).to_be_visible()
    expect(page.get_by_text("Le bilan est publié.")).to_be_visible()
    assert barriers(page) == []
    public = page.get_by_role("link", name="Sa page publique").get_attribute("href")
    page.get_by_role("link", name="Voir le bilan publié").click()
    expect(page.get_by_text("Rien n’a changé")).to_be_visible()

    # A stranger, on a phone, without scripts: the archive, the review, its files, the proof.
    phone = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    stranger = phone.new_page()
    stranger.goto(f"{url}/observatory/public/reviews")
    stranger.get_by_role("link", name="Bilan de l’année 2016").click()
    assert public is not None
    expect(stranger).to_have_url(url + public)
    fits(stranger)
    expect(stranger.get_by_role("row", name=re.compile("^Structures recensées"))).to_contain_text(re.compile("2.?252"))
    with stranger.expect_download() as download:
        stranger.get_by_role("link", name="PDF en français").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    proof = stranger.get_by_role("link", name="Sa preuve").get_attribute("href")
    assert proof is not None and re.fullmatch(r"/observatory/ledger/proof/\d+", proof)
    phone.close()
    seen = browser.new_context(viewport={"width": 390, "height": 844})
    other = seen.new_page()
    for path in (public, "/observatory/public/reviews"):
        other.goto(url + path)
        assert barriers(other) == []
    seen.close()

    # What is learnt today of 2016 changes what is counted now, and names itself.
    done = post_json(
        f"{url}/directory/api/commands/register-structure?happened=2016-05-01T12:00:00%2B02:00",
        {"name": "Retrouvée dans un carton", "kind": "association", "department": "31"},
    )
    shown_everywhere(url)
    page.reload()
    said = row(page, "^Structures recensées")
    expect(said).to_contain_text("+1")
    expect(said).to_contain_text("Retrouvée dans un carton")
    page.locator("#h-changed").locator("..").get_by_role("link", name=re.compile(r"^n°")).first.click()
    expect(page).to_have_url(f"{url}/observatory/journal/{done['sequence']}")
    page.go_back()
    page.get_by_text("Retirer…").click()
    page.get_by_label("Pourquoi").fill("Une structure manquait")
    page.get_by_role("button", name="Retirer", exact=True).click()
    expect(page.get_by_text("Une structure manquait")).to_be_visible()
    assert barriers(page) == []
    page.goto(url + public)
    expect(page.get_by_text("Une structure manquait")).to_be_visible()
    page.goto(f"{url}/observatory/reviews/printed")
    alone = "the printed review knew the sample alone"
    expect(row(page, "^Structures recensées"), alone).to_contain_text("Retrouvée dans un carton")
    volunteers = row(page, "^Volontaires en service civique accueillis")
    expect(volunteers).to_contain_text("Le bilan écrit 6 accueils et liste 8 recrutements")
    assert barriers(page) == []
    page.close()
