"""Our connection to NATS: messages by the short way and by the ordinary one, refusals heard, no wait for an answer that
can't come."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from nats.aio.client import Client
from nats.errors import ConnectionReconnectingError

from shared.base.secret_files import SecretUnfit
from shared.kernel.broker.connection import (
    API,
    OPERATOR,
    SERVICES_API,
    Connection,
    Listening,
    NotAllowed,
    api_of,
    broker_options,
    connected,
)
from shared.runtime.nats.embedded_server import NatsServer
from shared.runtime.nats.server_config import READER, Access, seed_of

NETWORK = "net"
HANG = 20.0  # seconds
Taken = tuple[bytes, bytes, bytes, bytes]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NatsServer]:
    """A server with accounts, that a test may kill."""
    one = NatsServer(tmp_path / "nats", access=Access(NETWORK, {"directory": (), "events": ()}))
    asyncio.run(one.start())
    yield one
    asyncio.run(one.stop())


@pytest.mark.parametrize(
    ("user", "api"),
    [(OPERATOR, API), ("directory", SERVICES_API), ("newsletter", SERVICES_API), (READER, SERVICES_API)],
)
def test_only_the_owner_of_the_log_asks_jetstream_where_it_is(user: str, api: str) -> None:
    assert api_of(user) == api


async def test_a_user_has_its_own_inbox_and_its_own_place_to_ask(server: NatsServer) -> None:
    options = broker_options(server.url, seed_of(server.keys, "directory"), "directory")
    assert (options["servers"], options["inbox_prefix"]) == ([server.url], "_INBOX.directory")
    assert options["js_options"] == {"prefix": SERVICES_API}
    nc = await server.connect("directory")
    assert nc.new_inbox().startswith("_INBOX.directory.") and nc.api == SERVICES_API
    await nc.close()


async def test_without_a_fit_seed_or_a_server_there_is_no_connection(server: NatsServer, tmp_path: Path) -> None:
    with pytest.raises(OSError):
        await connected(server.url, tmp_path / "none", "directory")
    (tmp_path / "bad").write_text("no seed")
    with pytest.raises(SecretUnfit):
        await connected(server.url, tmp_path / "bad", "directory")


async def two_ways(server: NatsServer) -> tuple[Client, Client]:
    """Ours, and nats-py's own client."""
    ordinary = Client()
    seed = seed_of(server.keys, OPERATOR)
    await ordinary.connect(server.url, nkeys_seed=str(seed), inbox_prefix=f"_INBOX.{OPERATOR}")
    return await server.connect(OPERATOR), ordinary


async def test_messages_are_the_same_by_the_short_way_and_by_the_ordinary_one(server: NatsServer) -> None:
    ours, theirs = await two_ways(server)
    assert isinstance(ours, Connection) and not isinstance(theirs, Connection)
    heard: list[list[Taken]] = [[], []]
    both = [
        Listening(nc, "_INBOX.operator.a.*", lambda *message, into=into: into.append(message))
        for nc, into in zip((ours, theirs), heard, strict=True)
    ]
    for one in both:
        assert not one.started
        await one.start()
        assert one.started
    # From `theirs`, whose subscription may still be to be sent: nats-py's ping overtakes it, a message does not.
    await theirs.publish("_INBOX.operator.a.b", b"plain")
    await theirs.publish("_INBOX.operator.a.c", "é".encode(), headers={"Nats-Sequence": "7", "Nats-Stream": "net"})
    await enough(heard, 2)
    for short, long in zip(*heard, strict=True):
        assert (short[0], short[2]) == (long[0], long[2])
    with_headers = [[line for line in taken[1][3].split(b"\r\n") if b":" in line] for taken in heard]
    assert with_headers[0] == with_headers[1] == [b"Nats-Sequence: 7", b"Nats-Stream: net"]
    for one in both:
        await one.stop()
        await one.stop()  # twice is once
        assert not one.started
    await ours.publish("_INBOX.operator.a.d", b"late")
    await ours.flush()
    await theirs.flush()
    assert [len(taken) for taken in heard] == [2, 2]
    await ours.close()
    await theirs.close()


async def enough(heard: list[list[Taken]], number: int) -> None:
    for _ in range(int(HANG / 0.01)):
        if min(map(len, heard)) >= number:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"not heard: {heard}")


async def test_a_refusal_is_an_error_and_the_connection_goes_on(server: NatsServer) -> None:
    nc = await server.connect("directory")
    async with asyncio.timeout(HANG):
        with pytest.raises(NotAllowed, match=r"publish to net\.events\.Gathering\.x\.Y") as refused:
            await nc.request("net.events.Gathering.x.Y", b"", timeout=60)
        assert refused.value.what == "publish to net.events.Gathering.x.Y", "as it was written, not in small letters"
        with pytest.raises(NotAllowed, match=r"subscribe to _INBOX\.events\.>"):
            await nc.subscribe("_INBOX.events.>")
        await (await nc.subscribe("_INBOX.directory.mine")).unsubscribe()
    assert nc.is_connected
    await nc.close()


async def test_who_waits_for_an_answer_hears_at_once_that_the_connection_is_gone(server: NatsServer) -> None:
    nc = await server.connect(OPERATOR)
    silent = await nc.subscribe("silent")  # it takes questions and answers none
    asked = asyncio.create_task(nc.request("silent", b"?", timeout=600))
    async with asyncio.timeout(HANG):
        assert (await silent.next_msg(timeout=HANG)).data == b"?"
        await server.stop(grace=0)
        with pytest.raises(ConnectionReconnectingError):
            await asked
        with pytest.raises(ConnectionReconnectingError):  # nor is anything sent to whatever server comes back
            await nc.request("silent", b"?", timeout=600)
        await nc.close()


async def test_what_the_server_answers_to_nobody_any_more_does_no_harm(server: NatsServer) -> None:
    nc = await server.connect("directory")
    for _ in range(3):
        cut_off = asyncio.create_task(nc.subscribe("_INBOX.directory.x"))
        await asyncio.sleep(0)
        cut_off.cancel()
        with suppress(asyncio.CancelledError):
            await cut_off
    async with asyncio.timeout(HANG):
        await nc.flush(timeout=int(HANG))
    assert nc.is_connected
    await nc.close()
