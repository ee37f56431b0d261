"""Owns how an approval that a request waits for lies in its row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bot.model.approval import Asked, Ships
from bot.store.columns import from_microseconds, to_microseconds


def asked_json(asked: Asked) -> dict[str, Any]:
    """As plain JSON, moments in microseconds as everywhere."""
    return {
        "count": asked.count,
        "teams": [list(teams) for teams in asked.teams],
        "people": list(asked.people),
        "author": asked.author,
        "pusher": asked.pusher,
        "rule": asked.rule,
        "since": to_microseconds(asked.since),
        "expires_at": to_microseconds(asked.expires_at),
        "yes": list(asked.yes),
        "ships": None if asked.ships is None else asdict(asked.ships),
    }


def asked(value: Mapping[str, Any]) -> Asked:
    """Back from it."""
    return Asked(
        count=value["count"],
        teams=tuple(tuple(teams) for teams in value["teams"]),
        people=tuple(value["people"]),
        author=value.get("author", False),
        pusher=value.get("pusher", False),
        rule=value["rule"],
        since=from_microseconds(value["since"]),
        expires_at=from_microseconds(value["expires_at"]),
        yes=tuple(value.get("yes", ())),
        ships=_ships(value.get("ships")),
    )


def _ships(value: Mapping[str, Any] | None) -> Ships | None:
    if value is None:
        return None
    lists = {"titles": tuple(value["titles"]), "pull_requests": tuple(value["pull_requests"])}
    return Ships(live=value["live"], sha=value["sha"], commits=value["commits"], behind=value["behind"], **lists)
