"""A draft says what its sources say by now, until it is sent; what an editor wrote stays, is told of the change, and
can take it over: over the real log, with the real rules of the gathering."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from html import unescape
from uuid import UUID

import pytest

from services.events.gatherings.domain.planning import (
    AnnounceGathering,
    CancelGathering,
    MoveGathering,
    PlanGathering,
    ReinstateGathering,
    ReviseGathering,
)
from services.newsletter.bulletins.domain.issue import ApproveIssue, ReviseItem
from services.newsletter.bulletins.source_words import Said, Since, changed_since
from services.newsletter.bulletins.views import ISSUES
from shared.contract.newsletter.bulletins import ItemRevised
from shared.kernel.eventlog.event_log import Log
from shared.kernel.views.projection import Document
from tests.services.newsletter.bulletins.test_collecting import arrived, in_log
from tests.services.newsletter.bulletins.test_leaving import DRAFT, Team
from tests.services.newsletter.conftest import House, until
from tests.services.newsletter.newsroom.test_pages import press

slow = pytest.mark.slow
STARTS = datetime(2099, 3, 5, 17, 30, tzinfo=UTC)
LATER = datetime(2099, 3, 12, 17, 30, tzinfo=UTC)
PAGE = f"/newsletter/issues/{DRAFT}"
ON_5, ON_12 = (f"Jeudi {day} mars 2099 à 18\u00a0h\u00a030" for day in (5, 12))


async def items(house: House) -> list[Document]:
    found = await house.now.store.get(ISSUES, str(DRAFT))
    return list(found["items"]) if found else []


async def says(house: House, *wanted: tuple[str, str]) -> None:
    """Waits until the items of the draft have these titles and texts, and stay so."""

    async def so() -> bool:
        return [(one["title"], one["text"]) for one in await items(house)] == list(wanted)

    try:
        await until(so, 60)
    except AssertionError:
        raise AssertionError(await items(house)) from None
    await house.rest()
    assert await so() and await house.now.store.parked() == []


async def announced(team: Team, summary: str | None = None) -> UUID:
    gathering = await team.does(PlanGathering(kind="aper_oc", title="Apér’OC", starts=STARTS, town="Foix"))
    await team.does(AnnounceGathering(gathering=gathering, summary=summary))
    return gathering


@slow
async def test_what_was_corrected_moved_or_called_otherwise_is_so_in_the_draft(house: House, log: Log) -> None:
    team = Team(log)
    await house.now.start_reactions()
    gathering = await announced(team, "Venez.")
    await arrived(house, 1)
    await says(house, ("Apér’OC", f"{ON_5}, Foix.\nVenez."))
    await team.corrects(gathering, "Apér’OC de Foix")
    await says(house, ("Apér’OC de Foix", f"{ON_5}, Foix.\nVenez."))
    await team.does(MoveGathering(gathering=gathering, starts=LATER, town="Pamiers"))
    await says(house, ("Apér’OC de Foix", f"{ON_12}, Pamiers.\nVenez."))
    await team.does(ReviseGathering(gathering=gathering, title="Apér’OC de Pamiers"))
    await says(house, ("Apér’OC de Pamiers", f"{ON_12}, Pamiers.\nVenez."))
    await team.does(CancelGathering(gathering=gathering, reason="Neige"))
    await team.does(ReinstateGathering(gathering=gathering))
    for day in (STARTS, LATER, STARTS):
        await team.does(MoveGathering(gathering=gathering, starts=day))
    await says(house, ("Apér’OC de Pamiers", f"{ON_5}, Pamiers.\nVenez."))
    (item,) = await items(house)
    assert not item["hand"] and not item["dropped"] and item["corrected"]
    async with house.browser("newsletter:editor") as browser:
        page = unescape((await browser.get(PAGE)).text)
    assert "corrigé d’après sa source" in page and "a changé depuis" not in page


@slow
async def test_one_that_was_corrected_before_its_announcement_arrived_is_so(house: House, log: Log) -> None:
    team = Team(log)
    gathering = await announced(team)
    await team.does(MoveGathering(gathering=gathering, starts=LATER))
    await team.corrects(gathering, "Apér’OC de Foix")
    await house.now.start_reactions()
    await says(house, ("Apér’OC de Foix", f"{ON_12}, Foix."))


@slow
async def test_what_went_out_stays_as_it_went(house: House, log: Log) -> None:
    team = Team(log)
    await house.now.start_reactions()
    gathering = await announced(team)
    await arrived(house, 1)
    await house.do(ApproveIssue(issue=DRAFT, recipients=0))
    await team.corrects(gathering, "Apér’OC de Foix")
    await team.does(MoveGathering(gathering=gathering, starts=LATER))
    await says(house, ("Apér’OC", f"{ON_5}, Foix."))
    assert await in_log(house, ItemRevised) == []


@slow
async def test_what_an_editor_wrote_is_told_of_the_change_and_takes_it_over(house: House, log: Log) -> None:
    team = Team(log)
    await house.now.start_reactions()
    gathering = await announced(team)
    await arrived(house, 1)
    await says(house, ("Apér’OC", f"{ON_5}, Foix."))
    (item,) = await items(house)
    ours = f"{ON_5}, Foix.\nAvec de la musique."
    await house.do(ReviseItem(issue=DRAFT, item=UUID(item["item"]), title="Apéro", text=ours, revision=0))
    async with house.browser("newsletter:editor") as browser:

        async def page() -> str:
            return unescape((await browser.get(PAGE)).text)

        assert "a changé depuis" not in await page()
        await team.corrects(gathering, "Apér’OC de Foix")
        await team.does(MoveGathering(gathering=gathering, starts=LATER))
        await until(
            _shows(page, "Le titre a changé depuis", "La date ou le lieu a changé depuis", f"{ON_12}, Foix."), 60
        )
        await says(house, ("Apéro", ours))
        form = unescape((await browser.get(f"{PAGE}/items/{item['item']}")).text)
        assert "Le titre a changé depuis" in form and "il reste tel que vous l’avez écrit" in form
        assert "1 article à revoir" in unescape((await browser.get(f"{PAGE}/approve")).text).replace("\u00a0", " ")
        await press(browser, PAGE, "Reprendre ce que dit sa source", "Apéro")
        await says(house, ("Apér’OC de Foix", f"{ON_12}, Foix.\nAvec de la musique."))
        assert "a changé depuis" not in await page()


@slow
async def test_only_what_an_editor_changed_stays(house: House, log: Log) -> None:
    """A title of the editor's own stays, and the day beside it is that of the gathering."""
    team = Team(log)
    await house.now.start_reactions()
    gathering = await announced(team)
    await arrived(house, 1)
    await says(house, ("Apér’OC", f"{ON_5}, Foix."))
    (item,) = await items(house)
    await house.do(ReviseItem(issue=DRAFT, item=UUID(item["item"]), title="Apéro", text=item["text"], revision=0))
    await team.does(MoveGathering(gathering=gathering, starts=LATER))
    await says(house, ("Apéro", f"{ON_12}, Foix."))


def _shows(page: Callable[[], Awaitable[str]], *words: str) -> Callable[[], Awaitable[bool]]:
    async def so() -> bool:
        shown = await page()
        return all(word in shown for word in words)

    return so


WAS = {"title": "Apér’OC", "text": "Lundi.\nVenez."}


@pytest.mark.parametrize(
    ("item", "now", "told"),
    [
        (WAS, Said("Apér’OC", "Lundi.\nVenez."), None),
        ({**WAS, "title": "Apéro"}, Said("Apér’OC", "Lundi.\nVenez."), None),
        (
            {**WAS, "title": "Apéro"},
            Said("Autre", "Lundi.\nVenez."),
            Since("Autre", None, Said("Autre", "Lundi.\nVenez.")),
        ),
        ({**WAS, "title": "Autre"}, Said("Autre", "Lundi.\nVenez."), None),
        (
            {**WAS, "text": "Bonjour.\nLundi."},
            Said("Apér’OC", "Mardi.\nVenez."),
            Since(None, "Mardi.", Said("Apér’OC", "Bonjour.\nMardi.")),
        ),
        (
            {**WAS, "text": "Bientôt."},
            Said("Apér’OC", "Mardi.\nVenez."),
            Since(None, "Mardi.", Said("Apér’OC", "Mardi.\nVenez.")),
        ),
        ({**WAS, "text": "Mardi, enfin :\nMardi."}, Said("Apér’OC", "Mardi.\nVenez."), None),
        (WAS, None, None),
    ],
)
def test_an_editor_is_told_what_is_otherwise_and_only_that(
    item: dict[str, str], now: Said | None, told: Since | None
) -> None:
    assert changed_since({**item, "said": WAS}, now) == told
