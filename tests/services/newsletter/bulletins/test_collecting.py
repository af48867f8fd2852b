"""What members publish arrives in the drafts exactly once: over the real log, redelivered, restarted, approved
meanwhile."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import pytest

from deploy.sample.newsletter import opening_of
from services.directory.publications.domain import (
    PUBLICATION,
    DraftPublication,
    PublishDraft,
    PublishNews,
    PublishOffer,
    WithdrawPublication,
)
from services.newsletter.bulletins.domain.issue import ApproveIssue, DropItem, issue_id, item_id
from services.newsletter.bulletins.views import ISSUES
from shared.contract.envelope import Recorded, is_guard, opened
from shared.contract.events.gatherings import GatheringAnnounced, GatheringCancelled
from shared.contract.newsletter.bulletins import ItemAdded, ItemDropped
from shared.kernel.command_handler import Executor
from shared.kernel.decider import Refused
from shared.kernel.eventlog.event_log import Log, Unit
from shared.persons.keys.keyring import Keyring
from shared.runtime.nats.embedded_server import NatsServer
from tests.fixtures.log_writing import write
from tests.services.newsletter.conftest import HOST, House, until

pytestmark = pytest.mark.slow

MEMBER = uuid4()


class Members:
    """The directory, as far as members publish."""

    def __init__(self, log: Log) -> None:
        with TemporaryDirectory() as folder:
            keyring = Keyring(Path(folder), log.network, "directory")
            keyring.close()  # nothing personal is published
        self.execute = Executor(log, keyring, "directory", [PUBLICATION])

    async def news(self, n: int) -> UUID:
        command = PublishNews(
            structure=MEMBER, structure_name="Kynarou", title=f"Actualité {n}", text="Un puits de plus."
        )
        return (await self.execute(command, id=uuid4(), actor="test")).entity_id

    async def offer(self) -> UUID:
        command = PublishOffer(
            structure=MEMBER,
            structure_name="Kynarou",
            kind="internship",
            title="Stage",
            text="Six mois.",
            deadline=date(2099, 12, 15),
        )
        return (await self.execute(command, id=uuid4(), actor="test")).entity_id

    async def of_space(self, sort: str, **more: object) -> UUID:
        """A draft of the member's own space, published."""
        given = {
            "structure": MEMBER,
            "sort": sort,
            "title": "Un titre",
            "text": "Un **mot** et un [lien](https://exemple.fr).",
            **more,
        }
        draft = (await self.execute(DraftPublication.model_validate(given), id=uuid4(), actor="test")).entity_id
        await self.execute(PublishDraft(publication=draft, structure_name="Kynarou"), id=uuid4(), actor="test")
        return draft

    async def withdraw(self, publication: UUID) -> None:
        await self.execute(WithdrawPublication(publication=publication), id=uuid4(), actor="test")


async def in_log(house: House, kind: type) -> list[Recorded]:
    found = []
    async for run in house.now.log.read():
        said = (opened(one) for one in run if not is_guard(one))
        found += [event for event in said if isinstance(event.data, kind)]
    return found


async def arrived(house: House, count: int) -> None:
    async def all_there() -> bool:
        return len(await in_log(house, ItemAdded)) >= count

    await until(all_there, 90)


async def test_two_hundred_news_arrive_once_each_though_all_come_twice_with_restarts_and_approvals_between(
    house: House, log: Log
) -> None:
    """Beside the durable consumer, every news is given to the reaction again, twice, all at once, while an editor
    approves the draft again and again, and the service is killed and started anew."""
    members = Members(log)
    published = await asyncio.gather(*(members.news(n) for n in range(200)))
    number = 1

    async def again(each: int) -> None:
        """What a redelivery is: the same messages, whether they were handled or not."""
        service = house.now
        messages = [m async for run in service.log.read() for m in run if m.subject.endswith(".MemberNewsPublished")]
        reaction = next(r for r in service.reactions.reactions if r.name == "news-to-echos")

        async def one(n: int) -> None:
            for _ in range(1200):
                try:
                    return await service.reactions.react(reaction, messages[n])
                except Refused as refused:
                    assert refused.code == "issue-closed"
                    await asyncio.sleep(0.05)
            raise AssertionError("never found an open draft")

        await asyncio.gather(*(one(n) for n in range(0, len(messages), each)))

    async def approve_some() -> None:
        nonlocal number
        while number < 8:
            issue = issue_id("echos", number)
            try:
                await house.do(ApproveIssue(issue=issue, recipients=0))
                number += 1
            except Refused as refused:
                assert refused.code in ("issue-empty", "unknown-issue")
            await asyncio.sleep(0.05)

    await house.now.start_reactions()
    await asyncio.sleep(0.3)
    await house.end(hard=True)  # in the middle of the deliveries
    await house.start(reactions=True)
    await asyncio.gather(again(2), again(3), approve_some())
    await house.end()
    await house.start(reactions=True)
    await asyncio.gather(again(1), again(1))
    await arrived(house, 200)
    await asyncio.sleep(0.5)

    added = await in_log(house, ItemAdded)
    sources = Counter(event.data.source_entity for event in added)  # type: ignore[attr-defined]
    assert sources == Counter(published)
    assert len({event.data.item for event in added}) == 200  # type: ignore[attr-defined]
    assert len({event.entity_id for event in added}) >= 7  # the approvals did come between
    issues = (await house.now.store.find(ISSUES, {"bulletin": "echos"}, limit=50)).documents
    assert sum(issue["waiting"] for issue in issues) == 200
    assert await house.now.store.parked() == []


async def test_what_is_published_while_the_service_is_away_arrives_when_it_is_back(house: House, log: Log) -> None:
    await house.now.start_reactions()
    members = Members(log)
    await members.news(1)
    await arrived(house, 1)
    await house.end()
    await members.news(2)
    await house.start(reactions=True)
    await arrived(house, 2)
    await asyncio.sleep(0.3)
    assert len(await in_log(house, ItemAdded)) == 2


async def test_news_offers_and_gatherings_come_to_their_bulletins_with_where_they_are_from(
    house: House, log: Log
) -> None:
    members = Members(log)
    news, offer, gathering = await members.news(1), await members.offer(), uuid4()
    starts = datetime(2017, 11, 7, 17, 0, tzinfo=UTC)
    announced = GatheringAnnounced(kind="aper_oc", title="Apér’OC", starts=starts, town="Foix", summary="Parler d’eau.")
    write_one = write(house.network, gathering, event=announced)
    await house.now.log.append(Unit([write_one], {write_one.entity: 0}))
    await house.now.start_reactions()
    await arrived(house, 3)
    found = {event.data.source_entity: event.data for event in await in_log(house, ItemAdded)}  # type: ignore[attr-defined]
    assert (found[news].section, found[news].source_name) == ("news", "Kynarou")  # type: ignore[attr-defined]
    assert found[offer].section == "internship"  # type: ignore[attr-defined]
    assert found[offer].text.endswith("avant le 15/12/2099.")  # type: ignore[attr-defined]
    assert found[gathering].text.startswith("Mardi 7 novembre 2017 à 18")  # type: ignore[attr-defined]
    assert "Foix" in found[gathering].text  # type: ignore[attr-defined]
    drafts = (await house.now.store.find(ISSUES, {"state": "draft"}, sort=["bulletin"])).documents
    assert [d["bulletin"] for d in drafts] == ["echos", "parcours", "rendez-vous"]
    async with house.browser("newsletter:reader") as browser:
        page = (await browser.get(f"/newsletter/issues/{issue_id('echos', 1)}")).text
        assert f'href="/directory/structures/{MEMBER}"' in page
        (event,) = [e for e in await in_log(house, ItemAdded) if e.data.source_entity == news]  # type: ignore[attr-defined]
        assert event.cloud.causationid == str(event.data.source_event)  # type: ignore[attr-defined]


async def test_projects_and_events_of_a_members_space_arrive_in_words_with_their_page_and_picture_and_leave_again(
    house: House, log: Log
) -> None:
    members, picture = Members(log), "ab" * 32
    starts = datetime(2099, 3, 5, 17, 30, tzinfo=UTC)
    project = await members.of_space(
        "project", picture=picture, picture_text="Un puits", url="https://exemple.fr/puits"
    )
    event = await members.of_space("event", starts=starts, place="Foix")
    await house.now.start_reactions()
    await arrived(house, 2)
    await house.rest()
    drafts = {issue["bulletin"]: issue for issue in (await house.now.store.find(ISSUES, {"state": "draft"})).documents}
    (of_project,), (of_event,) = drafts["echos"]["items"], drafts["rendez-vous"]["items"]
    assert (of_project["section"], of_project["source_entity"]) == ("project", str(project))
    assert of_project["text"] == "Un mot et un lien (https://exemple.fr)."
    assert (of_project["picture"], of_project["picture_text"]) == (picture, "Un puits")
    assert of_event["section"] == "gathering" and of_event["text"].startswith(
        "Jeudi 5 mars 2099 à 18\u00a0h\u00a030, Foix."
    )
    assert of_event["source_page"] == f"/directory/public/publications/{event}" and of_event["picture"] is None
    async with house.browser("newsletter:reader") as browser:
        mail = (await browser.get(f"/newsletter/issues/{issue_id('echos', 1)}/preview")).text
        page = f"{HOST}/directory/public/publications/{project}"
        assert f'href="{page}"' in mail and f'src="{page}/picture/{picture}"' in mail and 'alt="Un puits"' in mail
        assert 'href="https://exemple.fr/puits"' in mail
        assert page in (await browser.get(f"/newsletter/issues/{issue_id('echos', 1)}/preview.txt")).text
    for publication in (project, event):
        await members.withdraw(publication)

    async def out() -> bool:
        return len(await in_log(house, ItemDropped)) == 2

    await until(out, 30)
    assert len(await in_log(house, ItemAdded)) == 2 and await house.now.store.parked() == []


async def test_what_is_taken_back_leaves_the_draft_though_it_came_back_before_it_arrived(
    house: House, log: Log
) -> None:
    members = Members(log)
    gone = [await members.news(n) for n in range(5)]
    kept = await members.news(9)
    for publication in gone:
        await members.withdraw(publication)
    await house.now.start_reactions()

    async def out() -> bool:
        return len(await in_log(house, ItemDropped)) == 5

    await until(out, 30)
    await asyncio.sleep(0.3)
    issue = await house.now.store.get(ISSUES, str(issue_id("echos", 1)))
    assert issue is not None
    assert [i["source_entity"] for i in issue["items"] if not i["dropped"]] == [str(kept)]
    assert len(await in_log(house, ItemAdded)) == 6
    assert len(await in_log(house, ItemDropped)) == 5


async def test_what_is_taken_back_after_the_approval_stays_as_it_was_sent(house: House, log: Log) -> None:
    members = Members(log)
    publication = await members.news(1)
    await house.now.start_reactions()
    await arrived(house, 1)
    await house.rest()
    await house.do(ApproveIssue(issue=issue_id("echos", 1), recipients=0))
    await members.withdraw(publication)
    await house.rest()
    assert await in_log(house, ItemDropped) == []
    assert await house.now.store.parked() == []


async def test_a_cancelled_gathering_leaves_the_draft(house: House) -> None:
    gathering = uuid4()
    starts = datetime(2017, 11, 7, 17, 0, tzinfo=UTC)
    first = write(house.network, gathering, 1, GatheringAnnounced(kind="other", title="Réunion", starts=starts))
    then = write(house.network, gathering, 2, GatheringCancelled(reason="Neige"))
    await house.now.log.append(Unit([first, then], {first.entity: 0}))
    await house.now.start_reactions()

    async def out() -> bool:
        return len(await in_log(house, ItemDropped)) == 1

    await until(out)


async def test_an_item_an_editor_dropped_does_not_come_back_by_a_redelivery(house: House, log: Log) -> None:
    members = Members(log)
    await members.news(1)
    await house.now.start_reactions()
    await arrived(house, 1)
    (added,) = await in_log(house, ItemAdded)
    await house.do(DropItem(issue=UUID(added.entity_id), item=added.data.item))  # type: ignore[attr-defined]
    (message,) = [m async for run in house.now.log.read() for m in run if m.subject.endswith(".MemberNewsPublished")]
    for reaction in house.now.reactions.reactions:
        if reaction.name == "news-to-echos":
            await house.now.reactions.react(reaction, message)
    assert len(await in_log(house, ItemAdded)) == 1
    assert added.data.item == item_id(UUID(opened(message).id))  # type: ignore[attr-defined]


async def test_a_bulletin_is_opened_once_and_by_no_service(house: House) -> None:
    await house.end()
    await house.start()
    await house.do(opening_of("echos"))
    opened_ones = [e async for run in house.now.log.read() for e in map(opened, run) if e.type == "BulletinOpened"]
    assert len(opened_ones) == len(house.opens) and {e.actor for e in opened_ones} == {"test"}


async def test_what_is_published_where_no_bulletin_is_open_is_taken_by_none_and_stops_nothing(
    nats_server: NatsServer, network: str, tmp_path: Path
) -> None:
    """Also what is withdrawn after a bulletin was opened: nobody waits for an item that never comes."""
    house = House(nats_server, network, tmp_path, opens=())
    await house.start(reactions=True)
    try:
        members = Members(house.now.log)
        before = await members.news(1)
        await members.offer()

        async def dealt_with() -> bool:
            waiting = [await undone(house, name) for name in ("news-to-echos", "offer-to-parcours")]
            return waiting == [0, 0]

        await until(dealt_with, 90)
        assert await in_log(house, ItemAdded) == [] and await house.now.store.parked() == []
        await house.do(opening_of("echos"))
        await members.withdraw(before)
        await members.news(2)
        await arrived(house, 1)

        async def withdrawn() -> bool:
            return await undone(house, "withdrawn-from-draft") == 0

        await until(withdrawn, 50)
        assert [one.data.title for one in await in_log(house, ItemAdded)] == ["Actualité 2"]
        assert await house.now.store.parked() == []
    finally:
        await house.end()


async def undone(house: House, name: str) -> int:
    """What a reaction has not dealt with: not given to it yet, or under way."""
    (reaction,) = (one for one in house.now.reactions.reactions if one.name == name)
    info = await house.now.reactions.position(reaction)
    return int(info.num_pending or 0) + int(info.num_ack_pending or 0) if info else 0
