"""Owns the pages for people: the start page and what stands in place of a page that can not be shown.

Jinja2 is imported when the first page is asked for: deliveries do not need it, and starting should be quick.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from aiohttp import web

from bot.model.prose import pieces

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES: Final = Path(__file__).resolve().parents[2] / "templates" / "web"
STATIC: Final = {"signalbox.css": "text/css", "signalbox.svg": "image/svg+xml"}
STATIC_SECONDS: Final = 300

POLICY: Final = "Content-Security-Policy"

HEADERS: Final[Mapping[str, str]] = {
    POLICY: (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "Server": "Signalbox",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""On every answer that a browser may get. https://owasp.org/www-project-secure-headers/"""

TITLES: Final[Mapping[int, str]] = {
    404: "There is nothing here",
    405: "That is not how this address is used",
    413: "That is too large",
}


class Step(Protocol):
    """One thing to do."""

    @property
    def text(self) -> str: ...
    @property
    def variables(self) -> Sequence[str]: ...
    @property
    def link(self) -> str | None: ...
    @property
    def link_text(self) -> str: ...
    @property
    def command(self) -> str: ...


class Gap(Protocol):
    """Something that is not configured yet, and the steps to it."""

    @property
    def title(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def steps(self) -> Sequence[Step]: ...
    @property
    def required(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that is configured: `GitHub App`, `Number 4711 on github.com`."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPage:
    """What the start page says. Anybody can read it: no secrets, no names of repositories or people."""

    version: str
    configured: Sequence[Fact]
    missing: Sequence[Gap]

    @property
    def ready(self) -> bool:
        """Whether nothing that is required is missing."""
        return not any(gap.required for gap in self.missing)


class Pages:
    """`GET /` and the files that it needs."""

    def __init__(self, start: Callable[[], StartPage]) -> None:
        """`start` is asked at each visit."""
        self._start = start

    async def start(self, request: web.Request) -> web.Response:
        """What Signalbox is, what is configured, what is missing and how to get it."""
        return html("start.html.j2", page=self._start())

    async def static(self, request: web.Request) -> web.StreamResponse:
        """A file of `STATIC`; anything else is 404."""
        name = request.match_info["name"]
        if name not in STATIC:
            raise web.HTTPNotFound
        headers = {"Content-Type": STATIC[name], "Cache-Control": f"public, max-age={STATIC_SECONDS}"}
        return web.FileResponse(TEMPLATES / name, headers=headers)


def failure(request: web.Request, status: int, reason: str) -> web.Response:
    """The page for an error: HTML for browsers, one line of text for everything else. Tells no inner details."""
    title = TITLES.get(status, reason)
    if "text/html" in request.headers.get("Accept", ""):
        return html("error.html.j2", status, title=title, status=status)
    return web.Response(status=status, text=f"{title}.\n")


def html(template: str, http_status: int = 200, **fields: object) -> web.Response:
    """A page of `templates/web` that no cache keeps."""
    text = _templates().get_template(template).render(fields)
    headers = {"Cache-Control": "no-store"}
    return web.Response(status=http_status, text=text, content_type="text/html", headers=headers)


@functools.cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["pieces"] = pieces
    return environment
