"""What was taken back or never was leaves the drafts, comes back with what restores it, and stays where it was sent or
where an editor wanted it: over the real log, with the real rules of the gathering."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import pytest

from services.events.gatherings.domain.gathering import GATHERING
from services.events.gatherings.domain.planning import (
    AnnounceGathering,
    CancelGathering,
    PlanGathering,
    ReinstateGathering,
)
from services.newsletter.bulletins.domain.issue import ApproveIssue, DropItem, issue_id
from services.newsletter.bulletins.leaving import why, why_in
from services.newsletter.bulletins.views import ISSUES
from shared.contract.envelope import Recorded
from shared.contract.newsletter.bulletins import ItemAdded
from shared.kernel.command_handler import Executor, Instead
from shared.kernel.correcting import LiftStrikes, RedateEvents, StrikeEvents
from shared.kernel.decider import Command
from shared.kernel.eventlog.event_log import Log
from shared.kernel.views.projection import Document
from shared.persons.keys.keyring import Keyring
from tests.services.newsletter.bulletins.test_collecting import arrived, in_log
from tests.services.newsletter.conftest import House, until

pytestmark = pytest.mark.slow
DRAFT = issue_id("rendez-vous", 1)


class Team:
    """The events service, as far as it plans."""

    def __init__(self, log: Log) -> None:
        with TemporaryDirectory() as folder:
            keyring = Keyring(Path(folder), log.network, "events")
            keyring.close()
        self._log = log
        self._execute = Executor(log, keyring, "events", [GATHERING])

    async def does(self, command: Command) -> UUID:
        return (await self._execute(command, id=uuid4(), actor="test")).entity_id

    async def announces(self) -> UUID:
        starts = datetime(2099, 3, 5, 17, 30, tzinfo=UTC)
        gathering = await self.does(PlanGathering(kind="aper_oc", title="Apér’OC", starts=starts, town="Foix"))
        await self.does(AnnounceGathering(gathering=gathering))
        return gathering

    async def corrects(self, gathering: UUID, title: str) -> None:
        """« Corriger » : what was planned is struck, and said otherwise, in one step."""
        starts = datetime(2099, 3, 5, 17, 30, tzinfo=UTC)
        planned = tuple((await self._planned(gathering))[-1:])
        again = PlanGathering(kind="aper_oc", title=title, starts=starts, town="Foix")
        instead = Instead(planned, "titre faux", of=gathering)
        await self._execute(again, id=uuid4(), actor="test", instead=instead)

    async def _planned(self, gathering: UUID) -> list[UUID]:
        history: Sequence[Recorded] = (await self._log.load("events", "gathering", gathering)).events
        return [UUID(event.id) for event in history if event.type == "GatheringPlanned"]

    async def strikes(self, gathering: UUID) -> None:
        planned = await self._planned(gathering)
        await self.does(StrikeEvents(kind="gathering", about=gathering, events=planned, reason="doublon"))

    async def lifts(self, gathering: UUID, since: int = 0) -> None:
        planned = (await self._planned(gathering))[since:]
        await self.does(LiftStrikes(kind="gathering", about=gathering, events=planned, reason="pas un doublon"))

    async def redates(self, gathering: UUID) -> None:
        planned, day = await self._planned(gathering), datetime(2020, 1, 2).date()
        await self.does(RedateEvents(kind="gathering", about=gathering, events=planned, day=day, reason="avant"))


@pytest.mark.parametrize(
    ("source", "french", "english"),
    [
        ({"struck": True, "service": "events"}, "Noté par erreur.", "Noted by mistake."),
        ({"struck": False, "service": "events"}, "Annulé.", "Cancelled."),
        ({"struck": False, "service": "directory"}, "Retiré par son auteur.", "Withdrawn by its author."),
    ],
)
def test_why_one_left_is_read_in_the_readers_language(source: Document, french: str, english: str) -> None:
    assert (why(source, "fr"), why(source, "en")) == (french, english)
    for written in (french, english):
        assert (why_in("fr", written), why_in("en", written)) == (french, english)
    assert why_in("en", "Trop tôt.") == "Trop tôt."


async def shown(house: House) -> list[str]:
    """The sources of the items that are in the draft, with why others were taken out."""
    issue = await house.now.store.get(ISSUES, str(DRAFT))
    return [one["why"] if one["dropped"] else "in" for one in issue["items"]] if issue else []


async def comes_to(house: House, *wanted: str | None) -> None:
    async def there() -> bool:
        return await shown(house) == list(wanted)

    await until(there, 60)
    await house.rest()
    assert await shown(house) == list(wanted) and await house.now.store.parked() == []


async def test_a_gathering_that_was_planned_by_mistake_leaves_the_draft_and_comes_back(house: House, log: Log) -> None:
    team = Team(log)
    await house.now.start_reactions()
    gathering = await team.announces()
    await arrived(house, 1)
    await comes_to(house, "in")
    await team.strikes(gathering)
    await comes_to(house, "Noté par erreur.")
    await team.lifts(gathering)
    await comes_to(house, "in")
    await team.redates(gathering)  # the day on which it was planned is told nowhere
    await comes_to(house, "in")


async def test_one_whose_planning_is_corrected_stays(house: House, log: Log) -> None:
    """Struck is what was said wrong, and it begins with what was said in its place."""
    team = Team(log)
    await house.now.start_reactions()
    gathering, early = await team.announces(), await team.announces()
    await arrived(house, 2)
    for title in ("Apér’OC de Foix", "Apér’OC à Foix"):
        await team.corrects(gathering, title)
    await comes_to(house, "in", "in")
    await team.strikes(gathering)  # all that it ever began with
    await comes_to(house, "Noté par erreur.", "in")
    await team.corrects(early, "Autre")
    await team.lifts(gathering, -1)
    await comes_to(house, "in", "in")


async def test_one_that_was_struck_before_the_announcement_arrived_is_not_announced(house: House, log: Log) -> None:
    team = Team(log)
    gathering = await team.announces()
    await team.strikes(gathering)
    await house.now.start_reactions()
    await comes_to(house, "Noté par erreur.")
    await team.lifts(gathering)
    await comes_to(house, "in")


async def test_one_that_is_struck_and_restored_at_once_again_and_again_ends_where_it_stands(
    house: House, log: Log
) -> None:
    team = Team(log)
    await house.now.start_reactions()
    one, other = await team.announces(), await team.announces()
    await arrived(house, 2)
    for _ in range(6):
        await asyncio.gather(team.strikes(one), team.does(CancelGathering(gathering=other, reason="Neige")))
        await asyncio.gather(team.lifts(one), team.does(ReinstateGathering(gathering=other)))
    await comes_to(house, "in", "in")
    await asyncio.gather(team.strikes(one), team.does(CancelGathering(gathering=other, reason="Neige")))
    await comes_to(house, "Noté par erreur.", "Annulé.")


async def test_a_cancelled_one_stays_out_though_the_strike_is_lifted_and_comes_back_reinstated(
    house: House, log: Log
) -> None:
    team = Team(log)
    await house.now.start_reactions()
    gathering = await team.announces()
    await arrived(house, 1)
    await team.does(CancelGathering(gathering=gathering, reason="Neige"))
    await comes_to(house, "Annulé.")
    await team.strikes(gathering)
    await team.lifts(gathering)
    await comes_to(house, "Annulé.")
    await team.does(ReinstateGathering(gathering=gathering))
    await comes_to(house, "in")


async def test_what_an_editor_took_out_stays_out_and_what_was_approved_stays_in(house: House, log: Log) -> None:
    team = Team(log)
    await house.now.start_reactions()
    first = await team.announces()
    await arrived(house, 1)
    second = await team.announces()
    await arrived(house, 2)
    (item, _) = [event.data.item for event in await in_log(house, ItemAdded)]  # type: ignore[attr-defined]
    await house.do(DropItem(issue=DRAFT, item=item, reason="Trop tôt."))
    for gathering in (first, second):
        await team.strikes(gathering)
    await comes_to(house, "Trop tôt.", "Noté par erreur.")
    for gathering in (first, second):
        await team.lifts(gathering)
    await comes_to(house, "Trop tôt.", "in")
    await house.do(ApproveIssue(issue=DRAFT, recipients=0))
    for gathering in (first, second):
        await team.strikes(gathering)
    await comes_to(house, "Trop tôt.", "in")
