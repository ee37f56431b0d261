"""What the sandbox's tests share: a listener for webhooks and a client that signs in as somebody."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import jwt
from aiohttp import web

from bot.sandbox.github import App, Installation, Repository, SandboxGitHub

DEPLOY = """
name: Deploy
run-name: Deploy to ${{ inputs.environment }} by ${{ github.actor }} [${{ inputs.signalbox_request || 'by hand' }}]
on:
  workflow_dispatch:
    inputs:
      environment: {type: choice, options: [staging, production], required: true}
      dry_run: {type: boolean, default: false}
      replicas: {type: number, default: 2}
      note: {type: string}
      signalbox_request: {type: string}
jobs:
  build:
    runs-on: ubuntu-latest
    strategy: {matrix: {python: ["3.11", "3.12"]}}
    steps: [{run: make}]
  ship:
    name: Ship it
    needs: build
    runs-on: ubuntu-latest
    steps: [{uses: actions/checkout@v4}, {name: Ship, run: ./ship}]
  tidy:
    needs: ship
    if: always()
    runs-on: ubuntu-latest
    steps: [{run: ./tidy}]
"""
TESTS = "name: Tests\non: [push, pull_request]\njobs: {test: {runs-on: ubuntu-latest, steps: [{run: make test}]}}\n"
FILES = {".github/workflows/deploy.yml": DEPLOY, ".github/workflows/tests.yml": TESTS, "src/shop.py": "price = 1\n"}


@dataclass(slots=True)
class Heard:
    """One webhook as it arrived."""

    headers: Mapping[str, str]
    body: bytes
    payload: dict[str, Any]

    @property
    def event(self) -> str:
        action = self.payload.get("action")
        name = self.headers["X-GitHub-Event"]
        return f"{name}.{action}" if action else name


@dataclass(slots=True)
class Listener:
    """An app's webhook endpoint."""

    url: str = ""
    status: int = 202
    heard: list[Heard] = field(default_factory=list)

    @property
    def events(self) -> list[str]:
        return [each.event for each in self.heard]

    async def receive(self, request: web.Request) -> web.Response:
        self.heard.append(Heard(request.headers, await request.read(), await request.json()))
        return web.Response(status=self.status, text="heard")


def signed_jwt(app: App, **claims: object) -> str:
    now = int(time.time())
    standard: dict[str, Any] = {"iss": str(app.id), "iat": now - 30, "exp": now + 300}
    return jwt.encode(standard | claims, app.private_key_pem, "RS256")


def installation_on(app: App, repository: Repository) -> Installation:
    found = app.installation_on(repository.id, repository.owner.id)
    assert found is not None
    return found


class Client:
    """Speaks to the sandbox as an app, an installation, a person or nobody."""

    def __init__(self, github: SandboxGitHub, http: httpx.AsyncClient) -> None:
        self.github = github
        self.http = http
        self.authorization: dict[str, str] = {}

    def as_app(self, app: App | None = None, **claims: object) -> "Client":
        return self.bearing(signed_jwt(app or self.github.app, **claims))

    def as_installation(self, repository: Repository, app: App | None = None, **permissions: str) -> "Client":
        installation = installation_on(app or self.github.app, repository)
        wish = permissions or None
        return self.bearing(self.github.world.tokens.for_installation(installation, permissions=wish).token)

    def as_person(self, login: str) -> "Client":
        return self.bearing(self.github.token_of(login))

    def bearing(self, token: str | None) -> "Client":
        other = Client(self.github, self.http)
        other.authorization = {"Authorization": f"Bearer {token}"} if token else {}
        return other

    async def send(
        self,
        method: str,
        path: str,
        json: object = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        return await self.http.request(
            method,
            self.github.url + path,
            json=json,
            params=dict(query) if query else None,
            headers={**self.authorization, **(headers or {})},
            content=content,
        )

    async def get(self, path: str, **query: str) -> Any:
        response = await self.send("GET", path, query=query)
        assert response.status_code == 200, response.text
        return response.json()

    async def post(self, path: str, json: object = None) -> httpx.Response:
        return await self.send("POST", path, json)
