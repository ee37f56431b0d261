"""Owns which checks a branch requires, as anybody who may read the repository is told.

GraphQL's `branchProtectionRule` is for those who administer the repository, and its `refUpdateRule` is empty for them:
an empty answer of either does not say that nothing is required. Two routes of REST say it to all who may read:
https://docs.github.com/en/rest/branches/branches#get-a-branch for branch protection, and
https://docs.github.com/en/rest/repos/rules#get-rules-for-a-branch for rulesets.
"""

from __future__ import annotations

from typing import Final

import msgspec

from bot.errors import NotFound, Refused
from bot.github import scopes
from bot.github.clients import Clients
from bot.model.repository import Repository

PAGE: Final = 100
NOT_IN_PLAN: Final = "Upgrade to"
"""How GitHub begins its refusal where the owner's plan has no rulesets for private repositories: there are none."""


class _Check(msgspec.Struct):
    context: str


class _Required(msgspec.Struct):
    contexts: list[str] = []
    checks: list[_Check] = []


class _Protection(msgspec.Struct):
    required_status_checks: _Required | None = None


class _Branch(msgspec.Struct):
    name: str
    protected: bool = False
    protection: _Protection | None = None


class _Parameters(msgspec.Struct):
    required_status_checks: list[_Check] = []


class _Rule(msgspec.Struct):
    type: str = ""
    parameters: _Parameters | None = None


class Protection:
    """What protects branches."""

    def __init__(self, clients: Clients) -> None:
        """`clients` speak for the connections."""
        self._clients = clients

    async def required_checks(self, repository: Repository, branch: str) -> frozenset[str] | None:
        """Names of checks that have to pass before something is merged into the branch; None where GitHub keeps that
        to itself, or does not know the branch. Raises `Unreachable` and `RateLimited`."""
        try:
            classic = await self._classic(repository, branch)
            return classic if classic is None else classic | await self._of_rulesets(repository, branch)
        except (NotFound, Refused):
            return None

    async def _classic(self, repository: Repository, branch: str) -> frozenset[str] | None:
        answer = await self._clients.of(repository.connection).request(
            "GET",
            "/repos/{owner}/{repo}/branches/{branch}",
            repository=repository,
            permissions=scopes.CONTENTS,
            remember=True,
            branch=branch,
        )
        found = answer.read(_Branch)
        if found.protection is None:
            return None if found.protected else frozenset()
        required = found.protection.required_status_checks or _Required()
        return frozenset(required.contexts) | {check.context for check in required.checks}

    async def _of_rulesets(self, repository: Repository, branch: str) -> frozenset[str]:
        pages = self._clients.of(repository.connection).pages(
            "/repos/{owner}/{repo}/rules/branches/{branch}",
            repository=repository,
            permissions=scopes.CONTENTS,
            query={"per_page": PAGE},
            branch=branch,
        )
        try:
            rules = [rule async for page in pages for rule in page.read(list[_Rule])]
        except Refused as error:
            if error.status == 403 and str(error).startswith(NOT_IN_PLAN):
                return frozenset()
            raise
        wanted = [rule.parameters for rule in rules if rule.type == "required_status_checks" and rule.parameters]
        return frozenset(check.context for each in wanted for check in each.required_status_checks)
