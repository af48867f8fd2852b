"""Traces by OpenTelemetry: from a form to the mail that it causes, under one trace id.

The events carry it: `traceparent` (W3C Trace Context) is the span that appended the event, and whoever reacts to the
event goes on from there, minutes later or in another process. Without MAILLAGE_OTLP_ENDPOINT nothing of this is
loaded and no event has a `traceparent`. Attributes are types, ids, numbers and route templates; never what a person
typed: no addresses, and of an error its type alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, Literal

from shared.base.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

Kind = Literal["internal", "server", "client", "producer", "consumer"]
_provider: TracerProvider | None = None
_tracer: Tracer | None = None


class Noted:
    """A span under way; says nothing where no traces are kept."""

    __slots__ = ("_span",)

    def __init__(self, span: Span | None = None) -> None:
        self._span = span

    def rename(self, name: str) -> None:
        if self._span is not None:
            self._span.update_name(name)

    def set(self, **attributes: str | int | float | bool) -> None:
        """Adds attributes; a double underscore in a name stands for a dot."""
        if self._span is not None:
            self._span.set_attributes(_dotted(attributes))

    def failed(self, why: str) -> None:
        """Marks it as an error. `why`: a code or the type of an exception, never its text."""
        if self._span is not None:
            from opentelemetry.trace import Status, StatusCode

            self._span.set_attribute("error.type", why)
            self._span.set_status(Status(StatusCode.ERROR, why))


class _Nothing(Noted):
    """What `span` gives where no traces are kept."""

    __slots__ = ()

    def __enter__(self) -> Noted:
        return self

    def __exit__(self, *error: object) -> None:
        return None


_NOTHING = _Nothing()


def configure(settings: Settings, service: str) -> None:
    """Begins to keep traces and to send them, where the settings say where to."""
    if settings.otlp_endpoint is None or _tracer is not None:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    begin(service, BatchSpanProcessor(OTLPSpanExporter(f"{settings.otlp_endpoint.rstrip('/')}/v1/traces")))


def begin(service: str, processor: Any) -> None:
    """Keeps traces, and gives every span that ends to `processor` (an OpenTelemetry SpanProcessor)."""
    global _provider, _tracer
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    _provider = TracerProvider(
        resource=Resource.create({"service.name": service, "service.namespace": "maillage"}), shutdown_on_exit=False
    )
    _provider.add_span_processor(processor)
    _tracer = _provider.get_tracer("maillage")


def finish() -> None:
    """Sends what is left and keeps no more traces. It may wait for the collector: call it last, in a thread."""
    global _provider, _tracer
    provider, _provider, _tracer = _provider, None, None
    if provider is not None:
        provider.shutdown()


def span(
    name: str, kind: Kind = "internal", parent: str | None = None, **attributes: str | int | float | bool
) -> AbstractContextManager[Noted]:
    """A span as long as the `with` lasts, under the current one, or under `parent` (a `traceparent`) where one is
    given. In a name of an attribute a double underscore stands for a dot."""
    if _tracer is None:
        return _NOTHING
    return _span(_tracer, name, kind, parent, attributes)


@contextmanager
def _span(
    tracer: Tracer, name: str, kind: Kind, parent: str | None, attributes: Mapping[str, str | int | float | bool]
) -> Iterator[Noted]:
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    context = None if parent is None else TraceContextTextMapPropagator().extract({"traceparent": parent})
    with tracer.start_as_current_span(
        name,
        context,
        SpanKind[kind.upper()],
        _dotted(attributes),
        record_exception=False,
        set_status_on_exception=False,
    ) as under_way:
        noted = Noted(under_way)
        try:
            yield noted
        except Exception as error:
            noted.failed(type(error).__name__)
            raise


def traceparent() -> str | None:
    """The current span as W3C Trace Context writes it, None where there is none."""
    if _tracer is None:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get("traceparent")


def headers() -> dict[str, str] | None:
    """The headers of a NATS request that let whoever answers go on with the trace, None where there is none."""
    here = traceparent()
    return None if here is None else {"traceparent": here}


def current() -> tuple[str, str] | None:
    """Trace and span id of the current span, in hexadecimal."""
    here = traceparent()
    if here is None:
        return None
    _, trace, span_, _ = here.split("-")
    return trace, span_


def on() -> bool:
    """Whether traces are kept."""
    return _tracer is not None


def _dotted(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name.replace("__", "."): value for name, value in attributes.items()}
