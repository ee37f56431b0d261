"""Traces by themselves: where they are sent, what is sampled, what a start without them costs."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from bot import tracing
from bot.app import Signalbox
from bot.errors import BotError
from bot.log import bind, tag
from bot.model.delivery import Delivery
from bot.settings import Settings
from bot.tracing import Traces, start

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


def delivery(number: int) -> Delivery:
    return Delivery(
        id=UUID(int=number),
        connection=UUID(int=0),
        guid=str(UUID(int=number)),
        event="issue_comment",
        action="created",
        facts=b"{}",
        received_at=datetime(2026, 11, 21, tzinfo=UTC),
    )


async def taken(delivery: Delivery) -> bool:
    return True


async def lost(delivery: Delivery) -> bool:
    raise OSError("disk gone: /home/alice")


@pytest.fixture
async def collector() -> AsyncIterator[SimpleNamespace]:
    """Somebody who takes spans as OTLP over HTTP."""
    got = SimpleNamespace(url="", posted=[])

    async def take(request: web.Request) -> web.Response:
        got.posted.append((request.headers.get("x-key"), ExportTraceServiceRequest.FromString(await request.read())))
        return web.Response(body=b"", content_type="application/x-protobuf")

    app = web.Application()
    app.router.add_post("/v1/traces", take)
    async with TestServer(app) as server:
        got.url = str(server.make_url("")).rstrip("/")
        yield got


async def test_spans_go_where_the_environment_says(collector: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENDPOINT, collector.url)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-key=k1")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    traces = start("1.2.3")
    assert await traces.recording(taken)(delivery(1))
    await traces.aclose()
    ((key, sent),) = collector.posted
    (resource,) = sent.resource_spans
    named = {each.key: each.value.string_value for each in resource.resource.attributes}
    assert (key, named["service.name"], named["service.version"]) == ("k1", "signalbox", "1.2.3")
    assert [span.name for scope in resource.scope_spans for span in scope.spans] == ["delivery issue_comment"]


async def test_a_collector_that_is_away_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Left alone, the exporter would go on trying for ten seconds."""
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        monkeypatch.setenv(ENDPOINT, f"http://127.0.0.1:{unheard.getsockname()[1]}")
        monkeypatch.setattr(tracing, "LAST_SECONDS", 0.05)
        traces = start("1.2.3")
        await traces.recording(taken)(delivery(1))
        async with asyncio.timeout(6):
            await traces.aclose()


def test_the_service_may_have_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "trains")
    traces = Traces("1.2.3", SimpleSpanProcessor(InMemorySpanExporter()))
    assert traces._provider.resource.attributes["service.name"] == "trains"


def test_a_protocol_that_is_not_spoken_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    with pytest.raises(BotError, match=r"http/protobuf only.*says grpc"):
        start("1.2.3")


async def test_a_sampler_keeps_its_share_of_deliveries_with_all_that_belongs_to_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0.25")
    exporter = InMemorySpanExporter()
    traces = Traces("1.2.3", SimpleSpanProcessor(exporter))
    for number in range(1, 401):
        found = delivery(number)
        await traces.recording(taken)(found)
        with traces.around(SimpleNamespace(kind="delivery", key="k", payload={"v": 1, "delivery": str(found.id)})):
            traces.attempted("done")
    doors = [span.context.trace_id for span in exporter.get_finished_spans() if span.name != "job delivery"]
    jobs = [span.context.trace_id for span in exporter.get_finished_spans() if span.name == "job delivery"]
    assert doors == jobs
    assert 60 < len(doors) < 140


async def test_a_delivery_that_is_not_durable_is_an_error_without_its_text() -> None:
    exporter = InMemorySpanExporter()
    with pytest.raises(OSError, match="disk gone"):
        await Traces("1", SimpleSpanProcessor(exporter)).recording(lost)(delivery(1))
    (span,) = exporter.get_finished_spans()
    assert span.attributes is not None
    assert (span.attributes["error.type"], span.status.is_ok) == ("OSError", False)
    assert "alice" not in span.to_json()


@pytest.mark.parametrize(("result", "wrong"), [("done", False), ("again", False), ("retried", True), ("held", True)])
def test_a_failed_attempt_is_an_error(result: str, wrong: bool) -> None:
    exporter = InMemorySpanExporter()
    traces = Traces("1", SimpleSpanProcessor(exporter))
    with traces.around(SimpleNamespace(kind="react", key="k", payload={"v": 1})):
        traces.attempted(result)
    (span,) = exporter.get_finished_spans()
    assert (span.name, span.parent, span.status.status_code is StatusCode.ERROR) == ("job react", None, wrong)


def test_what_the_lines_of_a_job_carry_its_span_carries() -> None:
    exporter = InMemorySpanExporter()
    traces = Traces("1", SimpleSpanProcessor(exporter))
    with bind(job="react"), traces.around(SimpleNamespace(kind="react", key="k", payload={"v": 1})):
        tag(request="K7QX2M", delivery="d1")
    (span,) = exporter.get_finished_spans()
    assert span.attributes == {
        "signalbox.job.kind": "react",
        "signalbox.job.key": "k",
        "signalbox.request.code": "K7QX2M",
        "signalbox.delivery.guid": "d1",
    }


def settings(**more: str) -> Settings:
    return Settings.from_env({"DATABASE_URL": "sqlite:///unused.db", **more})


async def test_without_the_extra_the_start_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.context", None)
    monkeypatch.delitem(sys.modules, "bot.tracing")
    with pytest.raises(BotError, match=r"install signalbox\[otel\]"):
        Signalbox(settings(**{ENDPOINT: "http://localhost:4318"}))._traces()


def test_nobody_pays_who_does_not_trace() -> None:
    """Not even the import: a process of its own, because this one has it."""
    code = "import sys, bot.app, bot.wiring_slack; print(any(name.startswith('opentelemetry') for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "False\n"
    assert Signalbox(settings())._traces() is None


def test_what_the_collector_wants_to_be_told_is_masked_in_logs() -> None:
    found = settings(OTEL_EXPORTER_OTLP_HEADERS="x-api-key=abcdef123456,other=zyxwvu654321")
    assert {"abcdef123456", "zyxwvu654321"} <= set(found.secrets())
