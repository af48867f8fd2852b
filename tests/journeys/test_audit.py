"""An auditor's day on the sample: from a record to its life, from an event to its cause and its proof, to a file that
is compared with the signed archive. On a phone, in a real browser, with axe on every state."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.fixtures.accessibility import Barriers, barriers, node_modules
from tests.fixtures.browser import chromium, fits, needs_browser
from tests.fixtures.installation import Up, get_json, maillage

__all__ = ["barriers", "node_modules"]  # fixtures
pytestmark = needs_browser


@pytest.fixture(scope="module")
def up(served_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    folder = Path(shutil.copytree(served_sample, tmp_path_factory.mktemp("audit") / "data"))
    up = Up(folder, env={"MAILLAGE_CHECKPOINT_SECONDS": "1"}).start()
    try:
        up.wait()
        yield up
    finally:
        up.stop()


@pytest.fixture(scope="module")
def page(up: Up) -> Iterator[Page]:
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=up.wait(), accept_downloads=True)
        context.add_cookies(up.browser_cookies("all:auditor"))
        yield context.new_page()


def clean(page: Page, barriers: Barriers) -> None:
    assert barriers(page) == []
    fits(page)


def test_a_record_leads_to_its_life_and_each_event_to_what_it_changed(page: Page, up: Up, barriers: Barriers) -> None:
    structure = get_json(f"{up.wait()}/directory/export.json?q=kynarou")[0]
    page.goto(f"/directory/structures/{structure['id']}")
    page.get_by_role("link", name="Pourquoi cette page montre cela").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(structure["name"])
    page.get_by_text("Pourquoi cette valeur").first.click()
    clean(page, barriers)
    page.get_by_role("link", name="événement n°").first.click()
    page.wait_for_url("**/observatory/journal/*")
    page.get_by_text("Preuve", exact=True).first.wait_for()
    clean(page, barriers)


@pytest.mark.parametrize(
    ("kind", "view"),
    [
        ("directory", "structures"), ("directory", "projects"), ("directory", "requests"), ("membership", "members"),
        ("membership", "groups"), ("events", "gatherings"), ("events", "tandems"), ("newsletter", "issues"),
        ("newsletter", "subscribers"),
    ],
)  # fmt: skip
def test_every_record_page_and_the_life_of_what_it_shows_lead_to_each_other(
    page: Page, up: Up, kind: str, view: str
) -> None:
    found = get_json(f"{up.wait()}/{kind}/api/{view}?size=1")["documents"]
    if not found:
        pytest.skip(f"the sample has no {view}")
    record = f"/{kind}/{view}/{found[0]['key']}"
    answer = page.goto(record)
    assert answer is not None and answer.status == 200
    page.locator(f"a[href='/observatory/life/{found[0]['key']}']").first.click()
    page.wait_for_url(f"**/observatory/life/{found[0]['key']}*")
    expect(page.locator(f"a[href='{record}']")).to_have_count(1)
    shown = page.content()
    assert "field." not in shown and "thing." not in shown


def test_the_journal_is_searched_and_a_file_of_it_stands_the_comparison(
    page: Page, up: Up, barriers: Barriers, tmp_path: Path
) -> None:
    page.goto("/observatory/journal")
    clean(page, barriers)
    page.get_by_role("searchbox").fill("madagascar")
    page.get_by_role("button", name="Chercher").click()
    page.get_by_text("Autres filtres").click()
    page.get_by_label("Connu depuis le").fill("2012-01-01")
    clean(page, barriers)
    page.get_by_text("Emporter cette sélection").click()
    clean(page, barriers)
    with page.expect_download() as started:
        page.get_by_role("link", name="CSV").click()
    file = tmp_path / "selection.csv"
    started.value.save_as(file)
    found = json.loads(maillage("events", "find", "--q", "madagascar", "--json", data=up.data).stdout)
    assert found["total"] > 0
    for _ in range(40):  # until the notary has signed all of it
        if get_json(f"{up.wait()}/observatory/api/ledger")["signed"] >= found["sequence"]:
            break
    done = maillage("audit", "compare", str(file), "--json", data=up.data)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"] == found["total"]
    taken = maillage("events", "take", str(tmp_path / "all.parquet"), "--type", "MemberJoined", data=up.data)
    assert taken.returncode == 0, taken.stderr
    page.goto("/observatory/journal?q=nullepart&service=directory")
    expect(page.get_by_text("Aucun événement")).to_have_count(1)
    clean(page, barriers)


def test_cause_and_effect_actors_and_void_messages_have_no_barrier(page: Page, up: Up, barriers: Barriers) -> None:
    items = get_json(f"{up.wait()}/observatory/api/events?type=ItemAdded&limit=100")["events"]
    effect = next(one for one in items if one["causationid"])
    page.goto(f"/observatory/chains/{effect['correlationid']}")
    expect(page.locator("ol.effects li").first, "the item stands under what was published").to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cause et effet")
    clean(page, barriers)
    page.goto("/observatory/actors")
    clean(page, barriers)
    page.locator("table a").first.click()
    expect(page.get_by_role("heading", name="Ce qui a été fait")).to_have_count(1)
    clean(page, barriers)
    page.goto("/observatory/journal/void")
    expect(page.get_by_text("N’ont pas répondu"), "every service says what it has parked").to_have_count(0)
    clean(page, barriers)
    page.goto(f"/observatory/journal/{effect['seq']}?lang=en")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    clean(page, barriers)
