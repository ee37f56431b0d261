"""Owns who may put a configuration in force that lets through more, where no second person can (T13, T28, T30)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from bot.model.config import KeptConfig, Layer
from bot.model.decision import Gate, Reason
from bot.model.message import Message
from bot.rules import in_force
from bot.rules.in_force import Standing

ASK_SOMEBODY: Final = (
    "Somebody else with write approves the pull request that changes the file. If it came without one, take it back, "
    "and bring it in by a pull request."
)


def named(standings: Sequence[Standing], file: str, *, for_all: bool) -> Sequence[Standing]:
    """Those that wait and are called so, by letters of the blob or `gone`: the repository's own first.

    Where it counts `for_all` repositories of the owner, what is in force there may be confirmed too: it may wait in
    others, which knew an earlier file.
    """
    return [each for each in reversed(standings) if each.kept is not None and _is(each.kept, file, for_all=for_all)]


def put_in_force(kept: KeptConfig, by: UUID, at: datetime) -> KeptConfig:
    """The row, once somebody has confirmed it."""
    if in_force.waits(kept):
        return in_force.promoted(kept, by, at)
    return replace(kept, in_force_since=at, confirmed_by=by)


def blob(kept: KeptConfig) -> str | None:
    """What is confirmed of it; None for the removal of the file."""
    return kept.waiting_blob if in_force.waits(kept) else kept.blob


def owner(passed: bool, login: str, organisation: str) -> Gate:
    """Where the repository with the organisation's file is not to be seen any more, nobody has a role in it; who owns
    the organisation had every right there."""
    return Gate(
        name="owner",
        passed=passed,
        seen=f"{login} is {'an' if passed else 'no'} owner of {organisation}, whose configuration is gone",
        reason=None if passed else Reason.PERMISSION,
        next_step="" if passed else f"Ask an owner of {organisation} to type it.",
    )


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
    """An admin put it in force; `repository` says where."""
    assert standing.kept is not None
    file = blob(standing.kept)
    fields = {
        "login": login,
        "repository": repository,
        "file": standing.file,
        "name": in_force.name_of(file),
        "removed": file is None,
        "changes": standing.waits,
    }
    return Message(name="config_confirmed", fields=fields)


def shown(standings: Sequence[Standing], broken: str | None, repository: str, remarks: tuple[str, ...]) -> Message:
    """What is in force here, from where, and what waits."""
    fields = {"repository": repository, "broken": broken, "layers": [_layer(each) for each in standings]}
    return Message(name="config_answered", fields=fields, remarks=remarks)


def _is(kept: KeptConfig, file: str, *, for_all: bool) -> bool:
    if not in_force.waits(kept) and not (for_all and kept.layer is Layer.REPOSITORY):
        return False
    found = blob(kept)
    return file == in_force.GONE if found is None else found.startswith(file)


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
