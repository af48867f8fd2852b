"""References are judged by the executor, for whoever sends a command: on its day, by the log, at the field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.directory.duplicates.domain import NAMESAKES
from services.directory.projects.domain import PROJECT, DraftProject, ReviseProject
from services.directory.structures.domain.structure import (
    STRUCTURE,
    CloseStructure,
    ListStructure,
    MergeStructures,
    RegisterStructure,
    ReopenStructure,
)
from services.membership.governance.domain.board_seat import SEAT, TakeBoardSeat
from services.membership.members.domain.member import MEMBER, JoinNetwork, LeaveNetwork
from shared.contract.personal import Personal
from shared.kernel.command_handler import Executor, Outcome, new_command_id
from shared.kernel.correcting import LiftStrikes, StrikeEvents
from shared.kernel.decider import Command, Refused
from shared.kernel.eventlog.event_log import Log
from shared.notions.references import LogReferences
from shared.notions.referents import REFERENTS
from shared.notions.structure_on_record import member_of
from shared.persons.keys.keyring import Keyring


class Two:
    """A directory and a membership on one log. `do`: what a command came to, or (code, field) of its refusal."""

    def __init__(self, log: Log, folder: Path) -> None:
        self.clock = datetime(2026, 6, 1, 10, tzinfo=UTC)
        of: Mapping[str, Any] = {"directory": [STRUCTURE, NAMESAKES, PROJECT], "membership": [MEMBER, SEAT]}
        self.services = {
            name: Executor(
                log,
                Keyring(folder, log.network, name),
                name,
                deciders,
                lambda: self.clock,
                references=LogReferences(log, REFERENTS),
            )
            for name, deciders in of.items()
        }

    async def do(self, command: Command, day: str | None = None, **more: Any) -> Outcome | tuple[str, str | None]:
        service = next(one for one in self.services.values() if type(command).__name__ in one.commands)
        try:
            at = date.fromisoformat(day) if day else None
            return await service(command, id=new_command_id(), actor="service:membership", at=at, **more)
        except Refused as no:
            return no.code, no.field

    async def record(self, day: str = "2015-01-01") -> UUID:
        done = await self.do(RegisterStructure(name="Kynarou", kind="association"), day)
        assert isinstance(done, Outcome), done
        return done.entity_id


@pytest.fixture
def two(log: Log, tmp_path: Path) -> Two:
    return Two(log, tmp_path / "keys")


def join(structure: UUID) -> JoinNetwork:
    return JoinNetwork(structure=structure, name="Kynarou", college="associative", charter_version=1)


def seat(member: UUID | None) -> TakeBoardSeat:
    return TakeBoardSeat(role="president", member=member, holder=Personal("Zoé Lambda"))


async def test_what_is_not_there_is_refused_at_its_field(two: Two) -> None:
    assert await two.do(join(uuid4())) == ("unknown-structure", "structure")
    assert await two.do(seat(uuid4())) == ("unknown-member", "member")
    assert isinstance(await two.do(seat(None)), Outcome)


async def test_a_structure_is_judged_on_the_commands_day(two: Two) -> None:
    id = await two.record("2015-01-01")
    await two.do(CloseStructure(structure=id, reason="Dissoute"), "2018-01-01")
    assert await two.do(join(id), "2018-01-01") == ("reference-closed", "structure")
    assert await two.do(join(id)) == ("reference-closed", "structure")
    assert isinstance(await two.do(join(id), "2017-12-31"), Outcome)
    other = await two.record("2015-01-01")
    # What our books know of it does not begin with it.
    assert isinstance(await two.do(join(other), "2013-01-01"), Outcome)
    third = await two.record("2015-01-01")
    await two.do(CloseStructure(structure=third, reason="Dissoute"), "2018-01-01")
    await two.do(ReopenStructure(structure=third), "2019-01-01")
    assert await two.do(join(third), "2018-06-01") == ("reference-closed", "structure")
    assert isinstance(await two.do(join(third), "2019-06-01"), Outcome)


async def test_a_member_then_is_one_on_that_day_whatever_was_struck(two: Two) -> None:
    id = await two.record()
    member = member_of(id)
    await two.do(join(id), "2016-01-01")
    left = await two.do(LeaveNetwork(member=member, reason="withdrawal"), "2020-01-01")
    assert isinstance(left, Outcome)
    assert await two.do(seat(member), "2021-01-01") == ("reference-not-member", "member")
    assert isinstance(await two.do(seat(member), "2019-01-01"), Outcome)
    event = UUID((await two.services["membership"].history("member", member)).events[-1].id)
    strike = StrikeEvents(kind="member", about=member, events=[event], reason="erreur")
    await two.services["membership"](strike, id=new_command_id(), actor="staff:test")
    assert isinstance(await two.do(seat(member), "2021-01-01"), Outcome)


async def test_what_a_record_names_already_may_stay_where_a_revision_did_not_touch_it(two: Two) -> None:
    kept, merged, leader = await two.record(), await two.record(), await two.record()
    given: dict[str, Any] = {"title": "Puits", "summary": "Un puits", "country": "BF", "stage": "running"}
    project = await two.do(DraftProject(leader=leader, participants=[merged], **given))
    assert isinstance(project, Outcome), project
    await two.do(MergeStructures(structure=kept, merged=merged))
    again = {**given, "title": "Puits 2"}
    revise = ReviseProject(project=project.entity_id, leader=leader, participants=[merged], **again)
    assert isinstance(await two.do(revise), Outcome)
    new = DraftProject(leader=leader, participants=[merged], **given)
    assert await two.do(new) == ("reference-merged", "participants")
    other = ReviseProject(project=project.entity_id, leader=merged, participants=[], **given)
    assert await two.do(other) == ("reference-merged", "leader")


async def test_a_repetition_is_answered_though_its_reference_is_closed_by_now(two: Two) -> None:
    id, command = await two.record(), new_command_id()
    service = two.services["membership"]
    first = await service(join(id), id=command, actor="staff:test")
    await two.do(CloseStructure(structure=id, reason="Dissoute"))
    again = await service(join(id), id=command, actor="staff:test")
    assert again.repeated and again.seq == first.seq


def test_every_state_that_a_command_asks_for_is_declared() -> None:
    from deploy.host.all_services import DEFINITIONS

    commands = [kind for one in DEFINITIONS for decider in one.deciders for kind in decider.decisions]
    asked = {(refers.to, refers.state) for kind in commands for refers in kind.refers.values()}
    assert len(asked) > 5
    for to, state in asked:
        assert state == "known" or state in REFERENTS[to].states, (to, state)


async def test_what_never_began_is_not_there_whatever_else_is_said_of_it(two: Two) -> None:
    kynarou = await two.record()
    await two.do(ListStructure(structure=kynarou))
    join = JoinNetwork(structure=kynarou, name="Kynarou", college="associative", charter_version=1)
    history = await two.services["directory"].history("structure", kynarou)
    begun = [UUID(event.id) for event in history.events if event.type == "StructureRegistered"]
    strike = StrikeEvents(kind="structure", about=kynarou, events=begun, reason="doublon")
    await two.services["directory"](strike, id=new_command_id(), actor="staff:test")
    assert await two.do(join, "2016-01-01") == ("unknown-structure", "structure")
    lift = LiftStrikes(kind="structure", about=kynarou, events=begun, reason="elle existe")
    await two.services["directory"](lift, id=new_command_id(), actor="staff:test")
    assert isinstance(await two.do(join, "2016-01-01"), Outcome)
