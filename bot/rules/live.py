"""Owns what people read about environments: what is live there, since when and by whom, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from bot.model.command import Command
from bot.model.config import Config, Environment, Freeze
from bot.model.intent import Query, Question
from bot.model.lock import EVERYTHING, Lock
from bot.model.message import Message
from bot.model.prose import marked
from bot.model.request import Request, RequestState
from bot.rules import lock_words
from bot.rules.claims import folded
from bot.rules.gates.freeze import windows
from bot.rules.locking import environments, over
from bot.rules.pin import short

LIVE: Final = Query(question=Question.ENVIRONMENTS)
"""What `deploy` asks without any words."""

GOING: Final = frozenset({RequestState.WAITING, RequestState.QUEUED, RequestState.DISPATCHING, RequestState.RUNNING})
"""In which states a request is on its way to an environment, or waits to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A request, with who asked for it."""

    request: Request
    login: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One environment as our own record has it (T11)."""

    gates: Environment
    live: Step | None
    """The newest success there that was no rehearsal."""
    url: str
    """The page of its run; empty where there is none."""
    going: tuple[Step, ...]
    enforced: bool
    """Whether GitHub itself keeps back whoever goes past us (T3)."""


def known(config: Config, requests: Iterable[Request]) -> Sequence[Environment]:
    """The environments that the configuration names, and those that requests touched, by their names."""
    named = environments(config)
    for request in requests:
        if request.environment:
            named.setdefault(folded(request.environment), request.environment)
    gates = {folded(key): each for key, each in config.environments.items()}
    return [gates.get(fold) or Environment(name=name) for fold, name in sorted(named.items())]


def listed(
    repository: str,
    server_url: str,
    stages: Sequence[Stage],
    locks: Sequence[Lock],
    now: datetime,
    *,
    left_out: int = 0,
) -> Message:
    """The answer, without what to do next."""
    base = f"{server_url}/{quote(repository)}"
    standing = [lock for lock in locks if not over(lock, now)]
    fields = {
        "repository": repository,
        "server_url": server_url,
        "environments": [_row(stage, standing, now, base) for stage in stages],
        "left_out": left_out,
        "next_step": "",
    }
    return Message(name="environments_answered", fields=fields)


def next_step(command: Command | None, *, anything: bool) -> str:
    """How to start something, as far as `deploy` is configured."""
    if command is not None and command.configured is not None:
        return f"{marked(f'/{command.usage}')} starts one."
    if anything:
        return ""
    return f"{marked('/help')} shows what can be started here."


def _row(stage: Stage, locks: Sequence[Lock], now: datetime, base: str) -> Mapping[str, Any]:
    about = (stage.gates.name.casefold(), EVERYTHING)
    return {
        "environment": stage.gates.name,
        "live": None if stage.live is None else _live(stage.live, stage.url, base),
        "locks": [lock_words.row(lock) for lock in locks if lock.environment in about],
        "going": [_going(each) for each in stage.going],
        **_freezes(stage.gates.freeze, now),
        "enforced": stage.enforced,
    }


def _live(step: Step, url: str, base: str) -> Mapping[str, Any]:
    request = step.request
    assert request.pin is not None  # nothing succeeds unpinned
    return {
        "sha": request.pin.sha,
        "commit_url": f"{base}/commit/{quote(request.pin.sha)}",
        "ref": short(request.pin.ref),
        "number": request.pin.pull_request,
        "pull_request_url": f"{base}/pull/{request.pin.pull_request}" if request.pin.pull_request else None,
        "code": request.code,
        "url": url,
        "since": request.ended_at,
        "login": step.login,
        "rollback": request.rollback_of is not None,
    }


def _going(step: Step) -> Mapping[str, Any]:
    request = step.request
    waits = request.waiting_for if request.state is RequestState.WAITING else None
    return {"code": request.code, "login": step.login, "state": request.state.value, "waiting_for": waits}


def _freezes(freezes: Iterable[Freeze], now: datetime) -> Mapping[str, Any]:
    """Until when it is frozen, and when the next freeze begins; one that makes no sense here is on, as for the gate."""
    until: datetime | None = None
    begins: list[datetime] = []
    frozen = False
    for freeze in freezes:
        try:
            around = list(windows(freeze, now))
        except (KeyError, ValueError, TypeError, OSError, OverflowError):
            frozen = True
            continue
        on = [window.end for window in around if window.start <= now < window.end]
        until, frozen = max([*on, *([until] if until else [])], default=None), frozen or bool(on)
        begins += [window.start for window in around if window.start > now]
    return {"frozen": frozen, "frozen_until": until, "next_freeze": min(begins, default=None)}
