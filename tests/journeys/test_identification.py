"""Identifying actors in a browser, on a phone and at a desk: who is found is who the directory finds; kept under a name
for whoever asked, taken away, repeated once something has changed. No state has a barrier."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.fixtures.accessibility import Barriers, barriers, node_modules
from tests.fixtures.browser import fits, needs_browser
from tests.fixtures.installation import Up, get_json, post_json, shown_everywhere

__all__ = ["barriers", "node_modules"]  # fixtures
pytestmark = needs_browser
HERE = "/observatory/identification"


@pytest.fixture(scope="module")
def desk(browser: Browser, up: Up) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=True)
    opened.add_cookies(up.browser_cookies("all:editor"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def phone(browser: Browser, up: Up) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 390, "height": 844})
    opened.add_cookies(up.browser_cookies("all:reader"))
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "query",
    [
        "countries=SN&kind=association", "countries=SN", "themes=Eau et assainissement&member=yes", "sdgs=6&sdgs=4",
        "department=31&kind=public_body", "college=economic", "countries=MG&themes=Santé&member=no",
    ],
)  # fmt: skip
def test_who_is_identified_is_who_the_directory_finds(up: Up, query: str) -> None:
    """Their answers are made in two ways, from documents and from the log; they must never contradict each other."""
    asked = query.replace(" ", "%20").replace("é", "%C3%A9")
    here: dict[str, Any] = get_json(f"{up.wait()}{HERE}/export.json?{asked}")
    there: list[dict[str, Any]] = get_json(f"{up.wait()}/directory/export.json?{asked}")
    assert here["total"] == len(there) > 0
    assert [one["id"] for one in here["structures"]] == [one["id"] for one in there], "in the same order, too"
    assert {one["id"]: one["member"] for one in here["structures"]} == {one["id"]: one["member"] for one in there}


def test_actors_are_identified_saved_taken_away_and_identified_again(
    desk: BrowserContext, phone: BrowserContext, up: Up, barriers: Barriers
) -> None:
    url, page = up.wait(), desk.new_page()
    page.goto(f"{url}{HERE}")
    assert not barriers(page)
    page.locator("summary", has_text=re.compile("^Départements$")).click()
    page.get_by_label("Haute-Garonne (31)").check()
    page.get_by_label("Adhérente", exact=True).check()
    page.get_by_role("button", name="Appliquer les filtres").click()
    page.wait_for_url("**department=31**")
    assert not barriers(page)
    number = int(re.sub(r"\D", "", page.locator("#g-map").inner_text().partition("structures")[0]))
    assert number == 59, "as the review has it"
    page.get_by_role("link", name="Enregistrer l’identification").click()
    page.get_by_label("Nom de l’identification").fill("Les adhérents de Haute-Garonne")
    page.get_by_label("Son nom").fill("solidarité")
    page.get_by_label("Pour quoi faire").fill("Préparer une rencontre")
    page.get_by_role("button", name="Enregistrer l’identification").click()
    which = page.get_by_role("group", name="Laquelle")
    expect(which).to_be_visible()
    assert not barriers(page), "a form that is to be looked at again"
    which.get_by_role("radio").first.check()
    page.get_by_role("button", name="Enregistrer l’identification").click()
    page.wait_for_url("**/saved/**")
    assert not barriers(page)
    saved = page.url.partition("?")[0]
    with page.expect_download() as download:
        page.get_by_role("link", name="XLSX").click()
    rows = list(
        openpyxl.load_workbook(BytesIO(download.value.path().read_bytes()))["Structures"].iter_rows(values_only=True)
    )
    assert len(rows) == number + 1

    key = post_json(
        f"{url}/directory/api/commands/register-structure",
        {"name": "Puits neufs", "kind": "association", "department": "31"},
    )["entity"]
    post_json(
        f"{url}/membership/api/commands/join-network",
        {"structure": key, "name": "Puits neufs", "college": "associative", "charter_version": 2},
    )
    shown_everywhere(url)
    page.get_by_role("link", name="Refaire aujourd’hui").click()
    came = page.get_by_role("region", name=re.compile("Venues depuis"))
    expect(came).to_contain_text("Puits neufs")
    expect(came).to_contain_text("n’était pas inscrite")
    assert not barriers(page)
    page.get_by_role("button", name="Garder cette réponse").click()
    page.wait_for_url("**done=**")
    expect(page.get_by_role("region", name=re.compile("La réponse donnée"))).to_contain_text(f"{number + 1} structures")
    page.get_by_role("link", name="Renommer").click()
    assert not barriers(page)
    page.close()

    small = phone.new_page()
    for path in (
        f"{HERE}?department=31&member=yes",
        f"{HERE}/saved",
        saved.removeprefix(url),
        f"{saved.removeprefix(url)}/again",
        f"{HERE}?themes=rien",
    ):
        small.goto(url + path)
        assert not barriers(small), path
        fits(small)
    saving = small.get_by_role("link", name="Enregistrer l’identification")
    expect(saving, "a reader looks, and saves nothing").to_have_count(0)
    small.close()
