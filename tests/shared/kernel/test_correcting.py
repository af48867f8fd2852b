"""Deciding about a day, and corrections of facts, through the executor on a real log: the cases of the design, each
with the value that is right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.directory.duplicates.domain import NAMESAKES
from services.directory.structures.domain.structure import (
    STRUCTURE,
    CloseStructure,
    ListStructure,
    MergeStructures,
    RegisterStructure,
    ReopenStructure,
    ReviseStructure,
    StructureCommand,
    UnlistStructure,
)
from services.events.gatherings.domain.gathering import GATHERING
from services.events.gatherings.domain.planning import CancelGathering, HoldGathering, PlanGathering, ReinstateGathering
from services.events.gatherings.domain.registrations import (
    CancelRegistration,
    CheckIn,
    RegisterParticipant,
    ReinstateRegistration,
)
from services.membership.members.domain.charter import CHARTER, AdoptCharter
from services.membership.members.domain.college import COLLEGE, CloseCollege, OpenCollege
from services.membership.members.domain.member import (
    MEMBER,
    ChangeCollege,
    JoinNetwork,
    JoinNetworkAsPerson,
    LeaveNetwork,
    RenewMembership,
)
from shared.contract.membership.members import MemberJoined, MemberLeft
from shared.contract.personal import Personal
from shared.kernel.command_handler import Executor, Instead, Outcome, Reused, Stale, new_command_id, told_of
from shared.kernel.correcting import LiftStrikes, RedateEvents, StrikeEvents
from shared.kernel.decider import Command, Context, Decider, Decision, On, Refused
from shared.kernel.eventlog.event_log import Log
from shared.notions.structure_on_record import member_of
from shared.persons.keys.keyring import Keyring

STRUCTURE_ID = UUID("6f3cbb52-0c5c-4f0e-8c6c-6e1c5a3f2b11")
MEMBER_ID = member_of(STRUCTURE_ID)


class NotePastMembership(JoinNetwork):
    """It was a member also from then to then: two days, in one decision."""

    until: date


def _noted(command: NotePastMembership, state: Any, context: Context) -> Decision:
    joined = MemberJoined(college=command.college, charter_version=1, structure=command.structure, name=command.name)
    return [joined, On(command.until, MemberLeft(reason="withdrawal"))]


WITH_PAST = Decider(
    entity="member",
    initial=MEMBER.initial,
    evolve=MEMBER.evolve,
    allows=MEMBER.allows,
    births=MEMBER.births,
    decisions={**MEMBER.decisions, NotePastMembership: _noted},
)


class Book:
    """Commands on a log; `do` gives what they came to, or the code of their refusal."""

    def __init__(self, log: Log, folder: Path, service: str, deciders: Sequence[Decider[Any]]) -> None:
        self.clock = datetime(2026, 6, 1, 10, tzinfo=UTC)
        self.execute = Executor(log, Keyring(folder, log.network, service), service, deciders, lambda: self.clock)
        self.refused: Refused | None = None

    async def do(
        self, command: Command, day: str | date | None = None, *, instead: int | None = None, id: UUID | None = None
    ) -> Outcome | str:
        at = date.fromisoformat(day) if isinstance(day, str) else day
        self.refused = None
        over = Instead((await self.id(command, instead),), "saisi deux fois") if instead else None
        try:
            return await self.execute(command, id=id or new_command_id(), actor="staff:test", at=at, instead=over)
        except Refused as no:
            self.refused = no
            return no.code

    async def id(self, command: Command, seq: int) -> UUID:
        decider = self.execute.decider_of(command)
        target = command.target(Context(self.clock, self.clock, uuid4(), "staff:test"))
        history = await self.execute.history(decider.entity, target)
        return next(UUID(one.id) for one in history.events if one.seq == seq)

    async def correct(self, what: type[Any], kind: str, about: UUID, *seqs: int, **more: Any) -> Outcome | str:
        history = await self.execute.history(kind, about)
        events = [UUID(one.id) for one in history.events if one.seq in seqs]
        return await self.do(what(kind=kind, about=about, events=events, reason="doublon", **more))

    async def on(self, decider: Decider[Any], about: UUID, day: str) -> Any:
        """The state at the end of a day."""
        line = told_of(await self.execute.history(decider.entity, about)).line
        return decider.fold(fact.event for fact in line if fact.order[0] <= date.fromisoformat(day))


@pytest.fixture
def members(log: Log, tmp_path: Path) -> Book:
    return Book(log, tmp_path / "keys", "membership", [WITH_PAST])


@pytest.fixture
def structures(log: Log, tmp_path: Path) -> Book:
    return Book(log, tmp_path / "keys", "directory", [STRUCTURE, NAMESAKES])


@pytest.fixture
def gatherings(log: Log, tmp_path: Path) -> Book:
    return Book(log, tmp_path / "keys", "events", [GATHERING])


def join(college: str = "associative") -> JoinNetwork:
    return JoinNetwork(structure=STRUCTURE_ID, name="Kynarou", college=college, charter_version=1)  # type: ignore[arg-type]


LEAVE = LeaveNetwork(member=MEMBER_ID, reason="withdrawal")


def to(college: str) -> ChangeCollege:
    return ChangeCollege(member=MEMBER_ID, college=college)  # type: ignore[arg-type]


async def college(book: Book, day: str) -> str | None:
    state = await book.on(MEMBER, MEMBER_ID, day)
    return None if state.left else state.college


def written(found: Outcome | str) -> Outcome:
    assert isinstance(found, Outcome) and found.new, found
    return found


async def test_a_second_joining_that_was_a_mistake_leaves_the_first(members: Book) -> None:
    for command, day in ((join(), "2012-03-01"), (LEAVE, "2014-06-01"), (join("economic"), "2016-03-01")):
        written(await members.do(command, day))
    written(await members.correct(StrikeEvents, "member", MEMBER_ID, 3))
    assert [await college(members, f"{year}-12-31") for year in (2012, 2013, 2014, 2016)] == ["associative"] * 2 + [
        None
    ] * 2
    written(await members.correct(LiftStrikes, "member", MEMBER_ID, 3))
    assert await college(members, "2016-12-31") == "economic"


async def test_what_is_learnt_late_holds_until_the_next_change(members: Book) -> None:
    for command, day in ((join(), "2015-01-01"), (to("public"), "2017-06-01"), (to("economic"), "2016-06-01")):
        written(await members.do(command, day))
    written(await members.do(to("economic")))
    days = ("2015-12-31", "2016-12-31", "2017-12-31", "2026-06-01")
    assert [await college(members, day) for day in days] == ["associative", "economic", "public", "economic"]


async def test_nothing_is_older_than_its_entity_the_floor_or_of_the_future(members: Book) -> None:
    written(await members.do(join(), "2015-01-10"))
    assert await members.do(LEAVE, "2014-01-10") == "before-its-beginning"
    assert members.refused is not None and members.refused.values["day"] == "10/01/2015"
    assert await members.do(LEAVE, "1989-12-31") == "too-long-ago"
    assert await members.do(LEAVE, "1500-01-01") == "too-long-ago"
    members.clock = datetime(2026, 6, 1, 22, 30, tzinfo=UTC)  # it is the second of June in Paris
    assert await members.do(LEAVE, "2026-06-03") == "time-in-future"
    written(await members.do(LEAVE, "2026-06-02"))


async def test_an_earlier_membership_is_told_with_its_end(members: Book) -> None:
    written(await members.do(join(), "2016-02-01"))
    assert await members.do(join(), "2012-03-01") == "later-stands-against"
    assert members.refused is not None
    assert {name: members.refused.values[name] for name in ("of", "day", "seq")} == {
        "of": "MemberJoined",
        "day": "01/02/2016",
        "seq": 1,
    }
    past = NotePastMembership(
        structure=STRUCTURE_ID, name="Kynarou", college="associative", charter_version=1, until=date(2014, 6, 1)
    )
    assert written(await members.do(past, "2012-03-01")).events == ("MemberJoined", "MemberLeft")
    assert [await college(members, f"{year}-12-31") for year in (2012, 2015, 2016)] == [
        "associative",
        None,
        "associative",
    ]


async def test_only_what_becomes_wrong_stands_against_a_fact(members: Book) -> None:
    for command, day in (
        (join(), "2015-01-10"),
        (RenewMembership(member=MEMBER_ID, year=2016), "2016-01-12"),
        (to("economic"), "2017-03-01"),
    ):
        written(await members.do(command, day))
    assert await members.do(LEAVE, "2015-06-01") == "later-stands-against"
    assert members.refused is not None and members.refused.values["seq"] == 3  # a payment may come after
    assert await members.correct(StrikeEvents, "member", MEMBER_ID, 1) == "later-stands-against"
    assert members.refused.values["seq"] == 2
    written(await members.correct(StrikeEvents, "member", MEMBER_ID, 1, 2, 3))
    assert await college(members, "2020-01-01") is None


async def test_on_one_day_what_was_noted_later_comes_later(members: Book) -> None:
    for command in (join(), LEAVE, join("public")):
        written(await members.do(command, "2015-01-10"))
    assert await college(members, "2015-01-10") == "public"


async def test_a_date_is_corrected_and_nothing_becomes_wrong_by_it(members: Book) -> None:
    written(await members.do(join(), "2015-01-10"))
    written(await members.do(LEAVE, "2020-06-01"))
    written(await members.correct(RedateEvents, "member", MEMBER_ID, 2, day=date(2016, 6, 1)))
    assert await college(members, "2016-12-31") is None and await college(members, "2016-05-31") == "associative"
    assert await members.correct(RedateEvents, "member", MEMBER_ID, 2, day=date(2014, 1, 1)) == "before-its-beginning"
    again = await members.correct(RedateEvents, "member", MEMBER_ID, 2, day=date(2016, 6, 1))
    assert isinstance(again, Outcome) and not again.changed and again.events == ()


async def test_a_strike_is_lifted_only_where_its_fact_can_stand(members: Book) -> None:
    written(await members.do(join(), "2015-01-10"))
    written(await members.do(LEAVE, "2016-01-10"))
    written(await members.correct(StrikeEvents, "member", MEMBER_ID, 2))
    written(await members.do(LEAVE, "2018-01-01"))
    assert await members.correct(LiftStrikes, "member", MEMBER_ID, 2) == "later-stands-against"
    assert members.refused is not None and members.refused.values["seq"] == 4


async def test_a_fact_that_is_struck_has_no_day_to_correct(members: Book) -> None:
    """It would have been said that nothing changed, and that what stood since was so."""
    written(await members.do(join(), "2015-01-10"))
    written(await members.do(LEAVE, "2016-01-10"))
    written(await members.correct(StrikeEvents, "member", MEMBER_ID, 2))
    for day in (date(2016, 1, 10), date(2018, 1, 1)):
        assert await members.correct(RedateEvents, "member", MEMBER_ID, 2, day=day) == "fact-struck"
    written(await members.correct(LiftStrikes, "member", MEMBER_ID, 2))
    written(await members.correct(RedateEvents, "member", MEMBER_ID, 2, day=date(2018, 1, 1)))


async def test_what_is_lifted_without_the_beginning_is_told_that_there_is_none(members: Book) -> None:
    written(await members.do(join(), "2015-01-10"))
    written(await members.do(LEAVE, "2016-01-10"))
    written(await members.correct(StrikeEvents, "member", MEMBER_ID, 1, 2))
    assert await members.correct(LiftStrikes, "member", MEMBER_ID, 2) == "never-began"
    assert written(await members.correct(LiftStrikes, "member", MEMBER_ID, 1, 2)).events == ("StrikeLifted",) * 2


async def test_a_fact_takes_the_place_of_another(members: Book) -> None:
    written(await members.do(join(), "2015-01-10"))
    written(await members.do(LEAVE, "2020-06-01"))
    assert await members.do(LEAVE, "2016-06-01") == "later-stands-against"
    assert written(await members.do(LEAVE, "2016-06-01", instead=2)).events == ("EventStruck", "MemberLeft")
    assert await college(members, "2019-12-31") is None and await college(members, "2016-01-01") == "associative"


async def test_nothing_changed_is_said_and_a_repetition_is_told_apart(members: Book) -> None:
    id = new_command_id()
    first = written(await members.do(join(), "2015-01-10", id=id))
    same = await members.do(to("associative"), "2016-01-01")
    assert isinstance(same, Outcome) and (same.changed, same.repeated, same.events) == (False, False, ())
    again = await members.do(join(), "2015-01-10", id=id)
    assert isinstance(again, Outcome) and (again.changed, again.repeated, again.seq) == (True, True, first.seq)
    with pytest.raises(Reused):
        await members.execute(join("public"), id=id, actor="staff:test", at=date(2015, 1, 10))


async def test_two_who_correct_at_once_do_not_both_win(members: Book) -> None:
    written(await members.do(join(), "2015-01-10"))
    history = await members.execute.history("member", MEMBER_ID)
    strike = StrikeEvents(kind="member", about=MEMBER_ID, events=[UUID(history.events[0].id)], reason="doublon")
    await members.execute(strike, id=new_command_id(), actor="staff:one", version=1)
    with pytest.raises(Stale):
        await members.execute(LEAVE, id=new_command_id(), actor="staff:two", version=1)


async def test_a_person_whose_date_is_corrected_stays_sealed(members: Book) -> None:
    made = written(await members.do(JoinNetworkAsPerson(person=Personal("Zénobie"), charter_version=1), "2015-01-10"))
    written(await members.correct(RedateEvents, "member", made.entity_id, 1, day=date(2016, 1, 10)))
    history = await members.execute.history("member", made.entity_id)
    assert [one.type for one in history.events] == ["MemberJoined", "EventRedated"]
    assert b"sealed" in history.events[0].body and b"sealed" not in history.events[1].body


async def test_what_is_no_fact_of_it_or_is_always_of_now_is_not_corrected(members: Book, structures: Book) -> None:
    written(await members.do(join(), "2015-01-10"))
    stranger = StrikeEvents(kind="member", about=MEMBER_ID, events=[uuid4()], reason="doublon")
    assert await members.do(stranger) == "no-such-fact"
    assert await members.do(stranger.model_copy(update={"kind": "planet"})) == "no-such-fact"


def record(name: str = "Kynarou", **more: Any) -> RegisterStructure:
    return RegisterStructure(name=name, kind="association", **more)


async def department(book: Book, id: UUID, day: str) -> Any:
    return ((await book.on(STRUCTURE, id, day)).facts or {}).get("department")


async def test_a_delta_that_is_learnt_late_holds_until_the_next(structures: Book) -> None:
    id = written(await structures.do(record(department="31"), "2012-01-05")).entity_id
    for code, day in (("34", "2018-01-05"), ("81", "2014-01-05"), ("81", "2022-01-05")):
        revised = ReviseStructure(structure=id, name="Kynarou", kind="association", department=code)
        written(await structures.do(revised, day))
    days = ("2013-12-31", "2015-12-31", "2018-12-31", "2021-12-31", "2026-01-01")
    assert [await department(structures, id, day) for day in days] == ["31", "81", "34", "34", "81"]


async def test_a_closing_is_undone_on_its_day_and_a_reopening_is_another_thing(structures: Book) -> None:
    id = written(await structures.do(record(), "2012-01-05")).entity_id
    written(await structures.do(CloseStructure(structure=id, reason="en sommeil"), "2016-01-05"))
    written(await structures.do(ReopenStructure(structure=id), "2018-01-05"))
    assert [(await structures.on(STRUCTURE, id, day)).closed for day in ("2015-01-01", "2017-01-01", "2019-01-01")] == [
        False,
        True,
        False,
    ]
    written(await structures.do(CloseStructure(structure=id, reason="fin"), "2020-06-01"))
    assert await structures.do(CloseStructure(structure=id, reason="fin"), "2019-06-01") == "later-stands-against"


@pytest.mark.parametrize("named", ["StructuresMerged", "StructureAbsorbed", "StructureClosed"])
async def test_a_merge_is_struck_whole_in_both_records(structures: Book, named: str) -> None:
    kept, gone = [
        written(await structures.do(record(name), "2012-01-05")).entity_id for name in ("Kynarou", "Kynarou F")
    ]
    written(await structures.do(ListStructure(structure=gone)))
    merge = MergeStructures(structure=kept, merged=gone, taken=[])
    written(await structures.do(merge, "2016-01-05"))
    assert (await structures.on(STRUCTURE, gone, "2017-12-31")).closed
    record_named = kept if named == "StructuresMerged" else gone
    of = [one for one in (await structures.execute.history("structure", record_named)).events if one.type == named]
    written(await structures.correct(StrikeEvents, "structure", record_named, of[-1].seq))
    for id in (kept, gone):
        state = await structures.on(STRUCTURE, id, "2017-12-31")
        assert (state.closed, state.kept, dict(state.merges)) == (False, None, {})


async def test_a_merge_before_the_other_record_was_entered_says_since_when_it_is_there(structures: Book) -> None:
    kept = written(await structures.do(record(), "2012-01-05")).entity_id
    gone = written(await structures.do(record("Kynarou F"), "2016-01-05")).entity_id
    merge = MergeStructures(structure=kept, merged=gone, taken=[])
    assert await structures.do(merge, "2014-01-05") == "merged-not-yet"
    assert structures.refused is not None and structures.refused.values["day"] == "05/01/2016"
    written(await structures.do(merge, "2016-01-05"))


async def test_merges_are_undone_from_the_last(structures: Book) -> None:
    first, second, third = [
        written(await structures.do(record(name), "2012-01-05")).entity_id for name in ("Un", "Deux", "Trois")
    ]
    inner = written(await structures.do(MergeStructures(structure=second, merged=third), "2016-01-05"))
    outer = written(await structures.do(MergeStructures(structure=first, merged=second), "2017-01-05"))
    assert await structures.correct(StrikeEvents, "structure", second, inner.seq) == "later-stands-against"
    written(await structures.correct(StrikeEvents, "structure", first, outer.seq))
    written(await structures.correct(StrikeEvents, "structure", second, inner.seq))
    assert (await structures.on(STRUCTURE, third, "2018-01-01")).kept is None


async def test_what_is_of_now_in_a_merge_of_a_past_day_is_said_now_and_never_goes_back(structures: Book) -> None:
    kept, gone = [
        written(await structures.do(record(name), "2012-01-05")).entity_id for name in ("Kynarou", "Kynarou F")
    ]
    for command in (ListStructure(structure=kept), UnlistStructure(structure=kept), ListStructure(structure=gone)):
        written(await structures.do(command))
    structures.clock -= timedelta(minutes=3)  # another machine, whose clock is a little behind
    merge = written(await structures.do(MergeStructures(structure=kept, merged=gone), "2016-01-05"))
    assert merge.events == ("StructureAbsorbed", "StructureClosed", "StructuresMerged", "StructureListed")

    async def listed_and_merged(day: str) -> tuple[bool, bool]:
        state = await structures.on(STRUCTURE, kept, day)
        return state.listed, gone in state.merges

    assert await listed_and_merged("2026-06-01") == (True, True)
    assert await listed_and_merged("2016-12-31") == (False, True)
    live = [one for one in (await structures.execute.history("structure", kept)).events if one.data.live]
    assert [one.time for one in live] == sorted(one.time for one in live) and len(live) == 3
    written(await structures.correct(RedateEvents, "structure", kept, merge.seq - 1, day=date(2014, 1, 5)))
    assert await listed_and_merged("2014-12-31") == (False, True)
    assert await listed_and_merged("2026-06-01") == (True, True)
    written(await structures.correct(StrikeEvents, "structure", kept, merge.seq - 1))
    assert await listed_and_merged("2026-06-01") == (False, False)


async def test_a_record_knows_nothing_before_it_was_entered(structures: Book) -> None:
    id = written(await structures.do(record())).entity_id
    revised = ReviseStructure(structure=id, name="Kynarou", kind="association", department="31")
    assert await structures.do(revised, "2014-01-05") == "before-its-beginning"
    written(await structures.correct(RedateEvents, "structure", id, 1, day=date(2012, 1, 5)))
    written(await structures.do(revised, "2014-01-05"))
    assert await department(structures, id, "2014-12-31") == "31"
    assert isinstance(revised, StructureCommand)


async def test_a_listing_is_of_now(structures: Book) -> None:
    id = written(await structures.do(record(), "2012-01-05")).entity_id
    written(await structures.do(ListStructure(structure=id)))
    assert await structures.correct(StrikeEvents, "structure", id, 2) == "fact-stays"


async def test_a_gathering_of_the_past_is_planned_cancelled_reinstated_and_held(gatherings: Book) -> None:
    starts = datetime(2015, 6, 6, 9, tzinfo=UTC)
    plan = PlanGathering(kind="thematic", title="L’eau", starts=starts)
    id = written(await gatherings.do(plan)).entity_id
    written(await gatherings.do(CancelGathering(gathering=id, reason="neige")))
    assert await gatherings.do(HoldGathering(gathering=id), "2015-06-06") == "gathering-cancelled"
    written(await gatherings.do(ReinstateGathering(gathering=id)))
    written(await gatherings.do(HoldGathering(gathering=id), "2015-06-06"))
    assert (await gatherings.on(GATHERING, id, "2015-12-31")).held


async def test_who_registers_is_in_the_order_of_noting(gatherings: Book) -> None:
    plan = PlanGathering(kind="thematic", title="L’eau", starts=gatherings.clock + timedelta(days=30), capacity=1)
    id = written(await gatherings.do(plan)).entity_id

    def register(name: str) -> RegisterParticipant:
        return RegisterParticipant(gathering=id, audience="students", name=Personal(name))

    written(await gatherings.do(register("Zénobie")))
    gatherings.clock += timedelta(days=1)
    written(await gatherings.do(register("Balthazar")))
    assert await gatherings.do(register("Melchior"), "2026-06-01") == "goes-back"
    gatherings.clock -= timedelta(minutes=3)  # another machine, whose clock is a little behind
    written(await gatherings.do(register("Melchior")))
    gatherings.clock -= timedelta(days=1)
    assert await gatherings.do(register("Gaspard")) == "clock-was-ahead"
    state = await gatherings.on(GATHERING, id, "2026-07-01")
    assert [place.standing for place in state.places.values()] == ["registered", "waiting", "waiting"]
    times = [one.time for one in (await gatherings.execute.history("gathering", id)).events]
    assert times == sorted(times)


async def test_a_merge_does_not_come_back_into_a_record_that_was_merged_itself(structures: Book) -> None:
    register = RegisterStructure(name="Eau vive", kind="association")
    kept, merged, third = [written(await structures.do(register, "2015-01-01")).entity_id for _ in range(3)]
    merge = written(await structures.do(MergeStructures(structure=kept, merged=merged), "2020-06-01"))
    written(await structures.correct(StrikeEvents, "structure", kept, merge.seq))
    written(await structures.do(MergeStructures(structure=third, merged=kept), "2020-01-01"))
    assert await structures.correct(LiftStrikes, "structure", kept, merge.seq) == "structure-merged"


async def one_came(gatherings: Book) -> tuple[UUID, UUID, UUID]:
    """A gathering with one place, whose guest was checked in by mistake, and another who waits. The gathering, the
    guest's registration, the struck check-in."""
    plan = PlanGathering(kind="thematic", title="L’eau", starts=gatherings.clock, capacity=1)
    id = written(await gatherings.do(plan)).entity_id
    for name in ("Zénobie", "Balthazar"):
        written(await gatherings.do(RegisterParticipant(gathering=id, audience="others", name=Personal(name))))
    first = (await gatherings.execute.history("gathering", id)).events[1].data.registration  # type: ignore[attr-defined]
    came = written(await gatherings.do(CheckIn(gathering=id, registration=first)))
    event = UUID((await gatherings.execute.history("gathering", id)).events[-1].id)
    written(await gatherings.correct(StrikeEvents, "gathering", id, came.seq))
    return id, first, event


@pytest.mark.parametrize("days", [0, 1])
async def test_one_place_is_not_filled_twice_by_a_check_in_that_comes_back(gatherings: Book, days: int) -> None:
    """The registration was cancelled meanwhile, and its place given to who waited."""
    id, first, event = await one_came(gatherings)
    lift = LiftStrikes(kind="gathering", about=id, events=[event], reason="si, elle est venue")
    gatherings.clock += timedelta(hours=1)
    cancelled = written(await gatherings.do(CancelRegistration(gathering=id, registration=first)))
    assert cancelled.events == ("RegistrationCancelled", "ParticipantMovedUp")
    gatherings.clock += timedelta(days=days)
    assert await gatherings.do(lift) == "later-stands-against"
    assert gatherings.refused is not None and gatherings.refused.values["because"] == "registration-cancelled"
    assert gatherings.refused.values["of"] == "RegistrationCancelled"
    assert gatherings.refused.values["seq"] == cancelled.seq - 1
    state = await gatherings.on(GATHERING, id, "2026-12-31")
    assert [place.standing for place in state.places.values()] == ["cancelled", "registered"]


async def test_a_check_in_comes_back_where_its_registration_did(gatherings: Book) -> None:
    id, first, event = await one_came(gatherings)
    other = (await gatherings.execute.history("gathering", id)).events[2].data.registration  # type: ignore[attr-defined]
    written(await gatherings.do(CancelRegistration(gathering=id, registration=first)))
    written(await gatherings.do(CancelRegistration(gathering=id, registration=other)))
    written(await gatherings.do(ReinstateRegistration(gathering=id, registration=first)))
    lift = LiftStrikes(kind="gathering", about=id, events=[event], reason="si, elle est venue")
    written(await gatherings.do(lift))


async def test_a_holding_does_not_come_back_to_a_gathering_that_was_cancelled_since(gatherings: Book) -> None:
    plan = PlanGathering(kind="thematic", title="L’eau", starts=gatherings.clock)
    id = written(await gatherings.do(plan)).entity_id
    held = written(await gatherings.do(HoldGathering(gathering=id)))
    written(await gatherings.correct(StrikeEvents, "gathering", id, held.seq))
    written(await gatherings.do(CancelGathering(gathering=id, reason="neige")))
    assert await gatherings.correct(LiftStrikes, "gathering", id, held.seq) == "later-stands-against"
    assert gatherings.refused is not None and gatherings.refused.values["because"] == "gathering-cancelled"
    written(await gatherings.do(ReinstateGathering(gathering=id)))
    written(await gatherings.correct(LiftStrikes, "gathering", id, held.seq))


@pytest.mark.parametrize(("days", "code"), [(("2018", "2020"), "later-stands-against"), (("2020", "2018"), None)])
async def test_one_number_is_not_of_two_charters(
    log: Log, tmp_path: Path, days: tuple[str, str], code: str | None
) -> None:
    book = Book(log, tmp_path / "keys", "membership", [CHARTER])
    for principle, day in (("un", "2015"), ("deux", days[0])):
        adopted = written(await book.do(AdoptCharter(title="Charte", principles=[principle]), f"{day}-01-01"))
    charter = adopted.entity_id
    written(await book.correct(StrikeEvents, "charter", charter, adopted.seq))
    written(await book.do(AdoptCharter(title="Charte", principles=["trois"]), f"{days[1]}-01-01"))
    assert await book.correct(LiftStrikes, "charter", charter, adopted.seq) == (code or "charter-number-taken")
    numbers = [fact.event.version for fact in told_of(await book.execute.history("charter", charter)).line]  # type: ignore[attr-defined]
    assert sorted(numbers) == [1, 2]


async def test_a_college_is_not_closed_twice_by_a_strike_that_is_lifted(log: Log, tmp_path: Path) -> None:
    book = Book(log, tmp_path / "keys", "membership", [COLLEGE])
    opened = written(await book.do(OpenCollege(college="public", title="Public"), "2015-01-01"))
    closed = written(await book.do(CloseCollege(college="public", reason="Statuts"), "2018-01-01"))
    written(await book.correct(StrikeEvents, "college", opened.entity_id, closed.seq))
    written(await book.do(CloseCollege(college="public", reason="Statuts"), "2020-01-01"))
    assert await book.correct(LiftStrikes, "college", opened.entity_id, closed.seq) == "later-stands-against"


async def test_a_date_is_corrected_within_the_same_bounds_as_it_is_given(members: Book) -> None:
    joined = await members.do(join(), "2015-01-10")
    assert isinstance(joined, Outcome) and joined.seq is not None
    for day, code in (("1500-01-01", "too-long-ago"), ("1989-12-31", "too-long-ago"), ("2026-06-02", "time-in-future")):
        wrong = date.fromisoformat(day)
        assert await members.correct(RedateEvents, "member", MEMBER_ID, joined.seq, day=wrong) == code
        assert members.refused is not None and members.refused.field == "day"
    for day in ("1990-01-01", "2026-06-01"):
        right = date.fromisoformat(day)
        assert isinstance(await members.correct(RedateEvents, "member", MEMBER_ID, joined.seq, day=right), Outcome)


async def test_each_end_of_a_past_period_is_corrected_by_itself(members: Book) -> None:
    past = NotePastMembership(**dict(join()), until=date(2014, 6, 1))
    told = await members.do(past, "2012-03-01")
    assert isinstance(told, Outcome)
    joined, left = told.seq - 1, told.seq
    assert isinstance(await members.correct(RedateEvents, "member", MEMBER_ID, joined, day=date(2013, 1, 10)), Outcome)
    line = told_of(await members.execute.history("member", MEMBER_ID)).line
    assert [fact.day for fact in line] == [date(2013, 1, 10), date(2014, 6, 1)], "the other end is where it was"
    assert isinstance(await members.correct(RedateEvents, "member", MEMBER_ID, left, day=date(2015, 6, 1)), Outcome)
    assert await members.correct(StrikeEvents, "member", MEMBER_ID, joined) == "later-stands-against"
    assert isinstance(await members.correct(StrikeEvents, "member", MEMBER_ID, left), Outcome)
    line = told_of(await members.execute.history("member", MEMBER_ID)).line
    assert [type(fact.event) for fact in line] == [MemberJoined], "a member to this day"
    assert isinstance(await members.correct(LiftStrikes, "member", MEMBER_ID, left), Outcome)
    assert isinstance(await members.correct(StrikeEvents, "member", MEMBER_ID, joined, left), Outcome)
