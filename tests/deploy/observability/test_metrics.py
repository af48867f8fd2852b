"""What `/metrics` says: after commands, failures, lags and requests; and that the page which explains it names all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import ASGITransport, AsyncClient
from nats.aio.client import Client
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

import deploy.cli.backups.figures
import deploy.host.all_services  # noqa: F401 (each service declares metrics of its own)
from shared.base import tallies as telemetry
from shared.base.cancellation import end
from shared.contract.directory.structures import StructureRegistered
from shared.contract.envelope import Recorded
from shared.kernel.command_handler import new_command_id
from shared.kernel.decider import Command, Refused
from shared.kernel.reactions import Tries, on
from shared.runtime.nats.embedded_server import NatsServer
from shared.runtime.prometheus import REGISTRY, metrics_app, watch_loop
from shared.runtime.service import Service
from shared.web.operations.request_metrics import observed
from tests.fixtures import small_directory as small
from tests.fixtures.small_directory import Close, Register, Tag

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "metrics.md"
START, END = "<!-- made by tests/deploy/observability/test_metrics.py -->", "<!-- end -->"
Open = Callable[..., Awaitable[Service]]
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


async def scraped(*services: Service) -> Samples:
    """What Prometheus would keep: (name, labels) → value."""
    async with AsyncClient(transport=ASGITransport(app=metrics_app(services)), base_url="http://inside") as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples[name, tuple(sorted(labels.items()))]


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await true():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_commands_are_counted_by_their_outcome_and_appends_are_timed(service: Service) -> None:
    telemetry.TALLIES[service.name].commands.clear()
    before = sum(telemetry.TALLIES[service.name].appends.counts)
    id = new_command_id()
    entity = (await service.execute(Register(name="Eau vive"), id=id, actor="test")).entity_id
    await service.execute(Register(name="Eau vive"), id=id, actor="test")
    for _ in range(2):
        await service.execute(Tag(structure=entity, tag="eau"), id=new_command_id(), actor="test")
    await service.execute(Close(structure=entity), id=new_command_id(), actor="test")
    with pytest.raises(Refused):
        await service.execute(Tag(structure=entity, tag="sol"), id=new_command_id(), actor="test")
    samples = await scraped(service)

    def commands(command: str, outcome: str) -> float:
        return value(samples, "maillage_commands_total", service="directory", command=command, outcome=outcome)

    assert commands("Register", "done") == 1 and commands("Register", "repeated") == 1
    assert commands("Tag", "done") == 1 and commands("Tag", "unchanged") == 1 and commands("Tag", "refused") == 1
    appended = value(samples, "maillage_append_duration_seconds_count", service="directory")
    assert appended - before >= 3
    assert value(samples, "maillage_append_duration_seconds_bucket", service="directory", le="+Inf") == appended
    assert value(samples, "maillage_append_duration_seconds_sum", service="directory") > 0


async def test_the_lag_of_views_is_the_distance_to_the_end_of_the_log(service: Service) -> None:
    await service.runner.stop()
    for n in range(3):
        await service.execute(Register(name=f"S{n}"), id=new_command_id(), actor="test")
    samples = await scraped(service)
    last = await service.log.last()
    assert value(samples, "maillage_log_last_sequence", service="directory") == last >= 3
    for view in service.runner.views:
        behind = value(samples, "maillage_view_lag_events", service="directory", view=view.name)
        assert behind == last - service.runner.position == 3


@pytest.mark.slow
async def test_a_reaction_shows_what_is_before_it_what_failed_and_what_it_gave_up_on(
    open_service: Open,
) -> None:
    name = f"worry-{uuid4().hex[:8]}"  # tallies are the process's: this one is the test's own

    @on(StructureRegistered, name=name)
    async def worry(event: Recorded, service: Service) -> Sequence[Command]:
        if event.data.name == "bad":  # type: ignore[attr-defined]
            raise ValueError("never")
        return [Tag(structure=UUID(event.entity_id), tag="seen")]

    def hurry(service: Service) -> None:
        service.reactions.tries = Tries(most=2, first=0.05)

    service = await open_service(small.definition(reactions=[worry]), prepare=hurry)
    for structure in ("good", "bad"):
        await service.execute(Register(name=structure), id=new_command_id(), actor="test")
    samples = await scraped(service)
    assert ("maillage_reaction_pending_events", (("reaction", name), ("service", "directory"))) not in samples
    await service.start_reactions()

    async def parked() -> bool:
        return bool(await service.store.parked())

    await until(parked)

    async def done() -> bool:
        now = await scraped(service)
        return value(now, "maillage_reaction_pending_events", service="directory", reaction=name) == 0

    await until(done)
    samples = await scraped(service)
    assert value(samples, "maillage_parked_events", service="directory", reaction=name) == 1
    for outcome in ("done", "failed", "parked"):
        assert value(samples, "maillage_reactions_total", service="directory", reaction=name, outcome=outcome) == 1
    await service.store.unpark(name, 2)
    assert value(await scraped(service), "maillage_parked_events", service="directory", reaction=name) == 0


async def test_what_is_no_event_is_counted_by_its_reason(service: Service, nc: Client, network: str) -> None:
    samples = await scraped(service)
    assert value(samples, "maillage_void_messages", service="directory", reason="not-an-event") == 0
    await nc.request(f"{network}.directory.structure.{uuid4()}.StructureRegistered", b"no event at all", timeout=60)
    assert await service.runner.wait_for(await service.log.last())
    samples = await scraped(service)
    assert value(samples, "maillage_void_messages", service="directory", reason="not-an-event") == 1
    assert value(samples, "maillage_ready", service="directory", check="damage") == 1


async def test_a_service_whose_connection_is_gone_says_so_and_nothing_that_it_does_not_know(
    nats_server: NatsServer, network: str, tmp_path: Path
) -> None:
    service = small.service(small.definition(), network, await nats_server.connect("test"), nats_server, tmp_path)
    await service.start()
    await service.around.nc.close()
    samples = await scraped(service)
    await service.stop()
    assert value(samples, "maillage_ready", service="directory", check="nats") == 0
    assert value(samples, "maillage_ready", service="directory", check="log") == 0
    assert value(samples, "maillage_ready", service="directory", check="store") == 1
    assert ("maillage_log_last_sequence", (("service", "directory"),)) not in samples


async def test_requests_are_told_apart_by_the_template_of_their_route_never_by_what_was_asked_for() -> None:
    async def page(request: Any) -> PlainTextResponse:
        return PlainTextResponse("yes", int(request.query_params.get("status", "200")))

    inner = Starlette(routes=[Route("/confirm/{token}", page), Route("/sent", page, methods=["POST"])])
    app = observed(Starlette(routes=[Mount("/metrics-test", inner)]))
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://inside") as client:
        for n in range(3):
            await client.get(f"/metrics-test/confirm/secret-{n}")
        await client.get("/metrics-test/confirm/secret-4?status=429")
        await client.get("/metrics-test/nowhere/secret-5")
        await client.get("/nowhere/secret-6")
        await client.request("BREW", "/metrics-test/sent")
    samples = await scraped()
    assert not [labels for _, labels in samples if "secret" in str(labels)]

    def count(route: str, status: str, method: str = "GET") -> float:
        return value(samples, "maillage_http_request_duration_seconds_count", method=method, route=route, status=status)

    assert count("/metrics-test/confirm/{token}", "200") == 3
    assert count("/metrics-test/confirm/{token}", "429") == 1
    assert count("/metrics-test/*", "404") == 1 and count("none", "404") >= 1
    assert count("/metrics-test/sent", "405", "other") == 1
    assert value(samples, "maillage_http_rate_limited_total", route="/metrics-test/confirm/{token}") == 1


async def test_the_lag_of_the_event_loop_is_noticed() -> None:
    before = (await scraped())["maillage_event_loop_lag_seconds_sum", ()]
    watching = asyncio.create_task(watch_loop(tick=0.01))
    await asyncio.sleep(0.02)
    import time

    time.sleep(0.2)  # noqa: ASYNC251 - that is what is to be noticed
    await asyncio.sleep(0.02)
    await end(watching)
    assert (await scraped())["maillage_event_loop_lag_seconds_sum", ()] - before > 0.1


async def test_only_metrics_are_served_on_that_port() -> None:
    async with AsyncClient(transport=ASGITransport(app=metrics_app([])), base_url="http://inside") as client:
        assert (await client.get("/")).status_code == 404
        assert (await client.get("/directory/")).status_code == 404
        assert (await client.post("/metrics")).status_code == 404


def table() -> str:
    """The table of the page, from what the code declares."""
    labels = {}
    for collector in REGISTRY._collector_to_names:
        for family in collector.collect():
            names = getattr(collector, "_labelnames", ()) or getattr(family, "_labelnames", ())
            labels[family.name] = ", ".join(f"`{name}`" for name in names) or "–"
    lines = ["| metric | type | labels | what it is |", "| --- | --- | --- | --- |"]
    for family in sorted(REGISTRY.collect(), key=lambda family: (family.name.startswith("process"), family.name)):
        name = f"{family.name}_total" if family.type == "counter" else family.name
        lines.append(f"| `{name}` | {family.type} | {labels[family.name]} | {family.documentation} |")
    return "\n".join(lines) + "\n"


def test_the_page_holds_the_table_of_all_metrics_as_the_code_explains_them() -> None:
    inside = PAGE.read_text().split(START)[1].split(END)[0].strip() + "\n"
    assert inside == table(), "python -m tests.deploy.observability.test_metrics writes it"


def test_every_metric_is_explained_in_a_sentence_and_named_as_prometheus_wants() -> None:
    for family in REGISTRY.collect():
        assert family.documentation.endswith("."), family.name
        assert family.name.startswith(("maillage_", "process_")) and family.name == family.name.lower()


if __name__ == "__main__":
    with suppress(FileNotFoundError):
        before, _, rest = PAGE.read_text().partition(START)
        PAGE.write_text(f"{before}{START}\n\n{table()}\n{END}{rest.partition(END)[2]}")
