"""A merge on the real log: both records change in one batch, whoever races, whatever is repeated."""

from __future__ import annotations

import asyncio

from services.directory.duplicates.domain import DoubtNamesakes, TellNamesakesApart
from services.directory.duplicates.worklist import duplicates_of, side_by_side
from services.directory.structures.domain.structure import MergeStructures, ReviseStructure
from services.directory.structures.views import STRUCTURES
from shared.contract.directory.structure_facts import FACTS
from shared.kernel.command_handler import Outcome, new_command_id
from shared.kernel.decider import Refused
from tests.services.directory.conftest import WHO, Town, structure


async def types(town: Town, id: object) -> list[str]:
    return [event.type for event in (await town.service.execute.history("structure", id)).events]  # type: ignore[arg-type]


async def test_both_records_change_together_and_a_repeated_merge_changes_nothing(town: Town) -> None:
    kept, other = await town.do(structure("Kynarou France")), await town.do(structure("Kynarou", rna="W313004120"))
    command, id = MergeStructures(structure=kept, merged=other, taken=["rna"]), new_command_id()
    first = await town.service.execute(command, id=id, actor=WHO)
    before = await town.service.log.last()
    again = await town.service.execute(command, id=id, actor=WHO)
    assert (again.seq, again.repeated) == (first.seq, True) and await town.service.log.last() == before
    assert await types(town, kept) == ["StructureRegistered", "StructuresMerged", "StructureRevised"]
    assert await types(town, other) == ["StructureRegistered", "StructureAbsorbed", "StructureClosed"]
    assert await town.service.runner.wait_for(first.seq)
    assert not town.service.runner.voids
    document = await town.service.store.get(STRUCTURES, str(other))
    assert document is not None and (document["merged_into"], document["closed"]) == (str(kept), True)


async def test_of_two_merges_that_cross_one_is_refused_and_of_many_changes_none_is_lost(town: Town) -> None:
    one, two = await town.do(structure("Kynarou France")), await town.do(structure("Kynarou"))

    async def merge(kept: object, other: object) -> Outcome | str:
        try:
            return await town.service.execute(
                MergeStructures.model_validate({"structure": kept, "merged": other}), id=new_command_id(), actor=WHO
            )
        except Refused as no:
            return no.code

    async def revise(id: object, n: int) -> Outcome | str:
        try:
            command = ReviseStructure.model_validate({"structure": id, "name": f"Nom {n}", "kind": "association"})
            return await town.service.execute(command, id=new_command_id(), actor=WHO)
        except Refused as no:
            return no.code

    answers = await asyncio.gather(
        merge(one, two), merge(two, one), *(revise(id, n) for n in range(8) for id in (one, two))
    )
    assert sum(isinstance(answer, Outcome) for answer in answers[:2]) == 1
    assert await town.service.runner.wait_for(await town.service.log.last())
    assert not town.service.runner.voids
    said = await types(town, one) + await types(town, two)
    assert (said.count("StructuresMerged"), said.count("StructureAbsorbed")) == (1, 1)


async def test_the_work_list_loses_a_pair_that_is_merged_or_told_apart_and_gets_it_back(town: Town) -> None:
    one, two = await town.do(structure("Kynarou France", department="31")), await town.do(structure("Kynarou"))
    three = await town.do(structure("Jappoo"))
    work = duplicates_of(town.service)

    async def pairs() -> list[set[str]]:
        return [{pair.first, pair.second} for pair in await work.pairs()]

    assert await pairs() == [{str(one), str(two)}]
    await town.do(TellNamesakesApart(first=one, second=two))
    assert await pairs() == []
    await town.do(DoubtNamesakes(first=one, second=two))
    assert await pairs() == [{str(one), str(two)}]
    await town.do(MergeStructures(structure=one, merged=two))
    assert await pairs() == []
    first, second = [await town.service.store.get(STRUCTURES, str(id)) for id in (one, three)]
    assert first is not None and second is not None
    sides = {side.name: side for side in side_by_side(second, first, FACTS)}
    assert sides["department"].take_second and not sides["kind"].differ and sides["name"].differ
