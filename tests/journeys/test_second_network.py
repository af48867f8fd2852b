"""A second network (deploy/networks/grand-est.yaml): from the assistant to a published yearly review, in its own
language, on a phone and without scripts. Another region, colleges and bulletins of other names, no printed review."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from shared.base.network_files import NETWORKS
from shared.notions.network.beginning import known
from tests.fixtures.accessibility import Barriers, barriers, node_modules
from tests.fixtures.browser import fits, needs_browser
from tests.fixtures.installation import Up, get_json, maillage, post_json, shown_everywhere

__all__ = ["barriers", "node_modules"]  # fixtures
pytestmark = needs_browser
FILE = NETWORKS / "grand-est.yaml"
SECOND = known()["grand-est"]
NAME = "Rhine and Meuse Cooperation Network"
ELSEWHERE = re.compile(r"Occitanie|Midi-Pyrénées|2616|2\s616|Les Échos|Haute-Garonne|Ariège")
YEAR = "since=2025-01-01&until=2025-12-31"


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    up = Up(tmp_path_factory.mktemp("second") / "data", ["--no-sample"], {"MAILLAGE_NETWORK": "rhine"})
    up.data.mkdir()
    up.start()
    try:
        up.wait()
        yield up
    finally:
        up.stop()


@pytest.fixture(scope="module")
def staff(browser: Browser, second: Up) -> Iterator[BrowserContext]:
    """An administrator, on a phone without scripts, whose browser has no language of its own."""
    opened = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    opened.add_cookies(second.browser_cookies("all:administrator"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def looked_at(browser: Browser, second: Up, barriers: Barriers) -> Iterator[Callable[[str], None]]:
    """Looks at a page for barriers, which a script finds, as an administrator on a phone."""
    opened = browser.new_context(viewport={"width": 390, "height": 844})
    opened.add_cookies(second.browser_cookies("all:administrator"))
    page = opened.new_page()

    def look(address: str) -> None:
        page.goto(address)
        assert barriers(page) == []

    yield look
    opened.close()


def said(url: str, service: str, command: str, fields: dict[str, Any], day: str | None = None) -> Any:
    happened = f"?happened={day}T12:00:00Z" if day else ""
    return post_json(f"{url}/{service}/api/commands/{command}{happened}", fields)


def test_an_empty_installation_leads_to_the_assistant_which_shows_what_it_would_say(
    staff: BrowserContext, second: Up, looked_at: Callable[[str], None]
) -> None:
    url, page = second.wait(), staff.new_page()
    page.goto(url)
    page.get_by_role("link", name="Commencer un réseau").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^De quel réseau"))
    fits(page)
    looked_at(page.url)
    before = get_json(f"{url}/observatory/api/state")["last"]
    expect(page.locator("main"), "an example is taken by its name, and not offered").not_to_contain_text(
        ELSEWHERE, use_inner_text=True
    )
    page.goto(f"{url}/membership/begin?of=grand-est")
    for said in (NAME, "67", "Charities and associations", "The Monthly Letter"):
        expect(page.locator("main")).to_contain_text(said, use_inner_text=True)
    fits(page)
    assert get_json(f"{url}/observatory/api/state")["last"] == before, "it is shown before it is said"
    looked_at(page.url)
    looked_at(f"{url}/newsletter/begin")
    looked_at(f"{url}/membership/begin?of=hand")
    page.goto(f"{url}/membership/begin?of=hand")
    fits(page)
    page.get_by_role("button", name="Commencer ce réseau").click()
    expect(page.get_by_role("alert")).to_contain_text("Donnez un nom")


def test_the_network_is_said_once_however_often_it_is_said(staff: BrowserContext, second: Up) -> None:
    url, page = second.wait(), staff.new_page()
    page.goto(f"{url}/membership/begin?of=grand-est")
    page.get_by_role("button", name="Dire tout cela").click()
    page.get_by_role("button", name="Open these bulletins").click()
    expect(page).to_have_url(re.compile(f"^{re.escape(url)}/?$"))
    again = maillage("network", "init", str(FILE), "--yes", data=second.data)
    assert again.returncode == 0 and "0 facts said" in again.stdout, again.stdout + again.stderr
    page.goto(f"{url}/membership/network")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("html")).to_have_attribute("data-dye", "garance")
    expect(page).to_have_title(re.compile(NAME))
    for said in ("Languages of the pages", "Bas-Rhin (67)", "Local law of Alsace and Moselle"):
        expect(page.locator("main")).to_contain_text(said, use_inner_text=True)
    fits(page)


def test_from_members_of_its_own_colleges_to_a_published_yearly_review_in_english(
    browser: Browser, staff: BrowserContext, second: Up, looked_at: Callable[[str], None]
) -> None:
    url, page = second.wait(), staff.new_page()
    college = SECOND.colleges[1].code
    said(url, "membership", "adopt-charter", {"title": "Charter", "principles": ["Together."]}, "2020-01-06")
    places = (("Pont du Rhin", "67"), ("Vosges solidaires", "88"), ("Loin", "31"))
    for name, department in places:
        fields = {"name": name, "kind": "association", "department": department}
        one = said(url, "directory", "register-structure", fields, "2024-03-01")
        joining = {"structure": one["entity"], "name": name, "college": college, "charter_version": 1}
        said(url, "membership", "join-network", joining, "2025-02-03")
    shown_everywhere(url)
    page.goto(f"{url}/observatory/reviews/period?{YEAR}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Review 2025")
    expect(page.locator("main")).to_contain_text(re.compile(r"Structures on record\s+3"), use_inner_text=True)
    expect(page.locator("main")).not_to_contain_text(ELSEWHERE, use_inner_text=True)
    fits(page)
    page.get_by_role("link", name="Publish…").click()
    page.get_by_label("Title").fill("Our year 2025")
    page.get_by_role("button", name=re.compile("^Publish")).click()
    expect(page.get_by_role("link", name="Its public page")).to_be_visible()
    public = page.get_by_role("link", name="Its public page").get_attribute("href")

    stranger = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False).new_page()
    stranger.goto(f"{url}/observatory/public/reviews")
    expect(stranger.locator("html")).to_have_attribute("lang", "en")
    stranger.get_by_role("link", name="Our year 2025").click()
    assert public is not None
    expect(stranger).to_have_url(url + public)
    fits(stranger)
    expect(stranger).to_have_title(re.compile(NAME))
    expect(stranger.locator("body")).not_to_contain_text(ELSEWHERE, use_inner_text=True)
    fits(stranger)
    looked_at(stranger.url)
    looked_at(f"{url}/membership/network")
    stranger.context.close()


def test_a_department_that_joins_the_region_leaves_the_year_before_as_it_was(second: Up, staff: BrowserContext) -> None:
    url = second.wait()
    region = {"region": "Grand Est", "departments": ["31", *(SECOND.region.all if SECOND.region else ())]}
    said(url, "membership", "draw-region", region, "2026-01-01")
    shown_everywhere(url)

    def inside(day: str) -> float:
        found = get_json(f"{url}/observatory/api/indicators/structures_by_region?as_of={day}")
        return float(next(one["value"] for one in found["values"] if one["path"].endswith("in_region.value")))

    assert (inside("2025-12-31"), inside("2026-01-01")) == (2, 3)
    page = staff.new_page()
    page.goto(f"{url}/observatory/dashboard?as_of=2025-12-31")
    drawn = "The region is that of this day; it has changed since: 01/01/2026."
    expect(page.locator("main")).to_contain_text(drawn, use_inner_text=True)
    page.goto(f"{url}/observatory/dashboard")
    expect(page.locator("main")).not_to_contain_text("it has changed since", use_inner_text=True)


def test_its_own_words_are_offered_and_the_general_ones_called_as_it_calls_them(second: Up) -> None:
    url = second.wait()
    with urlopen(f"{url}/newsletter/subscribe", timeout=60) as answer:
        page = answer.read().decode()
    assert "The Monthly Letter" in page and not ELSEWHERE.search(page)
