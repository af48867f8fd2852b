"""What Prometheus reads: `/metrics` on a port of its own, which no gateway leads to.

Names follow the conventions of Prometheus (base units, `_total` of counters). All are named in docs/metrics.md, which
a test compares. What the kernel counted (`telemetry`) is only put into words here; how far views and reactions are is
asked of the log and the store when somebody asks us, and is absent where they do not answer.
"""

from __future__ import annotations

import asyncio
from collections import Counter as Count
from collections.abc import Collection, Iterable, Mapping, Sequence

from nats.errors import Error as NatsError
from nats.js.errors import APIError
from prometheus_client import CollectorRegistry, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.base import tallies as telemetry
from shared.base.outside import REAL, Outside
from shared.contract.envelope import Void
from shared.kernel.broker.connection import NotAllowed
from shared.kernel.command_handler import WHYS
from shared.kernel.eventlog.event_log import Unavailable
from shared.runtime.faces import Upkeep
from shared.runtime.nats.cluster import GOOD, nodes_of
from shared.runtime.readiness import checks_of
from shared.runtime.service import Service

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
TICK = 0.25  # seconds between two looks at how late the event loop is


def gauge(name: str, what: str, *labels: str) -> Gauge:
    """A gauge of `/metrics`. Kernel and services declare theirs once, where they measure."""
    return Gauge(f"maillage_{name}", what, labels, registry=REGISTRY)


READY = gauge("ready", "Whether a check of /readyz is good (1) or not (0).", "service", "check")
LAST = gauge("log_last_sequence", "The last sequence of the event log.", "service")
NODES = gauge(
    "log_node_current", "Whether a NATS node has all of the log (1); none of a server alone.", "service", "node"
)
VIEW_LAG = gauge("view_lag_events", "Messages of the log that a view does not show yet.", "service", "view")
PENDING = gauge(
    "reaction_pending_events",
    "Events that a reaction has not dealt with: not given to it yet, or under way.",
    "service",
    "reaction",
)
PARKED = gauge(
    "parked_events", "Events that a reaction failed on for good; an operator decides.", "service", "reaction"
)
PROCESSES = gauge(
    "processes",
    "Work of several steps that is not over: running or waiting, or failing (its last try failed; of this replica).",
    "service",
    "process",
    "how",
)
VOIDS = gauge("void_messages", "Messages of the log that are no events, by reason.", "service", "reason")
UNKNOWN = gauge("unknown_events", "Events of types that this release does not know.", "service")
REBUILDING = gauge("view_rebuilding", "Views that are being built anew beside the live ones.", "service")
MENDED = gauge(
    "view_mended_age_seconds",
    "Since views were last found damaged, or other than the log says (differed), and built again.",
    "service",
    "how",
)
VERIFIED = gauge(
    "view_verified_age_seconds", "Since a view was last verified, or since it is known that none was.", "service"
)
DOUBTED = gauge(
    "clock_doubted", "Whether the clock is not believed (1), so that forgetting by terms and signing wait.", "service"
)
UNFORESEEN = gauge(
    "persons_unforeseen",
    "Persons who fell due without having been foretold, about whom an operator is asked.",
    "service",
)
UNANSWERED = gauge(
    "persons_question_age_seconds", "Since when an operator is asked about them; 0 where nobody is.", "service"
)
READINGS_WAITING = gauge(
    "readings_waiting", "Readings of personal data that are not written down yet; of this replica.", "service"
)
READINGS_UNUSUAL = gauge(
    "readings_unusual_accounts",
    "Accounts that opened data of more persons within the last hour than is usual.",
    "service",
)
READINGS_BROKEN = gauge(
    "readings_broken",
    "Whether lines of the journal of readings were changed or taken out, or it had to be set aside (1).",
    "service",
)
LOOP_LAG = Histogram(
    "maillage_event_loop_lag_seconds",
    "How late the event loop of the process came back to a timer.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5),
    registry=REGISTRY,
)


class Tallied(Collector):
    """The tallies of the kernel."""

    def collect(self) -> Iterable[Metric]:
        appends = HistogramMetricFamily(
            "maillage_append_duration_seconds",
            "From an event handed to the log until it was acknowledged, on the disk.",
            labels=("service",),
        )
        commands = CounterMetricFamily(
            "maillage_commands",
            "Commands by their outcome: done, unchanged (all was so already), repeated, refused, reused (another "
            "command had this id), stale, conflict, unavailable, failed.",
            labels=("service", "command", "outcome"),
        )
        reactions = CounterMetricFamily(
            "maillage_reactions",
            "Events given to a reaction, by what came of it: done, failed (tried again), parked.",
            labels=("service", "reaction", "outcome"),
        )
        jobs = CounterMetricFamily(
            "maillage_job_rounds",
            "Rounds of what a service does beside requests, by what came of them: done, failed, log-away, not-now "
            "(these three tried again), cut-off (at the end).",
            labels=("service", "job", "outcome"),
        )
        cannot_read = CounterMetricFamily(
            "maillage_cannot_read",
            "Decisions that an event stopped which this release can't read: of a type of a newer release, or with "
            "unreadable data.",
            labels=("service", "why"),
        )
        for service, tally in telemetry.TALLIES.items():
            for why in WHYS:  # also those that did not happen, so that the first one is seen to come
                cannot_read.add_metric((service, why), tally.cannot_read[why])
            _add(appends, (service,), tally.appends)
            for (command, outcome), times in tally.commands.items():
                commands.add_metric((service, command, outcome), times)
            for (reaction, outcome), times in tally.reactions.items():
                reactions.add_metric((service, reaction, outcome), times)
            for (job, outcome), times in tally.jobs.items():
                jobs.add_metric((service, job, outcome), times)
        requests = HistogramMetricFamily(
            "maillage_http_request_duration_seconds",
            "From a request until its answer was sent, by the template of its route.",
            labels=("method", "route", "status"),
        )
        for key, durations in telemetry.REQUESTS.items():
            _add(requests, key, durations)
        limited = CounterMetricFamily(
            "maillage_http_rate_limited", "Requests that were refused as too many (429).", labels=("route",)
        )
        for route, times in telemetry.LIMITED.items():
            limited.add_metric((route,), times)
        return appends, commands, reactions, jobs, cannot_read, requests, limited


def _add(family: HistogramMetricFamily, labels: Sequence[str], durations: telemetry.Durations) -> None:
    sofar, buckets = 0, []
    for bound, count in zip((*map(str, telemetry.BOUNDS), "+Inf"), durations.counts, strict=True):
        sofar += count
        buckets.append((bound, sofar))
    family.add_metric(labels, buckets, durations.sum)


REGISTRY.register(Tallied())


def only(metric: Gauge, values: Mapping[tuple[str, ...], float], *first: str) -> None:
    """Sets a gauge to these values, and takes away what it said otherwise under the labels that begin with `first`."""
    for labels in [known for known in metric._metrics if known[: len(first)] == first]:
        if labels not in values:
            metric.remove(*labels)
    for labels, value in values.items():
        metric.labels(*labels).set(value)


async def measure(service: Service) -> None:
    """Brings the gauges of one service up to date."""
    name, runner = service.name, service.runner
    checks = await checks_of(service)
    only(READY, {(name, check): float(found["good"]) for check, found in checks.items()}, name)
    voids = Count(runner.voids.values())
    only(VOIDS, {(name, reason): float(voids[reason]) for reason in {*Void.REASONS, *voids}}, name)
    UNKNOWN.labels(name).set(sum(runner.unknown.values()))
    REBUILDING.labels(name).set(len(runner.rebuilding))
    DOUBTED.labels(name).set(float(service.clock.standing.doubt is not None))
    asked = await service.outside.in_thread(lambda: service.persons.foretold.question)
    UNFORESEEN.labels(name).set(asked.persons if asked else 0)
    UNANSWERED.labels(name).set((service.clock.surely() - asked.since).total_seconds() if asked else 0)
    READINGS_WAITING.labels(name).set(service.readings.waiting)
    READINGS_UNUSUAL.labels(name).set(len(service.readings.unusual))
    READINGS_BROKEN.labels(name).set(float(service.readings.broken))
    await service.outside.in_thread(_measure_mending, service)
    last: dict[tuple[str, ...], float] = {}
    lags: dict[tuple[str, ...], float] = {}
    pending: dict[tuple[str, ...], float] = {}
    nodes: dict[tuple[str, ...], float] = {}
    try:
        if checks["log"]["good"]:
            end = await service.log.last()
            last[name,] = end
            lags = {(name, view.name): max(0, end - runner.position) for view in runner.views}
            pending = await _pending(service)
            standing = await nodes_of(service.nc, service.network)
            nodes = {(name, node): float(how in GOOD) for node, how in standing.items()}
    except (Unavailable, NotAllowed, TimeoutError, NatsError, APIError):
        pass
    only(LAST, last, name)
    only(VIEW_LAG, lags, name)
    only(PENDING, pending, name)
    only(NODES, nodes, name)
    if checks["store"]["good"]:
        parked = Count(one.reaction for one in await service.store.parked())
        named = {reaction.name for reaction in service.reactions.reactions} | parked.keys()
        only(PARKED, {(name, reaction): float(parked[reaction]) for reaction in named}, name)
        only(PROCESSES, {(name, *of): float(n) for of, n in (await service.processes.counted()).items()}, name)
        await service.definition.measuring(service)


def _measure_mending(service: Upkeep) -> None:
    """What was found wrong with views, and when they were verified."""
    now, name = service.now(), service.name
    ages: dict[tuple[str, ...], float] = {
        (name, one.how): (now - one.at).total_seconds() for one in service.mending.reports.all()
    }
    only(MENDED, ages, name)
    verified = service.mending.reports.verified.read()
    since = verified.last or verified.since
    only(VERIFIED, {} if since is None else {(name,): (now - since).total_seconds()}, name)


async def _pending(service: Upkeep) -> dict[tuple[str, ...], float]:
    """Of each reaction's durable consumer: what it was not given yet, and what it has not acknowledged."""
    found: dict[tuple[str, ...], float] = {}
    for reaction in service.reactions.reactions:
        info = await service.reactions.position(reaction)
        if info is not None:
            found[service.name, reaction.name] = (info.num_pending or 0) + (info.num_ack_pending or 0)
    return found


async def watch_loop(outside: Outside = REAL, tick: float = TICK) -> None:
    """Notes again and again how late the event loop is; ends when it is cancelled."""
    while True:
        due = outside.monotonic() + tick
        await outside.sleep(tick)
        LOOP_LAG.observe(max(0.0, outside.monotonic() - due))


def metrics_app(services: Collection[Service], health: ASGIApp | None = None) -> ASGIApp:
    """Answers `GET /metrics` in the text format of Prometheus, and nothing else. With `health`, that
    answers `/healthz` and `/readyz`, and there are no metrics while there are no services yet."""
    one_at_a_time = asyncio.Lock()

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if health is not None and scope["path"] in ("/healthz", "/readyz"):
            return await health(scope, receive, send)
        response: Response = PlainTextResponse("only /metrics\n", 404)
        if scope["path"] == "/metrics" and health is not None and not services:
            response = PlainTextResponse("starting\n", 503)
        elif scope["path"] == "/metrics" and scope["method"] in ("GET", "HEAD"):
            async with one_at_a_time:
                await asyncio.gather(*(measure(service) for service in services), return_exceptions=True)
                response = Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)
        await response(scope, receive, send)

    return answered
