"""Who may do what with the log: every user tries what it should not, on a server as an installation has it.

What a user of NATS may publish and subscribe is asked of the server; what a reply subject can do is tried, since no
permission covers it. The table of attempts is asserted whole, and printed for people (`pytest -s`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import orjson
import pytest
from nats.errors import Error as NatsError
from nats.js.errors import APIError
from rich.console import Console
from rich.table import Table

from deploy.host.all_services import DEFINITIONS
from deploy.host.embedded import access, prepare
from shared.contract.envelope import Message, Void, opened
from shared.kernel.broker.connection import API, OPERATOR, SERVICES_API, Connection, NotAllowed
from shared.kernel.eventlog.event_log import Log, LogUnfit, Unit, Write, stream_config, unlike
from shared.runtime.nats.embedded_server import NatsServer
from shared.runtime.nats.server_config import READER, Access
from tests.fixtures.log_writing import changed, everything, unit, write

NETWORK = "net"
SERVICES = [definition.name for definition in DEFINITIONS]
DURABLES = access(NETWORK).services
STRANGERS = [*SERVICES, READER]
"""Everybody but the operator."""


@dataclass
class House:
    """A server with its users connected, and the log as its owner sees it."""

    server: NatsServer
    users: dict[str, Connection]
    log: Log

    async def state(self) -> tuple[int, dict[str, object], int]:
        """Of the stream: the last sequence, the configuration, how many consumers."""
        told = orjson.loads((await self.users[OPERATOR].request(f"{API}.STREAM.INFO.{NETWORK}", timeout=60)).data)
        return told["state"]["last_seq"], told["config"], told["state"]["consumer_count"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    one = NatsServer(tmp_path_factory.mktemp("nats"), access=access(NETWORK))

    async def begin() -> None:
        await one.start()
        nc = await one.connect(OPERATOR)
        await prepare(nc, NETWORK)
        await nc.close()

    asyncio.run(begin())
    yield one
    asyncio.run(one.stop())


@pytest.fixture
async def house(server: NatsServer) -> AsyncIterator[House]:
    users = {name: await server.connect(name) for name in (OPERATOR, *STRANGERS)}
    log = Log(users[OPERATOR], NETWORK)
    await log.start()
    yield House(server, users, log)
    await log.stop()
    for nc in users.values():
        await nc.close()


async def outcome(attempt: Awaitable[object]) -> str:
    """`refused`: by one clear error, and soon; a refusal that is only felt as a silence is not one."""
    try:
        async with asyncio.timeout(60):
            await attempt
    except NotAllowed:
        return "refused"
    except (NatsError, APIError) as error:
        return type(error).__name__
    return "allowed"


def publishes(*subjects: str) -> Callable[[Connection], list[Awaitable[object]]]:
    return lambda nc: [nc.request(subject, b"", timeout=60) for subject in subjects]


def subscribes(*subjects: str) -> Callable[[Connection], list[Awaitable[object]]]:
    return lambda nc: [nc.subscribe(subject) for subject in subjects]


def api(*calls: str) -> Callable[[Connection], list[Awaitable[object]]]:
    """A call of JetStream, where the operator makes it and where services make theirs."""
    return publishes(*(f"{prefix}.{call.format(net=NETWORK)}" for call in calls for prefix in (API, SERVICES_API)))


def of_others(user: str, subject: str) -> list[str]:
    return [subject.format(net=NETWORK, service=name, user=user) for name in SERVICES if name != user]


def durables_of_others(user: str) -> list[str]:
    return [durable for name, durables in DURABLES.items() if name != user for durable in durables] + (
        [READER] if user != READER else []
    )


ATTEMPTS: dict[str, Callable[[str], Callable[[Connection], list[Awaitable[object]]]]] = {
    "write another's event": lambda user: publishes(*of_others(user, "{net}.{service}.structure.x.Y")),
    "write under a service that is none": lambda user: publishes(f"{NETWORK}.ghost.a.b.C", f"{NETWORK}.x"),
    "store in the canary's stream in another's name": lambda user: publishes(
        *of_others(user, "CANARY.{net}.{service}"), f"CANARY.{NETWORK}.x"
    ),
    "change the canary's stream": lambda user: api(
        *(f"STREAM.{verb}.CANARY-{{net}}" for verb in ("INFO", "UPDATE", "DELETE", "PURGE"))
    ),
    "tell of a message that is not stored": lambda user: publishes(f"told.{NETWORK}.directory.a.b.C"),
    "ask in another's name": lambda user: publishes(*of_others(user, "ask.{net}.directory.{service}.session.renew")),
    "answer into another's inbox": lambda user: publishes(*of_others(user, "_INBOX.{service}.a.b"), "_INBOX.a"),
    "hear another's answers": lambda user: subscribes(*of_others(user, "_INBOX.{service}.>"), "_INBOX.>", "_INBOX.*.*"),
    "hear another's questions": lambda user: subscribes(*of_others(user, "ask.{net}.{service}.>"), "ask.>"),
    "hear what is not yet stored": lambda user: subscribes(f"{NETWORK}.>", f"{NETWORK}.directory.>", ">"),
    "hear the server": lambda user: subscribes("$JS.>", "$SYS.>", f"{API}.>", f"{SERVICES_API}.>", "$JS.EVENT.>"),
    "ask the server": lambda user: publishes("$SYS.REQ.SERVER.PING", "$SYS.REQ.ACCOUNT.LOG.CONNZ"),
    "make a stream": lambda user: api("STREAM.CREATE.{net}", "STREAM.CREATE.other"),
    "change, delete or purge the stream": lambda user: api(
        "STREAM.UPDATE.{net}", "STREAM.DELETE.{net}", "STREAM.PURGE.{net}"
    ),
    "delete a message": lambda user: api("STREAM.MSG.DELETE.{net}"),
    "take or overwrite the stream as a whole": lambda user: api(
        "STREAM.SNAPSHOT.{net}", "STREAM.RESTORE.{net}", "STREAM.RESTORE.x"
    ),
    "move the stream about": lambda user: api(
        "STREAM.LEADER.STEPDOWN.{net}", "STREAM.PEER.REMOVE.{net}", "META.LEADER.STEPDOWN"
    ),
    "list what there is": lambda user: api(
        "STREAM.LIST", "STREAM.NAMES", "CONSUMER.LIST.{net}", "CONSUMER.NAMES.{net}", "INFO"
    ),
    "make a consumer": lambda user: api(
        "CONSUMER.CREATE.{net}",
        "CONSUMER.CREATE.{net}.mine",
        "CONSUMER.CREATE.{net}.mine.{net}.>",
        "CONSUMER.DURABLE.CREATE.{net}.mine",
        *(f"CONSUMER.CREATE.{{net}}.{name}" for name in DURABLES.get(user, ())),
    ),
    "change another's consumer": lambda user: api(
        *(
            f"CONSUMER.{verb}.{{net}}.{name}"
            for name in durables_of_others(user)
            for verb in ("CREATE", "DELETE", "PAUSE", "RESET", "UNPIN")
        )
    ),
    "delete or pause one's own": lambda user: api(
        *(
            f"CONSUMER.{verb}.{{net}}.{name}"
            for name in (*DURABLES.get(user, ()), READER)
            for verb in ("DELETE", "PAUSE", "RESET")
        )
    ),
    "take another's events": lambda user: api(
        *(f"CONSUMER.{verb}.{{net}}.{name}" for name in durables_of_others(user) for verb in ("MSG.NEXT", "INFO"))
    ),
    "acknowledge another's events": lambda user: publishes(
        *(f"$JS.ACK.{NETWORK}.{name}.1.1.1.1700000000000000000.0" for name in durables_of_others(user))
    ),
    "loosen another's flow control": lambda user: publishes(f"$JS.FC.{NETWORK}.x.y"),
}


async def test_what_nobody_but_the_operator_may_is_refused_to_all_others(house: House) -> None:
    before = await house.state()
    table = Table("attempt", *STRANGERS, "tries")
    wrong = []
    for what, tries_of in ATTEMPTS.items():
        row, tries = [], 0
        for user in STRANGERS:
            found = await asyncio.gather(*(outcome(one) for one in tries_of(user)(house.users[user])))
            tries += len(found)
            row.append(", ".join(sorted(set(found))) or "nothing to try")
            wrong += [(what, user)] if set(found) - {"refused"} else []
        table.add_row(what, *row, str(tries))
    Console(width=160).print(table)
    assert wrong == []
    assert await house.state() == before


async def test_a_reader_writes_nothing_and_asks_nobody(house: House) -> None:
    for name in SERVICES:
        for subject in (f"{NETWORK}.{name}.structure.x.Y", f"ask.{NETWORK}.{name}.reader.topic"):
            assert await outcome(house.users[READER].request(subject, b"{}", timeout=60)) == "refused"


async def test_every_service_does_what_it_must(house: House) -> None:
    for name in SERVICES:
        nc = house.users[name]
        log = Log(nc, NETWORK)
        await log.start()
        entity = uuid4()
        one = Write(
            f"{NETWORK}.{name}.structure.{entity}.StructureRegistered", str(uuid4()), write(NETWORK, entity).body
        )
        seq = await log.append(Unit([one], {one.entity: 0}))
        many = [Write(f"{NETWORK}.{name}.structure.{entity}.E{n}", str(uuid4()), b"x") for n in range(20)]
        assert await log.append(Unit(many, {one.entity: seq})) == seq + 20
        assert await log.last() == seq + 20 and await log.at(seq) == Message(seq, one.subject, one.body)
        assert [m.seq for m in await everything(log, seq - 1)] == list(range(seq, seq + 21))
        for durable in DURABLES[name]:
            assert (await nc.jetstream().consumer_info(NETWORK, durable)).name == durable
        await log.stop()


async def test_a_refused_append_is_one_clear_error_alone_and_among_others(house: House) -> None:
    log = Log(house.users["membership"], NETWORK)
    await log.start()
    entities = [uuid4() for _ in range(40)]
    mine = [f"{NETWORK}.membership.structure.{entity}" for entity in entities]
    good = [Unit([Write(f"{where}.MemberJoined", str(uuid4()), b"x")], {where: 0}) for where in mine]
    foreign = unit(NETWORK, uuid4(), events=2)
    with pytest.raises(NotAllowed, match=rf"not allow this user to publish to {NETWORK}\.directory\.structure"):
        async with asyncio.timeout(60):
            await log.append(unit(NETWORK, uuid4()))
    found = await asyncio.gather(*(log.append(one) for one in (*good, foreign)), return_exceptions=True)
    assert isinstance(found[-1], NotAllowed) and all(isinstance(seq, int) for seq in found[:-1])
    held = {message.subject for message in await everything(house.log)}
    assert not any(one.subject in held for one in foreign.writes)
    await log.stop()


async def test_a_service_reads_on_while_others_write(house: House) -> None:
    reader, writer = Log(house.users["events"], NETWORK), Log(house.users["directory"], NETWORK)
    await writer.start()
    await reader.start()
    start = await house.log.last()
    following = asyncio.ensure_future(anext(reader.read(start, follow=True)))
    await asyncio.sleep(0.1)
    seq = await writer.append(unit(NETWORK, uuid4()))
    async with asyncio.timeout(60):
        assert [message.seq for message in await following] == [seq]
    await reader.stop()
    await writer.stop()


async def test_a_reader_reads_all_follows_and_has_a_place_of_its_own_in_the_log(house: House) -> None:
    nc = house.users[READER]
    writer = Log(house.users["directory"], NETWORK)
    await writer.start()
    await writer.append(unit(NETWORK, uuid4(), events=3))
    log = Log(nc, NETWORK)
    await log.start()
    assert await everything(log) == await everything(house.log)
    subscription = await nc.jetstream().pull_subscribe_bind(READER, NETWORK, inbox_prefix=b"_INBOX.reader.")
    taken = 0
    while taken < await house.log.last():
        for message in await subscription.fetch(100, timeout=5):
            await message.ack_sync()
            taken += 1
            assert message.metadata.sequence.stream == taken
    await subscription.unsubscribe()
    await log.stop()
    await writer.stop()


REPLIES = [
    f"{NETWORK}.membership.member.x.Forged",
    f"{NETWORK}.directory.structure.x.Forged",
    f"{API}.STREAM.UPDATE.{NETWORK}",
    f"{SERVICES_API}.STREAM.UPDATE.{NETWORK}",
    f"{API}.STREAM.PURGE.{NETWORK}",
    f"{API}.STREAM.DELETE.{NETWORK}",
    f"{API}.CONSUMER.CREATE.{NETWORK}",
    f"{API}.CONSUMER.DELETE.{NETWORK}.{READER}",
    f"$JS.ACK.{NETWORK}.{READER}.1.1.1.1700000000000000000.0",
    f"told.{NETWORK}.directory.a.b.C",
]


@pytest.mark.parametrize("user", ["directory", "membership", READER])
async def test_a_reply_subject_of_ones_choice_does_nothing_to_the_log(house: House, user: str) -> None:
    """In one account with the log this worked: a service stored a stream's configuration as the body of an event of
    its own, had it delivered by a direct get to the subject that changes the stream, and so cut the log to one
    message."""
    nc = house.users[user]
    _, config, _ = await house.state()
    bodies = [orjson.dumps({**config, "max_msgs": 1, "discard": "old"}), b""]
    owner = house.users["directory"]
    stored = []
    for body in bodies:
        told = await owner.request(f"{NETWORK}.directory.structure.{uuid4()}.Prepared", body, timeout=60)
        stored.append(int(orjson.loads(told.data)["seq"]))
    before = await house.state()
    others = [name for name in STRANGERS if name != user]
    heard = [await house.users[name].subscribe(f"told.{NETWORK}.>") for name in others]
    for reply in REPLIES:
        for seq in stored:
            for request in ({"seq": seq}, {"seq": seq, "batch": 1}):
                await nc.publish(f"{SERVICES_API}.DIRECT.GET.{NETWORK}", orjson.dumps(request), reply)
        await nc.publish(f"{SERVICES_API}.STREAM.INFO.{NETWORK}", b"", reply)
        for durable in (*DURABLES.get(user, ()), READER):
            request = {"batch": 1, "no_wait": True}
            await nc.publish(f"{SERVICES_API}.CONSUMER.MSG.NEXT.{NETWORK}.{durable}", orjson.dumps(request), reply)
    await nc.flush()
    await asyncio.sleep(0.3)
    assert await house.state() == before
    for subscription in heard:
        assert subscription.pending_msgs == 0
        await subscription.unsubscribe()


async def test_in_the_account_of_the_log_the_same_reply_subject_cuts_the_log(nc: Connection, network: str) -> None:
    """Why nobody but the operator is in that account; and that the test above tries what does work elsewhere."""
    log = Log(nc, network)
    await log.start()
    for _ in range(3):
        await log.append(unit(network, uuid4()))
    told = orjson.loads((await nc.request(f"{API}.STREAM.INFO.{network}", timeout=60)).data)
    config = orjson.dumps({**told["config"], "max_msgs": 1, "discard": "old"})
    answer = await nc.request(f"{network}.directory.structure.{uuid4()}.Prepared", config, timeout=60)
    request = orjson.dumps({"seq": orjson.loads(answer.data)["seq"]})
    await nc.publish(f"{API}.DIRECT.GET.{network}", request, reply=f"{API}.STREAM.UPDATE.{network}")
    async with asyncio.timeout(60):
        while (await nc.jetstream().stream_info(network)).state.messages != 1:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    with pytest.raises(LogUnfit, match=r"discard: .* max_msgs: 1 instead of None"):
        await Log(nc, network).start()
    await log.stop()


async def test_the_receipt_of_an_event_goes_to_nobody_elses_subject(house: House) -> None:
    before, config, consumers = await house.state()
    for reply in REPLIES:
        await house.users["directory"].publish(f"{NETWORK}.directory.structure.{uuid4()}.Prepared", b"{}", reply)
    await house.users["directory"].flush()
    await asyncio.sleep(0.3)
    last, *rest = await house.state()
    assert rest == [config, consumers]
    written = await everything(house.log, before)
    assert 0 < len(written) <= len(REPLIES)  # the server drops what has a reply subject of its own kind
    assert all(message.subject.endswith(".Prepared") and message.body == b"{}" for message in written)
    assert last == before + len(written)


async def test_what_a_service_forges_inside_its_own_subjects_is_void(house: House) -> None:
    entity = uuid4()
    honest = write(NETWORK, entity)
    forged = [
        (honest.subject, changed(honest.body, source=f"/{NETWORK}/membership"), "subject-disagrees"),
        (honest.subject, changed(honest.body, subject=f"structure/{uuid4()}"), "subject-disagrees"),
        (
            honest.subject.replace("StructureRegistered", "MemberJoined"),
            changed(honest.body, type="MemberJoined"),
            "subject-disagrees",
        ),
        (honest.subject, b'{"stream":"net","seq":1}', "not-an-event"),
    ]
    for subject, body, why in forged:
        told = await house.users["directory"].request(subject, body, timeout=60)
        message = await house.log.at(int(orjson.loads(told.data)["seq"]))
        assert message is not None
        with pytest.raises(Void, match=why):
            opened(message)
    assert (await house.log.load("directory", "structure", entity)).version == 0


async def test_a_service_cannot_make_the_stream_and_says_who_can(tmp_path: Path) -> None:
    server = NatsServer(tmp_path, access=Access(NETWORK, {"directory": ()}))
    await server.start()
    nc = await server.connect("directory")
    with pytest.raises(LogUnfit, match="no stream net yet; `maillage prepare` makes it"):
        await Log(nc, NETWORK).start()
    await nc.close()
    await server.stop()


@pytest.mark.parametrize(
    "change, told",
    [
        ({"deny_delete": False}, "deny_delete: None instead of True"),
        ({"deny_purge": False}, "deny_purge: None instead of True"),
        ({"max_age": 3600.0}, "max_age: 3600.0 instead of None"),
        ({"max_msgs": 10}, "max_msgs: 10 instead of None"),
        ({"allow_direct": False}, "allow_direct: None instead of True"),
        ({"allow_atomic": False}, "allow_atomic: None instead of True"),
        ({"subjects": ["elsewhere.>"]}, "subjects"),
        ({"republish": None}, "republish"),
        ({"discard": "old"}, "discard"),
    ],
)
async def test_a_stream_that_does_not_keep_what_we_promise_is_refused(
    nc: Connection, network: str, change: dict[str, object], told: str
) -> None:
    await nc.jetstream().add_stream(stream_config(network).evolve(**change))
    with pytest.raises(LogUnfit, match=told):
        await Log(nc, network).start()


async def test_the_stream_that_we_make_is_as_we_want_it(nc: Connection, network: str) -> None:
    log = Log(nc, network)
    await log.start()
    await log.stop()
    assert unlike((await nc.jetstream().stream_info(network)).config, network, replicas=1) == []


@pytest.mark.slow
async def test_without_accounts_or_with_a_foreign_key_nobody_comes_in(house: House, tmp_path: Path) -> None:
    other = NatsServer(tmp_path, access=access(NETWORK))
    await other.start()
    await other.stop()
    for folder in (other.keys, None):
        nc = Connection()
        seed = {"nkeys_seed": str(folder / "directory.nk")} if folder else {}
        with pytest.raises(NatsError):
            await nc.connect(house.server.url, allow_reconnect=False, **seed)  # type: ignore[arg-type]
        await nc.close()
