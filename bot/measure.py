"""Owns what is told to the instruments, and to traces where they are wanted: one method per thing that happens.

Each is called where it happens, so none may raise, wait, or take long.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Final, Protocol

from bot.model.audit import AuditStanding
from bot.model.decision import Reason
from bot.model.request import Request, RequestState
from bot.store.census import OPEN
from bot.store.jobs import Figures, KindFigures
from bot.web.metrics import Metrics

log = logging.getLogger(__name__)

LAG_EVERY_SECONDS: Final = 0.5

NONE_OF_A_KIND: Final = KindFigures(ready=0, due=0, held=0, oldest_due=None)


class Traces(Protocol):
    """Who wants to hear of the same things as spans."""

    def attempted(self, result: str) -> None:
        """The job that runs here came to this result."""
        ...

    def called(self, system: str, name: str, attributes: Mapping[str, str | int], seconds: float, *, ok: bool) -> None:
        """A call to `system` has just ended."""
        ...

    def moved(self, request: Request) -> None:
        """A request is in a new state."""
        ...


class Measure:
    """Sets the instruments."""

    def __init__(self, metrics: Metrics, traces: Traces | None = None) -> None:
        """`traces` is None unless the operator asked for them."""
        self._to = metrics
        self._traces = traces
        self._kinds: set[str] = set()
        self._open: set[tuple[RequestState, str | None]] = {(state, None) for state in OPEN}

    def committed(self, deliveries: int, seconds: float) -> None:
        """So many deliveries became durable together."""
        self._to.inbox_batch.observe(deliveries)
        self._to.inbox_seconds.observe(seconds)

    def attempted(self, kind: str, result: str, seconds: float) -> None:
        """A job was tried."""
        self._kinds.add(kind)
        self._to.jobs.labels(kind, result).inc()
        self._to.job_seconds.labels(kind, result).observe(seconds)
        if self._traces is not None:
            self._traces.attempted(result)

    def noted(self, action: str, reason: Reason | None) -> None:
        """A command was taken, answered or refused; the action is the audit's."""
        why = reason.value if reason else ""
        self._to.commands.labels(action, why).inc()
        log.info("A command came to %s", action, extra={"action": "command_noted", "result": action, "reason": why})

    def moved(self, request: Request) -> None:
        """A request is in a new state."""
        state, reason = request.state.value, request.reason.value if request.reason else ""
        if request.state is RequestState.RUNNING and request.dispatched_at is not None:
            self._to.dispatch_seconds.observe((request.dispatched_at - request.origin.created_at).total_seconds())
        if request.ended_at is not None:
            self._to.requests.labels(state, reason).inc()
            self._to.request_seconds.labels(state).observe((request.ended_at - request.created_at).total_seconds())
        if self._traces is not None:
            self._traces.moved(request)
        facts = {"action": "request_moved", "request": request.code, "state": state, "reason": reason}
        log.info("Request %s is %s", request.code, state, extra=facts)

    def asked_github(self, method: str, route: str, status: int | None, seconds: float) -> None:
        """One exchange with GitHub happened; `route` is a template, `status` is None when there was no answer."""
        self._to.github_calls.labels(method, route, str(status or 0)).inc()
        self._to.github_seconds.labels(method, route).observe(seconds)
        if self._traces is not None:
            said: dict[str, str | int] = {
                "http.request.method": method,
                "url.template": route,
                "http.response.status_code": status or 0,
            }
            self._traces.called("github", f"{method} {route}", said, seconds, ok=0 < (status or 0) < 400)

    def asked_slack(self, method: str, result: str, seconds: float) -> None:
        """One exchange with Slack happened; `result` is `ok`, Slack's error word or ours."""
        word = self._to.slack_words(result)
        self._to.slack_calls.labels(method, word).inc()
        self._to.slack_seconds.labels(method).observe(seconds)
        if self._traces is not None:
            said = {"signalbox.slack.method": method, "signalbox.slack.result": word}
            self._traces.called("slack", method, said, seconds, ok=result == "ok")

    def heard_slack(self, event: str, result: str) -> None:
        """Something came from Slack; both words are of the door's."""
        self._to.deliveries.labels(self._to.event(event), result).inc()

    def backlog(self, figures: Figures, now: datetime) -> None:
        """How much there is to do. A kind that was seen before and has no jobs now has 0, which is a figure, too."""
        self._kinds |= figures.kinds.keys()
        for kind in self._kinds:
            found = figures.kinds.get(kind, NONE_OF_A_KIND)
            waited = (now - found.oldest_due).total_seconds() if found.oldest_due else 0.0
            self._to.jobs_ready.labels(kind).set(found.ready)
            self._to.jobs_due.labels(kind).set(found.due)
            self._to.jobs_held.labels(kind).set(found.held)
            self._to.oldest_due_seconds.labels(kind).set(waited)

    def open_requests(self, counts: Mapping[tuple[RequestState, str | None], int]) -> None:
        """How many requests stand where; 0 wherever some stood before."""
        self._open |= counts.keys()
        for state, waiting_for in self._open:
            many = counts.get((state, waiting_for), 0)
            self._to.requests_open.labels(state.value, waiting_for or "").set(many)

    def audit(self, standing: AuditStanding, now: datetime) -> None:
        """How the audit trail stands."""
        self._to.audit_position.set(standing.position)
        self._to.audit_unsealed.set(standing.unsealed)
        waited = (now - standing.oldest).total_seconds() if standing.oldest else 0.0
        self._to.audit_unsealed_seconds.set(max(0.0, waited))

    async def lag(self) -> None:
        """See how late the event loop wakes us, until cancelled: a loop that is held up is late for everybody."""
        loop = asyncio.get_running_loop()
        while True:
            wanted = loop.time() + LAG_EVERY_SECONDS
            await asyncio.sleep(LAG_EVERY_SECONDS)
            self._to.loop_lag.observe(max(0.0, loop.time() - wanted))
