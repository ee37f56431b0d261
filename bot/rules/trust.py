"""Owns who may say that a fork's commit may run, of which commit, and for how long that counts (T15).

The word is about one commit that somebody looked at. It is judged when it is said (here, with fresh rights) and again
whenever it is used: whoever said it must still have write then (T28).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.model.config import Remember
from bot.model.decision import Gate, Reason
from bot.model.origin import CommentOrigin, Origin
from bot.model.repository import PullRequest, Target
from bot.model.request import PinSource
from bot.model.trust import Trust
from bot.rules.pin import Pinned, Unpinned
from bot.rules.retention import KEPT_FOR

LIFETIME: Final[timedelta] = KEPT_FOR["trusts"]
"""It counts for as long as it is kept."""

WHOLE: Final = 40
"""Letters of a commit's id, where git counts in SHA-1."""


def typed_by_a_person(origin: Origin) -> Gate:
    """What an app wrote in somebody's name may never have been read by them (T30)."""
    machine = isinstance(origin, CommentOrigin) and origin.via_app
    return Gate(
        name="typed by a person",
        passed=not machine,
        seen="an app wrote the comment" if machine else "a person typed it",
        reason=Reason.MACHINE_WRITTEN if machine else None,
        next_step="Type it yourself." if machine else "",
    )


def on_a_pull_request(target: Target) -> Gate:
    """Only pull requests come from forks."""
    passed = target.on_pull_request and target.number is not None
    return Gate(
        name="where",
        passed=passed,
        seen=f"it is about {target.words}" if passed else f"{target.words} is no pull request",
        reason=None if passed else Reason.WHERE,
        next_step="" if passed else "Type it on the pull request, or name that: owner/repo#12.",
    )


def of_a_fork(pull_request: PullRequest) -> Gate:
    """What lies in this repository was pushed by somebody with write already."""
    fork = pull_request.fork
    return Gate(
        name="of a fork",
        passed=fork,
        seen=f"the head of #{pull_request.number} lies in {'a fork' if fork else 'this repository'}",
        reason=None if fork else Reason.ARGUMENTS,
        next_step="" if fork else "Nothing is to be trusted here: type the command that you want to run.",
    )


def somebody_else(pull_request: PullRequest, *, account: int, login: str) -> Gate:
    """Nobody trusts their own pull request. Where GitHub does not say whose it is, everybody might be the author."""
    author = pull_request.author
    passed = author is not None and author != account
    whose = f"{login} opened #{pull_request.number}" if author is not None else "GitHub does not say who opened it"
    return Gate(
        name="somebody else's",
        passed=passed,
        seen=f"{login} did not open #{pull_request.number}" if passed else whose,
        reason=None if passed else Reason.SELF_APPROVAL,
        next_step="" if passed else "Ask somebody else with write, or push the branch to this repository.",
    )


def may_be_remembered(wanted: Remember, *, allowed: Remember, rule: str = "") -> Gate:
    """For later commits, which nobody looked at yet, only where the configuration says so."""
    passed = wanted is Remember.SHA or allowed is Remember.PR
    return Gate(
        name="remember",
        passed=passed,
        seen="it is about one commit"
        if wanted is Remember.SHA
        else f"the configuration {'lets' if passed else 'does not let'} trust reach later commits",
        reason=None if passed else Reason.ARGUMENTS,
        next_step="" if passed else "Leave out --remember pr: each commit is looked at and trusted by itself.",
        rule=rule,
    )


def the_head(named: str, pin: Pinned | Unpinned) -> Gate:
    """The commit that was named is the head, and was so before it was named (T4).

    Whoever can choose both of two commits finds some with the same first letters; so where we have no record of which
    one people were looking at, the whole id has to be named.
    """
    if isinstance(pin, Unpinned):
        return _not_it(pin.reason, pin.seen, "Look at what changed and trust the new head.")
    if not pin.sha.startswith(named):
        seen = f"{named[:12]} was named, and the head is {pin.sha[:12]}"
        return _not_it(Reason.HEAD_MOVED, seen, "Look at the head and name that.")
    if pin.source is PinSource.CURRENT and len(named) < WHOLE:
        seen = f"Signalbox did not hear how {pin.sha[:12]} became the head, so its beginning does not name it"
        return _not_it(Reason.NOT_PINNABLE, seen, "Name the whole id of the commit that you looked at.")
    return Gate(name="head unmoved", passed=True, seen=f"the head is {pin.sha[:12]}, {pin.source}")


def holds(trust: Trust, sha: str, *, allowed: Remember, now: datetime) -> bool:
    """Whether what was said then is about `sha` now. That the truster still has write is another question."""
    if trust.revoked_at is not None or now >= until(trust.at):
        return False
    return trust.sha == sha or (trust.remember is Remember.PR and allowed is Remember.PR)


def until(said_at: datetime) -> datetime:
    """When it ends by itself."""
    return said_at + LIFETIME


def _not_it(reason: Reason, seen: str, next_step: str) -> Gate:
    return Gate(name="head unmoved", passed=False, seen=seen, reason=reason, next_step=next_step)
