"""What names a thing from other records: told before its beginning is corrected, and refused where something becomes
wrong by it; for every reference that a command of any service declares."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from deploy.host.all_services import DEFINITIONS
from services.directory.casework.domain.support import GiveSupport
from services.directory.publications.domain import PublishNews, WithdrawPublication
from services.membership.governance.domain.board_seat import TakeBoardSeat
from services.membership.governance.domain.working_group import FormWorkingGroup, JoinWorkingGroup
from shared.contract import EVENTS, Event
from shared.contract.directory.publications import MemberNewsPublished, PublicationWithdrawn
from shared.contract.events.gatherings import (
    ParticipantRegistered,
    RegistrationCancelled,
    RegistrationReinstated,
)
from shared.contract.membership.members import MemberJoined
from shared.contract.personal import Personal
from shared.kernel.command_handler import Outcome, new_command_id
from shared.kernel.correcting import RedateEvents, StrikeEvents
from shared.kernel.decider import Command, Refused
from shared.kernel.line import Fact
from shared.notions.membership import CHARTER_ID, college_id
from shared.notions.namings import NAMINGS, SERVICES, named_by
from shared.notions.structure_on_record import member_of
from shared.runtime.service import Service
from tests.services.directory.conftest import Town, structure, town
from tests.services.directory.record.test_corrected import page
from tests.shared.web.history.test_pages import MEMBER, a_member, act, front, service

pytestmark = pytest.mark.slow

__all__ = ["front", "service", "town"]  # fixtures
LISTS = "membership.vocabulary"
"""What uses a term of these is remembered apart (shared/notions/vocabularies/uses.py)"""
OF_NOW = ("newsletter.issue",)  # never struck (unrested.py)
WISHES = ("bulletins", "without")  # of who subscribes: nothing rests on them (unrested.py)
NAMED_NOTHING = {"StructuresMerged": "its gesture writes in both records, and half of it is never corrected"}


def test_every_fact_that_a_correction_judges_is_among_them_in_the_same_state() -> None:
    several = 0
    for definition in DEFINITIONS:
        for decider in definition.deciders:
            for event, fields in decider.rests.items():
                if event.type_name() in NAMED_NOTHING:
                    continue
                for field, refers in fields.items():
                    if field not in event.model_fields:
                        continue
                    if refers.to == LISTS:
                        continue
                    naming = NAMINGS[event][field]
                    assert (naming.to, naming.state) == (refers.to, refers.state), (event, field)
                    several += 1
    assert several > 15


def test_every_reference_of_a_command_is_held_by_an_event_that_is_among_them() -> None:
    """By the fields of the same name in the events of its kind."""
    for definition in DEFINITIONS:
        for decider in definition.deciders:
            own = [e for e in EVENTS.values() if (e.service, e.entity) == (definition.name, decider.entity)]
            for command in decider.decisions:
                for field, refers in command.refers.items():
                    if not any(refers.to.startswith(f"{one}.") for one in SERVICES) or refers.to.endswith("namesakes"):
                        continue
                    if refers.to == LISTS or field in WISHES or refers.to in OF_NOW:
                        continue
                    field = {"of_bulletin": "bulletin"}.get(field, field)
                    holding = [e for e in own if field in e.model_fields and field in NAMINGS.get(e, {})]
                    assert holding and {NAMINGS[e][field].to for e in holding} == {refers.to}, (command, field)


def test_what_names_has_such_fields_and_each_service_hears_of_its_own_things() -> None:
    for event, fields in NAMINGS.items():
        assert fields.keys() <= event.model_fields.keys(), event
    assert SERVICES == ["directory", "events", "membership", "newsletter"]
    for definition in DEFINITIONS:
        assert (definition.named in definition.views) == (definition.name in SERVICES)
    assert {kind for one in SERVICES for kind in named_by(one).on} == set(NAMINGS)


def line(*events: Event) -> list[Fact]:
    return [Fact(seq, str(uuid4()), "c", date(2020, 1, 1), event) for seq, event in enumerate(events, 1)]


PLACE, OTHER, STRUCTURE = uuid4(), uuid4(), uuid4()
NEWS = MemberNewsPublished(structure=STRUCTURE, structure_name="Kynarou", title="x", text="y")
REGISTERED = ParticipantRegistered(
    registration=PLACE, ticket=1, audience="students", name=Personal("Zoé"), structure=STRUCTURE, waiting=False
)
GONE, BACK = RegistrationCancelled(registration=PLACE), RegistrationReinstated(registration=PLACE, waiting=False)


@pytest.mark.parametrize(
    ("events", "holds"),
    [
        ([NEWS], True),
        ([NEWS, PublicationWithdrawn()], False),
        ([REGISTERED], True),
        ([REGISTERED, RegistrationCancelled(registration=OTHER)], True),
        ([REGISTERED, GONE], False),
        ([REGISTERED, GONE, BACK], True),
    ],
)
def test_what_is_of_now_stands_in_the_way_until_it_is_over(events: Sequence[Event], holds: bool) -> None:
    told = line(*events)
    assert NAMINGS[type(told[0].event)]["structure"].holds(told[0], told) is holds


async def corrected(service: Service, what: type[Any], kind: str, about: UUID, of: str, **more: Any) -> Outcome | str:
    """What a correction of the first fact of a type comes to: its outcome, or what is said to stand in the way."""
    events = (await service.execute.history(kind, about)).events
    event = UUID(next(one.id for one in events if one.type == of))
    command = what(kind=kind, about=about, events=[event], reason="par erreur", **more)
    try:
        return await service.execute(command, id=new_command_id(), actor="staff:test")
    except Refused as no:
        return f"{no.code} {no.values.get('of')} {no.values.get('at')}"


async def do(service: Service, command: Command, day: str) -> UUID:
    done = await service.execute(command, id=new_command_id(), actor="staff:test", at=date.fromisoformat(day))
    return done.entity_id


async def test_a_structure_that_others_name_is_not_struck(town: Town) -> None:
    """A member, a support: each is named with its place, until none is left."""
    kynarou = await town.do(structure("Kynarou"))
    member = member_of(kynarou)
    strike = (town.service, StrikeEvents, "structure", kynarou, "StructureRegistered")
    support = await town.do(GiveSupport(structure=kynarou, kind="funding_search"))
    assert await corrected(*strike) == f"named-elsewhere SupportGiven /directory/history/support/{support}"
    assert isinstance(await corrected(town.service, StrikeEvents, "support", support, "SupportGiven"), Outcome)
    await town.hear(MemberJoined(college="public", charter_version=1, structure=kynarou, name="Kynarou"), member)
    assert await corrected(*strike) == f"named-elsewhere MemberJoined /membership/history/member/{member}"
    early = (town.service, RedateEvents, "structure", kynarou, "StructureRegistered")
    assert isinstance(await corrected(*early, day=date(2010, 1, 1)), Outcome), "it may be named before its beginning"
    form = await page(town, f"/history/structure/{kynarou}?of=StructureRegistered&do=strike")
    assert "D’autres fiches reposent sur ce fait" in form and f"/membership/history/member/{member}#f-" in form
    assert "(Kynarou)" in form


async def test_a_structure_that_nobody_names_is_struck(town: Town) -> None:
    alone, other = await town.do(structure("Seule")), await town.do(structure("Autre"))
    await town.do(GiveSupport(structure=other, kind="funding_search"))
    form = await page(town, f"/history/structure/{alone}?of=StructureRegistered&do=strike")
    assert "D’autres fiches" not in form
    done = await corrected(town.service, StrikeEvents, "structure", alone, "StructureRegistered")
    assert isinstance(done, Outcome)


async def test_a_publication_holds_its_structure_until_it_is_withdrawn(town: Town) -> None:
    kynarou = await town.do(structure("Kynarou"))
    news = await town.do(PublishNews(structure=kynarou, structure_name="Kynarou", title="Un puits", text="Creusé."))
    strike = (town.service, StrikeEvents, "structure", kynarou, "StructureRegistered")
    assert str(await corrected(*strike)).startswith("named-elsewhere MemberNewsPublished /observatory/journal/")
    await town.do(WithdrawPublication(publication=news))
    assert isinstance(await corrected(*strike), Outcome)


async def test_a_joining_with_a_seat_and_a_group_neither_goes_nor_moves_after_them(
    service: Service, front: httpx2.AsyncClient
) -> None:
    await a_member(service)
    taken = await do(
        service, TakeBoardSeat(role="president", member=MEMBER, holder=Personal("Zoé Lambda")), "2013-05-01"
    )
    group = await do(service, FormWorkingGroup(name="Eau"), "2012-06-01")
    joined = (service, RedateEvents, "member", MEMBER, "MemberJoined")
    seat_at, group_at = f"/membership/history/seat/{taken}", f"/membership/history/group/{group}"
    assert isinstance(await corrected(*joined, day=date(2013, 5, 1)), Outcome)
    assert await corrected(*joined, day=date(2013, 5, 2)) == f"named-elsewhere BoardSeatTaken {seat_at}"
    await do(service, JoinWorkingGroup(group=group, member=MEMBER), "2013-05-01")
    both = [UUID(one.id) for one in (await service.execute.history("member", MEMBER)).events[:3]]
    never = StrikeEvents(kind="member", about=MEMBER, events=both, reason="jamais membre")
    with pytest.raises(Refused) as no:
        await service.execute(never, id=new_command_id(), actor="staff:test")
    assert no.value.values["at"] in (seat_at, group_at)
    answer = await act(front, 0, "strike")
    said = unescape(answer.text)
    assert answer.status_code == 422 and f'href="{seat_at}#f-' in said and f'href="{group_at}#f-' in said


@pytest.mark.parametrize(
    ("kind", "about", "of"),
    [("college", college_id("associative"), "CollegeOpened"), ("charter", CHARTER_ID, "CharterAdopted")],
)
async def test_what_a_member_joined_by_is_not_struck(
    service: Service, front: httpx2.AsyncClient, kind: str, about: UUID, of: str
) -> None:
    await a_member(service)
    no = await corrected(service, StrikeEvents, kind, about, of)
    assert no == f"named-elsewhere MemberJoined /membership/history/member/{MEMBER}"
    later = await corrected(service, RedateEvents, kind, about, of, day=date(2012, 3, 2))
    assert later == no
    assert isinstance(await corrected(service, RedateEvents, kind, about, of, day=date(2012, 3, 1)), Outcome)
    events = (await service.execute.history(kind, about)).events
    body = {"kind": kind, "about": str(about), "events": [events[0].id], "reason": "par erreur"}
    refused = (await front.post("/api/commands/strike-events", json=body)).json()
    assert refused["error"] == "named-elsewhere" and refused["against"]["type"] == "MemberJoined"
    assert "repose sur ce fait" in refused["message"]
