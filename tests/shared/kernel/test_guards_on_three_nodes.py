"""The same invariants where the log has three nodes: each service with its own rights, on a node of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.directory.duplicates.domain import NAMESAKES
from services.directory.structures.domain.structure import STRUCTURE, MergeStructures
from services.membership.members.domain.member import MEMBER, JoinNetwork
from services.observatory.surveys.domain.survey import CloseSurvey
from shared.kernel.command_handler import Executor, Outcome
from shared.notions.references import LogReferences
from shared.notions.referents import REFERENTS
from shared.persons.keys.keyring import Keyring
from tests.fixtures.statutes import founded_on
from tests.shared.kernel.test_guards import SURVEYS, Held, Process, answer, record, survey
from tests.shared.runtime.nats.test_canary import NETWORK, Cluster, cluster

__all__ = ["cluster"]  # a fixture
pytestmark = pytest.mark.slow


@pytest.fixture
async def on(cluster: Cluster, tmp_path: Path) -> AsyncIterator[Any]:
    opened: list[Process] = []
    connections = []

    async def open(service: str, node: str, *deciders: Any) -> Process:
        nc = await cluster.connect(service, node)
        log = Held(nc, NETWORK, replicas=3)
        await log.start()
        connections.append(nc)
        keys = Keyring(tmp_path / "keys", NETWORK, service)
        if service == "membership":
            await founded_on(log, tmp_path / "keys")
        opened.append(Process(log, Executor(log, keys, service, deciders, references=LogReferences(log, REFERENTS))))
        return opened[-1]

    yield open
    for one, nc in zip(opened, connections, strict=True):
        await one.log.stop()
        await nc.close()


@pytest.mark.parametrize("rounds", [10, pytest.param(1000, marks=pytest.mark.drill)])
async def test_no_skew_between_two_nodes(on: Any, rounds: int) -> None:
    directory = await on("directory", "n0", STRUCTURE, NAMESAKES)
    membership = await on("membership", "n1", MEMBER)
    one, other = await on("observatory", "n1", SURVEYS), await on("observatory", "n2", SURVEYS)
    late = 0
    for n in range(rounds):
        kept, merged, id = await record(directory), await record(directory), await survey(one)
        # A node may be behind, and what it refuses then is another thing: each has seen what the round begins with.
        shown = (await directory.execute.history("structure", merged)).seq
        await membership.log.load("directory", "structure", merged, shows=shown)
        shown = (await one.execute.history("survey", id)).seq
        await other.execute.history("survey", id, shows=shown)
        join = JoinNetwork(structure=merged, name="Kynarou", college="associative", charter_version=1)

        async def later(turns: int, work: Any) -> Outcome | str:
            await asyncio.sleep(turns * 0.002)
            return await work  # type: ignore[no-any-return]

        joined, absorbed, closed, *answers = await asyncio.gather(
            later(n % 7, membership.do(join)),
            later(n % 3, directory.do(MergeStructures(structure=kept, merged=merged))),
            later(n % 5, other.do(CloseSurvey(survey=id))),
            *(later(k * (n % 3), p.do(answer(id))) for k, p in enumerate((one, other, one, other))),
        )
        assert isinstance(absorbed, Outcome) and isinstance(closed, Outcome)
        assert joined == "reference-merged" or (isinstance(joined, Outcome) and joined.seq < absorbed.seq)
        for found in answers:
            assert found == "survey-closed" or (isinstance(found, Outcome) and found.seq < closed.seq), found
        late += (joined == "reference-merged") + answers.count("survey-closed")
    assert late
