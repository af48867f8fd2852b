"""Facts of one type are told apart by what they speak of: a member of a group, a ticket, a public, another record."""

from __future__ import annotations

from datetime import date
from html import unescape

import httpx2
import pytest

from services.directory.structures.domain.structure import MergeStructures
from services.membership.governance.domain.working_group import FormWorkingGroup, JoinWorkingGroup
from shared.kernel.command_handler import new_command_id
from shared.runtime.service import Service
from shared.web.history.parts import name_of
from tests.services.directory.conftest import Town, structure, town
from tests.services.directory.record.test_corrected import page
from tests.shared.web.history.test_pages import MEMBER, a_member, front, service

__all__ = ["front", "service", "town"]


@pytest.mark.parametrize(
    ("document", "name"),
    [
        ({"name": "Kynarou", "ticket": 3}, "Kynarou"),
        ({"name": {"sealed": "x"}, "ticket": 3}, "billet 0003"),
        ({"association_name": "Kynarou"}, "Kynarou"),
        ({"status": "current"}, ""),
    ],
)
def test_what_a_document_calls_its_thing(document: dict[str, object], name: str) -> None:
    assert name_of(document, "fr") == name


async def test_who_came_into_a_group_is_named_and_a_record_does_not_name_itself(
    service: Service, front: httpx2.AsyncClient
) -> None:
    await a_member(service)
    form = FormWorkingGroup(name="Eau")
    group = (await service.execute(form, id=new_command_id(), actor="staff:test", at=date(2012, 6, 1))).entity_id
    join = JoinWorkingGroup(group=group, member=MEMBER)
    outcome = await service.execute(join, id=new_command_id(), actor="staff:test", at=date(2013, 6, 1))
    assert await service.runner.wait_for(outcome.seq)
    facts = unescape((await front.get(f"/history/group/{group}")).text)
    assert "Entrée dans un groupe de travail (Kynarou)" in facts
    own = unescape((await front.get(f"/history/member/{MEMBER}")).text)
    assert "(Kynarou)" not in own


async def test_a_merge_names_the_other_record_and_what_follows_there(town: Town) -> None:
    one, other = await town.do(structure("Casir")), await town.do(structure("Casir Roussillon"))
    await town.do(MergeStructures(structure=one, merged=other))
    facts = await page(town, f"/history/structure/{one}")
    assert "fusionnée avec celle-ci (Casir Roussillon)" in facts
    form = await page(town, f"/history/structure/{one}?of=StructuresMerged&do=strike")
    assert "Fiche fusionnée avec une autre (Casir Roussillon)" in form, "it goes with it"
    assert "Ce que cela peut changer" in form, "a record that was closed counts again"
