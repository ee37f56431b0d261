"""Owns the instruments: what is counted and timed, under names that dashboards rely on. No names of people or places.

https://prometheus.io/docs/practices/naming/
"""

from __future__ import annotations

import asyncio
import logging
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
SLOW: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600)
BATCH: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics:
    """All instruments, on a registry of their own, so that two bots in one process do not mix."""

    def __init__(self, version: str) -> None:
        """Create them; `version` is shown as `signalbox_build_info`."""
        self.registry: Final = CollectorRegistry()
        self.refresh: Callable[[], Awaitable[None]] | None = None
        """Sets the gauges that are read from the database (jobs due, held, oldest); awaited before each page."""
        self._deliveries(version)
        self._work()
        self._upstreams()

    def _deliveries(self, version: str) -> None:
        self.build = Info("signalbox_build", "What is running.", registry=self.registry)
        self.build.info({"version": version})
        ProcessCollector(registry=self.registry)
        self.deliveries = Counter(
            "signalbox_deliveries",
            "Deliveries by event and by what became of them at the door.",
            ("event", "result"),
            registry=self.registry,
        )
        self.delivery_seconds = Histogram(
            "signalbox_delivery_seconds",
            "From the first byte of a delivery to its answer.",
            buckets=FAST,
            registry=self.registry,
        )
        self.unverified_bytes = Gauge(
            "signalbox_unverified_bytes", "Bytes of bodies that wait for their signature.", registry=self.registry
        )
        self.inbox_batch = Histogram(
            "signalbox_inbox_batch_size", "Deliveries that shared one commit.", buckets=BATCH, registry=self.registry
        )
        self.inbox_seconds = Histogram(
            "signalbox_inbox_commit_seconds",
            "How long a commit of deliveries took.",
            buckets=FAST,
            registry=self.registry,
        )

    def _work(self) -> None:
        self.jobs = Counter("signalbox_jobs", "Jobs by kind and result.", ("kind", "result"), registry=self.registry)
        self.job_seconds = Histogram(
            "signalbox_job_seconds", "How long a job took.", ("kind",), buckets=FAST, registry=self.registry
        )
        self.jobs_due = Gauge("signalbox_jobs_due", "Jobs that could run now.", registry=self.registry)
        self.jobs_held = Gauge(
            "signalbox_jobs_held", "Jobs that gave up and wait for a person.", registry=self.registry
        )
        self.oldest_due_seconds = Gauge(
            "signalbox_oldest_due_job_seconds", "How long the oldest job has been due.", registry=self.registry
        )
        self.commands = Counter(
            "signalbox_commands",
            "Commands by what became of them and, where they were refused, by reason code.",
            ("action", "reason"),
            registry=self.registry,
        )
        self.requests = Counter(
            "signalbox_requests",
            "Requests by final state and reason code.",
            ("state", "reason"),
            registry=self.registry,
        )
        self.dispatch_seconds = Histogram(
            "signalbox_dispatch_seconds",
            "From a command's arrival to its dispatch.",
            buckets=SLOW,
            registry=self.registry,
        )

    def _upstreams(self) -> None:
        self.github_calls = Counter(
            "signalbox_github_calls",
            "Calls to GitHub by method, route template and status; status 0 means no answer.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.github_seconds = Histogram(
            "signalbox_github_call_seconds",
            "How long GitHub took to answer.",
            ("method", "route"),
            buckets=SLOW,
            registry=self.registry,
        )

        self.slack_calls = Counter(
            "signalbox_slack_calls",
            "Calls to Slack by method and Slack's own word for the result.",
            ("method", "result"),
            registry=self.registry,
        )
        self.slack_seconds = Histogram(
            "signalbox_slack_call_seconds",
            "How long Slack took to answer.",
            ("method",),
            buckets=SLOW,
            registry=self.registry,
        )

    async def page(self, request: web.Request) -> web.Response:
        """`GET /metrics` in Prometheus' text format; what can not be refreshed stands as it was last seen."""
        if self.refresh is not None:
            try:
                async with asyncio.timeout(REFRESH_SECONDS):
                    await self.refresh()
            except Exception:  # the other figures matter most just when the database does not answer
                log.warning("Could not refresh the metrics", exc_info=True, extra={"action": "metrics_not_refreshed"})
        body = generate_latest(self.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})
