"""References are judged by the executor, for whoever sends a command: on its day, by the log, at the field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.directory.casework.domain.support import SUPPORT, GiveSupport
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
from services.membership.governance.domain.working_group import GROUP, FormWorkingGroup, JoinWorkingGroup
from services.membership.members.domain.charter import CHARTER, AdoptCharter
from services.membership.members.domain.college import COLLEGE, CloseCollege, OpenCollege
from services.membership.members.domain.member import (
    MEMBER,
    ChangeCollege,
    JoinNetwork,
    JoinNetworkAsPerson,
    LeaveNetwork,
)
from shared.contract.earlier_corrections import READ_AS, UNMERGING
from shared.contract.personal import Personal
from shared.kernel.command_handler import Executor, Instead, Outcome, new_command_id
from shared.kernel.correcting import CorrectingCommand, LiftStrikes, RedateEvents, StrikeEvents
from shared.kernel.decider import Command, Refused
from shared.kernel.eventlog.event_log import Log
from shared.notions.references import LogReferences
from shared.notions.referents import REFERENTS
from shared.notions.structure_on_record import member_of
from shared.persons.keys.keyring import Keyring
from tests.fixtures.statutes import founded


class Two:
    """A directory and a membership on one log. `do`: what a command came to, or (code, field) of its refusal."""

    def __init__(self, log: Log, folder: Path) -> None:
        self.clock = datetime(2026, 6, 1, 10, tzinfo=UTC)
        of: Mapping[str, Any] = {
            "directory": [STRUCTURE, NAMESAKES, PROJECT, SUPPORT],
            "membership": [MEMBER, SEAT, COLLEGE, CHARTER, GROUP],
        }
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
        kind = command.kind if isinstance(command, CorrectingCommand) else command.entity
        service = next(one for one in self.services.values() if kind in one.deciders)
        try:
            at = date.fromisoformat(day) if day else None
            return await service(command, id=new_command_id(), actor="service:membership", at=at, **more)
        except Refused as no:
            return no.code, no.field

    async def correct(self, what: type[Any], kind: str, about: UUID, nth: int = -1, **more: Any) -> Any:
        service = next(one for one in self.services.values() if kind in one.deciders)
        facts = [one for one in (await service.history(kind, about)).events if not one.data.live]
        event = UUID(facts[nth].id)
        return await self.do(what(kind=kind, about=about, events=[event], reason="par erreur", **more))

    async def record(self, day: str = "2015-01-01") -> UUID:
        done = await self.do(RegisterStructure(name="Kynarou", kind="association"), day)
        assert isinstance(done, Outcome), done
        return done.entity_id


@pytest.fixture
async def two(log: Log, tmp_path: Path) -> Two:
    found = Two(log, tmp_path / "keys")
    await founded(found.services["membership"], date(1995, 1, 1))
    return found


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


async def test_whoever_joins_needs_a_college_and_a_charter(log: Log, tmp_path: Path) -> None:
    """A network that never opened a college, or adopted a charter, is told which to do first."""
    two = Two(log, tmp_path / "keys")
    id = await two.record()
    person = JoinNetworkAsPerson(person=Personal("Zoé Lambda"), charter_version=1)
    assert await two.do(join(id), "2016-01-01") == ("unknown-college", "college")
    assert await two.do(person) == ("unknown-college", "college")
    await two.do(OpenCollege(college="associative", title="Associations"), "2015-06-01")
    await two.do(OpenCollege(college="qualified_persons", title="Personnes"), "2015-06-01")
    assert await two.do(join(id), "2016-01-01") == ("unknown-charter", "charter_version")
    assert await two.do(person) == ("unknown-charter", "charter_version")
    await two.do(AdoptCharter(title="Charte", principles=["un"]), "2015-07-01")
    assert isinstance(await two.do(person), Outcome)
    assert isinstance(await two.do(join(id), "2016-01-01"), Outcome)
    assert await two.do(ChangeCollege(member=member_of(id), college="economic"), "2017-01-01") == (
        "unknown-college",
        "college",
    )


async def test_a_college_is_open_and_a_charter_in_force_on_the_day_of_the_joining(two: Two) -> None:
    first, second = await two.record(), await two.record()
    assert await two.do(join(first), "1994-06-01") == ("reference-college-closed", "college"), "before it opened"
    await two.do(CloseCollege(college="associative", reason="Statuts"), "2018-01-01")
    await two.do(AdoptCharter(title="Charte", principles=["un", "deux"]), "2016-01-01")
    assert await two.do(join(first), "2018-06-01") == ("reference-college-closed", "college")
    assert await two.do(join(first), "2016-06-01") == ("reference-charter", "charter_version"), "another is in force"
    newer = join(first).model_copy(update={"charter_version": 2})
    assert await two.do(newer, "2015-06-01") == ("reference-charter", "charter_version"), "not yet in force"
    assert await two.do(newer.model_copy(update={"charter_version": 3}), "2016-06-01") == (
        "reference-charter",
        "charter_version",
    )
    assert isinstance(await two.do(newer, "2016-01-01"), Outcome)
    assert isinstance(await two.do(join(second), "2015-12-31"), Outcome)


async def test_nobody_was_a_member_before_joining(two: Two) -> None:
    id = await two.record()
    await two.do(join(id), "2016-01-01")
    assert await two.do(seat(member_of(id)), "2015-01-01") == ("reference-not-member", "member")


async def test_a_joining_that_comes_back_or_is_redated_is_judged_anew(two: Two) -> None:
    id = await two.record("2010-01-01")
    member = member_of(id)
    await two.do(join(id), "2016-01-01")
    await two.do(CloseStructure(structure=id, reason="Dissoute"), "2020-01-01")
    await two.do(CloseCollege(college="associative", reason="Statuts"), "2019-01-01")
    await two.do(AdoptCharter(title="Charte", principles=["un", "deux"]), "2018-01-01")
    for day, code in (
        ("2020-06-01", "reference-closed"),
        ("2019-06-01", "reference-college-closed"),
        ("2018-06-01", "reference-charter"),
        ("1994-06-01", "reference-college-closed"),
    ):
        assert await two.correct(RedateEvents, "member", member, day=date.fromisoformat(day)) == (code, None)
    assert isinstance(await two.correct(RedateEvents, "member", member, day=date(2017, 1, 1)), Outcome)
    assert isinstance(await two.correct(StrikeEvents, "member", member), Outcome)
    assert isinstance(await two.correct(LiftStrikes, "member", member), Outcome), "nothing changed meanwhile"
    await two.correct(StrikeEvents, "member", member)
    assert isinstance(await two.correct(RedateEvents, "structure", id, day=date(2015, 1, 1)), Outcome)
    assert await two.correct(LiftStrikes, "member", member) == ("reference-closed", None)


async def test_of_a_correction_the_fact_in_the_way_is_named(two: Two) -> None:
    id = await two.record("2010-01-01")
    await two.do(join(id), "2016-01-01")
    closed = await two.do(CloseStructure(structure=id, reason="Dissoute"), "2020-01-01")
    assert isinstance(closed, Outcome)
    membership = two.services["membership"]
    (event,) = (await membership.history("member", member_of(id))).events
    redate = RedateEvents(
        kind="member", about=member_of(id), events=[UUID(event.id)], reason="non", day=date(2021, 1, 1)
    )
    with pytest.raises(Refused, match="reference-closed") as no:
        await membership(redate, id=new_command_id(), actor="staff:test")
    assert (no.value.values["of"], no.value.values["seq"]) == ("StructureClosed", closed.seq)
    assert no.value.values["day"] == "01/01/2020"


async def test_what_was_as_wrong_where_it_stood_stops_no_correction(two: Two) -> None:
    """As an older release let it be written: the seat of somebody who was no member."""
    id = await two.record("2010-01-01")
    member = member_of(id)
    await two.do(join(id), "2012-01-01")
    taken = await two.do(seat(member), "2016-01-01")
    assert isinstance(taken, Outcome)
    await two.do(LeaveNetwork(member=member, reason="lapse"), "2014-01-01")
    assert isinstance(await two.correct(RedateEvents, "seat", taken.entity_id, day=date(2016, 6, 1)), Outcome)
    assert isinstance(await two.correct(RedateEvents, "seat", taken.entity_id, day=date(2013, 6, 1)), Outcome)
    assert await two.correct(RedateEvents, "seat", taken.entity_id, day=date(2016, 6, 1)) == (
        "reference-not-member",
        None,
    )
    await two.correct(StrikeEvents, "member", member, -1)
    await two.correct(RedateEvents, "seat", taken.entity_id, day=date(2016, 6, 1))
    await two.correct(LiftStrikes, "member", member, -1)
    await two.correct(StrikeEvents, "seat", taken.entity_id)
    assert isinstance(await two.correct(LiftStrikes, "seat", taken.entity_id), Outcome), "so it was before the strike"


async def test_what_takes_the_place_of_a_fact_by_its_day_is_judged_on_that_day(two: Two) -> None:
    """The beginning said of an earlier day in the same gesture (`instead` with a day): the college was not open yet."""
    id = await two.record("2010-01-01")
    member = member_of(id)
    await two.do(join(id), "2016-01-01")
    (event,) = (await two.services["membership"].history("member", member)).events
    early = Instead((UUID(event.id),), "depuis toujours", date(1994, 1, 1))
    change = ChangeCollege(member=member, college="public")
    assert await two.do(change, "1996-01-01", instead=early) == ("reference-college-closed", None)
    since = Instead((UUID(event.id),), "depuis toujours", date(1996, 1, 1))
    assert isinstance(await two.do(change, "1996-01-01", instead=since), Outcome)


async def test_every_kind_of_fact_is_judged_where_it_comes_back(two: Two) -> None:
    id = await two.record("2010-01-01")
    member = member_of(id)
    await two.do(join(id), "2012-01-01")
    group = await two.do(FormWorkingGroup(name="Agir"), "2012-06-01")
    support = await two.do(GiveSupport(structure=id, kind="communication"), "2016-01-01")
    taken = await two.do(seat(member), "2016-01-01")
    assert isinstance(group, Outcome) and isinstance(support, Outcome) and isinstance(taken, Outcome)
    await two.do(JoinWorkingGroup(group=group.entity_id, member=member), "2016-01-01")
    facts = (("group", group.entity_id), ("seat", taken.entity_id), ("support", support.entity_id))
    for kind, about in facts:
        assert isinstance(await two.correct(StrikeEvents, kind, about), Outcome)
    await two.do(LeaveNetwork(member=member, reason="lapse"), "2015-01-01")
    await two.do(CloseStructure(structure=id, reason="fin"), "2015-01-01")
    for kind, about in facts:
        code = "reference-closed" if kind == "support" else "reference-not-member"
        assert await two.correct(LiftStrikes, kind, about) == (code, None)


def test_what_a_command_refers_to_its_facts_refer_to_as_well() -> None:
    """Each fact of a day that has a field of a command's references is judged again where a correction says it."""
    from deploy.host.all_services import DEFINITIONS
    from shared.contract import EVENTS

    several = 0
    for definition in DEFINITIONS:
        for decider in definition.deciders:
            fields = {name for command in decider.decisions for name in command.refers}
            own = [e for e in EVENTS.values() if (e.service, e.entity) == (definition.name, decider.entity)]
            for event in own:
                held = fields & event.model_fields.keys()
                if held and not event.live and event.type_name() not in READ_AS and event.type_name() not in UNMERGING:
                    several += 1
                    asked = decider.rests.get(event, {})
                    assert held <= asked.keys() or event.type_name() in NOT_JUDGED, (event, held)
            for event, asked in decider.rests.items():
                assert asked.keys() <= event.model_fields.keys(), event
    assert several > 8


NOT_JUDGED = {
    "WorkingGroupLeft": "who left may have been no member any more",
    "AgoraAttended": "the structure of its registration, which was judged when it was said",
    "GatheringAttended": "the same",
    "GatheringHeld": "the kind that it was planned with, which was judged then",
    "CollegeOpened": "it is about the college itself",
    "CollegeClosed": "the same",
}
"""Facts whose references no command judges either, and why"""


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
