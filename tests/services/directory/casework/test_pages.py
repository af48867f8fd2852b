"""Individual support and media coverage by their pages: noted for a structure, listed, counted by year, taken back."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from uuid import UUID, uuid4

from httpx2 import AsyncClient

from services.directory.casework.domain.coverage import NoteMediaCoverage
from services.directory.casework.domain.support import GiveSupport
from services.directory.casework.lists import whole_years
from services.directory.casework.views import SUPPORTS
from services.directory.structures.domain.structure import MergeStructures
from shared.contract.directory.casework import SupportKind
from tests.fixtures.running_directory import House, house
from tests.services.directory.account_pages.test_pages import hidden
from tests.services.directory.projects.test_pages import browser, page, registered

__all__ = ["browser", "house"]  # fixtures


async def supported(house: House, structure: UUID, kind: SupportKind, at: datetime) -> UUID:
    command = GiveSupport(structure=structure, kind=kind)
    outcome = await house.now.execute(command, id=uuid4(), actor="test", at=at)
    assert await house.now.runner.wait_for(outcome.seq)
    return outcome.entity_id


async def test_supports_are_listed_by_structure_kind_and_the_year_that_it_is_in_paris(
    house: House, browser: AsyncClient
) -> None:
    one, other = await registered(house, "Kynarou"), await registered(house, "Ville de Castres")
    await supported(house, one, "funding_search", datetime(2015, 12, 31, 23, 30, tzinfo=UTC))  # 00:30 of 2016 in Paris
    await supported(house, other, "funding_search", datetime(2014, 6, 1, 10, tzinfo=UTC))
    await supported(house, other, "networking", datetime(2014, 6, 2, 10, tzinfo=UTC))

    async def listed(query: str) -> tuple[int, bool, bool]:
        shown = (await page(browser, f"/directory/supports?{query}")).partition('id="h-list"')[2].replace("\u00a0", " ")
        return int(shown.partition(">")[2].split()[0]), "Kynarou" in shown, "Castres" in shown

    assert await listed("") == (3, True, True)
    assert await listed("year=2016") == (1, True, False) and await listed("year=2014&year=2016") == (3, True, True)
    assert await listed("kind=networking") == (1, False, True)
    assert await listed("q=kynarou") == (1, True, False) and await listed(f"structure={other}") == (2, False, True)
    assert (await page(browser, "/directory/supports?year=2015")).count("Voir tous les appuis") == 1
    chart = (await page(browser, "/directory/supports?kind=funding_search")).replace("\u00a0", " ")
    assert "2014 1, 2015 0, 2016 1" in chart  # the chart's title says its figures
    await house.do(MergeStructures(structure=one, merged=other))
    assert await listed(f"structure={other}") == (3, True, False)


def test_a_year_without_a_note_is_a_zero_between_two_that_have_some() -> None:
    assert whole_years({"2014": 2, "2017": 1}) == [("2014", 2), ("2015", 0), ("2016", 0), ("2017", 1)]
    assert whole_years({}) == []


async def test_a_note_begins_with_the_choice_of_its_structure_and_is_taken_back_with_a_reason(
    house: House, browser: AsyncClient
) -> None:
    one = await registered(house, "Kynarou")
    chosen = await page(browser, "/directory/choose/GiveSupport?q=kynarou")
    assert f"/directory/do/GiveSupport?structure={one}" in chosen
    await page(browser, "/directory/choose/RegisterStructure", 404)
    form = await page(browser, f"/directory/do/GiveSupport?structure={one}&back=/directory/supports")
    assert "Kynarou" in form  # it says whom it is about
    given = {
        "command_id": hidden(form, "command_id"),
        "structure": str(one),
        "kind": "networking",
        "summary": "Un rendez-vous",
    }
    assert (await browser.post("/directory/do/GiveSupport", data=given)).status_code == 303
    shown = await page(browser, "/directory/supports")
    assert "Un rendez-vous" in shown
    undo = {name: hidden(shown, name) for name in ("command_id", "do", "of", "back")}
    (at,) = re.findall(r'action="(/directory/history/support/[^"]+)"', shown)
    short = await browser.post(at, data={**undo, "reason": ""})
    assert short.status_code == 422
    gone = await browser.post(at, data={**undo, "reason": "Noté deux fois"})
    assert gone.status_code == 303 and gone.headers["location"].startswith("/directory/supports?done=")
    assert (await house.now.store.find(SUPPORTS)).total == 0 and await house.events("EventStruck") == 1
    assert "Aucun appui noté" in await page(browser, "/directory/supports")


async def test_a_coverage_links_to_its_article_only_by_a_web_address(house: House, browser: AsyncClient) -> None:
    one = await registered(house, "Kynarou")
    await house.do(NoteMediaCoverage(structure=one, medium="La Dépêche", title="Des puits"))
    for url, status, linked in (("javascript:alert(1)", 422, False), ("https://exemple.invalid/article", 303, True)):
        form = {"command_id": str(uuid4()), "structure": str(one), "medium": "Radio", "url": url}
        assert (await browser.post("/directory/do/NoteMediaCoverage", data=form)).status_code == status
        assert (f'href="{url}"' in await page(browser, "/directory/coverages?medium=Radio")) is linked
    both = await page(browser, "/directory/coverages?q=kynarou")
    assert "La Dépêche" in both and "Des puits" in both
