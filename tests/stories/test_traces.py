"""What a tracing operator sees of a day at acme: one trace for each delivery, one for each request."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanContext, SpanKind, StatusCode

from bot.app import Signalbox
from bot.tracing import Traces
from tests.support.slack_story import talking
from tests.support.story import Story, telling

Spans = Sequence[ReadableSpan]


class Watched:
    """A story whose spans are kept."""

    def __init__(self, story: Story, exporter: InMemorySpanExporter) -> None:
        self.story = story
        self._exporter = exporter

    def spans(self, name: str) -> Spans:
        return [span for span in self._exporter.get_finished_spans() if span.name == name]

    def everything(self) -> Spans:
        return self._exporter.get_finished_spans()

    def of_trace(self, span: ReadableSpan) -> Spans:
        return [each for each in self.everything() if where(each).trace_id == where(span).trace_id]


def where(span: ReadableSpan) -> SpanContext:
    context = span.get_span_context()
    assert context is not None
    return context


@pytest.fixture
async def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watched]:
    exporter = InMemorySpanExporter()
    traces = Traces("1.2.3", SimpleSpanProcessor(exporter))
    monkeypatch.setattr(Signalbox, "_traces", lambda bot: traces)
    async with telling(tmp_path) as story:
        exporter.clear()
        yield Watched(story, exporter)


async def test_a_delivery_is_a_trace_from_the_door_to_the_calls_of_its_job(watched: Watched) -> None:
    await watched.story.types("alice", "/run deploy.yml environment=staging")
    (door,) = watched.spans("delivery issue_comment")
    (job,) = [span for span in watched.of_trace(door) if span.name == "job delivery"]
    assert job.parent is not None
    assert (door.parent, job.parent.span_id) == (None, where(door).span_id)
    assert job.attributes is not None
    assert job.attributes["signalbox.job.result"] == "done"
    asked = [span for span in watched.of_trace(door) if span.parent and span.parent.span_id == where(job).span_id]
    assert "GET /repos/{owner}/{repo}/collaborators/{username}/permission" in {span.name for span in asked}


async def test_a_request_is_a_trace_over_all_its_jobs(watched: Watched) -> None:
    await watched.story.types("alice", "/run deploy.yml environment=staging")
    await watched.story.github.runs[-1].play()
    await watched.story.passes(2)
    (request,) = watched.spans("request")
    assert request.attributes is not None
    assert request.attributes["signalbox.request.state"] == "succeeded"
    (dispatch,) = watched.spans("job dispatch")
    assert dispatch.parent is not None
    assert dispatch.parent.span_id == where(request).span_id
    assert dispatch.attributes is not None
    assert dispatch.attributes["signalbox.request.code"] == request.attributes["signalbox.request.code"]
    names = {span.name for span in watched.of_trace(request)}
    assert "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches" in names


async def test_both_point_to_each_other(watched: Watched) -> None:
    await watched.story.types("alice", "/run deploy.yml environment=staging")
    await watched.story.github.runs[-1].play()
    await watched.story.passes(2)
    (door,), (request,) = watched.spans("delivery issue_comment"), watched.spans("request")
    (dispatch,) = watched.spans("job dispatch")
    assert [link.context.trace_id for link in dispatch.links] == [where(door).trace_id]
    reported = [span for span in watched.spans("job delivery") if span.links]
    assert {link.context.trace_id for span in reported for link in span.links} == {where(request).trace_id}
    assert {where(span).trace_id for span in reported}.isdisjoint({where(request).trace_id})


async def test_what_went_wrong_is_marked_without_its_text(watched: Watched) -> None:
    watched.story.github.faults.status(502, "GET", times=1)
    await watched.story.types("alice", "/run deploy.yml environment=staging")
    failed = [span for span in watched.everything() if span.status.status_code is StatusCode.ERROR]
    assert 502 in [(span.attributes or {}).get("http.response.status_code") for span in failed]
    assert SpanKind.CLIENT in {span.kind for span in failed}
    assert [event for span in watched.everything() for event in span.events] == []


async def test_no_names_get_into_a_span(watched: Watched) -> None:
    await watched.story.types("alice", "/run deploy.yml environment=staging")
    await watched.story.types("rita", "/run deploy.yml environment=staging")
    await watched.story.github.runs[-1].play()
    await watched.story.passes(2)
    text = " ".join(span.to_json() for span in watched.everything())
    assert [
        name for name in ("alice", "rita", "acme", "shop", "feature", "deploy.yml", "staging") if name in text
    ] == []


async def test_a_story_without_traces_has_no_wrappers(story: Story) -> None:
    assert story.bot.record == story.bot.inbox.record
    assert story.bot.engine._attempt._around is None


async def test_a_slash_command_is_a_trace_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exporter = InMemorySpanExporter()
    monkeypatch.setattr(Signalbox, "_traces", lambda bot: Traces("1.2.3", SimpleSpanProcessor(exporter)))
    async with talking(tmp_path) as chat:
        exporter.clear()
        await chat.ops("alice", "run acme/shop#1 deploy.yml environment=staging")
        spans = exporter.get_finished_spans()
    (door,) = [span for span in spans if span.kind is SpanKind.SERVER and "command" in span.name]
    inside = {span.name for span in spans if where(span).trace_id == where(door).trace_id}
    assert {"job delivery", "users.info"} <= inside
    text = " ".join(span.to_json() for span in spans)
    assert [name for name in ("alice", "acme", "deploys", "staging", "xoxb") if name in text] == []
