"""Each mail to each subscriber once, through a real mail server, whatever breaks."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import UUID, uuid4

import pytest

from services.newsletter.bulletins.domain.issue import ApproveIssue
from services.newsletter.delivery.domain import SendAgain
from services.newsletter.delivery.views import DELIVERIES
from services.newsletter.delivery.worker import Sending
from services.newsletter.subscriptions.domain import Unsubscribe, subscriber_id
from shared.contract.newsletter.delivery import DeliveryBegun
from shared.contract.newsletter.subscriptions import SubscriptionConfirmed, SubscriptionRequested
from shared.contract.personal import Personal
from shared.kernel.command_handler import utc_now
from shared.kernel.eventlog.event_log import Unit
from shared.runtime.jobs import Job, Jobs
from shared.runtime.mail_transport import post_of
from shared.runtime.service import Service
from tests.fixtures.log_writing import write
from tests.services.newsletter.conftest import House, MailServer, until

pytestmark = pytest.mark.slow


def address(n: int) -> str:
    return f"personne-{n:04d}@exemple.invalid"


async def begun(house: House) -> list[UUID]:
    """Whom the log says a mail about an issue was begun for, once for each time."""
    said = [event.data for event in await house.told()]
    return [data.subscriber for data in said if isinstance(data, DeliveryBegun) and data.issue]


async def test_an_approved_issue_goes_to_each_of_its_subscribers_once_on_one_connection(
    posting: House, mail_server: MailServer
) -> None:
    for n in range(20):
        await posting.subscribed(address(n))
    await posting.subscribed("ailleurs@exemple.invalid", "parcours")
    await posting.rest()
    before = mail_server.connections
    issue = await posting.approved()
    assert await posting.sent(issue) == {"sent": 20, "refused": 0, "doubtful": 0}
    assert sorted(mail_server.issues()) == [address(n) for n in range(20)]
    assert mail_server.connections - before == 1


async def test_a_mail_has_all_that_a_good_mail_has(posting: House, mail_server: MailServer) -> None:
    await posting.subscribed(address(1))
    issue = await posting.approved(bulletin="echos")
    await posting.sent(issue)
    mail = mail_server.issue_to(address(1))
    assert mail["Subject"] == "Les Échos du Réseau n° 1"
    assert str(mail["From"]) == "Réseau d’essai <reseau@exemple.invalid>"
    assert mail["To"] == address(1)
    assert mail["Date"].datetime.tzinfo is not None
    assert mail["Message-ID"].endswith("@exemple.invalid>")
    assert mail["List-Id"].startswith("<echos.")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Unsubscribe"].startswith("<http://127.0.0.1:8000/newsletter/unsubscribe/")
    assert mail["List-Unsubscribe"].endswith(">")
    assert mail.get_content_type() == "multipart/alternative"
    text, html = mail.iter_parts()
    for part in (text, html):
        assert isinstance(part, EmailMessage)
        assert part["Content-Transfer-Encoding"] == "quoted-printable"
        assert part.get_content_charset() == "utf-8"
        assert "Une école éclairée" in part.get_content()
    assert "<style" not in html.get_content()
    assert "script" not in html.get_content()
    raw = mail.as_bytes()
    assert max(len(line) for line in raw.split(b"\n\n", 1)[1].split(b"\n")) <= 78
    assert raw.isascii()


async def test_a_kill_in_the_middle_leaves_one_mail_in_doubt_and_the_others_are_sent_once(
    posting: House, mail_server: MailServer
) -> None:
    people = {address(n): await posting.subscribed(address(n)) for n in range(12)}
    await posting.rest()
    mail_server.hold = address(7)
    issue = await posting.approved()
    await asyncio.wait_for(mail_server.held.wait(), 10)
    await posting.end(hard=True)

    mail_server.hold = None
    await posting.start()
    assert await posting.sent(issue) == {"sent": 11, "refused": 0, "doubtful": 1}
    # The one in doubt had in fact arrived: that it was not sent again is the point.
    assert sorted(mail_server.issues()) == sorted(people)
    assert sorted(await begun(posting)) == sorted(people.values())
    (doubt,) = await posting.deliveries("begun")
    assert doubt["subscriber"] == str(people[address(7)])

    async with posting.browser("newsletter:editor") as browser:
        page = await browser.get("/newsletter/deliveries")
        assert address(7) in page.text
        assert f"/newsletter/do/SendAgain?delivery={doubt['key']}" in page.text
    await posting.do(SendAgain(delivery=UUID(doubt["key"])))
    await until(lambda: _count(posting, "accepted", 12))
    assert mail_server.issues().count(address(7)) == 2


async def _count(house: House, state: str, wanted: int) -> bool:
    found = await house.now.store.find(DELIVERIES, {"state": state, "purpose": "issue"}, limit=1000)
    return found.total == wanted


async def test_an_orderly_end_in_the_middle_leaves_nothing_in_doubt(posting: House, mail_server: MailServer) -> None:
    for n in range(40):
        await posting.subscribed(address(n))
    await posting.rest()
    issue = await posting.approved()
    await mail_server.took(5)
    await posting.end()
    assert len(mail_server.issues()) < 40
    await posting.start()
    assert await posting.sent(issue) == {"sent": 40, "refused": 0, "doubtful": 0}
    assert sorted(mail_server.issues()) == [address(n) for n in range(40)]


async def test_a_refused_address_is_recorded_without_the_words_of_the_server(
    posting: House, mail_server: MailServer
) -> None:
    for n in range(3):
        await posting.subscribed(address(n))
    await posting.rest()
    mail_server.rcpt[address(1)] = [f"550 5.1.1 <{address(1)}>: no such user"]
    issue = await posting.approved()
    assert await posting.sent(issue) == {"sent": 2, "refused": 1, "doubtful": 0}
    (refused,) = await posting.deliveries("refused")
    assert (refused["code"], refused["status"], refused["reason"]) == (550, "5.1.1", "address")
    async for run in posting.now.log.read():
        assert not [m for m in run if address(1).encode() in m.body]


async def test_what_the_server_refuses_after_all_of_the_mail_is_recorded(
    posting: House, mail_server: MailServer
) -> None:
    await posting.subscribed(address(1))
    await posting.rest()
    mail_server.data[address(1)] = ["554 5.7.1 no"]
    assert await posting.sent(await posting.approved()) == {"sent": 0, "refused": 1, "doubtful": 0}
    (refused,) = await posting.deliveries("refused")
    assert refused["reason"] == "policy"


@pytest.mark.parametrize("when", ["rcpt", "data"])
async def test_a_temporary_refusal_burns_nothing_and_the_mail_goes_out_later(
    posting: House, mail_server: MailServer, when: str
) -> None:
    for n in range(3):
        await posting.subscribed(address(n))
    await posting.rest()
    getattr(mail_server, when)[address(1)] = ["451 4.7.1 greylisted", "451 4.7.1 greylisted"]
    assert await posting.sent(await posting.approved()) == {"sent": 3, "refused": 0, "doubtful": 0}
    assert sorted(mail_server.issues()) == [address(n) for n in range(3)]
    assert mail_server.issues()[-1] == address(1)


async def test_a_temporary_refusal_that_never_ends_counts_as_refused(posting: House, mail_server: MailServer) -> None:
    await posting.subscribed(address(1))
    await posting.rest()
    mail_server.rcpt[address(1)] = ["452 4.2.2 full"] * 50
    assert await posting.sent(await posting.approved()) == {"sent": 0, "refused": 1, "doubtful": 0}
    (refused,) = await posting.deliveries("refused")
    assert refused["reason"] == "patience"


async def test_a_server_that_is_away_is_waited_for(posting: House, mail_server: MailServer) -> None:
    for n in range(3):
        await posting.subscribed(address(n))
    await posting.rest()
    await mail_server.stop()
    issue = await posting.approved()
    await until(lambda: _trouble(posting))
    assert await begun(posting) == []
    async with posting.browser("newsletter:reader") as browser:
        assert "Le serveur de messagerie ne répond pas." in (await browser.get(f"/newsletter/issues/{issue}")).text
    await mail_server.start()
    assert await posting.sent(issue) == {"sent": 3, "refused": 0, "doubtful": 0}
    assert len(mail_server.issues()) == 3


async def _trouble(house: House) -> bool:
    return bool(house.sending.trouble == "connect")


async def test_who_unsubscribes_or_confirms_after_the_approval_does_not_get_the_issue(
    posting: House, mail_server: MailServer
) -> None:
    people = [await posting.subscribed(address(n)) for n in range(3)]
    await posting.rest()
    await mail_server.stop()
    issue = await posting.approved()
    await posting.do(Unsubscribe(subscriber=people[1], bulletins=["echos"], means="page"))
    await posting.subscribed(address(9))
    await mail_server.start()
    assert await posting.sent(issue) == {"sent": 2, "refused": 0, "doubtful": 0}
    assert sorted(mail_server.issues()) == [address(0), address(2)]


async def test_an_issue_nobody_subscribed_to_is_closed_at_once(posting: House) -> None:
    assert await posting.sent(await posting.approved()) == {"sent": 0, "refused": 0, "doubtful": 0}


async def test_approving_twice_sends_once(posting: House, mail_server: MailServer) -> None:
    await posting.subscribed(address(1))
    issue = await posting.approved()
    await posting.do(ApproveIssue(issue=issue, recipients=1))
    await posting.sent(issue)
    await posting.do(ApproveIssue(issue=issue, recipients=1))
    await asyncio.sleep(0.3)
    assert mail_server.issues() == [address(1)]


async def test_without_a_server_each_mail_is_a_file_named_like_its_delivery(house: House) -> None:
    for n in range(3):
        await house.subscribed(address(n))
    issue = await house.approved()
    await house.sent(issue)
    delivered = await house.deliveries("accepted")
    files = {path.name for path in (house.folder / "mail").iterdir()}
    assert files == {f"{one['key']}.eml" for one in delivered}
    mails = [message_from_bytes((house.folder / "mail" / f).read_bytes(), policy=policy.default) for f in files]
    assert sorted(m["To"] for m in mails if m["List-Id"]) == [address(n) for n in range(3)]


async def test_two_who_send_at_once_send_each_mail_once(posting: House, mail_server: MailServer) -> None:
    """As two replicas do: the views of one do not show yet what the other began."""
    for n in range(30):
        await posting.subscribed(address(n))
    await posting.rest()
    first = posting.sending
    service = posting.now

    def another(name: str) -> Job[Service]:
        sending = Sending(service, post_of(service.settings, posting.folder), first.links, first.sender)
        return Job(name, lambda _: sending.go_round(), news=lambda _: sending.news(), pauses=(0.05, 0.2), patience=5.0)

    others = Jobs(service, [another("one"), another("two")])
    others.start()
    issue = await posting.approved()
    assert await posting.sent(issue) == {"sent": 30, "refused": 0, "doubtful": 0}
    await others.stop()
    assert sorted(mail_server.issues()) == [address(n) for n in range(30)]


async def recorded(house: House, to: str) -> None:
    """A subscriber of Les Échos in the log, whatever the address is."""
    service, request = house.now, uuid4()
    person = service.keyring.person_at(to)
    asked = SubscriptionRequested(
        request=request, email=Personal(to, person=person), bulletins=["echos"], expires=utc_now() + timedelta(days=7)
    )
    id = uuid4()
    entity, first = subscriber_id(person), service.keyring.seal(asked, id)
    writes = [
        write(house.network, entity, 1, first, id),
        write(house.network, entity, 2, SubscriptionConfirmed(request=request, bulletins=["echos"])),
    ]
    last = await service.log.append(Unit(writes, {writes[0].entity: 0}))
    assert await service.runner.wait_for(last)


async def test_an_address_that_no_mail_can_be_written_to_holds_up_nobody(
    posting: House, mail_server: MailServer
) -> None:
    """As an older release, or another program, may have let one in."""
    for who in (address(1), "=?utf-8?q?a?=@exemple.invalid", "é@exemple.invalid", address(2)):
        await recorded(posting, who)
    await posting.rest()
    outcome = await posting.sent(await posting.approved())
    assert (outcome["sent"], outcome["refused"], outcome["doubtful"]) == (2, 2, 0)
    assert sorted(mail_server.issues()) == [address(1), address(2)]


async def test_an_issue_reaches_all_of_six_hundred_subscribers(house: House) -> None:
    """Nobody slips between two pages of a list."""
    for start in range(0, 600, 60):
        await asyncio.gather(*(house.subscribed(address(n)) for n in range(start, start + 60)))
    issue = await house.approved()
    assert await house.sent(issue) == {"sent": 600, "refused": 0, "doubtful": 0}
