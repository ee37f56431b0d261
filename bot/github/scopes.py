"""Owns which permission each act needs; a token is asked for with exactly these.

https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

METADATA: Final[Mapping[str, str]] = {"metadata": "read"}
CONTENTS: Final[Mapping[str, str]] = {"contents": "read"}
PULL_REQUESTS: Final[Mapping[str, str]] = {"pull_requests": "read"}
READ_RUNS: Final[Mapping[str, str]] = {"actions": "read"}
START_RUNS: Final[Mapping[str, str]] = {"actions": "write"}
THREADS: Final[Mapping[str, str]] = {"issues": "write", "pull_requests": "write"}
"""Comments of issues and of pull requests share their routes; which of the two a number is, the caller may not know."""
SNAPSHOT: Final[Mapping[str, str]] = {
    "checks": "read",
    "contents": "read",
    "pull_requests": "read",
    "statuses": "read",
}
SNAPSHOT_WITHOUT_CHECKS: Final[Mapping[str, str]] = {"contents": "read", "pull_requests": "read"}
"""For an installation whose owner did not accept the permissions for checks yet."""
TEAMS: Final[Mapping[str, str]] = {"members": "read"}
CHECK_RUNS: Final[Mapping[str, str]] = {"checks": "write"}
DEPLOYMENTS: Final[Mapping[str, str]] = {"deployments": "write"}
READ_DEPLOYMENTS: Final[Mapping[str, str]] = {"deployments": "read"}
PROTECTION: Final[Mapping[str, str]] = {"actions": "read", "deployments": "write"}
"""Both, as GitHub asks of an App that guards environments.
https://docs.github.com/en/actions/how-tos/deploy/configure-and-manage-deployments/create-custom-protection-rules
"""

OPTIONAL_PROPOSALS: Final[Mapping[str, str]] = {"contents": "write", "pull_requests": "write"}
"""Beyond what the App asks for: whoever wants pull requests of ours gives it (docs/operating.md)."""
