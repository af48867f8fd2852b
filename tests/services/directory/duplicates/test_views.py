"""Merges and pairs told apart, as their lists read them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.directory.duplicates.domain import DoubtNamesakes, TellNamesakesApart
from services.directory.duplicates.views import MERGES, NAMESAKES
from services.directory.structures.domain.merging import pair_id
from services.directory.structures.domain.structure import MergeStructures
from shared.kernel.correcting import LiftStrikes, StrikeEvents
from shared.kernel.views.projection import everything
from tests.services.directory.conftest import WHO, Town, structure


async def merge_of(town: Town, kept: UUID, number: int = -1) -> dict[str, Any]:
    """What names a merge into this record, counted as they were said, to whoever corrects it."""
    events = (await town.service.execute.history("structure", kept)).events
    merges = [UUID(event.id) for event in events if event.type == "StructuresMerged"]
    return {"kind": "structure", "about": kept, "events": [merges[number]], "reason": "doublon"}


async def merges(town: Town) -> dict[UUID, UUID]:
    """Merged record → the one it was merged into."""
    return {UUID(one["key"]): UUID(one["kept"]) async for one in everything(town.service.store, MERGES)}


async def test_a_merge_holds_until_it_is_noted_by_mistake_and_again_once_that_was_one(town: Town) -> None:
    kept, other = await town.do(structure("Kynarou France")), await town.do(structure("Kynarou", rna="W313004120"))
    third = await town.do(structure("Kynarou F"))
    await town.do(MergeStructures(structure=other, merged=third))
    await town.do(MergeStructures(structure=kept, merged=other, taken=["rna"]))
    document = await town.service.store.get(MERGES, str(other))
    assert document is not None and (document["kept"], document["actor"]) == (str(kept), WHO)
    await town.unmerge(kept)
    assert await merges(town) == {third: other}, "another merge is as it was"
    await town.do(LiftStrikes(**await merge_of(town, kept)))
    assert await merges(town) == {third: other, other: kept}


async def test_of_several_merges_of_one_record_the_one_that_stands_is_shown(town: Town) -> None:
    """Whichever of them was struck or lifted last."""
    one, two, gone = [await town.do(structure(name)) for name in ("Kynarou France", "Kynarou 31", "Kynarou")]
    await town.do(MergeStructures(structure=one, merged=gone, taken=[]))
    await town.do(StrikeEvents(**await merge_of(town, one)))
    await town.do(MergeStructures(structure=two, merged=gone))
    await town.do(StrikeEvents(**await merge_of(town, two)))
    assert await merges(town) == {}
    await town.do(LiftStrikes(**await merge_of(town, one)))
    assert await merges(town) == {gone: one}, "the merge that was struck first stands again"


async def test_a_pair_is_told_apart_and_doubted(town: Town) -> None:
    one, two = await town.do(structure("Kynarou France")), await town.do(structure("Kynarou"))
    key = str(pair_id(one, two))
    await town.do(TellNamesakesApart(first=one, second=two, reason="deux villes"))
    document = await town.service.store.get(NAMESAKES, key)
    assert document is not None and sorted(document["structures"]) == sorted([str(one), str(two)])
    assert (document["apart"], document["reason"], document["version"]) == (True, "deux villes", 1)
    await town.do(DoubtNamesakes(first=two, second=one))
    document = await town.service.store.get(NAMESAKES, key)
    assert document is not None and (document["apart"], document["reason"], document["version"]) == (False, None, 2)
