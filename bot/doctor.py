"""Owns the examination: one line for each thing that an operator should know about this installation.

It changes nothing, asks GitHub two questions and Slack one, and may run beside a server that serves.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

import msgspec

from bot import manifests
from bot.errors import SignalboxError, UpstreamError
from bot.jobs import admin
from bot.jobs.timer import SystemTimer
from bot.log import Masking
from bot.model.request import RequestState
from bot.settings import GitHubSettings, Settings, SlackSettings
from bot.store.database import Database
from bot.store.jobs import HELD
from bot.store.unit import Units

if TYPE_CHECKING:
    from bot.github.transport import GitHubClient

NOBODY: Final = UUID(int=0)
"""The connection of questions that are about no row."""
AGENT: Final = "signalbox-doctor"
LEVELS: Final = ("read", "write", "admin")
LATE_SECONDS: Final = 120


class Grade(enum.StrEnum):
    """How grave it is."""

    FINE = "ok"
    LOOK = "look"
    """Works, or is not wanted; somebody should know."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    grade: Grade
    about: str
    text: str


async def examine(settings: Settings, now: datetime | None = None) -> list[Finding]:
    """Look at everything. What can not be reached is a finding, never an exception."""
    found, clean = [*_settings(settings)], Masking(settings.secrets()).text
    now = now or SystemTimer().now()
    parts = [("database", _database(settings.database_url.reveal(), now))]
    if settings.github is not None:
        parts.append(("GitHub", _github(settings.github)))
    if settings.slack is not None:
        parts.append(("Slack", _slack(settings.slack)))
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


class _App(msgspec.Struct):
    slug: str
    permissions: dict[str, str] = {}
    events: list[str] = []
    installations_count: int | None = None


async def _github(settings: GitHubSettings) -> AsyncGenerator[Finding, None]:
    from bot.github.transport import GitHubClient

    client = GitHubClient(
        connection=NOBODY,
        api_url=settings.api_url,
        app_id=settings.app_id,
        private_key=settings.private_key.reveal(),
        clock=SystemTimer(),
        user_agent=AGENT,
    )
    try:
        app = (await client.as_app("GET", "/app")).read(_App)
        failed = await _failed(client)
    finally:
        await client.aclose()
    grade = Grade.LOOK if app.installations_count == 0 else Grade.FINE
    text = f"knows our key as {app.slug}, installed {app.installations_count} times"
    yield Finding(grade=grade, about="GitHub", text=text)
    weak = [name for name, level in manifests.PERMISSIONS.items() if not _enough(app.permissions.get(name), level)]
    yield _complete("GitHub permissions", [f"{name} ({manifests.PERMISSIONS[name]})" for name in weak])
    yield _complete("GitHub events", sorted({*manifests.EVENTS} - {*app.events}))
    yield failed


async def _failed(client: GitHubClient) -> Finding:
    """Whether deliveries did not reach us lately, and whether GitHub would tell."""
    from bot.github.clients import Clients
    from bot.github.hook_deliveries import HookDeliveries

    about = "failed deliveries"
    try:
        page = await HookDeliveries(Clients(client)).failed(NOBODY, None)
    except UpstreamError as error:
        return Finding(grade=Grade.LOOK, about=about, text=f"not listed, so not asked for again: {error}")
    failed = [each for each in page.newest_first if not each.ok]
    if not failed:
        return Finding(grade=Grade.FINE, about=about, text="none that GitHub remembers")
    text = f"the last one at {failed[0].delivered_at:%Y-%m-%d %H:%M} UTC; what is missing is asked for again"
    return Finding(grade=Grade.LOOK, about=about, text=text)


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
    yield _complete("Slack scopes", sorted({*manifests.SLACK_SCOPES} - granted))


def _complete(about: str, missing: Iterable[str]) -> Finding:
    names = ", ".join(missing)
    if not names:
        return Finding(grade=Grade.FINE, about=about, text="all there")
    return Finding(grade=Grade.WRONG, about=about, text=f"missing: {names}; docs/operating.md says what for")


def _enough(level: str | None, wanted: str) -> bool:
    return level in LEVELS and LEVELS.index(level) >= LEVELS.index(wanted)


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{many} {name}" for name, many in sorted(counts.items()))


def _requests(counts: Mapping[tuple[RequestState, str | None], int]) -> str:
    named = {f"{state} for {why}" if why else str(state): many for (state, why), many in counts.items()}
    return _listed(named) or "none"
