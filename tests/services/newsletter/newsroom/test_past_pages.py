"""The newsletter's pages as of a day, and as known on one: who read what, which bulletins there were and how they were
called, how far an issue had come."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.newsletter.bulletins.domain.bulletin import CloseBulletin, OpenBulletin, ReviseBulletin
from services.newsletter.bulletins.domain.issue import AddItem, ApproveIssue, StartIssue, issue_id
from services.newsletter.subscriptions.domain import (
    ConfirmSubscription,
    RequestSubscription,
    Unsubscribe,
    subscriber_id,
)
from shared.base.paris_days import day_of, noon_of
from shared.contract.personal import Personal
from shared.kernel.decider import Command, derived_id
from tests.services.newsletter.conftest import House

pytestmark = pytest.mark.slow
CODE = "gazette"
ISSUE = issue_id(CODE, 1)
HER = "elle@exemple.invalid"


def ago(house: House, days: int) -> date:
    return day_of(house.now.now()) - timedelta(days=days)


async def history(house: House) -> UUID:
    """A bulletin of 400 days ago, a reader since 300 who left 100 days ago, an issue begun 250 and approved 200 days
    ago; renamed 150 and closed 50 days ago."""

    async def do(days: int, command: Command, **how: Any) -> None:
        await house.do(command, at=noon_of(ago(house, days)), **how)

    person, wish = house.now.keyring.person_at(HER), uuid4()
    subscriber = subscriber_id(person)
    add = AddItem(issue=ISSUE, section="news", title="Une école éclairée", text="Douze salles.")
    await house.do(OpenBulletin(bulletin=CODE, title="Gazette", purpose="p"), at=ago(house, 400))
    await do(300, RequestSubscription(email=Personal(HER), bulletins=[CODE], person=person), id=wish)
    await do(299, ConfirmSubscription(subscriber=subscriber, request=derived_id(wish, "request")))
    await do(250, StartIssue(bulletin=CODE, number=1))
    await do(240, add)
    await do(200, ApproveIssue(issue=ISSUE, recipients=1))
    await house.do(ReviseBulletin(bulletin=CODE, title="La Gazette", purpose="p"), at=ago(house, 150))
    await do(100, Unsubscribe(subscriber=subscriber, bulletins=[CODE], means="page"))
    await house.do(CloseBulletin(bulletin=CODE), at=ago(house, 50))
    return subscriber


async def test_each_page_is_as_it_was(house: House) -> None:
    subscriber = await history(house)
    async with house.browser("newsletter:editor", "observatory:reader") as browser:

        async def shown(path: str, days: int, known: int | None = None) -> str:
            at = f"as_of={ago(house, days)}" + (f"&known_at={ago(house, known)}" if known else "")
            answer = await browser.get(f"/newsletter{path}{'&' if '?' in path else '?'}{at}")
            assert answer.status_code == 200, (path, answer.text)
            said = unescape(answer.text).replace("\u00a0", " ").replace("\u202f", " ")
            assert "Vous lisez cette page telle qu’elle était le" in said and 'class="when travel"' in said, path
            assert "/newsletter/do/" not in said, "nothing can be changed on it"
            links = re.findall(r'href="(/newsletter/(?:bulletins|issues|subscribers)[^"]*)"', said)
            back = f"/newsletter{path}"  # the way back to today
            assert all(at in link for link in links if link != back), links
            return said

        assert "Gazette" not in await shown("/", 401)
        assert ">Gazette</a>" in await shown("/", 160) and ">La Gazette</a>" in await shown("/", 140)
        assert "bulletin fermé" not in await shown("/", 51) and "bulletin fermé" in await shown("/", 49)
        for days, readers in ((301, "0 abonné"), (298, "1 abonné"), (101, "1 abonné"), (99, "0 abonné")):
            assert readers in await shown(f"/bulletins/{CODE}", days), days
        assert "Aucun numéro" in await shown(f"/bulletins/{CODE}", 251)
        assert "Brouillon" in await shown(f"/bulletins/{CODE}", 249)
        assert "Pas encore commencé" in await shown(f"/issues/{ISSUE}", 251)
        assert "Aucun article" in await shown(f"/issues/{ISSUE}", 245)
        draft, approved = await shown(f"/issues/{ISSUE}", 201), await shown(f"/issues/{ISSUE}", 199)
        assert "Une école éclairée" in draft and "Brouillon" in draft and "Brouillon" not in approved
        assert "Pas encore abonné" in await shown(f"/subscribers/{subscriber}", 301)
        assert "attendait sa confirmation" in await shown(f"/subscribers/{subscriber}", 300)
        assert "confirmé le" in await shown(f"/subscribers/{subscriber}", 298)
        assert "désabonnée de tout" in await shown(f"/subscribers/{subscriber}", 99)
        assert "1 abonné" in await shown("/subscribers?state=active", 298)
        assert "Aucun abonné ici" in await shown("/subscribers?state=active", 99)
        assert f"/newsletter/subscribers/{subscriber}" in await shown("/subscribers?state=left", 99)
        assert "Gazette" not in await shown("/", 60, known=30), "all of it is learnt today"
        assert "Pas encore ouvert" in await shown(f"/bulletins/{CODE}", 60, known=30)


async def test_today_and_later_are_what_stands_and_a_day_that_is_none_is_refused(house: House) -> None:
    await history(house)
    async with house.browser("newsletter:reader") as browser:
        for day in (ago(house, 0), ago(house, -30)):
            answer = await browser.get(f"/newsletter/bulletins/{CODE}?as_of={day}")
            assert answer.status_code == 200 and "telle qu’elle était" not in unescape(answer.text)
        assert (await browser.get("/newsletter/?as_of=hier")).status_code == 422
        assert (await browser.get("/newsletter/?as_of=")).status_code == 200
