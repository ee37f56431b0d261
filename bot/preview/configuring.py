"""Owns examples of what is said about a repository's configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.model.message import Message
from bot.model.prose import marked
from bot.preview.things import NOON

FILE: Final = "acme/shop/.github/signalbox.yml"
OWN: Final[Mapping[str, Any]] = {
    "file": FILE,
    "own": True,
    "blob": "0d1a26e67d8f",
    "since": NOON,
    "commands": ["deploy"],
    "environments": ["production", "staging"],
    "waits": None,
}
ABSENT: Final[Mapping[str, Any]] = {
    **OWN,
    "file": "acme/.github/.github/signalbox.yml",
    "own": False,
    "blob": None,
    "commands": [],
    "environments": [],
}
WAITS: Final = (
    f"A newer {FILE} (9c1185a5c5e9) waits, for it lets through more: production: reviews are no longer required. Until "
    "somebody else with write has approved its pull request, the stricter of old and new is in force. Where nobody "
    "else has write, an admin types "
    f"{marked('/config confirm 9c1185a5c5e9')}."
)
CONFIRMED: Final[Mapping[str, Any]] = {
    "login": "carol",
    "repository": "acme/shop",
    "file": FILE,
    "name": "9c1185a5c5e9",
    "removed": False,
    "changes": ["production: reviews are no longer required.", "deploy needs write now, not maintain."],
}


def _shown(*layers: Mapping[str, Any], broken: str | None = None, remarks: tuple[str, ...] = ()) -> Message:
    fields = {"repository": "acme/shop", "broken": broken, "layers": list(layers)}
    return Message(name="config_answered", fields=fields, remarks=remarks)


def _reviewed(**fields: Any) -> Message:
    nothing = {"file": FILE, "faults": [], "changes": [], "advice": [], "removed": False}
    return Message(name="config_reviewed", fields={**nothing, **fields})


CONFIGURING: Final[Mapping[str, Message]] = {
    "config": _shown(ABSENT, OWN),
    "config-with-a-newer-one": _shown(ABSENT, {**OWN, "waits": "9c1185a5c5e9"}, remarks=(WAITS,)),
    "config-broken": _shown(
        ABSENT,
        {**OWN, "blob": None, "since": None, "commands": [], "environments": []},
        broken=f'{FILE} is broken: unknown key "reviwes" (line 7, column 5). Did you mean "reviews"?',
    ),
    "config-confirmed": Message(name="config_confirmed", fields=CONFIRMED),
    "config-reviewed": _reviewed(
        changes=[
            {"sentence": "production: reviews are no longer required.", "waits": True},
            {"sentence": "production: a lock is asked for.", "waits": False},
        ],
        advice=[{"sentence": "deploy: there is no deploi.yml under .github/workflows.", "mistake": True}],
    ),
    "config-reviewed-broken": _reviewed(
        faults=[
            {"line": 7, "column": 5, "problem": 'unknown key "reviwes"', "suggestion": 'Did you mean "reviews"?'},
            {"line": 9, "column": 3, "problem": "this key is there twice", "suggestion": ""},
        ]
    ),
    "config-reviewed-without-a-change": _reviewed(),
    "config-removal-reviewed": _reviewed(
        changes=[{"sentence": "production: reviews are no longer required.", "waits": True}], removed=True
    ),
    "config-removal-confirmed": Message(
        name="config_confirmed",
        fields={**CONFIRMED, "name": "gone", "removed": True, "changes": ["production: the lock is gone."]},
    ),
}
