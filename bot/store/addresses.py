"""Owns how an address lies in a row: a tag and its fields as JSON, beside the columns to look it up by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never
from uuid import UUID

from bot.errors import BotError
from bot.model.address import Address, GitHubThread, SlackPlace


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
        case _:
            assert_never(address)
