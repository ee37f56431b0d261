"""Owns `/healthz` and `/readyz`: is the process alive, and can it do its work."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiohttp import web

log = logging.getLogger(__name__)

CHECK_SECONDS: Final = 2

Check = Callable[[], Awaitable[bool]]
"""True when the part can work. An exception, or no answer in time, means that it can not."""


async def alive(request: web.Request) -> web.Response:
    """The event loop turns: 200, whatever else is broken, so that nobody restarts us for a database's sake."""
    return web.json_response({"alive": True}, headers={"Cache-Control": "no-store"})


class Readiness:
    """`GET /readyz`."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        """`checks` by the name under which the answer shows them: `database`, `engine`."""
        self._checks = dict(checks)

    async def page(self, request: web.Request) -> web.Response:
        """200 when every part can work, else 503; each part is named. Why stands in the log, not in the answer."""
        results = await asyncio.gather(*(_passes(name, check) for name, check in self._checks.items()))
        parts = dict(zip(self._checks, results, strict=True))
        ready = all(results)
        body = {"ready": ready, **{name: "ok" if passed else "not ready" for name, passed in parts.items()}}
        headers = {"Cache-Control": "no-store"} | ({} if ready else {"Retry-After": "5"})
        return web.json_response(body, status=200 if ready else 503, headers=headers)


async def _passes(name: str, check: Check) -> bool:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check()
    except Exception:  # a probe that fails in a new way is still a probe that fails
        log.warning("%s is not ready", name, exc_info=True, extra={"action": "not_ready", "part": name})
        return False
