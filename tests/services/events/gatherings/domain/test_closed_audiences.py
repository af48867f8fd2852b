"""A head count of a public that is closed on its day is refused, at the field of that public; one that stands already
may be said again, and emptied."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from services.events.gatherings.domain.gathering import GATHERING
from services.events.gatherings.domain.headcounts import CountAudience, CountHeads, CountingCommand
from services.events.gatherings.domain.planning import PlanGathering
from services.membership.vocabularies.domain.vocabulary import VOCABULARY, CloseTerm
from shared.kernel.command_handler import Executor, Outcome, new_command_id
from shared.kernel.decider import Command, Refused
from shared.kernel.eventlog.event_log import Log
from shared.notions.references import LogReferences
from shared.notions.referents import REFERENTS
from shared.persons.keys.keyring import Keyring

HELD = "2018-03-01"


class Network:
    """Events and membership on one log. `do`: what a command came to, or (code, field) of its refusal."""

    def __init__(self, log: Log, folder: Path) -> None:
        self.services = {
            name: Executor(log, Keyring(folder, log.network, name), name, [decider], references=references)
            for name, decider in (("events", GATHERING), ("membership", VOCABULARY))
            for references in [LogReferences(log, REFERENTS)]
        }

    async def do(self, command: Command, day: str) -> Outcome | tuple[str, str | None]:
        service = next(one for one in self.services.values() if command.entity in one.deciders)
        try:
            return await service(command, id=new_command_id(), actor="staff:test", at=date.fromisoformat(day))
        except Refused as no:
            return no.code, no.field

    async def gathering(self) -> UUID:
        planned = await self.do(
            PlanGathering(kind="agora", title="Agora", starts=f"{HELD}T09:00:00+01:00", days=1), HELD
        )
        assert isinstance(planned, Outcome), planned
        return planned.entity_id

    async def close(self, audience: str, day: str) -> None:
        assert isinstance(await self.do(CloseTerm(vocabulary="audience", code=audience), day), Outcome)


@pytest.fixture
def network(log: Log, tmp_path: Path) -> Network:
    return Network(log, tmp_path / "keys")


@pytest.mark.parametrize(
    "one", ["associations", "public_bodies", "companies", "students", "higher_education", "others"]
)
async def test_a_general_public_that_is_closed_on_the_day_is_refused(network: Network, one: str) -> None:
    gathering = await network.gathering()
    await network.close(one, "2018-01-01")
    assert await network.do(CountHeads(gathering=gathering, **{one: 3}), HELD) == ("term-closed", one)
    assert await network.do(CountHeads(gathering=gathering, **{one: 0}), HELD) == ("term-closed", one), (
        "none is a count"
    )
    assert await network.do(CountHeads(gathering=gathering, unspecified=2, **{one: None}), HELD) != ("term-closed", one)


async def test_one_that_is_closed_later_is_counted_for_its_day(network: Network) -> None:
    gathering = await network.gathering()
    await network.close("companies", "2018-03-02")
    assert isinstance(await network.do(CountHeads(gathering=gathering, companies=3, students=4), HELD), Outcome)


@pytest.mark.parametrize(
    "again",
    [lambda of: CountHeads(gathering=of, companies=5, students=1), lambda of: CountHeads(gathering=of, companies=None)],
)
async def test_one_that_was_counted_already_may_be_said_again_or_emptied(
    network: Network, again: type[CountingCommand]
) -> None:
    gathering = await network.gathering()
    assert isinstance(await network.do(CountHeads(gathering=gathering, companies=3), HELD), Outcome)
    await network.close("companies", "2018-01-01")
    assert isinstance(await network.do(again(gathering), HELD), Outcome)  # type: ignore[call-arg, arg-type]
    other = await network.gathering()
    refused = await network.do(CountAudience(gathering=other, audience="companies", people=1), HELD)
    assert refused == ("term-closed", "audience"), "as where it is named"
