"""Double opt-in and leaving, from the page to the mailbox and back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from uuid import UUID, uuid4

import pytest
from httpx2 import AsyncClient, Response

from services.newsletter.subscriptions.domain import RequestSubscription, subscriber_id
from services.newsletter.subscriptions.views import SUBSCRIBERS
from shared.contract.personal import Personal
from tests.services.newsletter.conftest import HOST, House, MailServer, link_in, until

pytestmark = pytest.mark.slow

WHO = "personne-0001@exemple.invalid"


async def ask(browser: AsyncClient, address: str, *bulletins: str) -> Response:
    page = await browser.get("/newsletter/subscribe")
    found = re.search(r'name="command_id" value="([^"]+)"', page.text)
    assert found is not None
    answers = {
        "command_id": found[1],
        "email": address,
        "bulletins": list(bulletins or ("echos",)),
        "_shown": "bulletins",
    }
    return await browser.post("/newsletter/subscribe", data=answers)


async def question(mail_server: MailServer, address: str, count: int = 1) -> EmailMessage:
    async def there() -> bool:
        return len([1 for to, m in mail_server.taken if to == address and not m["List-Id"]]) >= count

    await until(there)
    return mail_server.question_to(address)


async def subscriber(house: House, address: str = WHO) -> dict[str, object]:
    person = house.now.keyring.find(address)
    assert person is not None
    found = await house.now.store.get(SUBSCRIBERS, str(subscriber_id(person)))
    assert found is not None
    return found


async def test_from_the_page_by_mail_to_the_first_issue_and_out_in_one_click(
    posting: House, mail_server: MailServer
) -> None:
    async with posting.browser() as browser:
        answer = await ask(browser, WHO, "echos", "parcours")
        assert answer.headers["location"] == "/newsletter/subscribe/sent"
        mail = await question(mail_server, WHO)
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["List-Unsubscribe"] is None
        link = link_in(mail, "/newsletter/confirm/")
        assert "personne" not in link

        # Programs follow links by themselves: that changes nothing.
        for _ in range(3):
            page = await browser.get(link)
            assert "Confirmer mon abonnement" in page.text
        assert (await subscriber(posting))["bulletins"] == []

        assert (await browser.post(link)).headers["location"] == "/newsletter/confirmed"
        assert (await subscriber(posting))["bulletins"] == ["echos", "parcours"]
        before = await posting.now.log.last()
        assert (await browser.post(link)).status_code == 303
        assert await posting.now.log.last() == before

        await posting.sent(await posting.approved())
        issue = mail_server.issue_to(WHO)
        way_out = issue["List-Unsubscribe"].strip("<>").removeprefix(HOST)
        assert link_in(issue, "/newsletter/unsubscribe/") == way_out
        assert "Me désabonner" in (await browser.get(way_out)).text
        assert (await subscriber(posting))["bulletins"] == ["echos", "parcours"]

    async with posting.browser() as mail_program:  # RFC 8058: no cookie, no page of ours before
        answer = await mail_program.post(way_out, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert (await subscriber(posting))["bulletins"] == ["parcours"]
        assert (await mail_program.post(way_out, data={"List-Unsubscribe": "One-Click"})).status_code == 200
    history = await posting.now.execute.history("subscriber", UUID(str((await subscriber(posting))["key"])))
    assert [e.type for e in history.events] == ["SubscriptionRequested", "SubscriptionConfirmed", "Unsubscribed"]
    assert history.events[-1].data.means == "one-click"  # type: ignore[attr-defined]


async def test_the_link_of_what_was_left_since_says_so_and_brings_nothing_back(
    posting: House, mail_server: MailServer
) -> None:
    async with posting.browser() as browser:
        await ask(browser, WHO, "echos", "parcours")
        link = link_in(await question(mail_server, WHO), "/newsletter/confirm/")
        assert (await browser.post(link)).headers["location"] == "/newsletter/confirmed"
        who = UUID(str((await subscriber(posting))["key"]))
        for bulletin, status in (("echos", 303), ("parcours", 410)):
            await browser.post(f"/newsletter/unsubscribe/{posting.sending.links.leaving(who, bulletin)}")
            assert (await browser.post(link)).status_code == status, "something of it comes still, or nothing"
        for answer in (await browser.get(link), await browser.post(link)):
            assert answer.status_code == 410 and "désabonné depuis" in answer.text
        assert (await subscriber(posting))["bulletins"] == []


async def test_one_click_also_works_as_multipart(house: House) -> None:
    who = await house.subscribed(WHO)
    token = house.sending.links.leaving(who, "echos")
    async with house.browser() as browser:
        files = {"List-Unsubscribe": (None, "One-Click")}
        assert (await browser.post(f"/newsletter/unsubscribe/{token}", files=files)).status_code == 200
    assert (await subscriber(house))["bulletins"] == []


async def test_the_page_lets_people_leave_one_bulletin_or_all(house: House) -> None:
    who = await house.subscribed(WHO, "echos", "parcours", "rendez-vous")
    token = house.sending.links.leaving(who, "echos")
    async with house.browser() as browser:
        assert (await browser.post(f"/newsletter/unsubscribe/{token}")).status_code == 303
        assert (await subscriber(house))["bulletins"] == ["parcours", "rendez-vous"]
        await browser.post(f"/newsletter/unsubscribe/{token}", data={"everything": "true"})
    assert (await subscriber(house))["bulletins"] == []


async def test_the_page_answers_alike_whether_the_address_is_known_or_not(posting: House) -> None:
    await posting.subscribed(WHO, "echos")
    async with posting.browser() as browser:
        known, unknown = await ask(browser, WHO, "echos"), await ask(browser, "autre@exemple.invalid", "echos")
        assert (known.status_code, known.content, dict(known.headers)) == (
            unknown.status_code,
            unknown.content,
            dict(unknown.headers),
        )
        pages = [(await browser.get(answer.headers["location"])).text for answer in (known, unknown)]
        assert pages[0] == pages[1]


async def test_one_address_is_one_subscriber_however_it_is_written(house: House) -> None:
    async with house.browser() as browser:
        await ask(browser, WHO, "echos")
        await ask(browser, f"  {WHO.upper()} ", "parcours")
    await house.rest()
    assert (await house.now.store.find(SUBSCRIBERS)).total == 1


async def test_asking_again_within_the_hour_floods_nobody(posting: House, mail_server: MailServer) -> None:
    async with posting.browser() as browser:
        for _ in range(5):
            await ask(browser, WHO, "echos")
        await posting.rest()
        assert len(mail_server.taken) == 1
        await ask(browser, WHO, "echos", "parcours")  # another wish is another question
        await question(mail_server, WHO, 2)


async def test_a_link_is_good_for_seven_days_and_only_as_we_made_it(house: House) -> None:
    async with house.browser() as browser:
        await ask(browser, WHO)
        await house.rest()
        known = await subscriber(house)
        links, who = house.sending.links, UUID(str(known["key"]))
        request = UUID(known["pending"]["request"])  # type: ignore[index]
        old = links.confirming(who, request, datetime.now(UTC) - timedelta(seconds=2))
        for path, status in (
            (f"/newsletter/confirm/{old}", 410),
            (f"/newsletter/confirm/{old[:-1]}", 404),
            (f"/newsletter/confirm/{links.leaving(who, 'echos')}", 404),
            (f"/newsletter/unsubscribe/{old}", 404),
            ("/newsletter/confirm/é", 404),
            ("/newsletter/unsubscribe/AAAA", 404),
        ):
            assert (await browser.get(path)).status_code == status, path
            assert (await browser.post(path)).status_code == status, path
        tampered = links.confirming(who, request, datetime.now(UTC) + timedelta(days=1))
        tampered = ("A" if tampered[40] != "A" else "B").join((tampered[:40], tampered[41:]))
        assert (await browser.post(f"/newsletter/confirm/{tampered}")).status_code == 404
    assert (await subscriber(house))["bulletins"] == []


async def test_a_page_of_another_site_can_neither_confirm_nor_unsubscribe(house: House) -> None:
    who = await house.subscribed(WHO)
    token = house.sending.links.leaving(who, "echos")
    async with house.browser() as browser:
        elsewhere = {"Sec-Fetch-Site": "cross-site", "Origin": "https://ailleurs.invalid"}
        answer = await browser.post(f"/newsletter/unsubscribe/{token}", headers=elsewhere)
        assert answer.status_code == 403
    assert (await subscriber(house))["bulletins"] == ["echos"]


@pytest.mark.parametrize(
    "address", ["", "personne", "a@b", "a b@c.fr", "a@b.fr\nBcc: x@y.fr", "é@b.fr", "a..b@c.fr", "x" * 300 + "@c.fr"]
)
async def test_what_is_no_address_is_said_in_a_sentence_and_kept_nowhere(house: House, address: str) -> None:
    before = await house.now.log.last()
    async with house.browser() as browser:
        answer = await ask(browser, address)
        assert answer.status_code == 422
        assert "à revoir" in answer.text
    assert await house.now.log.last() == before


async def test_the_json_api_asks_for_an_address_and_finds_the_person_itself(house: House) -> None:
    async with house.browser() as browser:
        path = "/newsletter/api/commands/request-subscription"
        answer = await browser.post(path, json={"email": WHO, "bulletins": ["echos"]})
        assert (answer.status_code, answer.json()) == (200, {"asked": True})
        person = house.now.keyring.find(WHO)
        assert person is not None

        async def there() -> bool:
            return await house.now.store.get(SUBSCRIBERS, str(subscriber_id(person))) is not None

        await until(there)
        assert (await browser.post(path, json={"email": WHO, "bulletins": ["echos"]})).json() == answer.json()
        assert (
            await browser.post(path, json={"email": WHO, "bulletins": ["echos"], "person": str(uuid4())})
        ).status_code == 422


async def test_the_log_holds_no_address_and_the_index_follows_the_log(house: House) -> None:
    person = uuid4()
    await house.do(RequestSubscription(email=Personal(WHO), bulletins=["echos"], person=person))

    async def indexed() -> bool:
        return house.now.keyring.find(WHO) == person

    await until(indexed)  # as for the sample, whose commands bring their persons with them
    async for run in house.now.log.read():
        for message in run:
            assert b"personne-0001" not in message.body
            assert b"personne-0001" not in message.subject.encode()
    assert await house.told()


async def test_an_unconfirmed_question_is_asked_once_across_restarts(posting: House, mail_server: MailServer) -> None:
    async with posting.browser() as browser:
        await ask(browser, WHO)
    await question(mail_server, WHO)
    for hard in (True, False):
        await posting.end(hard=hard)
        await posting.start()
    await posting.rest()
    assert len(mail_server.taken) == 1


async def test_staff_finds_a_subscriber_by_the_whole_address_that_stands_in_no_link(house: House) -> None:
    who = await house.subscribed(WHO)
    async with house.browser("newsletter:editor") as browser:
        found = await browser.post("/newsletter/subscribers/find", data={"address": WHO})
        assert found.headers["location"] == f"/newsletter/subscribers/{who}"
        assert WHO in (await browser.get(found.headers["location"])).text
        assert WHO not in (await browser.get("/newsletter/subscribers")).text
        assert WHO not in (await browser.get("/newsletter/api/subscribers")).text
        nobody = await browser.post("/newsletter/subscribers/find", data={"address": "autre@exemple.invalid"})
        assert nobody.headers["location"] == "/newsletter/subscribers?unknown=true"
