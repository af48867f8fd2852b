"""One id names one command: the same again is answered by the first outcome, another one under it is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from shared.base.paris_days import PARIS
from shared.contract.directory.structures import StructureListed, StructureRegistered, StructureRevised
from shared.contract.envelope import Provenance, address, opened, sealed_body
from shared.contract.personal import Personal
from shared.kernel.command_digest import CommandDigests, fields_sent, plain
from shared.kernel.command_handler import Executor, Outcome, Reused, new_command_id
from shared.kernel.decider import Command, Refused, derived_id
from shared.kernel.eventlog.event_log import Log, Unit, Write
from shared.runtime.service import Service
from shared.web.forms.forms import id_after
from tests.fixtures.log_writing import everything
from tests.fixtures.small_directory import CONTACT, STRUCTURE, AddContact, Close, Register, RegisterAs, Tag

WHO = "account:11111111-1111-1111-1111-111111111111"
SOMEBODY_ELSE = "account:22222222-2222-2222-2222-222222222222"
THEN = datetime(2014, 5, 6, 10, tzinfo=UTC)


def registered(id: UUID) -> UUID:
    """The structure that a command registers."""
    return derived_id(id, "structure")


ANOTHER: dict[str, Callable[[UUID], dict[str, Any]]] = {
    "another field": lambda id: {"command": Register(name="Seconde")},
    "another time": lambda id: {"at": THEN + timedelta(hours=1)},
    "no time": lambda id: {"at": None},
    "another sender": lambda id: {"actor": SOMEBODY_ELSE},
    "another type": lambda id: {"command": Tag(structure=registered(id), tag="eau")},
    "another type that says the same": lambda id: {"command": RegisterAs(structure=registered(id), name="Première")},
    "all of it": lambda id: {"command": Close(structure=registered(id)), "actor": SOMEBODY_ELSE, "at": None},
}


@pytest.mark.parametrize("what", ANOTHER)
async def test_another_command_under_the_same_id_is_refused_and_writes_nothing(service: Service, what: str) -> None:
    id = new_command_id()
    first = {"command": Register(name="Première"), "actor": WHO, "at": THEN}
    given = {**first, **ANOTHER[what](id)}
    await service.execute(first.pop("command"), id=id, **first)  # type: ignore[arg-type]
    with pytest.raises(Reused) as no:
        await service.execute(given.pop("command"), id=id, **given)
    assert no.value.code == "command-id-reused" and no.value.version == 1
    assert await service.log.last() == 1
    assert id_after(no.value, id) != id


async def test_the_same_again_is_the_first_outcome_whatever_has_happened_since(
    open_service: Callable[[], Awaitable[Service]],
) -> None:
    service, id, tag = await open_service(), new_command_id(), new_command_id()
    first = await service.execute(Register(name="Première"), id=id, actor=WHO, at=THEN)
    tagged = await service.execute(Tag(structure=first.entity_id, tag="eau"), id=tag, actor=WHO, version=1)
    await service.execute(Close(structure=first.entity_id), id=new_command_id(), actor=SOMEBODY_ELSE)
    await service.stop()
    service = await open_service()
    elsewhere = THEN.astimezone(timezone(timedelta(hours=5)))  # the same moment
    again = await service.execute(Register(name="Première"), id=id, actor=WHO, at=elsewhere)
    assert again == Outcome(first.entity_id, first.seq, first.events, repeated=True)
    # It would be refused by now, and the version that was seen then is another one now: neither is asked.
    again = await service.execute(Tag(structure=first.entity_id, tag="eau"), id=tag, actor=WHO, version=1)
    assert again == Outcome(first.entity_id, tagged.seq, tagged.events, repeated=True)
    assert await service.log.last() == 3


async def test_a_day_is_what_was_sent_also_when_it_is_over(service: Service) -> None:
    """A form that says today means now, and tomorrow the same form means noon of a day that is over."""
    now = [datetime(2026, 3, 1, 20, tzinfo=UTC)]
    other = Executor(service.log, service.keyring, "directory", [STRUCTURE], lambda: now[0])
    id, day = new_command_id(), now[0].astimezone(PARIS).date()
    first = await other(Register(name="Première"), id=id, actor=WHO, at=day)
    assert opened((await everything(service.log))[0]).time == now[0]
    now[0] += timedelta(days=1)
    again = await other(Register(name="Première"), id=id, actor=WHO, at=day)
    assert again.repeated and again.seq == first.seq
    with pytest.raises(Reused):
        await other(Register(name="Première"), id=id, actor=WHO, at=date(2026, 2, 28))
    late = await other(Register(name="Autre"), id=new_command_id(), actor=WHO, at=day)
    assert opened((await everything(service.log))[late.seq - 1]).time == datetime(2026, 3, 1, 11, tzinfo=UTC)


async def test_of_two_bodies_under_one_id_at_two_processes_at_once_one_wins(service: Service) -> None:
    logs = [Log(service.around.nc, service.network) for _ in range(2)]
    for log in logs:
        await log.start()
    executors = [Executor(log, service.keyring, "directory", [STRUCTURE, CONTACT]) for log in logs]
    for n in range(1, 6):
        id = new_command_id()
        names = ["Première", "twice"]  # of one event, and of two
        both = await asyncio.gather(
            *(e(Register(name=name), id=id, actor=WHO) for e, name in zip(executors, names, strict=True)),
            return_exceptions=True,
        )
        assert sorted(type(one).__name__ for one in both) == ["Outcome", "Reused"], both
        known = [opened(one).entity_id for one in await everything(service.log)]
        assert len(set(known)) == n
    for log in logs:
        await log.stop()


async def test_a_creation_that_would_be_refused_by_now_was_done_all_the_same(service: Service) -> None:
    """A created entity is looked for in the log only where its first try fails; a decision that depends on the day, or
    on what else there is, may refuse what was done long ago."""
    id = new_command_id()
    first = await service.execute(Register(name="Première"), id=id, actor=WHO)

    def by_now(command: Register, state: object, context: object) -> list[StructureRegistered]:
        raise Refused("past")

    later = Executor(
        service.log,
        service.keyring,
        "directory",
        [type(STRUCTURE)("structure", STRUCTURE.initial, STRUCTURE.evolve, {Register: by_now})],
    )
    assert (await later(Register(name="Première"), id=id, actor=WHO)).seq == first.seq
    with pytest.raises(Reused):
        await later(Register(name="Seconde"), id=id, actor=WHO)
    with pytest.raises(Refused, match="past"):
        await later(Register(name="Première"), id=new_command_id(), actor=WHO)


async def written_by_an_older_release(service: Service, id: UUID, *events: Any, actor: str = WHO) -> UUID:
    """Events of one command, as they were written before there were digests."""
    entity, seq = registered(id), 0
    history = await service.log.load("directory", "structure", entity)
    writes = []
    for n, event in enumerate(events, 1):
        by = Provenance(actor=actor, command=id, correlation=id)
        number = derived_id(id, f"structure/{entity}/event/{n}")
        body = sealed_body(
            service.network, event, entity, id=number, version=history.version + n, at=THEN, now=THEN, by=by
        )
        assert b"commanddigest" not in body
        writes.append(Write(address(service.network, event, entity), str(number), body))
    seq = await service.log.append(Unit(writes, {writes[0].entity: history.seq}))
    assert seq
    return entity


async def test_events_without_a_digest_are_compared_by_type_target_and_sender(service: Service) -> None:
    id = new_command_id()
    entity = await written_by_an_older_release(
        service, id, StructureRegistered(name="twice", kind="association"), StructureListed()
    )
    tag = new_command_id()
    revised = StructureRevised(themes=["eau"])
    by = Provenance(actor=WHO, command=tag, correlation=tag)
    number = derived_id(tag, f"structure/{entity}/event/1")
    body = sealed_body(service.network, revised, entity, id=number, version=3, at=THEN, now=THEN, by=by)
    one = Write(address(service.network, revised, entity), str(number), body)
    await service.log.append(Unit([one], {one.entity: 2}))
    await service.execute(Close(structure=entity), id=new_command_id(), actor=WHO)
    assert (await service.execute(Register(name="twice"), id=id, actor=WHO)).seq == 2
    assert (await service.execute(Tag(structure=entity, tag="eau"), id=tag, actor=WHO)).seq == 3
    for command, under, actor in [
        (Register(name="twice"), id, SOMEBODY_ELSE),
        (Register(name="once"), id, WHO),  # its events are of other types
        (Close(structure=entity), id, WHO),
        (Close(structure=entity), tag, WHO),
        (Tag(structure=entity, tag="eau"), tag, SOMEBODY_ELSE),
        (RegisterAs(structure=entity, name="x"), tag, WHO),
    ]:
        with pytest.raises(Reused):
            await service.execute(command, id=under, actor=actor)
    assert await service.log.last() == 4


async def test_a_key_that_is_lost_makes_nothing_unreadable(
    open_service: Callable[[], Awaitable[Service]],
) -> None:
    """Then what came before is compared as events of an older release are."""
    service, id = await open_service(), new_command_id()
    first = await service.execute(Register(name="Première"), id=id, actor=WHO)
    await service.stop()
    (service.around.data / "keys" / "directory.command-key").unlink()
    service = await open_service()
    assert (await service.execute(Register(name="Première"), id=id, actor=WHO)).seq == first.seq
    with pytest.raises(Reused):
        await service.execute(Register(name="Première"), id=id, actor=SOMEBODY_ELSE)
    assert opened((await everything(service.log))[0]).data == StructureRegistered(name="Première", kind="association")


async def test_an_id_that_derives_says_alone_which_command_it_is(service: Service) -> None:
    id = new_command_id()
    first = await service.execute(Register(name="Première"), id=id, actor=WHO, derived=True)
    again = await service.execute(Register(name="Seconde"), id=id, actor=SOMEBODY_ELSE, derived=True)
    assert again == Outcome(first.entity_id, first.seq, first.events, repeated=True)
    with pytest.raises(Reused):  # which nobody else may use
        await service.execute(Close(structure=first.entity_id), id=id, actor=SOMEBODY_ELSE)


async def test_what_is_computed_of_what_was_sent_is_not_compared(service: Service) -> None:
    id, sent = new_command_id(), {"wish": "a structure"}
    first = await service.execute(Register(name="La 1re"), id=id, actor=WHO, sent=sent)
    assert (await service.execute(Register(name="La 2e"), id=id, actor=WHO, sent=sent)).seq == first.seq
    before = await service.execute.before(Register, first.entity_id, id=id, actor=WHO, sent=sent)
    assert before == Outcome(first.entity_id, first.seq, first.events, repeated=True)
    with pytest.raises(Reused):
        await service.execute.before(Register, first.entity_id, id=id, actor=WHO, sent={"wish": "another"})
    asked = {"id": new_command_id(), "actor": WHO, "sent": sent}
    assert await service.execute.before(Register, first.entity_id, **asked) is None  # type: ignore[arg-type]


async def test_a_digest_says_nothing_of_a_person_and_nothing_without_the_key(service: Service) -> None:
    structure = uuid4()
    one = AddContact(structure=structure, name="Zénobie", email="z@exemple.invalid")
    other = AddContact(structure=structure, name="Anastasie")
    own = CommandDigests(service.keyring.folder, "directory")
    target = uuid4()

    def digest(of: CommandDigests, command: Command) -> str:
        return of.of("AddContact", target, WHO, None, fields_sent(command))

    assert digest(own, one) == digest(own, other) != digest(own, AddContact(structure=uuid4(), name="Zénobie"))
    stranger = CommandDigests(service.keyring.folder, "membership")
    assert digest(own, one).split(".")[1] != digest(stranger, one).split(".")[1]
    assert own.knows(digest(own, one)) and not stranger.knows(digest(own, one)) and not own.knows(None)
    id = new_command_id()
    await service.execute(one, id=id, actor=WHO)
    stored = orjson.loads((await everything(service.log))[0].body)
    assert own.knows(stored["commanddigest"]) and len(stored["commanddigest"]) == 8 + 1 + 22


def test_what_was_sent_is_the_same_in_whatever_way_it_was_written() -> None:
    class Later(Command):
        """A command of today, and with a field that a later release adds."""

        entity = "structure"
        name: str
        tags: frozenset[str] = frozenset()
        since: date | None = None
        added: str = "by a later release"
        who: list[Personal] = []

    def said(**given: Any) -> Any:
        return plain(fields_sent(Later(**given)))

    assert said(name="x") == {"name": "x"}  # a default is nothing that was sent
    assert said(name="x", tags=[], since=None, added="by a later release") == {"name": "x"}  # nor where a form sends it
    assert said(name="x", tags=["b", "a"]) == said(tags={"a", "b"}, name="x")
    assert said(name="x", since="2014-05-06") == said(name="x", since=date(2014, 5, 6)) != said(name="x")
    assert said(name="x", who=["Zénobie"]) == said(name="x", who=[])

    class Some(Later):
        """Of whose fields those that are not given stay."""

        partial = True

    assert plain(fields_sent(Some(name="x", since=None))) != plain(fields_sent(Some(name="x")))
    assert plain([1, 2]) != plain([2, 1])
    assert plain(THEN) == plain(THEN.astimezone(timezone(timedelta(hours=-7))))
    assert plain(datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))) is not None
