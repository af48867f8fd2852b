"""Only members publish; a merged record leads to the kept one; drafts are their owner's until they are published."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from services.directory.casework.domain.support import GiveSupport
from services.directory.casework.views import SUPPORTS
from services.directory.publications.domain import (
    DraftPublication,
    PublishDraft,
    RedraftPublication,
    WithdrawPublication,
)
from services.directory.publications.views import PUBLICATIONS, SPACE
from services.directory.space.ownership import may_publish
from services.directory.structures.domain.structure import CloseStructure, MergeStructures, ReviseStructure
from services.directory.structures.kept_records import kept_record, known_as
from services.directory.structures.views import STRUCTURES
from shared.contract.membership.members import MemberJoined, MemberLeft
from shared.kernel.decider import Refused
from tests.services.directory.conftest import Town, structure

MEMBER = uuid4()


async def refusal(town: Town, id: UUID) -> str | None:
    try:
        await may_publish(town.service, str(id))
    except Refused as no:
        return no.code
    return None


async def test_only_a_member_whose_record_is_open_publishes(town: Town) -> None:
    one = await town.do(structure("Kynarou"))
    assert await refusal(town, one) == "members-only"
    await town.hear(MemberJoined(college="associative", charter_version=1, structure=one, name="Kynarou"), MEMBER)
    assert await refusal(town, one) is None
    await town.hear(MemberLeft(reason="lapse"), MEMBER, 2)
    assert await refusal(town, one) == "members-only"
    await town.do(CloseStructure(structure=one, reason="Dissoute"))
    assert await refusal(town, one) == "structure-closed"
    assert await refusal(town, uuid4()) == "unknown-structure"


async def test_a_member_whose_record_was_merged_still_publishes_and_keeps_its_support(town: Town) -> None:
    first, second = await town.do(structure("Kynarou")), await town.do(structure("Kynarou France"))
    third = await town.do(structure("Kynarou-France"))
    await town.hear(MemberJoined(college="associative", charter_version=1, structure=first, name="Kynarou"), MEMBER)
    await town.do(GiveSupport(structure=first, kind="networking"))
    await town.do(MergeStructures(structure=second, merged=first))
    await town.do(MergeStructures(structure=third, merged=second))
    for id in (first, second, third):
        record = await kept_record(town.service, str(id))
        assert record is not None and record["key"] == str(third)
        assert known_as(record) == [str(third), str(second), str(first)]
        assert await refusal(town, id) is None
    assert (await town.service.store.find(SUPPORTS, {"structure": known_as(record)})).total == 1
    assert await kept_record(town.service, str(uuid4())) is None


async def test_a_draft_is_seen_in_the_space_alone_until_it_is_published(town: Town) -> None:
    one = await town.do(structure("Kynarou"))
    draft = await town.do(
        DraftPublication(structure=one, sort="news", title="Titre", text="Texte", url="https://exemple.invalid")
    )
    await town.do(RedraftPublication(publication=draft, title="Autre titre", text="Texte"))
    assert (await town.service.store.find(PUBLICATIONS)).total == 0
    shown = await town.service.store.get(SPACE, str(draft))
    assert shown is not None and (shown["state"], shown["title"], shown["url"]) == ("draft", "Autre titre", None)
    await town.do(PublishDraft(publication=draft, structure_name="Kynarou"))
    published = (await town.service.store.find(PUBLICATIONS, {"sort": "news"})).documents
    assert [one["title"] for one in published] == ["Autre titre"]
    await town.do(WithdrawPublication(publication=draft))
    shown = await town.service.store.get(SPACE, str(draft))
    assert shown is not None and shown["state"] == "withdrawn"


async def test_a_number_of_before_is_kept_and_found(town: Town) -> None:
    one = await town.do(structure("Kynarou", rna="W313004120"))
    await town.do(ReviseStructure(structure=one, name="Kynarou", kind="association", rna="W313004121"))
    document = await town.service.store.get(STRUCTURES, str(one))
    assert document is not None
    assert [(old["scheme"], old["number"]) for old in document["former"]] == [("rna", "W313004120")]


@pytest.mark.parametrize("view", [SPACE, STRUCTURES])
async def test_a_view_is_what_its_rebuild_is(town: Town, view: object) -> None:
    one, two = await town.do(structure("Kynarou")), await town.do(structure("Kynarou France"))
    await town.do(MergeStructures(structure=one, merged=two))
    await town.do(DraftPublication(structure=one, sort="news", title="Titre", text="Texte"))
    assert (await town.service.runner.verify(view)).equal  # type: ignore[arg-type]
