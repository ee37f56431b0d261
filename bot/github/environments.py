"""Owns asking about environments: which there are, what GitHub itself enforces there, and what a run waits for.

https://docs.github.com/en/rest/deployments/environments
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from bot.errors import NotFound, Refused, UpstreamError
from bot.github import scopes
from bot.github.clients import Clients
from bot.github.transport import GitHubClient
from bot.model.deployment import Environment, PendingDeployment, Reviewer, ReviewerKind
from bot.model.repository import Repository

PAGE: Final = 100
UNREADABLE: Final = frozenset({403, 404, 422})
"""Not for our App, not there, or a token with that permission is not to be had. Credentials that are not taken are
another matter, which an operator has to hear of."""

_ENVIRONMENTS: Final = "/repos/{owner}/{repo}/environments"
_KINDS: Final = {kind.value: kind for kind in ReviewerKind}


class _Who(msgspec.Struct):
    id: int
    login: str = ""
    slug: str = ""


class _Reviewer(msgspec.Struct):
    type: str = ""
    reviewer: _Who | None = None


class _Rule(msgspec.Struct):
    type: str = ""
    wait_timer: int = 0
    prevent_self_review: bool = False
    reviewers: list[_Reviewer] = []


class _Environment(msgspec.Struct):
    id: int
    name: str
    protection_rules: list[_Rule] = []


class _Environments(msgspec.Struct):
    environments: list[_Environment] = []


class _App(msgspec.Struct):
    id: int


class _CustomRule(msgspec.Struct):
    enabled: bool = False
    app: _App | None = None


class _CustomRules(msgspec.Struct):
    custom_deployment_protection_rules: list[_CustomRule] = []


class _Named(msgspec.Struct):
    id: int
    name: str


class _Pending(msgspec.Struct):
    environment: _Named
    wait_timer: int = 0
    reviewers: list[_Reviewer] = []


class Environments:
    """It satisfies `bot.flow.ports.Environments`."""

    def __init__(self, clients: Clients) -> None:
        """`clients` speak for the connections."""
        self._clients = clients

    async def of(self, repository: Repository) -> Sequence[Environment] | None:
        """All of them; None when our App may not read them, which is not the same as none.

        One question more for each of them: its built-in rules come with the list, those of Apps do not. Raises
        `Unreachable` or `RateLimited` when GitHub did not answer.
        """
        pages = self._client(repository).pages(
            _ENVIRONMENTS, repository=repository, permissions=scopes.READ_RUNS, query={"per_page": PAGE}
        )
        try:
            found = [each async for page in pages for each in page.read(_Environments).environments]
        except (NotFound, Refused) as error:
            _pass_on(error)
            return None
        return [_environment(each, await self.enforced(repository, each.name)) for each in found]

    async def pending(self, repository: Repository, run: int) -> Sequence[PendingDeployment]:
        """What the run waits for now, and whom GitHub itself asks. Raises what a call raises."""
        answer = await self._client(repository).request(
            "GET",
            "/repos/{owner}/{repo}/actions/runs/{run_id}/pending_deployments",
            repository=repository,
            permissions=scopes.READ_RUNS,
            run_id=run,
        )
        return [
            PendingDeployment(
                environment_id=each.environment.id,
                environment=each.environment.name,
                reviewers=_reviewers(each.reviewers),
                wait_minutes=each.wait_timer,
            )
            for each in answer.read(list[_Pending])
        ]

    async def enforced(self, repository: Repository, name: str) -> bool | None:
        """Whether a rule of our App is on, by the App's number: anybody may call an App like ours (T3).

        None when there is no such environment, or our App may not read it. Raises as `of` does.
        """
        client = self._client(repository)
        try:
            answer = await client.request(
                "GET",
                _ENVIRONMENTS + "/{environment_name}/deployment_protection_rules",
                repository=repository,
                permissions=scopes.READ_RUNS,
                remember=True,
                environment_name=name,
            )
        except (NotFound, Refused) as error:
            _pass_on(error)
            return None
        rules = answer.read(_CustomRules).custom_deployment_protection_rules
        return any(rule.enabled and rule.app is not None and rule.app.id == client.app_id for rule in rules)

    def _client(self, repository: Repository) -> GitHubClient:
        return self._clients.of(repository.connection)


def _pass_on(error: UpstreamError) -> None:
    if error.status not in UNREADABLE:
        raise error


def _environment(facts: _Environment, enforced: bool | None) -> Environment:
    rules = facts.protection_rules
    return Environment(
        id=facts.id,
        name=facts.name,
        reviewers=_reviewers(each for rule in rules for each in rule.reviewers),
        prevent_self_review=any(rule.prevent_self_review for rule in rules),
        wait_minutes=max((rule.wait_timer for rule in rules), default=0),
        enforced=enforced,
    )


def _reviewers(facts: Iterable[_Reviewer]) -> tuple[Reviewer, ...]:
    """A kind of reviewer that is unknown here is left out: nobody is asked in its name."""
    return tuple(
        Reviewer(kind=_KINDS[each.type], id=each.reviewer.id, name=each.reviewer.login or each.reviewer.slug)
        for each in facts
        if each.reviewer is not None and each.type in _KINDS
    )
