"""What the sandbox Slack's tests share: an app that listens and a raw client of the Web API."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
from aiohttp import web

from bot.sandbox.slack import SandboxSlack


@dataclass(slots=True)
class Heard:
    """One request as it arrived."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def payload(self) -> dict[str, Any]:
        """The JSON, of an event or of a press."""
        decoded = json.loads(self.form["payload"] if self.body.startswith(b"payload=") else self.body)
        assert isinstance(decoded, dict)
        return decoded


@dataclass(slots=True)
class Listener:
    """An app's request URL. `answers` is what it says: a status and headers, JSON or text."""

    url: str = ""
    status: int = 200
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    before: Callable[[], Awaitable[None]] | None = None

    async def receive(self, request: web.Request) -> web.Response:
        self.heard.append(Heard(request.headers, await request.read()))
        if self.before is not None:
            await self.before()
        if isinstance(self.body, dict):
            return web.json_response(self.body, status=self.status, headers=self.headers)
        return web.Response(status=self.status, text=str(self.body or ""), headers=self.headers)


class Client:
    """A client of our own: what it sends is what the test says."""

    def __init__(self, slack: SandboxSlack, http: aiohttp.ClientSession) -> None:
        self.slack = slack
        self.http = http

    async def raw(self, method: str, **more: Any) -> tuple[int, dict[str, Any], Mapping[str, str]]:
        async with self.http.post(self.slack.url + method, **more) as response:
            return response.status, await response.json(), response.headers

    async def call(self, method: str, /, *, token: str | None = None, **arguments: Any) -> dict[str, Any]:
        """JSON with the bot's token, unless another one is named."""
        headers = {"Authorization": f"Bearer {token or self.slack.app.bot_token}"}
        _, body, _ = await self.raw(method, json=arguments, headers=headers)
        return body

    async def hook(self, url: str, **payload: Any) -> tuple[int, str]:
        async with self.http.post(url, json=payload) as response:
            return response.status, await response.text()
