"""Merges and pairs told apart, as their lists read them."""

from __future__ import annotations

from services.directory.duplicates.domain import DoubtNamesakes, TellNamesakesApart
from services.directory.duplicates.views import MERGES, NAMESAKES
from services.directory.structures.domain.merging import pair_id
from services.directory.structures.domain.structure import MergeStructures
from shared.contract.corrections import EventStruck
from shared.contract.directory.structures import StructureRegistered, StructuresMerged, StructuresUnmerged
from shared.kernel.correcting import LiftStrikes
from tests.fixtures.entity_lines import ENTITY, Story, story
from tests.services.directory.conftest import WHO, Town, structure


async def test_a_merge_holds_until_it_is_noted_by_mistake_and_again_once_that_was_one(town: Town) -> None:
    kept, other = await town.do(structure("Kynarou France")), await town.do(structure("Kynarou", rna="W313004120"))
    third = await town.do(structure("Kynarou F"))
    await town.do(MergeStructures(structure=other, merged=third))
    await town.do(MergeStructures(structure=kept, merged=other, taken=["rna"]))
    document = await town.service.store.get(MERGES, str(other))
    assert document is not None
    assert (document["kept"], document["taken"], document["followers"]) == (str(kept), ["rna"], [str(third)])
    assert (document["holds"], document["undone"], document["actor"]) == (True, None, WHO)

    await town.unmerge(kept)
    document = await town.service.store.get(MERGES, str(other))
    assert document is not None and document["undone"]
    assert (document["holds"], document["reason"]) == (False, "deux structures")
    first = await town.service.store.get(MERGES, str(third))
    assert first is not None and first["holds"], "another merge is as it was"

    events = (await town.service.execute.history("structure", kept)).events
    merge = next(event.id for event in events if event.type == "StructuresMerged")
    await town.do(LiftStrikes(kind="structure", about=kept, events=[merge], reason="une seule"))
    document = await town.service.store.get(MERGES, str(other))
    assert document is not None and (document["holds"], document["undone"], document["reason"]) == (True, None, None)


def test_a_merge_that_was_undone_in_the_earlier_way_is_told_and_other_words_change_nothing() -> None:
    told = story(
        (StructureRegistered(name="Kynarou", kind="association"), "2015-01-01"),
        (StructuresMerged(merged=Story.id(9)), "2016-01-01"),
        (StructuresUnmerged(merged=Story.id(9), reason="deux"), "2017-01-01"),
    )
    _, merged, undone = told.events
    assert [MERGES.keys(event) for event in told.events] == [(), (str(Story.id(9)),), (str(Story.id(9)),)]
    document = MERGES.on[StructuresMerged](None, merged.data, merged)
    assert document is not None and (document["kept"], document["holds"]) == (str(ENTITY), True)
    after = MERGES.on[StructuresUnmerged](document, undone.data, undone)
    assert after is not None and (after["holds"], after["reason"], after["undone"]) == (
        False,
        "deux",
        undone.cloud.time,
    )
    assert MERGES.on[StructuresUnmerged](None, undone.data, undone) is None
    told.strike(2)
    word = told.events[-1]
    assert MERGES.keys(word) == (), "which record was absorbed, its own stream says"
    assert MERGES.on[EventStruck](document, word.data, word) == document


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
