"""Owns the examination: one line for each thing that an operator should know about this installation.

It changes nothing, asks GitHub a few questions and Slack one, and may run beside a server that serves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from datetime import datetime
from typing import Final

from bot import manifests
from bot.doctor import audit, environments, github, words
from bot.doctor.finding import Finding, Grade, complete
from bot.doctor.github import AGENT
from bot.errors import SignalboxError
from bot.jobs import admin
from bot.jobs.timer import SystemTimer
from bot.log import Masking
from bot.model.request import RequestState
from bot.settings import Settings, SlackSettings
from bot.store.database import Database
from bot.store.jobs import HELD
from bot.store.unit import Units

LATE_SECONDS: Final = 120


async def examine(settings: Settings, now: datetime | None = None) -> list[Finding]:
    """Look at everything. What can not be reached is a finding, never an exception."""
    found, clean = [*_settings(settings)], Masking(settings.secrets()).text
    now = now or SystemTimer().now()
    url = settings.database_url.reveal()
    parts = [
        ("database", _database(url, now)),
        ("audit trail", audit.findings(url, now, keyed=bool(settings.secret_keys))),
    ]
    if settings.github is not None:
        parts.append(("GitHub", github.findings(settings.github, settings.public_url)))
        parts.append(("environments", environments.findings(settings.github, url)))
    if settings.slack is not None:
        parts.append(("Slack", _slack(settings.slack)))
    if settings.templates is not None:
        parts.append(("templates", words.findings(settings.templates)))
    for about, findings in parts:
        try:
            async with aclosing(findings):
                found += [finding async for finding in findings]
        except SignalboxError as error:
            found.append(Finding(grade=Grade.WRONG, about=about, text=clean(str(error))))
        except Exception as error:  # whatever a driver raises: that it can not be used is what we are here to say
            text = clean(f"can not be used ({type(error).__name__}: {error})")
            found.append(Finding(grade=Grade.WRONG, about=about, text=text))
    return found


def _settings(settings: Settings) -> Iterator[Finding]:
    for title, text in settings.configured():
        yield Finding(grade=Grade.FINE, about="settings", text=f"{title}: {text}")
    for gap in settings.missing():
        yield Finding(grade=Grade.LOOK, about="settings", text=f"{gap.title} is not configured. {gap.why}")
    for warning in settings.warnings:
        yield Finding(grade=Grade.LOOK, about="settings", text=warning)


async def _database(url: str, now: datetime) -> AsyncGenerator[Finding, None]:
    jobs = await admin.listed(url)  # which says so when the schema is not ours
    yield Finding(grade=Grade.FINE, about="database", text="answers, and is at this version's schema")
    held = Counter(job.kind for job in jobs if job.state == HELD)
    if held:
        text = f"{_listed(held)} gave up: `signalbox jobs list --state held` says why"
        yield Finding(grade=Grade.WRONG, about="held jobs", text=text)
    else:
        yield Finding(grade=Grade.FINE, about="held jobs", text="none")
    due = [job.run_at for job in jobs if job.state != HELD and job.run_at <= now]
    waited = int((now - min(due)).total_seconds()) if due else 0
    grade = Grade.LOOK if waited > LATE_SECONDS else Grade.FINE
    late = ": does `signalbox serve` run?" if grade is Grade.LOOK else ""
    yield Finding(grade=grade, about="due jobs", text=f"{len(due)}, the oldest for {waited} seconds{late}")
    async for finding in _rows(url):
        yield finding


async def _rows(url: str) -> AsyncGenerator[Finding, None]:
    database = Database.open(url)
    try:
        async with Units(database, SystemTimer()).read() as unit:
            requests = await unit.census.open_requests()
            deliveries = await unit.census.last_deliveries()
    finally:
        await database.close()
    yield Finding(grade=Grade.FINE, about="open requests", text=_requests(requests))
    for name, at in deliveries.items():
        if at is None:
            text = "none so far: does the app point to PUBLIC_URL, and can it be reached from there?"
            yield Finding(grade=Grade.LOOK, about=f"deliveries from {name}", text=text)
        else:
            text = f"the last one came at {at:%Y-%m-%d %H:%M} UTC"
            yield Finding(grade=Grade.FINE, about=f"deliveries from {name}", text=text)


async def _slack(settings: SlackSettings) -> AsyncGenerator[Finding, None]:
    from bot.slack.wire import CALL_SECONDS, Wire

    wire = Wire(settings.api_url, AGENT, CALL_SECONDS)
    try:
        answer = await wire.send("auth.test", settings.bot_token.reveal(), {})
    finally:
        await wire.aclose()
    if answer.body.get("ok") is not True:
        said = str(answer.body.get("error", answer.status))[:80]
        yield Finding(grade=Grade.WRONG, about="Slack", text=f"does not take SLACK_BOT_TOKEN: {said}")
        return
    yield Finding(grade=Grade.FINE, about="Slack", text="takes our token")
    headers = {name.lower(): value for name, value in answer.headers.items()}
    granted = {scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",")}
    yield complete("Slack scopes", sorted({*manifests.SLACK_SCOPES} - granted))


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{many} {name}" for name, many in sorted(counts.items()))


def _requests(counts: Mapping[tuple[RequestState, str | None], int]) -> str:
    named = {f"{state} for {why}" if why else str(state): many for (state, why), many in counts.items()}
    return _listed(named) or "none"
