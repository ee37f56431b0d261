"""Owns what lies between two commits: how many there are, and what the newest of them say they do."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from bot.github import scopes
from bot.github.clients import Clients
from bot.model.approval import Ships
from bot.model.repository import Repository

SHOWN: Final = 10
"""Titles that are kept."""
LONGEST: Final = 120
_NAMED: Final = re.compile(r"\(#(\d+)\)\Z|\AMerge pull request #(\d+) ")
"""How GitHub itself names the pull request of a squashed or a merged commit.

https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges
"""


class _Message(msgspec.Struct):
    message: str = ""


class _Commit(msgspec.Struct):
    commit: _Message | None = None


class _Comparison(msgspec.Struct):
    ahead_by: int
    behind_by: int
    commits: list[_Commit] = []


class Comparisons:
    """It satisfies `bot.flow.ports.Comparisons`."""

    def __init__(self, clients: Clients) -> None:
        """`clients` speak for the connections."""
        self._clients = clients

    async def between(self, repository: Repository, live: str, sha: str) -> Ships:
        """What `sha` has beyond `live`. Raises `NotFound` for a commit that is there no longer, and `UpstreamError`.

        https://docs.github.com/en/rest/commits/commits#compare-two-commits
        The oldest 250 come first; of more than those, the titles are not the newest.
        """
        answer = await self._clients.of(repository.connection).request(
            "GET",
            "/repos/{owner}/{repo}/compare/{basehead}",
            repository=repository,
            permissions=scopes.CONTENTS,
            basehead=f"{live}...{sha}",
        )
        found = answer.read(_Comparison)
        lines = [_first_line(each) for each in reversed(found.commits)]
        named = [int(match[1] or match[2]) for match in map(_NAMED.search, lines) if match is not None]
        return Ships(
            live=live,
            sha=sha,
            commits=found.ahead_by,
            behind=found.behind_by,
            titles=tuple(line[:LONGEST] for line in lines[:SHOWN]),
            pull_requests=tuple(dict.fromkeys(named)),
        )


def _first_line(commit: _Commit) -> str:
    message = commit.commit.message if commit.commit is not None else ""
    return message.strip().partition("\n")[0].strip()
