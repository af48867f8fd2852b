"""Traces in the kernel: an event carries the span that wrote it, and whoever reacts to it goes on from there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from nats.aio.client import Client
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.base import tracing
from shared.base.settings import Settings
from shared.contract.directory.structures import StructureRegistered
from shared.contract.envelope import Provenance, Recorded, address, instant, opened, sealed_body
from shared.kernel.command_handler import new_command_id, utc_now
from shared.kernel.decider import Command, Refused
from shared.kernel.eventlog.event_log import Unit, Write
from shared.kernel.reactions import Reaction, on
from shared.runtime.request_reply import Asking
from shared.runtime.service import Service
from tests.fixtures import small_directory as small
from tests.fixtures.small_directory import Register, Tag

Open = Callable[..., Awaitable[Service]]
SECRET = "Zoé Quatrefages"


@pytest.fixture
def kept() -> Iterator[InMemorySpanExporter]:
    """The spans that have ended."""
    exporter = InMemorySpanExporter()
    tracing.begin("test", SimpleSpanProcessor(exporter))
    yield exporter
    tracing.finish()


def named(kept: InMemorySpanExporter, name: str) -> ReadableSpan:
    (found,) = [span for span in kept.get_finished_spans() if span.name == name]
    return found


@on(StructureRegistered, name="welcome")
async def welcome(event: Recorded, service: Service) -> Sequence[Command]:
    return [Tag(structure=UUID(event.entity_id), tag="seen")]


async def test_an_event_carries_the_span_that_wrote_it(service: Service, kept: InMemorySpanExporter) -> None:
    with tracing.span("request", "server"):
        await service.execute(Register(name="Eau vive"), id=new_command_id(), actor="test")
    message = await service.log.at(1)
    assert message is not None
    request, append = named(kept, "request"), named(kept, "append StructureRegistered")
    assert append.parent is not None and append.parent.span_id == request.context.span_id
    said = opened(message).cloud.traceparent or ""
    assert said[:-2] == f"00-{append.context.trace_id:032x}-{append.context.span_id:016x}-"


async def test_a_reaction_goes_on_with_the_trace_of_its_event(open_service: Open, kept: InMemorySpanExporter) -> None:
    service = await open_service(small.definition(reactions=[welcome]))
    await service.execute(Register(name="Eau vive"), id=new_command_id(), actor="test")
    first = await service.log.at(1)
    assert first is not None
    await service.reactions.react(welcome, first)  # outside any span, as after minutes in another process
    second = await service.log.at(2)
    assert second is not None
    append, react = named(kept, "append StructureRegistered"), named(kept, "react welcome")
    assert react.parent is not None and react.parent.span_id == append.context.span_id
    assert named(kept, "append StructureRevised").context.trace_id == append.context.trace_id
    assert opened(second).cloud.traceparent is not None


@pytest.mark.parametrize("forged", ["", "no", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "ff" * 5000, "00-é-1-1"])
async def test_a_traceparent_that_is_none_begins_a_trace_of_its_own(
    open_service: Open, kept: InMemorySpanExporter, forged: str
) -> None:
    service = await open_service(small.definition(reactions=[welcome]))
    fact, entity, id, now = StructureRegistered(name="Eau vive", kind="association"), uuid4(), uuid4(), utc_now()
    by = Provenance(actor="test", command=uuid4(), correlation=uuid4(), traceparent=forged)
    body = sealed_body(service.network, fact, entity, id=id, version=1, at=now, now=now, by=by)
    write = Write(address(service.network, fact, entity), str(id), body)
    await service.log.append(Unit([write], {write.entity: 0}))
    message = await service.log.at(1)
    assert message is not None and instant(now) in body.decode()
    await service.reactions.react(welcome, message)
    assert named(kept, "react welcome").parent is None
    assert await service.log.last() == 2


async def test_without_a_collector_no_event_has_a_trace_and_nothing_is_noted(service: Service) -> None:
    tracing.configure(Settings(), "test")
    assert not tracing.on() and tracing.traceparent() is None and tracing.current() is None
    with tracing.span("request", "server") as span:
        span.set(a=1)
        span.rename("x")
        span.failed("ValueError")
        await service.execute(Register(name="Eau vive"), id=new_command_id(), actor="test")
    message = await service.log.at(1)
    assert message is not None and opened(message).cloud.traceparent is None and b"traceparent" not in message.body


async def test_a_span_that_fails_says_the_type_of_the_error_and_none_of_its_words(
    open_service: Open, kept: InMemorySpanExporter
) -> None:
    @on(StructureRegistered, name="failing")
    async def failing(event: Recorded, service: Service) -> Sequence[Command]:
        raise RuntimeError(SECRET)

    service = await open_service(small.definition(reactions=[failing]))
    await service.execute(Register(name=SECRET), id=new_command_id(), actor="test")
    message = await service.log.at(1)
    assert message is not None
    reaction: Reaction = failing
    with pytest.raises(RuntimeError):
        await service.reactions.react(reaction, message)
    with pytest.raises(Refused), tracing.span("request"):
        await service.execute(Tag(structure=uuid4(), tag="x"), id=new_command_id(), actor="test")
    assert dict(named(kept, "react failing").attributes or {})["error.type"] == "RuntimeError"
    told = "".join(span.to_json() for span in kept.get_finished_spans())
    assert "Quatrefages" not in told and "RuntimeError" in told


async def test_a_question_to_another_service_and_its_answer_are_in_one_trace(
    nc: Client, network: str, kept: InMemorySpanExporter
) -> None:
    directory, newsletter = Asking(nc, network, "directory"), Asking(nc, network, "newsletter")
    heard: list[str | None] = []

    async def answer(body: dict[str, Any]) -> dict[str, Any]:
        heard.append(tracing.traceparent())
        return {}

    await directory.answer("greeting", answer)
    await directory.start()
    with tracing.span("request", "server"):
        await newsletter.ask("directory", "greeting", {"name": SECRET})
    await directory.stop()
    request, asked, answered = named(kept, "request"), named(kept, "ask directory greeting"), named(kept, "answer")
    assert asked.parent is not None and asked.parent.span_id == request.context.span_id
    assert answered.parent is not None and answered.parent.span_id == asked.context.span_id
    assert heard[0] is not None and f"{request.context.trace_id:032x}" in heard[0]
