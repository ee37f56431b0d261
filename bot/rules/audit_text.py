"""Owns audit entries as text for other programs: JSON Lines that lose nothing, CSV that spreadsheets may open."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from bot.model.audit import AuditEntry

COLUMNS: Final = (
    "number",
    "at",
    "action",
    "reason",
    "login",
    "account",
    "person",
    "connection",
    "repository",
    "request",
    "code",
    "origin",
    "sha",
    "run",
    "facts",
    "position",
    "key",
    "seal",
    "sealed_at",
)
"""Of both formats; new ones may come at the end."""

FROM_FACTS: Final = ("login", "account", "code", "origin", "sha", "run")

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet may take for a formula. https://owasp.org/www-community/attacks/CSV_Injection"""


def json_line(entry: AuditEntry) -> str:
    """One entry as an object, in one line of ASCII."""
    return json.dumps(_row(entry), separators=(",", ":"))


def csv_head() -> str:
    """The line with the columns' names."""
    return _line(COLUMNS)


def csv_line(entry: AuditEntry) -> str:
    """One entry as a line; its facts are JSON in one cell, and no cell is a formula."""
    return _line(_cell(value) for value in _row(entry).values())


def _row(entry: AuditEntry) -> dict[str, Any]:
    seal = entry.sealed
    found: dict[str, Any] = {name: entry.facts.get(name) for name in FROM_FACTS} | {
        "number": entry.number,
        "at": _moment(entry.at),
        "action": entry.action,
        "reason": entry.reason,
        "person": _word(entry.person),
        "connection": _word(entry.connection),
        "repository": entry.repository,
        "request": _word(entry.request),
        "facts": entry.facts,
        "position": seal.position if seal else None,
        "key": seal.key if seal else None,
        "seal": seal.seal if seal else None,
        "sealed_at": _moment(seal.sealed_at) if seal else None,
    }
    return {name: found[name] for name in COLUMNS}


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _line(cells: Iterable[str]) -> str:
    """Quoted as RFC 4180 has it, without the end of the line."""
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue().removesuffix("\r\n")


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _word(value: object | None) -> str | None:
    return None if value is None else str(value)
