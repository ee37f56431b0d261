"""Owns what people read about locks: taken, taken away, ended by themselves, and what is locked now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.model.decision import Gate, Reason
from bot.model.lock import EVERYTHING, Holder, Lock
from bot.model.message import Message
from bot.model.prose import marked
from bot.model.request import Request
from bot.rules.locking import over, told


def taken(lock: Lock, *, changed: bool) -> Message:
    """The answer to `lock`; `changed` says that they had it already."""
    fields = {
        "environment": lock.environment or None,
        "login": lock.login,
        "reason": lock.reason,
        "until": lock.expires_at,
        "number": lock.pull_request,
        "changed": changed,
        "usage": unlocking(lock.environment),
    }
    return Message(name="lock_answered", fields=fields)


def held(lock: Lock) -> Gate:
    """Why somebody can not lock what another one has locked."""
    usage = unlocking(lock.environment)
    return Gate(
        name="lock",
        passed=False,
        seen=told(lock),
        reason=Reason.LOCKED,
        next_step=f"Ask {lock.login}, or take it away with {marked(usage)}: {lock.login} is told.",
    )


def unlocked(environment: str, lock: Lock | None, *, login: str, mine: bool, left: Iterable[Lock]) -> Message:
    """The answer to `unlock`; `lock` is None where there was nothing to take away, `left` is what still stands."""
    fields = {
        "environment": environment or None,
        "login": login,
        "owner": None if lock is None else lock.login,
        "code": (lock.code or None) if lock is not None else None,
        "mine": mine,
        "left": [row(each) for each in left],
    }
    return Message(name="unlock_answered", fields=fields)


def ended(lock: Lock, *, why: str, by: str | None, slack_user: str | None) -> Message:
    """What the owner reads where the lock was taken. `why` is `unlocked`, `expired`, `closed` or `restored`."""
    fields = {
        "environment": lock.environment or None,
        "owner": lock.login,
        "slack_user": slack_user,
        "code": lock.code or None,
        "why": why,
        "by": by,
        "number": lock.pull_request,
    }
    return Message(name="lock_ended", fields=fields)


def listed(repository: str, locks: Sequence[Lock], waiting: Sequence[Request], now: datetime) -> Message:
    """The answer to `locks`."""
    standing = [lock for lock in locks if not over(lock, now)]
    queues: dict[str, list[str]] = {}
    for request in waiting:
        queues.setdefault(request.environment or EVERYTHING, []).append(request.code)
    fields = {
        "repository": repository,
        "locks": [row(lock) for lock in standing],
        "queues": [{"environment": name or None, "codes": codes} for name, codes in sorted(queues.items())],
    }
    return Message(name="locks_answered", fields=fields)


def unlocking(environment: str) -> str:
    """The line that takes it away."""
    return f"/unlock {environment}" if environment else "/unlock --all"


def row(lock: Lock) -> Mapping[str, Any]:
    """A lock in a list."""
    return {
        "environment": lock.environment or None,
        "login": lock.login,
        "code": (lock.code or None) if lock.holder is Holder.REQUEST else None,
        "reason": lock.reason,
        "since": lock.at,
        "until": lock.expires_at,
    }
