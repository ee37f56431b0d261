"""Owns what can be asked of GitHub about the App: who it is, what it may do and hears, where its deliveries go."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Iterator
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from bot import manifests
from bot.doctor.finding import Finding, Grade, complete
from bot.doctor.installations import accepted, lacking
from bot.errors import NotFound, UpstreamError
from bot.jobs.timer import SystemTimer
from bot.settings import GitHubSettings

if TYPE_CHECKING:
    from bot.github.transport import GitHubClient

NOBODY: Final = UUID(int=0)
"""The connection of questions that are about no row."""
AGENT: Final = "signalbox-doctor"
GRAVITY: Final = (Grade.FINE, Grade.LOOK, Grade.WRONG)
HOOK: Final = "GitHub webhook"
LONGEST_SHOWN: Final = 200


class _App(msgspec.Struct):
    slug: str
    permissions: dict[str, str] = {}
    events: list[str] = []
    installations_count: int | None = None


class _Hook(msgspec.Struct):
    url: str | None = None
    content_type: str | None = None
    secret: str | None = None
    insecure_ssl: str | float | None = None


async def findings(settings: GitHubSettings, public_url: str | None) -> AsyncGenerator[Finding, None]:
    """What GitHub says of the App. Raises `UpstreamError` when it does not say even who the App is."""
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
        owners = await accepted(client)
        hook = await _hook(client, public_url)
        failed = await _failed(client)
    finally:
        await client.aclose()
    grade = Grade.LOOK if app.installations_count == 0 else Grade.FINE
    text = f"knows our key as {app.slug}, installed {app.installations_count} times"
    yield Finding(grade=grade, about="GitHub", text=text)
    yield complete("GitHub permissions", lacking(app.permissions))
    yield owners
    yield complete("GitHub events", sorted({*manifests.EVENTS} - {*app.events}))
    yield hook
    yield failed


async def _hook(client: GitHubClient, public_url: str | None) -> Finding:
    """Whether GitHub sends what happens to where we listen, signed and as JSON.

    https://docs.github.com/en/rest/apps/webhooks#get-a-webhook-configuration-for-an-app
    """
    try:
        hook = (await client.as_app("GET", "/app/hook/config")).read(_Hook)
    except NotFound:  # GitHub's answer for an App whose webhook is not switched on
        hook = _Hook()
    except UpstreamError as error:
        return Finding(grade=Grade.LOOK, about=HOOK, text=f"GitHub does not say where it sends to: {error}")
    wrong = [*_hook_faults(hook, public_url)]
    if not wrong:
        return Finding(grade=Grade.FINE, about=HOOK, text=f"signed, to {_shown(hook.url or '')}")
    return Finding(grade=max((grade for grade, _ in wrong), key=GRAVITY.index), about=HOOK, text=_sentences(wrong))


def _hook_faults(hook: _Hook, public_url: str | None) -> Iterator[tuple[Grade, str]]:
    ours = f"{public_url}{manifests.WEBHOOK_PATH}" if public_url else None
    if not hook.url:
        where = ours or f"PUBLIC_URL followed by {manifests.WEBHOOK_PATH}"
        yield (
            Grade.WRONG,
            f"there is none, so nothing is heard: switch it on in the App's settings, with the URL {where}",
        )
        return
    if ours is None:
        yield Grade.LOOK, f"GitHub sends to {_shown(hook.url)}; set PUBLIC_URL, so that this can be compared"
    elif _same(hook.url) != _same(ours):
        text = f"GitHub sends to {_shown(hook.url)}, and PUBLIC_URL means {ours}: give the App's webhook that URL, or "
        yield Grade.LOOK, f"{text}mend PUBLIC_URL, unless something between the two hands it on"
    if not hook.secret:
        text = "it has no secret, so nothing is signed and all is refused: set it to GITHUB_WEBHOOK_SECRET"
        yield Grade.WRONG, text
    if hook.content_type not in (None, "json"):
        yield (
            Grade.WRONG,
            f"it sends {hook.content_type[:20]}, which is refused: set its content type to application/json",
        )
    if str(hook.insecure_ssl) in ("1", "1.0"):
        yield Grade.LOOK, "it does not verify our certificate: switch SSL verification on"


def _sentences(wrong: Iterable[tuple[Grade, str]]) -> str:
    return ". ".join(text for _, text in wrong)


def _same(url: str) -> tuple[str, str | None, int | None, str]:
    """What makes two addresses the same."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, port, parts.path


def _shown(url: str) -> str:
    """Without what may be a secret in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"[:LONGEST_SHOWN]


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
