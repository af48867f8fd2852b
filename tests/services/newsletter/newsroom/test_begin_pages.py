"""The second half of the assistant: bulletins of a network to begin with, or by hand."""

from __future__ import annotations

import re
from html import unescape

import pytest
from starlette.datastructures import FormData

from services.newsletter.bulletins.queries import opened
from services.newsletter.newsroom.begin_pages import by_hand, code_of
from shared.base.paris_days import day_of
from shared.base.translations import Lexicon
from shared.notions.bulletin import bulletin_id
from tests.services.newsletter.conftest import House

pytestmark = pytest.mark.slow
PAGE = "/newsletter/begin"


async def test_the_bulletins_of_a_network_are_shown_then_opened_once(house: House) -> None:
    async with house.browser("newsletter:editor") as browser:
        shown = unescape((await browser.get(f"{PAGE}?of=occitanie")).text)
        assert "Info Flash" in shown and "Rien n’est encore dit" in shown
        assert (await browser.get(f"{PAGE}?of=nowhere")).status_code == 404
        for _ in range(2):
            done = await browser.post(PAGE, data={"of": "occitanie"})
            assert done.status_code == 303 and done.headers["location"] == "/"
        await house.now.runner.wait_for(await house.now.log.last())
        there = [one["code"] for one in await opened(house.now) if one["opened"]]
        assert {"echos", "info-flash", "parcours"} <= {*there}
        assert "Déjà ouverts" in unescape((await browser.get(PAGE)).text)


async def test_a_network_without_bulletins_is_asked_for_them_by_hand(house: House) -> None:
    async with house.browser("newsletter:editor") as browser:
        page = (await browser.get(f"{PAGE}?of=general")).text
        assert len(re.findall(r'name="title-\d"', page)) == 5
        assert (await browser.post(PAGE, data={"title-1": ""})).status_code == 303, "none is an answer, too"
        wrong = await browser.post(PAGE, data={"title-1": "x" * 3000, "purpose-2": "Sans titre"})
        assert wrong.status_code == 422 and "should" not in unescape(wrong.text)
        assert 'id="title-1-e"' in wrong.text and 'id="title-2-e"' in wrong.text and "Sans titre" in wrong.text


async def test_bulletins_are_opened_since_the_day_of_the_first_page_and_revised_when_said_otherwise(
    house: House,
) -> None:
    async with house.browser("newsletter:editor") as browser:
        assert 'value="2019-01-01"' in (await browser.get(f"{PAGE}?since=2019-01-01")).text
        assert (await browser.get(f"{PAGE}?since=hier")).status_code == 404
        said = {"title-1": "La Feuille", "purpose-1": "Ce qui se fait.", "since": "2019-01-01"}
        before = await house.now.log.last()
        wrong = await browser.post(PAGE, data={**said, "since": "2999-01-01"})
        assert wrong.status_code == 422 and await house.now.log.last() == before
        for purpose, since in (("Ce qui se fait.", "2019-01-01"), ("Ce qui se dit.", "2020-01-01")):
            for _ in range(2):
                done = await browser.post(PAGE, data={**said, "purpose-1": purpose, "since": since})
                assert done.status_code == 303, unescape(done.text)[:3000]
                await house.now.runner.wait_for(await house.now.log.last())
        events = await house.now.log.load("newsletter", "bulletin", bulletin_id("la-feuille"))
        assert [(one.type, str(day_of(one.time))) for one in events.events] == [
            ("BulletinOpened", "2019-01-01"),
            ("BulletinRevised", "2020-01-01"),
        ]


def test_the_form_says_what_a_file_would() -> None:
    form = FormData(
        [("title-1", "La Lettre du mois"), ("purpose-1", " Ce qui se fait. "), ("title-2", " "), ("title-3", "Agenda")]
    )
    found, errors = by_hand(form, Lexicon(), "fr")
    assert not errors and [(one.code, one.title, one.purpose) for one in found] == [
        ("la-lettre-du-mois", "La Lettre du mois", "Ce qui se fait."),
        ("agenda", "Agenda", "Agenda"),
    ]
    assert code_of("!") == "bulletin"
