"""What is there once is there once though two processes say it in the same instant: two replicas on one log, each with
a connection and views of its own, and several tasks in each."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from services.membership.app import MEMBERSHIP
from services.membership.members.domain.charter import AdoptCharter
from services.membership.members.domain.college import OpenCollege
from services.membership.members.views import MEMBERS
from services.membership.network.domain.peer_network import AddPeerNetwork
from services.membership.vocabularies.domain.vocabulary import DefineTerm
from shared.base.settings import Settings
from shared.kernel.command_handler import Outcome, new_command_id
from shared.kernel.decider import Command, Refused
from shared.kernel.stores.sqlite import SqliteStore
from shared.notions.membership import CHARTER_ID
from shared.runtime.nats.embedded_server import NatsServer
from shared.runtime.service import Service, Surroundings
from tests.fixtures.joining_persons import joining
from tests.fixtures.statutes import founded

pytestmark = pytest.mark.slow
ROUNDS = 60
TASKS = 2  # in each of the two


@pytest.fixture
async def two(nats_server: NatsServer, network: str, tmp_path: Path) -> AsyncIterator[list[Service]]:
    """Membership twice, as two processes of one installation: with the keys of one folder."""
    async with AsyncExitStack() as ends:
        found = []
        for name in ("one", "other"):
            nc = await nats_server.connect("membership")
            ends.push_async_callback(nc.close)
            around = Surroundings(
                network=network,
                nc=nc,
                settings=Settings(data=tmp_path),
                data=tmp_path,
                store=SqliteStore(tmp_path / f"{name}.sqlite"),
                broker={},
            )
            service = Service(MEMBERSHIP, around)
            await service.start()
            ends.push_async_callback(service.stop)
            found.append(service)
        await founded(found[0].execute)
        yield found


async def said(service: Service, command: Command) -> str:
    """What a command comes to: `done`, `unchanged`, or why it is refused."""
    try:
        done: Outcome = await service.execute(command, id=new_command_id(), actor="staff:test")
    except Refused as no:
        return no.code
    return "done" if done.changed else "unchanged"


async def at_once(two: Sequence[Service], *commands: Command) -> Counter[str]:
    """The commands, one for each task in turn, all in the same instant."""
    every = [command for command in commands for _ in range(TASKS)]
    return Counter(await asyncio.gather(*(said(two[n % 2], command) for n, command in enumerate(every))))


async def members(service: Service) -> list[str]:
    assert await service.runner.wait_for(await service.log.last())
    found = await service.store.find(MEMBERS, limit=1000)
    return [str(service.keyring.reveal(one["person"])) for one in found.documents]


async def test_one_person_joins_once(two: list[Service]) -> None:
    several = 2 * TASKS
    for n in range(ROUNDS):
        one = joining("Jeanne Essai", f"jeanne-{n}@exemple.invalid")
        assert await at_once(two, one, one) == {"done": 1, "person-is-member": several - 1}, n
    assert len(await members(two[0])) == ROUNDS == len(await members(two[1]))


async def test_one_address_is_not_two_persons_unless_somebody_says_so(two: list[Service]) -> None:
    for n in range(ROUNDS):
        at = f"jeanne-{n}@exemple.invalid"
        came = await at_once(two, joining("Jeanne Essai", at), joining("Paul Essai", at))
        assert came["done"] == 1 and came["person-is-member"] + came["address-known"] == 2 * TASKS - 1, n
        came = await at_once(two, *[joining("Zoé Essai", at, another=True)] * 2)
        assert came == {"done": 1, "person-is-member": 2 * TASKS - 1}, n
    assert len(await members(two[0])) == 2 * ROUNDS


async def test_what_has_a_code_or_a_name_of_its_own_begins_once(two: list[Service]) -> None:
    """Each is found by an id that follows from what it is called, so that one is outrun and decided again."""
    for n in range(ROUNDS):
        first, second = {"fr": f"Jeunes {n}"}, {"fr": f"Aînés {n}"}
        for one, other in (
            [DefineTerm(vocabulary="audience", code=f"a-{n}", titles=titles) for titles in (first, second)],
            [AddPeerNetwork(name=f"Réseau {n}", region=titles["fr"]) for titles in (first, second)],
        ):
            came = await at_once(two, one, other)
            assert came["done"] == 1 and sum(came.values()) == 2 * TASKS, (one, came)
        college = OpenCollege(college=f"c-{n}", title="Jeunes")
        assert await at_once(two, college, college) == {"done": 1, "unchanged": 2 * TASKS - 1}


async def test_each_version_of_the_charter_has_a_number_of_its_own(two: list[Service]) -> None:
    for n in range(ROUNDS):
        await at_once(two, *[AdoptCharter(title=f"Charte {n} {one}", principles=["Agir"]) for one in "ab"])
    events = (await two[0].execute.history("charter", CHARTER_ID)).events
    versions = [one.data.version for one in events]  # type: ignore[attr-defined]
    assert versions == list(range(1, len(versions) + 1)) and len(versions) > ROUNDS
