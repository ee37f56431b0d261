"""Owns our word on jobs that wait for an environment which our App guards.

It goes to our own API's address, whatever address GitHub's question named (T10), and with the installation's token: an
App answers for its own rule only.
https://docs.github.com/en/rest/actions/workflow-runs#review-custom-deployment-protection-rules-for-a-workflow-run
"""

from __future__ import annotations

from typing import Final

from bot.github import scopes
from bot.github.budget import Turn
from bot.github.clients import Clients
from bot.model.deployment import Verdict
from bot.model.repository import Repository

LONGEST_COMMENT: Final = 1024
MOST_COMMENTS: Final = 10
"""That GitHub takes for one deployment, of those that decide nothing."""


class ProtectionRule:
    """It satisfies `bot.flow.ports.ProtectionRule`."""

    def __init__(self, clients: Clients) -> None:
        """`clients` speak for the connections."""
        self._clients = clients

    async def answer(
        self, repository: Repository, run: int, environment: str, state: Verdict | None, comment: str = ""
    ) -> None:
        """Let the job go on, reject it, or with None only say how things are, at most MOST_COMMENTS times.

        Sent once, whatever happens: after `Unreachable` it may have been heard, which the job's status tells. Raises
        what a call raises; `Refused` when nothing of ours waits there (any more).
        """
        body = {"environment_name": environment}
        if state is not None:
            body["state"] = state
        if comment or state is None:
            body["comment"] = comment[:LONGEST_COMMENT]
        await self._clients.of(repository.connection).request(
            "POST",
            "/repos/{owner}/{repo}/actions/runs/{run_id}/deployment_protection_rule",
            repository=repository,
            permissions=scopes.PROTECTION,
            body=body,
            turn=Turn.NORMAL if state is None else Turn.FIRST,
            run_id=run,
        )
