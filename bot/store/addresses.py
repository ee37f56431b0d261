"""Owns how an address lies in a row: a tag and its fields as JSON, beside the columns to look it up by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never
from uuid import UUID

from bot.errors import BotError
from bot.model.address import Address, CheckPlace, DeploymentPlace, GitHubThread, SlackPlace


def to_columns(address: Address) -> dict[str, Any]:
    """The columns of `announcements` and `answers` that say where it stands."""
    return {"surface": address.surface, "place": address.key, "address": to_json(address)}


def from_json(value: Mapping[str, Any]) -> Address:
    """The address. Raises `BotError` for a tag that this version does not know."""
    match value["type"]:
        case "github_thread":
            return GitHubThread(
                connection=UUID(value["connection"]), repository=value["repository"], number=value["number"]
            )
        case "slack_place":
            return SlackPlace(
                connection=UUID(value["connection"]),
                channel=value["channel"],
                thread=value["thread"],
                only_for=value["only_for"],
                response_url=value["response_url"],
            )
        case "check_place":
            return CheckPlace(connection=UUID(value["connection"]), repository=value["repository"], sha=value["sha"])
        case "deployment_place":
            return DeploymentPlace(
                connection=UUID(value["connection"]),
                repository=value["repository"],
                sha=value["sha"],
                environment=value["environment"],
            )
        case other:
            raise BotError(f"This version does not know the address {other}.")


def to_json(address: Address) -> dict[str, Any]:
    """A tag and the fields, as plain JSON."""
    match address:
        case GitHubThread():
            return {
                "type": "github_thread",
                "connection": str(address.connection),
                "repository": address.repository,
                "number": address.number,
            }
        case SlackPlace():
            return {
                "type": "slack_place",
                "connection": str(address.connection),
                "channel": address.channel,
                "thread": address.thread,
                "only_for": address.only_for,
                "response_url": address.response_url,
            }
        case CheckPlace():
            return {"type": "check_place", **_commit(address)}
        case DeploymentPlace():
            return {"type": "deployment_place", **_commit(address), "environment": address.environment}
        case _:
            assert_never(address)


def _commit(record: CheckPlace | DeploymentPlace) -> dict[str, Any]:
    return {"connection": str(record.connection), "repository": record.repository, "sha": record.sha}
