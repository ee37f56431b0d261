"""The apps ask for exactly what the code uses, and docs/operating.md gives the reason of each."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot import manifests
from bot.github import happened
from bot.github import scopes as github
from bot.github.shapes import SHAPES
from bot.slack import scopes as slack
from tests.house.test_docs import rows, section

SENT_WITHOUT_SUBSCRIPTION = {"installation", "installation_repositories", "ping"}
"""https://docs.github.com/en/webhooks/webhook-events-and-payloads#installation"""

OPTIONAL = "OPTIONAL_"
"""So begin the names of acts that the App may do only where somebody gave it more than it asks for."""

LEVELS = ("read", "write")

PAGE = "docs/operating.md"


def asked_of_github(*, optional: bool = False) -> dict[str, str]:
    """The highest level of each permission that an act asks for."""
    found: dict[str, str] = {}
    acts = {name: value for name, value in vars(github).items() if name.isupper() and isinstance(value, Mapping)}
    wanted = [act for name, act in acts.items() if name.startswith(OPTIONAL) == optional]
    for name, level in (item for act in wanted for item in act.items()):
        found[name] = max(found.get(name, level), level, key=LEVELS.index)
    return found


def documented(heading: str) -> list[str]:
    """The names in the first column of a section's tables, each row with a reason at its end."""
    table = rows(section(PAGE, heading))
    assert [row[0] for row in table if len(row) < 2 or not row[-1]] == []
    return sorted(row[0].strip("`") for row in table)


def test_the_github_app_may_do_what_the_adapter_asks_for() -> None:
    assert asked_of_github() == manifests.PERMISSIONS


def test_what_is_optional_goes_beyond_what_the_github_app_asks_for() -> None:
    beyond = asked_of_github(optional=True).items() - manifests.PERMISSIONS.items()
    assert dict(beyond) == manifests.OPTIONAL_PERMISSIONS
    table = rows(section(PAGE, "What the GitHub App may be given on top"))
    assert {row[0].strip("`"): row[1] for row in table} == manifests.OPTIONAL_PERMISSIONS


def test_the_github_app_hears_what_the_adapter_reads() -> None:
    assert set(manifests.EVENTS) == (SHAPES.keys() | happened.SUBSCRIBED) - SENT_WITHOUT_SUBSCRIPTION


def test_the_slack_app_may_do_what_the_adapter_calls() -> None:
    used = frozenset().union(*slack.METHODS.values(), *slack.INBOUND_SCOPES.values())
    assert set(manifests.SLACK_SCOPES) == used


def test_the_slack_app_hears_what_the_adapter_reads() -> None:
    assert set(manifests.SLACK_EVENTS) == set(slack.EVENTS)


@pytest.mark.parametrize(
    ("heading", "asked"),
    [
        ("Permissions of the GitHub App", manifests.PERMISSIONS),
        ("Events of the GitHub App", manifests.EVENTS),
        ("Scopes of the Slack app", (*manifests.SLACK_SCOPES, *manifests.SIGN_IN_SCOPES)),
        ("Events of the Slack app", manifests.SLACK_EVENTS),
    ],
)
def test_each_has_its_reason(heading: str, asked: tuple[str, ...]) -> None:
    assert documented(heading) == sorted(asked)


def test_the_level_of_each_permission_is_documented() -> None:
    table = rows(section(PAGE, "Permissions of the GitHub App"))
    assert {row[0].strip("`"): row[1] for row in table} == manifests.PERMISSIONS
