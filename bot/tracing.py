"""Owns traces: spans of deliveries, jobs, requests and calls, by OpenTelemetry. Imported only where they are wanted.

A delivery is a trace, and so is a request. Their ids follow from ours, so every process that works on them, before a
crash or after it, adds to the same trace, and nothing has to be stored or handed on: docs/decisions/0009-traces.md.
No names of people, repositories, branches or channels get into an attribute.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final, Protocol
from uuid import UUID

from opentelemetry.context import Context, attach
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    get_current_span,
    set_span_in_context,
)

from bot.errors import BotError
from bot.log import bound
from bot.model.delivery import Delivery
from bot.model.request import Request, RequestState

PROTOCOL: Final = "http/protobuf"
PROTOCOL_VARIABLES: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")

LAST_SECONDS: Final = 3.0
"""For the last spans, when the process ends."""

ABOUT: Final = ("delivery", "request")
"""Fields of payloads that say whose trace a job belongs to."""
TAGS: Final = {
    "delivery": "signalbox.delivery.guid",
    "connection": "signalbox.connection.id",
    "request": "signalbox.request.code",
}
"""What log lines carry, as attributes."""
WRONG: Final = frozenset({RequestState.FAILED, RequestState.LOST})

Record = Callable[[Delivery], Awaitable[bool]]


class Job(Protocol):
    """What is read of a job."""

    @property
    def kind(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def payload(self) -> Mapping[str, Any]: ...


def start(version: str) -> Traces:
    """Send spans to where the OTEL_* variables say, in batches, beside the event loop.

    Raises `BotError` when they ask for a protocol that is not spoken here.
    https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
    """
    wanted = next((os.environ[name] for name in PROTOCOL_VARIABLES if os.environ.get(name)), PROTOCOL)
    if wanted != PROTOCOL:
        raise BotError(f"Traces are sent as {PROTOCOL} only, and OTEL_EXPORTER_OTLP_PROTOCOL says {wanted}.")
    exporter = OTLPSpanExporter()
    return Traces(version, BatchSpanProcessor(exporter), give_up=exporter.shutdown)


class Traces:
    """Makes spans of what happens."""

    def __init__(self, version: str, processor: SpanProcessor, give_up: Callable[[], None] = lambda: None) -> None:
        """`processor` gets every span as it ends; the sampler is the one that the OTEL_* variables name.

        `give_up` lets go of what could not be sent, when time is up.
        """
        self._give_up = give_up
        self._ids = _Ids()
        self._provider = TracerProvider(resource=_resource(version), id_generator=self._ids, shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("signalbox", version)

    async def aclose(self) -> None:
        """Send what is left. A collector that does not answer holds the end up for a moment only."""
        closing = asyncio.create_task(asyncio.to_thread(self._provider.shutdown))
        if not (await asyncio.wait({closing}, timeout=LAST_SECONDS))[0]:
            self._give_up()
        await closing

    def recording(self, record: Record) -> Record:
        """`record`, with a span for each delivery: the root of its trace."""

        async def recorded(delivery: Delivery) -> bool:
            about = {"signalbox.delivery.guid": delivery.guid, "signalbox.connection.id": str(delivery.connection)}
            span = self._root(delivery.id, f"delivery {delivery.event}", SpanKind.SERVER, about)
            try:
                new = await record(delivery)
                span.set_attribute("signalbox.delivery.new", new)
                return new
            except BaseException as error:
                _fail(span, type(error).__name__)
                raise
            finally:
                span.end()

        return recorded

    def carry(self) -> contextvars.Context:
        """A context for a job that is begun here: it knows by whose commit it came, and nothing else of where it is."""
        context = contextvars.Context()
        context.run(attach, set_span_in_context(get_current_span(), Context()))
        return context

    @contextmanager
    def around(self, job: Job) -> Iterator[None]:
        """A span for one attempt at a job: in the trace of what it is about, else in that of whoever began it."""
        begun_by, owner = get_current_span().get_span_context(), self._owner(job.payload)
        context = None if owner is None else set_span_in_context(NonRecordingSpan(owner), Context())
        links = [Link(begun_by)] if owner is not None and _elsewhere(begun_by, owner) else []
        with self._tracer.start_as_current_span(
            f"job {job.kind}",
            context,
            kind=SpanKind.CONSUMER,
            attributes={"signalbox.job.kind": job.kind, "signalbox.job.key": job.key},
            links=links,
            record_exception=False,  # its text may name anybody
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            finally:
                span.set_attributes({TAGS[name]: value for name, value in bound().items() if name in TAGS})

    def attempted(self, result: str) -> None:
        """The job that runs here came to this result."""
        span = get_current_span()
        span.set_attribute("signalbox.job.result", result)
        if result in ("retried", "held"):
            span.set_status(StatusCode.ERROR)

    def called(self, system: str, name: str, attributes: Mapping[str, str | int], seconds: float, *, ok: bool) -> None:
        """A call to `system` has just ended, after so many seconds."""
        end = time.time_ns()
        said = {**attributes, "peer.service": system}
        begin = end - int(seconds * 1e9)
        span = self._tracer.start_span(name, kind=SpanKind.CLIENT, attributes=said, start_time=begin)
        if not ok:
            span.set_status(StatusCode.ERROR)
        span.end(end)

    def moved(self, request: Request) -> None:
        """A request is in a new state: whoever did it points to its trace, whose root is made when it ends."""
        here, there = get_current_span(), self._context(request.id)
        if _elsewhere(here.get_span_context(), there):
            here.add_link(there)
        if request.ended_at is None:
            return
        about = {"signalbox.request.code": request.code, "signalbox.request.state": request.state.value}
        why = {"signalbox.request.reason": request.reason.value} if request.reason else {}
        span = self._root(request.id, "request", SpanKind.INTERNAL, about | why, request.created_at)
        if request.state in WRONG:
            span.set_status(StatusCode.ERROR)
        span.end(_nanoseconds(request.ended_at))

    def _root(
        self, of: UUID, name: str, kind: SpanKind, attributes: Mapping[str, str], since: datetime | None = None
    ) -> Span:
        with self._ids.given(*_identity(of)):
            begin = None if since is None else _nanoseconds(since)
            return self._tracer.start_span(name, Context(), kind=kind, attributes=attributes, start_time=begin)

    def _owner(self, payload: Mapping[str, Any]) -> SpanContext | None:
        found = (payload[name] for name in ABOUT if name in payload)
        return next((self._context(UUID(each)) for each in found), None)

    def _context(self, of: UUID) -> SpanContext:
        """Where the root of its trace is, whether it was made already or will be; sampled or not as that one is."""
        trace, span = _identity(of)
        sampled = self._provider.sampler.should_sample(None, trace, "").decision is Decision.RECORD_AND_SAMPLE
        flags = TraceFlags(TraceFlags.SAMPLED if sampled else TraceFlags.DEFAULT)
        return SpanContext(trace, span, is_remote=True, trace_flags=flags)


class _Ids(RandomIdGenerator):
    """Random ids, but for roots whose ids are given."""

    def __init__(self) -> None:
        self._given: Sequence[int] = ()

    @contextmanager
    def given(self, trace: int, span: int) -> Iterator[None]:
        """The span that is started inside has these ids. Nothing may be awaited inside."""
        self._given = (trace, span)
        try:
            yield
        finally:
            self._given = ()

    def generate_trace_id(self) -> int:
        return self._given[0] if self._given else super().generate_trace_id()

    def generate_span_id(self) -> int:
        return self._given[1] if self._given else super().generate_span_id()


def _identity(of: UUID) -> tuple[int, int]:
    """Ids of a trace and of its root. Hashed, because samplers want every bit of them to look random."""
    digest = blake2b(of.bytes, digest_size=24).digest()
    return int.from_bytes(digest[:16]), int.from_bytes(digest[16:])


def _elsewhere(span: SpanContext, other: SpanContext) -> bool:
    return span.is_valid and span.trace_id != other.trace_id


def _fail(span: Span, kind: str) -> None:
    span.set_attribute("error.type", kind)
    span.set_status(StatusCode.ERROR)


def _nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000) * 1_000


def _resource(version: str) -> Resource:
    """What the OTEL_* variables say of this process; our name only where they give none."""
    told = Resource.create({SERVICE_VERSION: version})
    named = not str(told.attributes[SERVICE_NAME]).startswith("unknown_service")
    return told if named else told.merge(Resource({SERVICE_NAME: "signalbox"}))
