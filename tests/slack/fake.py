"""A Slack of a few lines: says to each method what a test told it to say, and remembers what it was asked."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

TOKEN = "xoxb-1-the-token-of-the-tests"
IDENTITY = {"ok": True, "team_id": "T1", "user_id": "UBOT", "bot_id": "BBOT", "team": "acme", "user": "signalbox"}


@dataclass(frozen=True, slots=True)
class Call:
    """One request."""

    method: str
    arguments: Mapping[str, Any]
    """What looks like JSON is read."""
    token: str


@dataclass(slots=True)
class FakeSlack:
    """Knows who we are, and says `ok` and nothing else where no test said otherwise."""

    calls: list[Call] = field(default_factory=list)
    server: TestServer = field(init=False)
    _answers: dict[str, list[web.Response | dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    async def start(self) -> None:
        """On a free port."""
        app = web.Application()
        app.router.add_post("/api/{method}", self._handle)
        app.router.add_post("/commands/{path:.*}", self._hook)
        self.server = TestServer(app)
        await self.server.start_server()

    @property
    def api_url(self) -> str:
        """For `SlackApi`."""
        return str(self.server.make_url("/api/"))

    @property
    def hook_url(self) -> str:
        """A response URL."""
        return str(self.server.make_url("/commands/T1/1/secret"))

    def says(self, method: str, *answers: web.Response | dict[str, Any]) -> None:
        """The next answers to that method, the last of them for ever; a dict is an `ok` with these fields."""
        self._answers[method] = list(answers)

    def refuses(self, method: str, error: str, **more: Any) -> None:
        """With this word from now on."""
        self.says(method, {"ok": False, "error": error, **more})

    def asked(self, method: str) -> list[Mapping[str, Any]]:
        """What each call of that method said."""
        return [call.arguments for call in self.calls if call.method == method]

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        form = {name: _read(str(value)) for name, value in (await request.post()).items()}
        self.calls.append(Call(method, form, request.headers.get("Authorization", "")))
        return self._answer(method, IDENTITY if method == "auth.test" else {})

    async def _hook(self, request: web.Request) -> web.StreamResponse:
        self.calls.append(Call("hook", await request.json(), request.headers.get("Authorization", "")))
        return self._answer("hook", {})

    def _answer(self, method: str, otherwise: dict[str, Any]) -> web.Response:
        left = self._answers[method]
        answer = (left.pop(0) if len(left) > 1 else left[0]) if left else otherwise
        return _copy(answer) if isinstance(answer, web.Response) else web.json_response({"ok": True, **answer})


def _copy(answer: web.Response) -> web.Response:
    """A response can be sent once only."""
    return web.Response(status=answer.status, headers=answer.headers, body=answer.body)


def _read(value: str) -> Any:
    if value[:1] in ("[", "{") or value in ("true", "false"):
        return json.loads(value)
    return value
