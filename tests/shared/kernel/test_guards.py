"""Invariants over what a decision reads and does not write: no write skew, whoever else writes meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from nats.aio.client import Client

from deploy.host.embedded import prepare_reader
from services.directory.duplicates.domain import NAMESAKES, DoubtNamesakes, TellNamesakesApart
from services.directory.structures.domain.structure import STRUCTURE, MergeStructures, RegisterStructure
from services.membership.members.domain.member import MEMBER, JoinNetwork
from services.observatory.surveys.domain.answer import ANSWER, AnswerSurvey
from services.observatory.surveys.domain.questions import Question
from services.observatory.surveys.domain.survey import SURVEY, CloseSurvey, DraftSurvey, OpenSurvey
from shared.base.outside import Outside
from shared.base.paris_days import day_of
from shared.contract.envelope import GUARD, Void, guard_subject, opened
from shared.kernel.command_handler import Executor, Outcome, new_command_id
from shared.kernel.correcting import LiftStrikes, StrikeEvents
from shared.kernel.decider import Beside, Command, Decider, Refused
from shared.kernel.eventlog.atomic_batch import Patience, Rejected, publish
from shared.kernel.eventlog.direct_get import DirectGet
from shared.kernel.eventlog.event_log import Conflict, Log, Unit
from shared.kernel.eventlog.group_commit import Committer
from shared.kernel.reactions import CONSUMER
from shared.notions.one_kind import together
from shared.notions.references import LogReferences
from shared.notions.referents import REFERENTS
from shared.notions.structure_on_record import member_of
from shared.persons.keys.keyring import Keyring
from shared.runtime.nats.embedded_server import NatsServer
from shared.runtime.service import Service
from tests.fixtures.log_writing import everything, unit
from tests.fixtures.statutes import founded_on

WHO = "staff:test"
SURVEYS = together(SURVEY, ANSWER)
QUESTIONS = [Question(id="q1", kind="one", text="Quel pays ?", required=True, options=["Sénégal", "Maroc"])]


class Held(Log):
    """A log that can hold an append back until something else was written. `before`: what is done then, once."""

    before: Callable[[], object] | None = None

    async def append(self, unit: Unit) -> int:
        if self.before is not None:
            before, self.before = self.before, None
            await before()  # type: ignore[misc]
        return await super().append(unit)


@dataclass
class Process:
    """An executor on a connection of its own, as a replica or another service has it."""

    log: Held
    execute: Executor

    async def do(self, command: Command) -> Outcome | str:
        try:
            return await self.execute(command, id=new_command_id(), actor=WHO)
        except Refused as no:
            return no.code

    async def done(self, command: Command) -> Outcome:
        found = await self.do(command)
        assert isinstance(found, Outcome), found
        return found


Open = Callable[..., "asyncio.Future[Process]"]


@pytest.fixture
async def process(nats_server: NatsServer, network: str, nc: Client, tmp_path: Path) -> AsyncIterator[Open]:
    opened_: list[tuple[Client, Log]] = []

    async def open(service: str, *deciders: Decider) -> Process:  # type: ignore[type-arg]
        connection = await nats_server.connect("test")
        log = Held(connection, network)
        await log.start()
        opened_.append((connection, log))
        if service == "membership":
            await founded_on(log, tmp_path / "keys")
        keys = Keyring(tmp_path / "keys", network, service)
        return Process(log, Executor(log, keys, service, deciders, references=LogReferences(log, REFERENTS)))

    yield open  # type: ignore[misc]
    for connection, log in opened_:
        await log.stop()
        await connection.close()


def answer(survey: UUID) -> AnswerSurvey:
    return AnswerSurvey(survey=survey, answer=uuid4(), person=uuid4(), choices={"q1": [0]})


async def survey(of: Process) -> UUID:
    id = (await of.done(DraftSurvey(title="Enquête", questions=QUESTIONS))).entity_id
    until = day_of(of.execute._clock()) + timedelta(days=3)
    await of.done(OpenSurvey(survey=id, until=until, open_link=True))
    return id


async def record(of: Process) -> UUID:
    return (await of.done(RegisterStructure(name="Kynarou", kind="association"))).entity_id


async def order(log: Log, *types: str) -> list[str]:
    """The events of these types, in the order of the log."""
    found = []
    for message in await everything(log):
        try:
            found.append(opened(message).type)
        except Void as void:
            assert void.reason == GUARD
    return [one for one in found if one in types]


async def test_an_answer_that_a_closing_overtakes_is_decided_again(process: Open) -> None:
    one, other = await process("observatory", SURVEYS), await process("observatory", SURVEYS)
    id = await survey(one)
    assert isinstance(await one.do(answer(id)), Outcome)
    one.log.before = lambda: other.done(CloseSurvey(survey=id))
    assert await one.do(answer(id)) == "survey-closed"
    assert await order(one.log, "SurveyAnswered", "SurveyClosed") == ["SurveyAnswered", "SurveyClosed"]


class Unguarded(AnswerSurvey):
    """As it was before there were guards."""

    def guards(self) -> tuple[UUID, ...]:
        return ()


async def test_without_a_guard_it_would_have_been_written_after_the_closing(process: Open) -> None:
    unguarded = replace(ANSWER, decisions={Unguarded: ANSWER.decisions[AnswerSurvey]})
    decider = together(SURVEY, unguarded)
    one, other = await process("observatory", decider), await process("observatory", SURVEYS)
    id = await survey(one)
    one.log.before = lambda: other.done(CloseSurvey(survey=id))
    assert isinstance(await one.do(Unguarded(**dict(answer(id)))), Outcome)
    assert await order(one.log, "SurveyAnswered", "SurveyClosed") == ["SurveyClosed", "SurveyAnswered"]


async def test_a_structure_that_is_merged_meanwhile_does_not_join(process: Open) -> None:
    directory, membership = await process("directory", STRUCTURE, NAMESAKES), await process("membership", MEMBER)
    kept, merged = await record(directory), await record(directory)
    join = JoinNetwork(structure=merged, name="Kynarou", college="associative", charter_version=1)
    membership.log.before = lambda: directory.done(MergeStructures(structure=kept, merged=merged))
    assert await membership.do(join) == "reference-merged"
    assert isinstance(await membership.do(join.model_copy(update={"structure": kept})), Outcome)
    assert (await membership.execute.history("member", member_of(merged))).events == []


async def test_a_pair_told_apart_is_not_merged_nor_a_merged_pair_told_apart(process: Open) -> None:
    one, other = await process("directory", STRUCTURE, NAMESAKES), await process("directory", STRUCTURE, NAMESAKES)
    kept, merged, third = [await record(one) for _ in range(3)]
    told = await one.done(TellNamesakesApart(first=merged, second=kept))
    for pair in ((kept, merged), (merged, kept)):
        with pytest.raises(Refused, match="told-apart") as no:
            await one.execute(MergeStructures(structure=pair[0], merged=pair[1]), id=new_command_id(), actor=WHO)
        assert (no.value.field, no.value.values["seq"]) == ("merged", told.seq)
    one.log.before = lambda: other.done(TellNamesakesApart(first=third, second=kept))
    assert await one.do(MergeStructures(structure=kept, merged=third)) == "told-apart"
    fourth = await record(one)
    other.log.before = lambda: one.done(MergeStructures(structure=kept, merged=fourth))
    assert await other.do(TellNamesakesApart(first=fourth, second=kept)) == "reference-merged"


@pytest.mark.slow
@pytest.mark.parametrize("rounds", [30, pytest.param(1000, marks=pytest.mark.drill)])
async def test_no_answer_comes_after_a_closing(process: Open, rounds: int) -> None:
    one, other = await process("observatory", SURVEYS), await process("observatory", SURVEYS)
    late = 0
    for n in range(20 * rounds):
        id = await survey((one, other)[n % 2])
        who = [one, other, one, other]
        closing = asyncio.create_task(_after(n % 5, other.do(CloseSurvey(survey=id))))
        answers = await asyncio.gather(*(_after(k * (n % 3), p.do(answer(id))) for k, p in enumerate(who)))
        assert isinstance(await closing, Outcome)
        closed = (await one.execute.history("survey", id)).events[-1]
        assert closed.type == "SurveyClosed"
        for found in answers:
            assert found == "survey-closed" or (isinstance(found, Outcome) and found.seq < closed.seq)
            late += found == "survey-closed"
        if n >= rounds - 1 and late > rounds / 10:  # it was close, often
            return
    raise AssertionError(f"only {late} were late")


@pytest.mark.parametrize("rounds", [30, pytest.param(1000, marks=pytest.mark.drill)])
async def test_no_structure_joins_after_it_was_merged(process: Open, rounds: int) -> None:
    directory, membership = await process("directory", STRUCTURE, NAMESAKES), await process("membership", MEMBER)
    late = 0
    for n in range(20 * rounds):
        kept, merged = await record(directory), await record(directory)
        join = JoinNetwork(structure=merged, name="Kynarou", college="associative", charter_version=1)
        joined, absorbed = await asyncio.gather(
            _after(n % 15, membership.do(join)),
            _after(0, directory.do(MergeStructures(structure=kept, merged=merged))),
        )
        assert isinstance(absorbed, Outcome)
        history = (await directory.execute.history("structure", merged)).events
        when = next(event.seq for event in history if event.type == "StructureAbsorbed")
        assert joined == "reference-merged" or (isinstance(joined, Outcome) and joined.seq < when)
        late += joined == "reference-merged"
        if n >= rounds - 1 and 0 < late <= n:  # of both kinds; how soon that is so depends on the machine
            return
    raise AssertionError(f"{late} were late")


async def _after(turns: int, work: object) -> Outcome | str:
    """Work that begins some turns of the loop later."""
    for _ in range(turns):
        await asyncio.sleep(0.0005)
    return await work  # type: ignore[misc, no-any-return]


async def test_a_stale_guard_writes_nothing_and_a_right_one_lies_before_its_event(log: Log) -> None:
    read, own = unit(log.network, uuid4()), unit(log.network, uuid4())
    assert await log.append(read) == 1
    stale = unit(log.network, uuid4())
    stale.reads = {read.writes[0].entity: 0}
    with pytest.raises(Conflict):
        await log.append(stale)
    own.reads = {read.writes[0].entity: 1, f"{log.network}.membership.member.{uuid4()}": 0}
    assert await log.append(own) == 4  # one event, and a guard for each of two
    guard = guard_subject(log.network, "directory")
    assert [(m.subject == guard, m.body == b"") for m in await everything(log)] == [(False, False)] + [
        (True, True)
    ] * 2 + [(False, False)]


async def test_a_guard_rides_on_a_further_event_of_its_decision(log: Log) -> None:
    read = unit(log.network, uuid4())
    await log.append(read)
    two = unit(log.network, uuid4(), uuid4(), events=2)
    two.reads = {read.writes[0].entity: 1, f"{log.network}.directory.structure.{uuid4()}": 0}
    assert two.messages == 4 and await log.append(two) == 5
    assert all(message.body for message in await everything(log))
    for reads in ({read.writes[0].entity: 0}, {read.writes[0].entity: 1, f"{two.writes[2].entity}": 3}):
        stale = unit(log.network, uuid4(), events=3)
        stale.reads = reads
        with pytest.raises(Conflict):
            await log.append(stale)
    assert await log.last() == 5


async def test_who_reads_and_who_writes_an_entity_never_share_a_batch(log: Log) -> None:
    """A batch does not see what it writes itself."""
    first, second = unit(log.network, uuid4()), unit(log.network, uuid4())
    await log.append(first)
    await log.append(second)
    one, other = unit(log.network, uuid4()), unit(log.network, uuid4())
    entity = first.writes[0].entity
    writer = unit(log.network, UUID(entity.rpartition(".")[2]), version=2, expected=1)
    one.reads = other.reads = {entity: 1}
    for order_ in ([writer, one, other], [one, writer, other]):
        committer = log._committer
        committer._waiting.extend(order_)
        groups = []
        while group := committer._next_group():
            groups.append(group)
        assert all(not (writer in group and len(group) > 1) for group in groups), groups
        assert sum(map(len, groups)) == 3
    results = await asyncio.gather(*map(log.append, [one, writer, other]), return_exceptions=True)
    assert isinstance(results[0], int) and isinstance(results[1], int) and isinstance(results[2], Conflict)


async def test_what_another_has_under_way_is_no_conflict_and_is_tried_again(nc: Client, log: Log) -> None:
    """10164 of a cluster: somebody's expectation on the same entity, perhaps another reader's, is not answered yet."""
    busy = 0

    async def write(nc: Client, stream: str, units: Sequence[Unit], outside: Outside, patience: Patience) -> int:
        nonlocal busy
        if busy:
            busy -= 1
            raise Rejected(10164, "wrong last sequence")
        return await publish(nc, stream, units, outside, patience)

    direct = DirectGet(nc, log.network)
    committer = Committer(nc, log.network, direct, patience=Patience(trying=0.5), write=write)
    await direct.start()
    committer.start()
    one = unit(log.network, uuid4())
    one.reads = {f"{log.network}.directory.structure.{uuid4()}": 0}
    busy = 20
    assert await committer.append(one) == 2 and busy == 0 and not one.repeated
    many = [unit(log.network, uuid4()) for _ in range(20)]
    busy = 3
    await asyncio.gather(*map(committer.append, many))
    assert busy == 0 and await log.last() == 22
    busy = 1_000_000  # it never ends: then it counts
    with pytest.raises(Conflict):
        await committer.append(unit(log.network, uuid4()))
    await committer.stop()
    await direct.stop()


async def test_several_who_read_the_same_share_one_guard(log: Log) -> None:
    read = unit(log.network, uuid4())
    await log.append(read)
    units = [unit(log.network, uuid4()) for _ in range(40)]
    for each in units:
        each.reads = {read.writes[0].entity: 1}
    seqs = await asyncio.gather(*map(log.append, units))
    assert len(set(seqs)) == 40
    guards = [m for m in await everything(log) if not m.body]
    assert 1 <= len(guards) < 40
    for each, seq in zip(units, seqs, strict=True):
        assert (await log.at(seq)).body == each.writes[0].body  # type: ignore[union-attr]


async def test_a_guard_is_no_damage_and_what_looks_like_one_is(service: Service, nc: Client) -> None:
    network = service.network
    read, own = unit(network, uuid4()), unit(network, uuid4())
    await service.log.append(read)
    own.reads = {read.writes[0].entity: 1}
    assert await service.log.append(own) == 3
    assert await service.runner.wait_for(3)
    assert service.runner.voids == {} and service.runner.position == 3
    look_alikes = [
        (guard_subject(network, "directory"), b"{}"),
        (guard_subject(network, "nobody"), b""),
        (f"{network}.directory.guard.0", b""),
        (f"{network}.directory.guard.0.Guard", b""),
        (f"{network}.directory.structure.{uuid4()}.Guard", b""),
    ]
    for subject, body in look_alikes:
        await nc.jetstream().publish(subject, body)
    assert await service.runner.wait_for(8)
    assert service.runner.voids == dict.fromkeys(range(4, 9), "not-an-event")


async def test_readers_from_outside_are_given_events_only(log: Log, nc: Client) -> None:
    """Also one whose consumer an earlier release made: it parses each body, and a guard has none."""
    network = log.network
    await nc.jetstream().add_consumer(network, replace(CONSUMER, durable_name="reader"))
    read, own = unit(network, uuid4()), unit(network, uuid4())
    await log.append(read)
    own.reads = {read.writes[0].entity: 1}
    await log.append(own)
    for name in ("reader", "reader", "other"):
        await prepare_reader(nc, network, name)  # type: ignore[arg-type]
        subscription = await nc.jetstream().pull_subscribe_bind(name, network)
        given = [m.data for m in await subscription.fetch(10, timeout=1)] if name == "other" else []
        assert (await nc.jetstream().consumer_info(network, name)).config.filter_subject == f"{network}.*.*.*.*"
    assert given == [read.writes[0].body, own.writes[0].body]


def test_a_command_names_what_it_guards_among_what_it_reads() -> None:
    command = answer(uuid4())
    guards: set[Beside] = set(command.guards())
    assert guards and guards <= set(command.alongside())


async def lifted(of: Process, structure: UUID) -> tuple[LiftStrikes, UUID]:
    """A merge of a record into `structure` that was struck: what lifts it again, and that record."""
    merged = await record(of)
    await of.done(MergeStructures(structure=structure, merged=merged))
    history = (await of.execute.history("structure", structure)).events
    merge = next(UUID(one.id) for one in reversed(history) if one.type == "StructuresMerged")
    named: dict[str, Any] = {"kind": "structure", "about": structure, "events": [merge]}
    await of.done(StrikeEvents(**named, reason="par erreur"))
    return LiftStrikes(**named, reason="si, finalement"), merged


async def test_a_merge_that_comes_back_is_judged_like_a_merge(process: Open) -> None:
    """Merged, struck, told apart: the strike is not lifted any more, from whichever of the two records."""
    one, other = await process("directory", STRUCTURE, NAMESAKES), await process("directory", STRUCTURE, NAMESAKES)
    kept = await record(one)
    lift, merged = await lifted(one, kept)
    told = await one.done(TellNamesakesApart(first=merged, second=kept))
    absorbed = next(
        UUID(event.id)
        for event in (await one.execute.history("structure", merged)).events
        if event.type == "StructureAbsorbed"
    )
    there = LiftStrikes(kind="structure", about=merged, events=[absorbed], reason="si, finalement")
    for command in (lift, there):
        with pytest.raises(Refused, match="told-apart") as no:
            await one.execute(command, id=new_command_id(), actor=WHO)
        assert (no.value.field, no.value.values["seq"]) == (None, told.seq)
        assert no.value.values["of"] == "NamesakesToldApart"
    await one.done(DoubtNamesakes(first=merged, second=kept))
    assert isinstance(await one.do(there), Outcome)
    # told apart while the strike is being lifted: decided again
    lift, merged = await lifted(one, kept)
    one.log.before = lambda: other.done(TellNamesakesApart(first=merged, second=kept))
    assert await one.do(lift) == "told-apart"
    lift, merged = await lifted(one, kept)
    other.log.before = lambda: one.done(lift)
    assert await other.do(TellNamesakesApart(first=merged, second=kept)) == "reference-merged"


async def test_what_was_merged_into_either_is_not_brought_together_with_what_it_was_told_apart_from(
    process: Open,
) -> None:
    one, other = await process("directory", STRUCTURE, NAMESAKES), await process("directory", STRUCTURE, NAMESAKES)
    first, second, third, fourth = [await record(one) for _ in range(4)]
    told = await one.done(TellNamesakesApart(first=first, second=third))
    await one.done(MergeStructures(structure=second, merged=first))
    await one.done(MergeStructures(structure=fourth, merged=third))
    for kept, merged in ((second, fourth), (fourth, second)):
        with pytest.raises(Refused, match="told-apart") as no:
            await one.execute(MergeStructures(structure=kept, merged=merged), id=new_command_id(), actor=WHO)
        assert no.value.values["seq"] == told.seq
    await one.done(DoubtNamesakes(first=third, second=first))
    one.log.before = lambda: other.done(TellNamesakesApart(first=second, second=fourth))
    assert await one.do(MergeStructures(structure=second, merged=fourth)) == "told-apart"
    await one.done(DoubtNamesakes(first=second, second=fourth))
    assert isinstance(await one.do(MergeStructures(structure=second, merged=fourth)), Outcome)


async def test_a_joining_that_comes_back_is_judged_like_a_joining(process: Open) -> None:
    directory, membership = await process("directory", STRUCTURE, NAMESAKES), await process("membership", MEMBER)
    kept, merged = await record(directory), await record(directory)
    joined = await membership.done(
        JoinNetwork(structure=merged, name="Kynarou", college="associative", charter_version=1)
    )
    (event,) = (await membership.execute.history("member", joined.entity_id)).events
    named: dict[str, Any] = {"kind": "member", "about": joined.entity_id, "events": [UUID(event.id)], "reason": "non"}
    await membership.done(StrikeEvents(**named))
    membership.log.before = lambda: directory.done(MergeStructures(structure=kept, merged=merged))
    assert await membership.do(LiftStrikes(**named)) == "reference-merged"


@pytest.mark.slow
@pytest.mark.parametrize("rounds", [30, pytest.param(1000, marks=pytest.mark.drill)])
async def test_no_strike_of_a_merge_is_lifted_after_the_pair_was_told_apart(process: Open, rounds: int) -> None:
    one, other = await process("directory", STRUCTURE, NAMESAKES), await process("directory", STRUCTURE, NAMESAKES)
    late = 0
    for n in range(20 * rounds):
        kept = await record(one)
        lift, merged = await lifted((one, other)[n % 2], kept)
        apart = TellNamesakesApart(first=merged, second=kept)
        back, told = await asyncio.gather(one.do(lift), _after(10 * (n % 4), other.do(apart)))
        assert sorted(isinstance(found, Outcome) for found in (back, told)) == [False, True], (back, told)
        assert back == "told-apart" or told == "reference-merged"
        late += back == "told-apart"
        if n >= rounds - 1 and 0 < late <= n:
            return
    raise AssertionError(f"{late} were late")
