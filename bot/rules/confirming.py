"""Owns who may put a configuration in force that lets through more, where no second person can (T13, T28, T30)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from bot.model.config import KeptConfig, Layer
from bot.model.decision import Gate, Reason
from bot.model.message import Message
from bot.rules import in_force
from bot.rules.in_force import Standing

ASK_SOMEBODY: Final = (
    "Somebody else with write approves the pull request that changes the file. If it came without one, take it back, "
    "and bring it in by a pull request."
)


def named(standings: Sequence[Standing], file: str) -> Standing | None:
    """The one that waits and is called so: by letters of its blob, or `gone`."""
    for standing in standings:
        if standing.kept is not None and in_force.waits(standing.kept) and _is(standing.kept, file):
            return standing
    return None


def alone(passed: bool, login: str, full_name: str) -> Gate:
    """Where somebody else has write, they look at it: an admin's word is only for who has nobody to ask."""
    return Gate(
        name="second person",
        passed=passed,
        seen=f"nobody but {login} has write in {full_name}"
        if passed
        else f"others than {login} have write in {full_name}, or GitHub does not tell",
        reason=None if passed else Reason.REVIEW_MISSING,
        next_step="" if passed else ASK_SOMEBODY,
    )


def confirmed(standing: Standing, login: str, repository: str) -> Message:
    """An admin put it in force."""
    assert standing.kept is not None
    removed = standing.kept.waiting_blob is None
    fields = {
        "login": login,
        "repository": repository,
        "file": standing.file,
        "name": in_force.name_of(standing.kept.waiting_blob),
        "removed": removed,
        "changes": standing.waits,
    }
    return Message(name="config_confirmed", fields=fields)


def shown(standings: Sequence[Standing], broken: str | None, repository: str, remarks: tuple[str, ...]) -> Message:
    """What is in force here, from where, and what waits."""
    fields = {"repository": repository, "broken": broken, "layers": [_layer(each) for each in standings]}
    return Message(name="config_answered", fields=fields, remarks=remarks)


def _is(kept: KeptConfig, file: str) -> bool:
    return file == in_force.GONE if kept.waiting_blob is None else kept.waiting_blob.startswith(file)


def _layer(standing: Standing) -> dict[str, Any]:
    kept = standing.kept
    return {
        "file": standing.file,
        "own": kept is not None and kept.layer is Layer.REPOSITORY,
        "blob": kept.blob[: in_force.SHORT] if kept is not None and kept.blob else None,
        "since": kept.in_force_since if kept is not None else None,
        "commands": sorted(standing.config.commands),
        "environments": sorted(each.name for each in standing.config.environments.values()),
        "waits": in_force.name_of(kept.waiting_blob) if kept is not None and in_force.waits(kept) else None,
    }
