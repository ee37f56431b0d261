"""Owns the instruments: what is counted and timed, under names that dashboards rely on. No names of people or places.

docs/observability/metrics.md lists them, and a test holds it equal. Who sets them is in bot/measure.py.
https://prometheus.io/docs/practices/naming/
"""

from __future__ import annotations

import asyncio
import logging
import platform
import re
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    generate_latest,
)

log = logging.getLogger(__name__)

REFRESH_SECONDS: Final = 2
FAST: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
WORK: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
SLOW: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600)
LONG: Final = (1, 5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 43200, 86400)
BATCH: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)

MOST_WORDS: Final = 100
OTHER: Final = "other"
_WORD: Final = re.compile(r"[a-z0-9][a-z0-9_.:\-]{0,63}", re.ASCII)


class Words:
    """The values of one label: plain words, and not more than so many. Whatever else comes is `other`.

    GitHub and Slack may learn new words any day, and each one is a new series in somebody's Prometheus.
    """

    def __init__(self, most: int = MOST_WORDS) -> None:
        """`most` different ones."""
        self._known: set[str] = set()
        self._most = most

    def __call__(self, word: str) -> str:
        """The word itself, or `other`."""
        if word in self._known:
            return word
        if len(self._known) >= self._most or not _WORD.fullmatch(word):
            return OTHER
        self._known.add(word)
        return word


class Metrics:
    """All instruments, on a registry of their own, so that two bots in one process do not mix."""

    def __init__(self, version: str) -> None:
        """Create them; `version` is shown as `signalbox_build_info`."""
        self.registry: Final = CollectorRegistry()
        self.refresh: Callable[[], Awaitable[None]] | None = None
        """Sets the gauges that are read from the database (jobs due, held, oldest); awaited before each page."""
        self._process(version)
        self._deliveries()
        self._jobs()
        self._requests()
        self._audit()
        self._upstreams()
        self._begin_at_zero()

    def event(self, name: str) -> str:
        """The word for a delivery's event. Its failures begin at 0 with it: a series that begins at 1 shows no rise."""
        word = self._events(name)
        if word not in self._begun:
            self._begun.add(word)
            self.deliveries.labels(word, "not_stored")
        return word

    def _begin_at_zero(self) -> None:
        """What alerts look at, before it happens."""
        for result in ("unsigned", "crowded"):
            self.deliveries.labels("unknown", result)
        for result in ("given_up", "unlisted"):
            self.redeliveries.labels(result)
        for state, reason in (("lost", "run_not_found"), ("lost", "upstream_unavailable"), ("voided", "run_mismatch")):
            self.requests.labels(state, reason)

    def _counter(self, name: str, help: str, *labels: str) -> Counter:
        return Counter(f"signalbox_{name}", help, labels, registry=self.registry)

    def _gauge(self, name: str, help: str, *labels: str) -> Gauge:
        return Gauge(f"signalbox_{name}", help, labels, registry=self.registry)

    def _histogram(self, name: str, help: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"signalbox_{name}", help, labels, buckets=buckets, registry=self.registry)

    def _process(self, version: str) -> None:
        self.build = Info("signalbox_build", "What is running.", registry=self.registry)
        self.build.info({"version": version, "python": platform.python_version()})
        ProcessCollector(registry=self.registry)
        self.database_up = self._gauge("database_up", "1 when the database answered for this page, else 0.")
        self.loop_lag = self._histogram(
            "event_loop_lag_seconds", "How much later than asked for the event loop woke us.", FAST
        )

    def _deliveries(self) -> None:
        self._events, self._begun = Words(), set[str]()
        self.deliveries = self._counter(
            "deliveries", "Deliveries by event and by what became of them at the door.", "event", "result"
        )
        self.delivery_seconds = self._histogram(
            "delivery_seconds", "From the first byte of a delivery to its answer.", FAST
        )
        self.unverified_bytes = self._gauge("unverified_bytes", "Bytes of bodies that wait for their signature.")
        self.redeliveries = self._counter(
            "redeliveries",
            "Deliveries that failed: asked for again, refused, or given up; unlisted counts lists that were refused.",
            "result",
        )
        self.inbox_batch = self._histogram("inbox_batch_size", "Deliveries that shared one commit.", BATCH)
        self.inbox_seconds = self._histogram(
            "inbox_commit_seconds", "How long a commit of deliveries took, waiting for its turn included.", FAST
        )

    def _jobs(self) -> None:
        self.jobs = self._counter("jobs", "Attempts at jobs by kind and result.", "kind", "result")
        self.job_seconds = self._histogram(
            "job_seconds", "How long an attempt at a job took, by kind and result.", WORK, "kind", "result"
        )
        self.jobs_ready = self._gauge("jobs_ready", "Jobs that wait to run, those included that are due.", "kind")
        self.jobs_due = self._gauge("jobs_due", "Jobs that could run now.", "kind")
        self.jobs_held = self._gauge("jobs_held", "Jobs that gave up and wait for a person.", "kind")
        self.oldest_due_seconds = self._gauge(
            "oldest_due_job_seconds", "How long the oldest job of a kind has been due; 0 without one.", "kind"
        )

    def _requests(self) -> None:
        self.commands = self._counter(
            "commands",
            "Commands by what became of them and, where they were refused, by reason code.",
            "action",
            "reason",
        )
        self.requests = self._counter("requests", "Requests by final state and reason code.", "state", "reason")
        self.requests_open = self._gauge(
            "requests_open", "Requests that have not ended, by state and by what they wait for.", "state", "waiting_for"
        )
        self.request_seconds = self._histogram(
            "request_seconds", "From a request's opening to its end, by final state.", LONG, "state"
        )
        self.dispatch_seconds = self._histogram("dispatch_seconds", "From a command's arrival to its dispatch.", SLOW)

    def _audit(self) -> None:
        self.audit_position = self._gauge("audit_position", "How many links the chain of the audit trail has.")
        self.audit_unsealed = self._gauge("audit_unsealed_entries", "Audit entries that are not sealed.")
        self.unasked_runs = self._counter("unasked_runs", "Runs of guarded workflows that were started past us.")
        self.audit_unsealed_seconds = self._gauge(
            "audit_unsealed_seconds", "How long the oldest audit entry has waited for its seal; 0 without one."
        )

    def _upstreams(self) -> None:
        self.github_calls = self._counter(
            "github_calls",
            "Calls to GitHub by method, route template and status; status 0 means no answer.",
            "method",
            "route",
            "status",
        )
        self.github_seconds = self._histogram(
            "github_call_seconds", "How long GitHub took to answer.", SLOW, "method", "route"
        )
        self.github_budget = self._gauge(
            "github_budget_remaining",
            "What is left of each budget to the installation that has least: points and writes that people see, in a "
            "minute and in an hour, and the hour's calls as GitHub counts them.",
            "budget",
        )
        self.slack_words = Words()
        self.slack_calls = self._counter(
            "slack_calls", "Calls to Slack by method and Slack's own word for the result.", "method", "result"
        )
        self.slack_seconds = self._histogram("slack_call_seconds", "How long Slack took to answer.", SLOW, "method")
        self.slack_socket = Gauge(
            "signalbox_slack_socket_connected",
            "1 while Slack can tell us something by Socket Mode, else 0.",
            registry=None,
        )

    def watch_slack_socket(self, connected: Callable[[], bool]) -> None:
        """Socket Mode is configured, and this says how it stands. Without it there is no such series to worry about."""
        self.slack_socket.set_function(connected)
        self.registry.register(self.slack_socket)

    async def page(self, request: web.Request) -> web.Response:
        """`GET /metrics` in Prometheus' text format; what can not be refreshed stands as it was last seen."""
        self.database_up.set(await self._refreshed())
        body = generate_latest(self.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})

    async def _refreshed(self) -> bool:
        if self.refresh is None:
            return False
        try:
            async with asyncio.timeout(REFRESH_SECONDS):
                await self.refresh()
        except Exception:  # the other figures matter most just when the database does not answer
            log.warning("Could not refresh the metrics", exc_info=True, extra={"action": "metrics_not_refreshed"})
            return False
        return True
