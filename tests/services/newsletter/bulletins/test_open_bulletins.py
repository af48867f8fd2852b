"""A bulletin that is closed: nothing comes of it any more, whoever asks; what is in it can be read, and left. And one
that is renamed, opened again, corrected."""

from __future__ import annotations

from datetime import date, timedelta
from html import unescape
from uuid import UUID, uuid4

import pytest

from services.newsletter.bulletins.domain.bulletin import CloseBulletin, OpenBulletin, ReviseBulletin
from services.newsletter.bulletins.domain.issue import AddItem, ApproveIssue, ReviseItem, StartIssue, issue_id
from services.newsletter.bulletins.open_bulletins import must_be_open
from services.newsletter.subscriptions.domain import (
    ConfirmSubscription,
    RequestSubscription,
    Unsubscribe,
    subscriber_id,
)
from services.newsletter.subscriptions.views import SUBSCRIBERS
from shared.base.paris_days import day_of
from shared.contract.corrections import EventStruck
from shared.contract.newsletter.bulletins import BulletinCode
from shared.contract.personal import Personal
from shared.kernel.command_handler import Outcome
from shared.kernel.correcting import StrikeEvents
from shared.kernel.decider import Command, Refused, derived_id
from shared.kernel.eventlog.event_log import Unit
from shared.notions.bulletin import bulletin_id
from shared.runtime.service import Service
from tests.fixtures.log_writing import write
from tests.services.newsletter.conftest import House, link_in, until

pytestmark = pytest.mark.slow
HER = "elle@exemple.invalid"
CLOSED = "reference-bulletin-closed"


def days_ago(house: House, days: int) -> date:
    return day_of(house.now.now()) - timedelta(days=days)


async def close(house: House, code: BulletinCode) -> Outcome:
    return await house.do(CloseBulletin(bulletin=code, reason="fusion"))


async def refused(house: House, command: Command) -> str:
    with pytest.raises(Refused) as no:
        await house.do(command)
    return no.value.code


def asking(service: Service, address: str, *bulletins: BulletinCode) -> tuple[RequestSubscription, UUID]:
    person = service.keyring.person_at(address)
    return RequestSubscription(email=Personal(address), bulletins=list(bulletins), person=person), subscriber_id(person)


async def test_nothing_comes_of_a_closed_one_and_what_is_in_it_stays(house: House) -> None:
    issue = issue_id("echos", 1)
    await house.do(StartIssue(bulletin="echos", number=1))
    add = AddItem(issue=issue, section="news", title="Une école", text="Douze salles.")
    item = derived_id(id := uuid4(), "item")
    await house.do(add, id=id)
    subscriber = await house.subscribed(HER, "echos")
    await close(house, "echos")
    assert await refused(house, StartIssue(bulletin="echos", number=2)) == CLOSED
    assert await refused(house, add) == CLOSED
    assert await refused(house, ApproveIssue(issue=issue, recipients=1)) == CLOSED
    asked, _ = asking(house.now, "lui@exemple.invalid", "echos")
    assert await refused(house, asked) == CLOSED
    await house.do(ReviseItem(issue=issue, item=item, title="Deux écoles", text="Douze salles."))
    assert await house.state(issue) == "draft"
    await must_be_open(house.now, ["parcours"])
    async with house.browser("newsletter:editor") as browser:
        front = unescape((await browser.get("/newsletter/")).text)
        assert "bulletin fermé" in front and "/newsletter/bulletins/echos" in front
        page = unescape((await browser.get("/newsletter/bulletins/echos")).text)
        assert "Ce bulletin est fermé depuis le" in page and "Rouvrir" in page and "Commencer le n°" not in page
        assert "1 abonné" in page.replace("\u00a0", " ")
        assert (await browser.get(f"/newsletter/issues/{issue}")).status_code == 200
        assert "Les Échos du Réseau" in (await browser.get(f"/newsletter/subscribers/{subscriber}")).text
    async with house.browser() as anybody:
        offered = (await anybody.get("/newsletter/subscribe")).text
        assert 'value="parcours"' in offered and 'value="echos"' not in offered
        answer = await anybody.post(
            "/newsletter/api/commands/request-subscription", json={"email": "x@exemple.invalid", "bulletins": ["echos"]}
        )
        assert (answer.status_code, answer.json()["error"]) == (422, CLOSED)
        form = {"command_id": str(uuid4()), "email": "x@exemple.invalid", "bulletins": "echos"}
        answer = await anybody.post("/newsletter/subscribe", data=form)
        assert answer.status_code == 422 and "Ce bulletin est fermé" in unescape(answer.text)
    await house.do(Unsubscribe(subscriber=subscriber, bulletins=["echos"], means="page"))
    known = await house.now.store.get(SUBSCRIBERS, str(subscriber))
    assert known is not None and known["bulletins"] == []


async def test_a_wish_confirms_those_that_are_still_open(posting: House, mail_server: object) -> None:
    """Also for whoever asks past the pages."""
    both, her = asking(posting.now, HER, "echos", "parcours")
    wish = await posting.do(both, id=(id := uuid4()))
    await posting.rest()
    await close(posting, "echos")
    request = derived_id(id, "request")
    assert wish.events
    assert await refused(posting, ConfirmSubscription(subscriber=her, request=request)) == CLOSED
    link = link_in(mail_server.question_to(HER), "/confirm/")  # type: ignore[attr-defined]
    async with posting.browser() as anybody:
        page = (await anybody.get(link)).text
        assert "Parcours" in page and "Échos" not in page
        assert (await anybody.post(link)).status_code == 303
        known = await posting.now.store.get(SUBSCRIBERS, str(her))
        assert known is not None and known["bulletins"] == ["parcours"]


async def test_a_wish_for_closed_ones_alone_is_asked_about_no_more(posting: House, mail_server: object) -> None:
    asked, her = asking(posting.now, HER, "echos")
    await posting.do(asked, id=(id := uuid4()))
    await posting.rest()
    await close(posting, "echos")
    async with posting.browser() as anybody:
        link = link_in(mail_server.question_to(HER), "/confirm/")  # type: ignore[attr-defined]
        for answer in (await anybody.get(link), await anybody.post(link)):
            assert answer.status_code == 410 and "ne paraît plus" in unescape(answer.text)
    only = ConfirmSubscription(subscriber=her, request=derived_id(id, "request"), without=["echos"])
    assert await refused(posting, only) == CLOSED


async def test_it_is_renamed_in_both_languages_and_its_mails_and_pages_say_so(
    posting: House, mail_server: object
) -> None:
    await posting.subscribed(HER, "echos")
    titles = {"en": "The Echoes"}
    await posting.do(
        ReviseBulletin(bulletin="echos", title="Nouveaux Échos", purpose="Tout.", titles=titles, arrivals=["news"])
    )
    async with posting.browser("newsletter:editor") as browser:
        for lang, title in (("fr", "Nouveaux Échos"), ("en", "The Echoes")):
            front = unescape((await browser.get(f"/newsletter/?lang={lang}", follow_redirects=True)).text)
            page = unescape((await browser.get(f"/newsletter/bulletins/echos?lang={lang}", follow_redirects=True)).text)
            assert title in front and f"<h1>{title}" in page, lang
    issue = await posting.approved()
    await posting.sent(issue)
    assert "Nouveaux Échos" in str(mail_server.issue_to(HER)["Subject"])  # type: ignore[attr-defined]


async def test_it_is_opened_again_and_a_closing_that_was_a_mistake_is_none(house: House) -> None:
    outcome = await close(house, "echos")
    await house.do(OpenBulletin(bulletin="echos", title="Échos", purpose="Encore."))
    await house.do(StartIssue(bulletin="echos", number=1))
    await close(house, "parcours")
    assert await refused(house, StartIssue(bulletin="parcours", number=1)) == CLOSED
    id = bulletin_id("parcours")
    async with house.browser("newsletter:editor") as browser:
        facts = unescape((await browser.get(f"/newsletter/history/bulletin/{id}")).text)
        assert "Bulletin fermé" in facts and "Noté par erreur" in facts
    events = (await house.now.execute.history("bulletin", id)).events
    (closing,) = [one for one in events if one.type == "BulletinClosed"]
    await house.do(StrikeEvents(kind="bulletin", about=id, events=[UUID(closing.id)], reason="saisi par erreur"))
    await house.do(StartIssue(bulletin="parcours", number=1))
    assert outcome.events


async def test_one_is_not_closed_before_what_came_of_it(house: House) -> None:
    """Not before an issue, or a subscription, of a later day."""
    for code in ("gazette", "carnet"):
        await house.do(OpenBulletin(bulletin=code, title=code, purpose="p"), at=days_ago(house, 400))
    await house.do(StartIssue(bulletin="gazette", number=1))
    await house.subscribed(HER, "carnet")
    for code in ("gazette", "carnet"):
        with pytest.raises(Refused) as no:
            await house.do(CloseBulletin(bulletin=code), at=days_ago(house, 30))
        assert no.value.code == "used-after-closing", code
        assert (await close(house, code)).events, "what came of it today was before"


async def opening(house: House, code: BulletinCode) -> UUID:
    events = (await house.now.execute.history("bulletin", bulletin_id(code))).events
    return UUID(next(one.id for one in events if one.type == "BulletinOpened"))


async def test_an_opening_that_an_issue_rests_on_is_no_mistake(house: House) -> None:
    never = StrikeEvents(
        kind="bulletin", about=bulletin_id("echos"), events=[await opening(house, "echos")], reason="erreur"
    )
    await house.do(StartIssue(bulletin="echos", number=1))
    with pytest.raises(Refused) as no:
        await house.do(never)
    assert (no.value.code, no.value.values["at"]) == ("named-elsewhere", f"/newsletter/issues/{issue_id('echos', 1)}")
    other = never.model_copy(update={"about": bulletin_id("parcours"), "events": [await opening(house, "parcours")]})
    await house.do(other)
    assert await refused(house, StartIssue(bulletin="parcours", number=1)) == "unknown-bulletin"


async def test_nothing_is_sent_of_one_that_an_earlier_release_let_be_struck(house: House) -> None:
    issue, about = issue_id("echos", 1), bulletin_id("echos")
    await house.do(StartIssue(bulletin="echos", number=1))
    add = AddItem(issue=issue, section="news", title="Une école", text="Douze salles.")
    await house.do(add)
    last = (await house.now.log.load("newsletter", "bulletin", about)).seq
    struck = EventStruck(event=await opening(house, "echos"), kind="BulletinOpened", reason="erreur")
    word = write(house.now.network, about, 2, struck, of=("newsletter", "bulletin"))
    await house.now.log.append(Unit([word], {word.entity: last}))
    assert await refused(house, add) == CLOSED
    assert await refused(house, ApproveIssue(issue=issue, recipients=1)) == CLOSED


async def test_each_is_of_a_day_and_a_reader_of_then_reads_it_as_it_was(house: House) -> None:
    code, opened, closed = "gazette", days_ago(house, 400), days_ago(house, 100)
    await house.do(OpenBulletin(bulletin=code, title="Gazette", purpose="p"), at=opened)
    await house.do(CloseBulletin(bulletin=code), at=closed)
    await house.do(ReviseBulletin(bulletin=code, title="La Gazette", purpose="p"), at=days_ago(house, 300))
    assert await refused(house, ReviseBulletin(bulletin=code, title="Autre", purpose="p")) == "bulletin-closed"
    async with house.browser("newsletter:reader") as browser:

        async def shown(days: int) -> str:
            at = f"/newsletter/bulletins/{code}?as_of={days_ago(house, days)}"
            return unescape((await browser.get(at)).text)

        assert "Pas encore ouvert" in await shown(401)
        assert "<h1>Gazette" in await shown(350) and "<h1>La Gazette" in await shown(200)
        assert "est fermé depuis" not in await shown(101) and "est fermé depuis" in await shown(99)
    await until(lambda: _settled(house))


async def _settled(house: House) -> bool:
    return house.now.runner.position >= await house.now.log.last()
