"""The dashboard in a browser, on a phone and without scripts: a slider that is a form, filters, a figure down to its
events, pictures as files, and a page that shows an event as it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.fixtures.accessibility import Barriers, barriers, node_modules
from tests.fixtures.browser import needs_browser
from tests.fixtures.installation import Up, post_json

__all__ = ["barriers", "node_modules"]  # fixtures
pytestmark = needs_browser
BOARD = "/observatory/dashboard"


@pytest.fixture(scope="module")
def phone(browser: Browser, up: Up) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    opened.add_cookies(up.browser_cookies("all:editor"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def desk(browser: Browser, up: Up) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1280, "height": 900})
    opened.add_cookies(up.browser_cookies("all:editor"))
    yield opened
    opened.close()


def test_the_slider_goes_through_time_by_keyboard_and_without_a_script(phone: BrowserContext, up: Up) -> None:
    page = phone.new_page()
    page.goto(f"{up.wait()}{BOARD}?as_of=2017-10-31")
    members = page.locator(".figures > div", has_text="Adhérents").locator(".value")
    expect(members).to_have_text("179")
    slider = page.get_by_role("slider", name="Remonter le temps")
    slider.focus()
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="Y aller").click()
    expect(page).to_have_url(re.compile(r"\?as_of=2015-12-31$"))
    expect(members, "as the review has it at the end of 2015").to_have_text("99")
    page.get_by_role("link", name="2016", exact=True).click()
    expect(members).to_have_text("148")
    page.close()


def test_a_filter_leads_to_a_figure_and_the_figure_to_its_events(desk: BrowserContext, up: Up) -> None:
    page = desk.new_page()
    page.goto(f"{up.wait()}{BOARD}?as_of=2017-10-31")
    page.get_by_label("Département", exact=True).select_option("31")
    page.get_by_role("button", name="Appliquer les filtres").click()
    expect(page).to_have_url(re.compile("^(?!.*college).*department=31"))
    card = page.locator(".figures > div", has_text="Structures recensées")
    expect(card.locator(".value"), "as the review has it").to_have_text("891")
    card.get_by_role("link").click()
    expect(page.locator("main")).to_contain_text("Haute-Garonne")
    expect(page.get_by_role("heading", name=re.compile(r"^891.événements$"))).to_have_count(1)
    page.go_back()
    page.get_by_role("link", name="Retirer le filtre Haute-Garonne").click()
    expect(card.locator(".value")).to_have_text(re.compile(r"616$"))
    page.close()


def test_pictures_are_downloaded_and_no_state_has_a_barrier(desk: BrowserContext, up: Up, barriers: Barriers) -> None:
    url = up.wait()
    page = desk.new_page()
    for state in (
        "?as_of=2017-10-31",
        "?as_of=2016-12-31&since=2012-12-31&kind=association",
        "?theme=rien",
        "?department=999",
        "?as_of=2015-06-30&known_at=2016-01-01",
    ):
        page.goto(f"{url}{BOARD}{state}")
        assert not barriers(page), state
    for path in (
        "/observatory/open-data",
        "/observatory/open-data/contacts_total?by=department",
        "/observatory/open-data/structures_total?by=kind",
    ):
        page.goto(url + path)
        assert not barriers(page), path
    page.goto(f"{url}{BOARD}?as_of=2017-10-31")
    with page.expect_download() as download:
        page.get_by_role("link", name="PNG, Adhérents par collège").click()
    assert download.value.suggested_filename == "members_by_college_2017-10-31.png"
    assert download.value.path().read_bytes().startswith(b"\x89PNG")
    page.close()


def test_an_event_is_seen_on_an_open_page_as_it_is_written(phone: BrowserContext, up: Up) -> None:
    url = up.wait()
    page = phone.new_page()
    page.goto(f"{url}{BOARD}")
    page.get_by_role("button", name="Suivre en direct").click(no_wait_after=True)
    frames = page.locator(".frame:visible")
    expect(frames).to_have_count(1)
    value = frames.locator(".figures > div", has_text="Structures recensées").locator(".value")
    before = int(re.sub(r"\D", "", value.inner_text()))
    post_json(f"{url}/directory/api/commands/register-structure", {"name": "Vue en direct", "kind": "association"})
    expect(frames.get_by_text("Vue en direct").first).to_be_visible(timeout=60_000)
    expect(frames).to_have_count(1)
    expect(value).to_have_text(re.compile(rf"^\D*{'.?'.join(str(before + 1))}\D*$"))
    page.close()
