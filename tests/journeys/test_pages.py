"""Every page a person can reach by links, in a real browser: it answers, fits a phone, speaks both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.fixtures.accessibility import Barriers, Unlike, barriers, node_modules
from tests.fixtures.browser import at_a_glance, needs_browser, path_of
from tests.fixtures.installation import Up

__all__ = ["barriers", "node_modules"]  # fixtures
pytestmark = needs_browser
SERVICES = ("directory", "membership", "events", "newsletter", "observatory")


@pytest.fixture(scope="module")
def url(up: Up) -> str:
    return up.wait()


@pytest.fixture(scope="module")
def cookies(up: Up) -> list[Any]:
    """Of the session of somebody who may do everything."""
    return up.browser_cookies("all:administrator")


@pytest.fixture
def context(browser: Browser, cookies: list[Any]) -> Iterator[BrowserContext]:
    """A browser on a phone, signed in."""
    opened = browser.new_context(viewport={"width": 390, "height": 844})
    opened.add_cookies(cookies)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def kind_of(path: str) -> str:
    """A path with its ids and numbers made alike."""
    parts = [("…" if len(p) == 36 or p.isdigit() else p) for p in path.split("/")]
    return "/".join(parts)


@pytest.mark.parametrize("most", [1, pytest.param(3, marks=pytest.mark.drill)])
def test_every_page_reached_by_links_answers_fits_a_phone_and_has_no_barrier(
    page: Page, url: str, barriers: Barriers, most: int
) -> None:
    seen: dict[str, int] = {}
    waiting = ["/"]
    visited: set[str] = set()
    unlike = Unlike()
    judged = 0
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(f"script error: {error}"))
    while waiting:
        path = waiting.pop(0)
        visited.add(path)
        if "." in path.partition("?")[0].rpartition("/")[2]:  # a file to be taken away: a tab can't show it
            if (status := page.request.get(url + path).status) >= 400:
                problems.append(f"{path}: {status}")
            continue
        answer = page.goto(url + path)
        assert answer is not None
        if answer.status >= 400:
            problems.append(f"{path}: {answer.status}")
            continue
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        headings, wide, links = at_a_glance(page)
        if headings != 1:
            problems.append(f"{path}: {headings} h1")
        if wide > 0:
            problems.append(f"{path}: {wide} px too wide on a phone")
        if unlike(page):  # axe takes its time
            judged += 1
            problems.extend(f"{path}: {barrier}" for barrier in barriers(page))
        for href in links:
            where = urlsplit(urldefrag(href).url)
            if f"{where.scheme}://{where.netloc}" != url:
                continue
            found = where.path + (f"?{where.query}" if where.query else "")
            kind = kind_of(where.path)
            if found not in visited and found not in waiting and seen.get(kind, 0) < most:
                seen[kind] = seen.get(kind, 0) + 1
                waiting.append(found)
    print(f"\n{len(visited)} pages of {len(seen)} kinds, of which axe judged {judged}")
    assert not problems, "\n".join(problems)
    assert {f"/{name}/" for name in SERVICES} <= visited


FIELD = '<main><h1>Une page</h1><form><label for="{0}">{0}</label><input id="{1}"></form></main>'


def test_a_page_is_judged_for_what_is_unlike_all_before_and_for_that_alone(page: Page, barriers: Barriers) -> None:
    unlike = Unlike()
    for named, field, judged in (("Nom", "Nom", True), ("Ville", "Ville", False), ("Ville", "Nom", True)):
        page.set_content(f'<html lang="fr"><title>Essai</title>{FIELD.format(named, field)}</html>')
        assert unlike(page) == judged
    assert any(one.startswith("label") for one in barriers(page))
    page.set_content(f'<html lang="fr"><title>Essai</title>{2 * FIELD.format("Nom", "Nom")}</html>')
    assert unlike(page)


@pytest.mark.parametrize("service", SERVICES)
def test_each_front_speaks_english_when_asked_and_remembers_it(page: Page, url: str, service: str) -> None:
    page.goto(f"{url}/{service}/")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.get_by_role("link", name="EN, English version").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto(f"{url}/{service}/docs")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", name="Data documentation")).to_have_count(1)


def test_nothing_comes_from_outside_and_nothing_needs_a_script(page: Page, url: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/", "/directory/", "/observatory/review", "/directory/docs", "/newsletter/subscribe"):
        page.goto(url + path)
        expect(page.locator("script")).to_have_count(0)
    assert all(one.startswith((url, "data:")) for one in asked)


def test_a_structure_is_registered_by_keyboard_on_a_phone_and_corrected_where_it_is_wrong(page: Page, url: str) -> None:
    page.goto(f"{url}/directory/do/RegisterStructure")
    page.get_by_label("Nom", exact=True).focus()
    page.keyboard.type("K")
    page.get_by_label("SIRET").fill("3563120001234")
    page.get_by_role("button", name="Inscrire une structure").press("Enter")
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("trois réponses sont à revoir", ignore_case=True)
    expect(summary).to_contain_text("13")
    summary.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("#f-name$"))
    page.get_by_label("Nom", exact=True).fill("Kynarou Essai")
    page.get_by_label("Nature").select_option("association")
    page.get_by_label("SIRET").fill("")
    page.get_by_role("button", name="Inscrire une structure").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kynarou Essai")
    expect(page.get_by_role("status")).to_have_text(re.compile(r"^\s*C’est enregistré\."))


def test_a_stale_form_overwrites_nothing(context: BrowserContext, url: str) -> None:
    first, second = context.new_page(), context.new_page()
    first.goto(f"{url}/directory/do/RegisterStructure")
    first.get_by_label("Nom", exact=True).fill("Disputée")
    first.get_by_label("Nature").select_option("school")
    first.get_by_role("button", name="Inscrire une structure").click()
    expect(first.get_by_role("heading", level=1)).to_have_text("Disputée")
    record = first.url.partition("?")[0]
    for page in (first, second):
        page.goto(record)
        page.get_by_role("link", name="Modifier", exact=True).first.click()
    first.get_by_label("Nom", exact=True).fill("Première")
    first.get_by_role("button", name="Enregistrer la fiche").click()
    expect(first.get_by_role("heading", level=1)).to_have_text("Première")
    second.get_by_label("Nom", exact=True).fill("Seconde")
    second.get_by_role("button", name="Enregistrer la fiche").click()
    expect(second.get_by_role("alert")).to_contain_text("avant vous")
    first.goto(record)
    expect(first.get_by_role("heading", level=1)).to_have_text("Première")


def test_a_file_that_is_too_large_is_answered_with_a_sentence_and_no_broken_connection(
    page: Page, url: str, tmp_path: Path, barriers: Barriers
) -> None:
    page.goto(f"{url}/directory/imports/new")
    (tmp_path / "list.csv").write_bytes(b"Nom;Type\r\n" * 2_500_000)
    page.get_by_label("Fichier", exact=True).set_input_files(tmp_path / "list.csv")
    page.get_by_role("button", name="Lire le fichier").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Envoi trop lourd")
    expect(page.locator("main")).to_contain_text("Envoyez moins de 20\u202fMo")
    assert barriers(page) == []


def test_the_same_form_sent_twice_is_one_structure(page: Page, url: str) -> None:
    page.goto(f"{url}/directory/do/RegisterStructure")
    page.get_by_label("Nom", exact=True).fill("Envoyée deux fois")
    page.get_by_label("Nature").select_option("company")
    command_id = page.locator("input[name=command_id]").input_value()
    page.get_by_role("button", name="Inscrire une structure").dblclick()
    # Not `wait_for_url`, which takes the first form, that the second one cut off, for a failure.
    expect(page).to_have_url(re.compile("/directory/structures/[0-9a-f-]{36}"))
    page.wait_for_load_state()
    again = page.request.post(
        f"{url}/directory/do/RegisterStructure",
        form={"command_id": command_id, "name": "Envoyée deux fois", "kind": "company"},
        headers={"Origin": url},
    )
    expect(page).to_have_url(path_of(again.url.partition("?")[0]))
    page.goto(f"{url}/directory/?q=Envoyée+deux+fois")
    expect(page.get_by_role("heading", name="1 structure")).to_have_count(1)
