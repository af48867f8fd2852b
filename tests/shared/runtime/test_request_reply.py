"""Questions between services, by the permissions that an installation has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.kernel.broker.connection import Connection, NotAllowed
from shared.kernel.decider import Refused
from shared.runtime import request_reply as asking
from shared.runtime.nats.embedded_server import NatsServer
from shared.runtime.nats.server_config import Access
from shared.runtime.request_reply import AnswerFailed, Asking, NobodyAnswers

NETWORK = "net"
SERVICES = ("directory", "membership", "events")
AWAY = "newsletter"
Body = dict[str, Any]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    access = Access(NETWORK, dict.fromkeys((*SERVICES, AWAY), ()))
    one = NatsServer(tmp_path_factory.mktemp("nats"), access=access)
    asyncio.run(one.start())
    yield one
    asyncio.run(one.stop())


@pytest.fixture
async def services(server: NatsServer) -> AsyncIterator[dict[str, Asking]]:
    connections = {name: await server.connect(name) for name in SERVICES}
    found = {name: Asking(connections[name], NETWORK, name) for name in SERVICES}
    for one in found.values():
        await one.start()
    yield found
    for name, one in found.items():
        await one.stop()
        await connections[name].close()


async def echo(body: Body) -> Body:
    return {"heard": body}


async def test_a_question_is_answered(services: dict[str, Asking]) -> None:
    await services["directory"].answer("session.renew", echo)
    assert await services["membership"].ask("directory", "session.renew", {"é": [1, None]}) == {
        "heard": {"é": [1, None]}
    }


async def test_a_refusal_reaches_whoever_asked_with_its_values(services: dict[str, Asking]) -> None:
    async def refuse(body: Body) -> Body:
        raise Refused("session-over", since="2026-01-01")

    await services["directory"].answer("renew", refuse)
    with pytest.raises(Refused) as refused:
        await services["events"].ask("directory", "renew", {})
    assert (refused.value.code, refused.value.values) == ("session-over", {"since": "2026-01-01"})


async def test_what_goes_wrong_in_an_answer_is_told_without_its_words(services: dict[str, Asking]) -> None:
    async def fail(body: Body) -> Body:
        raise RuntimeError("camille@exemple.invalid")

    await services["directory"].answer("fails", fail)
    with pytest.raises(AnswerFailed) as failed:
        await services["events"].ask("directory", "fails", {})
    assert "camille" not in str(failed.value)


async def test_who_is_not_there_is_known_at_once(services: dict[str, Asking]) -> None:
    for name in (AWAY, "ghost"):
        with pytest.raises(NobodyAnswers, match=f"{name} is not there"):
            async with asyncio.timeout(60):
                await services["events"].ask(name, "anything", {}, timeout=60)


@pytest.mark.slow
async def test_who_is_slow_is_waited_for_no_longer_than_asked(services: dict[str, Asking]) -> None:
    never = asyncio.Event()

    async def sleep(body: Body) -> Body:
        await never.wait()
        return {}

    await services["directory"].answer("slow", sleep)
    await services["directory"].answer("quick", echo)
    with pytest.raises(NobodyAnswers, match="does not answer"):
        await services["events"].ask("directory", "slow", {}, timeout=0.1)
    assert await services["events"].ask("directory", "quick", {}), "others are answered meanwhile"


@pytest.mark.parametrize("topic, code", [("unheard.of", "question-unknown"), ("private", "question-forbidden")])
async def test_an_unknown_topic_and_one_for_others_are_refused(
    services: dict[str, Asking], topic: str, code: str
) -> None:
    await services["directory"].answer("private", echo, askers={"membership"})
    with pytest.raises(Refused, match=code):
        await services["events"].ask("directory", topic, {})
    assert await services["membership"].ask("directory", "private", {})


async def test_too_long_a_question_or_answer_is_an_error(server: NatsServer, services: dict[str, Asking]) -> None:
    async def long(body: Body) -> Body:
        return {"long": "x" * 200}

    nc, other = await server.connect("directory"), await server.connect("events")
    await services["directory"].stop()
    answering, asking = Asking(nc, NETWORK, "directory", limit=100), Asking(other, NETWORK, "events", limit=100)
    await answering.answer("long", long)
    await answering.start()
    with pytest.raises(ValueError, match="at most 100 bytes"):
        await asking.ask("directory", "long", {"x": "y" * 200})
    with pytest.raises(AnswerFailed):
        await asking.ask("directory", "long", {})
    await answering.stop()
    await nc.close()
    await other.close()


@pytest.mark.parametrize("question", [b"", b"[]", b"{", b"\xff", b'"x"'])
async def test_a_question_that_is_none_is_refused(
    server: NatsServer, services: dict[str, Asking], question: bytes
) -> None:
    await services["directory"].answer("echo", echo)
    nc = await server.connect("events")
    reply = await nc.request(f"ask.{NETWORK}.directory.events.echo", question, timeout=60)
    assert b"question-malformed" in reply.data
    await nc.close()


async def test_nobody_asks_under_anothers_name(server: NatsServer, services: dict[str, Asking]) -> None:
    await services["directory"].answer("private", echo, askers={"membership"})
    events = Asking(await server.connect("events"), NETWORK, "membership")
    with pytest.raises(NotAllowed, match=r"publish to ask\.net\.directory\.membership\.private"):
        async with asyncio.timeout(60):
            await events.ask("directory", "private", {}, timeout=60)
    assert isinstance(events._nc, Connection)
    await events._nc.close()


async def test_a_reader_can_neither_ask_nor_listen(server: NatsServer, services: dict[str, Asking]) -> None:
    reader = await server.connect("reader")
    with pytest.raises(NotAllowed):
        await Asking(reader, NETWORK, "reader").ask("directory", "private", {})
    with pytest.raises(NotAllowed):
        await Asking(reader, NETWORK, "directory").start()
    await reader.close()


async def test_an_answer_goes_back_to_the_asker_whatever_reply_subject_is_named(
    server: NatsServer, services: dict[str, Asking]
) -> None:
    """A reply goes out under the name of whoever answers: it could say what the asker may not."""
    heard: list[Body] = []

    async def note(body: Body) -> Body:
        heard.append(body)
        return {}

    await services["directory"].answer("note", echo)
    await services["membership"].answer("note", note)
    membership = await server.connect("membership")
    inbox = await membership.subscribe("_INBOX.membership.x")
    events = await server.connect("events")
    for reply in ("ask.net.membership.directory.note", "ask.net.membership.events.note", "_INBOX.membership.x", ""):
        await events.publish(f"ask.{NETWORK}.directory.events.note", b'{"from":"events"}', reply=reply)
    await events.request(f"ask.{NETWORK}.directory.events.note", b'{"from":"inbox"}', timeout=60)
    await asyncio.sleep(0.1)
    assert heard == [] and inbox.pending_msgs == 0
    await inbox.unsubscribe()
    await events.close()
    await membership.close()


async def test_replicas_share_the_questions(server: NatsServer, services: dict[str, Asking]) -> None:
    nc = await server.connect("directory")
    second = Asking(nc, NETWORK, "directory")
    await second.start()
    by: list[str] = []

    def answering(who: str) -> asking.Handler:
        async def handle(body: Body) -> Body:
            by.append(who)
            return {}

        return handle

    await services["directory"].answer("count", answering("first"))
    await second.answer("count", answering("second"))
    for _ in range(40):
        await services["events"].ask("directory", "count", {})
    assert len(by) == 40 and set(by) == {"first", "second"}
    await second.stop()
    for _ in range(5):
        await services["events"].ask("directory", "count", {})
    assert by[40:] == ["first"] * 5
    await nc.close()
