"""Owns locks as rules: which environment is meant, which locks hold a request back, and how one is told.

A person's lock holds back everybody else, on one environment or on all of the repository. A request's own lock holds
back every other request there, whoever asked for it, as long as the configuration says that one goes at a time.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from bot.model.command import Problem
from bot.model.config import Config
from bot.model.lock import EVERYTHING, Holder, Lock
from bot.model.request import Request, RequestState
from bot.rules.claims import folded, reach
from bot.rules.lifecycle import LOCK, UPSTREAM
from bot.rules.nearest import nearest
from bot.rules.wording import listed, quoted

LOST_KEEPS: Final = timedelta(hours=1)
"""How long a request that was lost sight of keeps its lock: its run may still be under way."""

QUEUE: Final = timedelta(hours=24)
"""How long a request stands in the queue before it is given up."""

KEEPS: Final = frozenset({RequestState.QUEUED, RequestState.DISPATCHING, RequestState.RUNNING, RequestState.LOST})
"""In which states a request keeps its lock; while it waits for GitHub to answer it does so too."""


def meant(
    config: Config, environment: str | None, *, everything: bool, verb: str, held: Iterable[str]
) -> str | Problem:
    """The key of the environment that is meant, `EVERYTHING`, or what is wrong with what was typed.

    `held` are the keys of what is locked: those can be named whatever the configuration says by now.
    """
    if everything:
        return EVERYTHING
    known = environments(config)
    if environment is None or not folded(environment):
        return _the_only_one(list(known.values()), verb)
    fold = folded(environment)
    if fold in known or fold in held:
        return _key(config, fold)
    if known:
        close = nearest(fold, known.values())
        return Problem(
            sentence=f"There is no environment {quoted(environment)}. There is: {listed(known.values())}.",
            usage=f"/{verb} <environment>",
            nearest=f"/{verb} {shlex.quote(close)}" if close else None,
        )
    if not (fold.isascii() and fold.isprintable()):
        return Problem(sentence=f"{quoted(environment)} holds characters that could pass for others.")
    return fold


def environments(config: Config) -> dict[str, str]:
    """Those that the configuration names, as it writes them, by their folded names."""
    named = [each.name for each in config.environments.values()]
    for command in (*config.commands.values(), *config.claims.values()):
        named += sorted(reach(command) or ())
    found: dict[str, str] = {}
    for name in named:
        found.setdefault(folded(name), name)
    return dict(sorted(found.items()))


def _key(config: Config, fold: str) -> str:
    """As gates look it up (bot/rules/touched.py)."""
    return next((key for key in config.environments if folded(key) == fold), fold)


def _the_only_one(known: Sequence[str], verb: str) -> str | Problem:
    if len(known) == 1:
        return folded(known[0])
    whole = f"/{verb} --all"
    if not known:
        sentence = "The configuration names no environment, so it has to be said which one."
        return Problem(sentence=sentence, usage=f"/{verb} <environment>", nearest=whole)
    sentence = f"It has to be said which environment: {listed(known, last='or')}."
    return Problem(sentence=sentence, usage=f"/{verb} <environment>", nearest=f"/{verb} {shlex.quote(known[0])}")


def over(lock: Lock, now: datetime) -> bool:
    """Whether its time is up: whoever looks at it takes it as gone, until the job that ends it has run."""
    return lock.expires_at is not None and lock.expires_at <= now


def others(
    locks: Iterable[Lock], *, environment: str | None, person: UUID | None, request: UUID | None, now: datetime
) -> tuple[Lock, ...]:
    """Those that are about what this request touches and are not its own or its asker's."""
    about = [lock for lock in locks if lock.environment in (environment, EVERYTHING) and not over(lock, now)]
    return tuple(lock for lock in about if not _own(lock, person, request))


def against(locks: Iterable[Lock], *, exclusive: bool) -> tuple[Lock, ...]:
    """Of the `others`, those that hold it back. `exclusive` says whether one goes at a time there."""
    return tuple(lock for lock in locks if lock.holder is Holder.PERSON or exclusive)


def _own(lock: Lock, person: UUID | None, request: UUID | None) -> bool:
    return lock.person == person if lock.holder is Holder.PERSON else lock.request == request


def keeps(request: Request) -> bool:
    """Whether a request keeps the lock that it has."""
    return request.state in KEEPS or (request.state is RequestState.WAITING and request.waiting_for == UPSTREAM)


def queued(request: Request) -> bool:
    """Whether it stands in the queue for a lock."""
    return request.state is RequestState.WAITING and request.waiting_for == LOCK


def given_up_at(request: Request) -> datetime:
    """When a request that stands in the queue is given up.

    When it got there is not kept: the day counts from when it was asked, or from when its approval would have expired.
    """
    return (request.asked.expires_at if request.asked is not None else request.created_at) + QUEUE


def subject(environment: str) -> str:
    """What is locked, in words."""
    return environment or "everything"


def told(lock: Lock) -> str:
    """`bob locked production until 2026-11-23 08:00 UTC: database upgrade`."""
    if lock.holder is Holder.REQUEST:
        return f"{lock.code} is on its way to {subject(lock.environment)} and has not ended"
    until = f" until {moment(lock.expires_at)}" if lock.expires_at is not None else f" on {moment(lock.at)}"
    reason = f": {lock.reason}" if lock.reason else ""
    return f"{lock.login} locked {subject(lock.environment)}{until}{reason}"


def moment(at: datetime) -> str:
    """A time inside a sentence."""
    return f"{at:%Y-%m-%d %H:%M} UTC"
