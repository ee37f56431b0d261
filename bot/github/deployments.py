"""Owns deployments: recording what goes where, finding our own records again, and reading what a run said of its own.

Ours are told by their creator, which is the App's bot: its name holds brackets, which no person's can.
https://docs.github.com/en/rest/deployments/deployments
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from bot.errors import Refused
from bot.github import readings, scopes
from bot.github.call import Answer
from bot.github.clients import Clients
from bot.github.facts import Account, Moment
from bot.github.facts_deploying import ACTIONS
from bot.github.transport import GitHubClient
from bot.model.deployment import DeploymentState
from bot.model.repository import Repository

PAGE: Final = 100
LONGEST_DESCRIPTION: Final = 140
CLOCKS_DIFFER: Final = timedelta(minutes=1)
"""GitHub's clock may be this far behind ours."""
KEY: Final = "signalbox"
"""Under which our key lies in a deployment's payload."""
PRODUCTION: Final = "production"
"""What GitHub takes for an environment that people use."""
MOST_LOOKED_AT: Final = 10
"""Newest first, each costs a call. A run asks for its address right after its end; few deployments fail in a row."""

_DEPLOYMENTS: Final = "/repos/{owner}/{repo}/deployments"
_STATUSES: Final = _DEPLOYMENTS + "/{deployment_id}/statuses"


class _App(msgspec.Struct):
    slug: str = ""


class _Deployment(msgspec.Struct):
    id: int
    sha: str = ""
    environment: str = ""
    task: str = ""
    payload: object = None
    creator: Account | None = None
    performed_via_github_app: _App | None = None
    created_at: Moment | None = None


class _Made(msgspec.Struct):
    id: int | None = None
    """None where GitHub merged something instead (202)."""
    sha: str = ""


class _Status(msgspec.Struct):
    state: str = ""
    environment: str = ""
    log_url: str | None = None
    environment_url: str | None = None


class Deployments:
    """It satisfies `bot.flow.ports.Deployments`."""

    def __init__(self, clients: Clients) -> None:
        """`clients` speak for the connections."""
        self._clients = clients

    async def create(
        self,
        repository: Repository,
        sha: str,
        environment: str,
        *,
        key: str,
        description: str = "",
        task: str = "deploy",
    ) -> int:
        """Record one of this commit; its id. `Unreachable` may mean that it was made: `find` tells.

        Without `auto_merge` and with no contexts, GitHub neither merges the default branch into what was pinned nor
        judges for us. Raises what a call raises; `Refused` also when something else was recorded than was asked for.
        """
        body = {
            "ref": sha,
            "task": task,
            "auto_merge": False,
            "required_contexts": [],
            "payload": {KEY: key},
            "environment": environment,
            "description": description[:LONGEST_DESCRIPTION],
        }
        asking = self._client(repository).request
        answer = await asking("POST", _DEPLOYMENTS, repository=repository, permissions=scopes.DEPLOYMENTS, body=body)
        made = answer.read(_Made)
        if made.id is None or made.sha != sha:
            raise Refused("GitHub recorded another commit than the one that was asked for.", status=answer.status)
        return made.id

    async def find(
        self, repository: Repository, sha: str, environment: str, *, key: str, since: datetime, task: str = "deploy"
    ) -> int | None:
        """The one that our App recorded since then with this key; anybody else's does not count (T11).

        `since` is our time, so what GitHub dates a little earlier is looked at too. Raises what a call raises.
        """
        ours = f"{await self._client(repository).app_slug()}[bot]"
        earliest = readings.utc(since) - CLOCKS_DIFFER
        query = {"sha": sha, "environment": environment, "task": task}
        async for each in self._list(repository, query, scopes.DEPLOYMENTS):
            if each.created_at is not None and each.created_at < earliest:
                return None
            by_us = each.creator is not None and each.creator.login == ours
            if by_us and each.sha == sha and _same(each.environment, environment) and _key(each.payload) == key:
                return each.id
        return None

    async def status(
        self,
        repository: Repository,
        deployment: int,
        state: DeploymentState,
        *,
        log_url: str | None = None,
        environment_url: str | None = None,
        description: str = "",
        auto_inactive: bool = True,
    ) -> None:
        """Say how it stands; twice does no harm. Raises what a call raises, `NotFound` when somebody deleted it.

        `auto_inactive` holds for PRODUCTION too, where GitHub leaves it to whoever deploys.
        https://docs.github.com/en/rest/deployments/statuses#create-a-deployment-status
        """
        body: dict[str, Any] = {
            "state": state,
            "description": description[:LONGEST_DESCRIPTION],
            "auto_inactive": auto_inactive,
        }
        addresses = {"log_url": log_url, "environment_url": environment_url}
        body |= {name: address for name, address in addresses.items() if address}
        answer = await self._say(repository, deployment, body)
        if state is DeploymentState.SUCCESS and auto_inactive and answer.read(_Status).environment == PRODUCTION:
            await self._retire_older(repository, deployment)

    async def environment_url(self, repository: Repository, run: int, sha: str, environment: str) -> str | None:
        """The address that the run's own job gave, if GitHub made a deployment for it; `sha` is the run's own commit.

        GitHub's own is told by its App, for its creator is whoever started the run; it names the run only in the
        addresses of its statuses. Raises what a call raises.
        """
        here = f"/actions/runs/{run}/"
        looked_at = 0
        async for each in self._list(repository, {"sha": sha, "environment": environment}, scopes.READ_DEPLOYMENTS):
            app = each.performed_via_github_app
            if app is None or app.slug != ACTIONS or each.sha != sha or not _same(each.environment, environment):
                continue
            statuses = await self._statuses(repository, each.id)
            if any(here in f"{status.log_url or ''}/" for status in statuses):
                return next((status.environment_url for status in statuses if status.environment_url), None)
            looked_at += 1
            if looked_at == MOST_LOOKED_AT:
                return None
        return None

    async def _say(self, repository: Repository, deployment: int, body: Mapping[str, Any]) -> Answer:
        return await self._client(repository).request(
            "POST",
            _STATUSES,
            repository=repository,
            permissions=scopes.DEPLOYMENTS,
            body=body,
            deployment_id=deployment,
        )

    async def _retire_older(self, repository: Repository, newest: int) -> None:
        """Those of ours that succeeded before; behind the first one that is inactive they all are."""
        ours = f"{await self._client(repository).app_slug()}[bot]"
        looked_at = 0
        async for each in self._list(repository, {"environment": PRODUCTION}, scopes.DEPLOYMENTS):
            if each.id >= newest or each.creator is None or each.creator.login != ours:
                continue
            state = next((status.state for status in await self._statuses(repository, each.id)), None)
            if state == DeploymentState.SUCCESS:
                await self._say(repository, each.id, {"state": DeploymentState.INACTIVE})
            looked_at += 1
            if state == DeploymentState.INACTIVE or looked_at == MOST_LOOKED_AT:
                return

    async def _list(
        self, repository: Repository, query: Mapping[str, str], permissions: Mapping[str, str]
    ) -> AsyncIterator[_Deployment]:
        """Newest first."""
        pages = self._client(repository).pages(
            _DEPLOYMENTS, repository=repository, permissions=permissions, query={**query, "per_page": PAGE}
        )
        async for page in pages:
            for each in page.read(list[_Deployment]):
                yield each

    async def _statuses(self, repository: Repository, deployment: int) -> list[_Status]:
        """Newest first; a job has a handful."""
        answer = await self._client(repository).request(
            "GET",
            _STATUSES,
            repository=repository,
            permissions=scopes.READ_DEPLOYMENTS,
            query={"per_page": PAGE},
            deployment_id=deployment,
        )
        return answer.read(list[_Status])

    def _client(self, repository: Repository) -> GitHubClient:
        return self._clients.of(repository.connection)


def _same(one: str, other: str) -> bool:
    """Case does not tell environments apart (T2)."""
    return one.casefold() == other.casefold()


def _key(payload: object) -> str | None:
    """A payload comes back as it was sent, from some hosts as JSON in a string."""
    if isinstance(payload, str):
        try:
            payload = msgspec.json.decode(payload)
        except msgspec.MsgspecError:
            return None
    key = payload.get(KEY) if isinstance(payload, dict) else None
    return key if isinstance(key, str) else None
