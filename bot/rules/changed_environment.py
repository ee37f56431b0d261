"""Owns what a change of an environment's gates means in words, and which changes let more through (T13)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.model.change import Change
from bot.model.config import Environment, UpToDate, Waiver
from bot.model.people import Role
from bot.rules import stricter
from bot.rules.changed_approvals import approvals
from bot.rules.changed_checks import checks
from bot.rules.freezes import covers, window
from bot.rules.marks import ENVIRONMENT_GATES
from bot.rules.said import Said, no_longer, teams
from bot.rules.wording import listed

FRESH: Final[Mapping[UpToDate | None, str]] = {
    None: "with nothing",
    UpToDate.PR_BASE: "with its base branch",
    UpToDate.DEFAULT_BRANCH: "with the default branch",
    UpToDate.STRICT: "with its base branch and the default branch",
}
WAIVED: Final[Mapping[Waiver, str]] = {Waiver.ADMIN: "admins", Waiver.DRY_RUN: "rehearsals"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """An environment before and after, and who may name it then."""

    before: Environment
    after: Environment
    who: str = ""
    """`people with write may now deploy to production`; empty where no command names it."""


def environment(key: str, pair: Pair) -> Iterator[Change]:
    """Every difference between the two, by field."""
    for name, judge in JUDGES.items():
        for sentence, widens in judge(pair):
            path = ("environments", key, *ENVIRONMENT_GATES[name])
            yield Change(sentence=f"{sentence}.", widens=widens, path=path)


def _permission(pair: Pair) -> Iterator[Said]:
    before, after = pair.before.permission, pair.after.permission
    if after is Role.NONE and before is not Role.NONE:
        yield f"{pair.after.name}: the role {before.label} is no longer needed", True
    elif before is not after:
        enough = "is enough now" if after < before else "is needed now"
        yield f"{pair.after.name}: the role {after.label} {enough}, it was {_label(before)}", after < before


def _label(role: Role) -> str:
    return "the command's own" if role is Role.NONE else role.label


def _teams(pair: Pair) -> Iterator[Said]:
    yield from teams(pair.after.name, pair.before, pair.after)


def _approvals(pair: Pair) -> Iterator[Said]:
    yield from approvals(pair.after.name, pair.who, pair.before.approvals, pair.after.approvals)


def _checks(pair: Pair) -> Iterator[Said]:
    yield from checks(pair.after.name, pair.before.checks, pair.after.checks)


def _reviews(pair: Pair) -> Iterator[Said]:
    if pair.before.reviews and not pair.after.reviews:
        yield f"{pair.after.name}: reviews are no longer required", True
    elif pair.after.reviews and not pair.before.reviews:
        yield f"{pair.after.name}: an approving review is required now", False


def _waivers(pair: Pair) -> Iterator[Said]:
    """Who asks for no review has nothing to waive."""
    before = pair.before.waive_reviews if pair.before.reviews else frozenset(Waiver)
    after = pair.after.waive_reviews if pair.after.reviews else frozenset(Waiver)
    if not pair.after.reviews:
        return
    if more := after - before:
        yield f"{pair.after.name}: {_waived(more)} no longer need a review", True
    elif after and not pair.before.reviews:
        yield f"{pair.after.name}: {_waived(after)} need no review", False
    elif less := before - after if pair.before.reviews else None:
        yield f"{pair.after.name}: {_waived(less)} need a review, too", False


def _waived(waivers: frozenset[Waiver]) -> str:
    return listed(words for waiver, words in WAIVED.items() if waiver in waivers)


def _up_to_date(pair: Pair) -> Iterator[Said]:
    before, after = pair.before.up_to_date, pair.after.up_to_date
    if before is not after:
        wider = stricter.up_to_date(before, after) is not after
        yield f"{pair.after.name}: a branch has to be up to date {FRESH[after]} now, before {FRESH[before]}", wider


def _after(pair: Pair) -> Iterator[Said]:
    name = pair.after.name
    if gone := [each for each in pair.before.after if each not in pair.after.after]:
        yield f"{name}: a success in {listed(gone)} is no longer needed first", True
    if added := [each for each in pair.after.after if each not in pair.before.after]:
        yield f"{name}: a success in {listed(added)} is needed first now", False


def _drafts(pair: Pair) -> Iterator[Said]:
    if pair.before.drafts is not pair.after.drafts:
        yield f"{pair.after.name}: draft pull requests may {_now(pair.after.drafts)}", pair.after.drafts


def _any_base(pair: Pair) -> Iterator[Said]:
    if pair.before.any_base is not pair.after.any_base:
        which = "pull requests into other branches than the default one"
        yield f"{pair.after.name}: {which} may {_now(pair.after.any_base)}", pair.after.any_base


def _now(may: bool) -> str:
    return "now, too" if may else "no longer"


def _lock(pair: Pair) -> Iterator[Said]:
    if pair.before.lock is not pair.after.lock:
        one = "only one request at a time"
        after, name = pair.after.lock, pair.after.name
        yield (f"{name}: {one} now" if after else f"{name}: {no_longer(one)}"), not after


def _freeze(pair: Pair) -> Iterator[Said]:
    before, after, name = pair.before.freeze, pair.after.freeze, pair.after.name
    for each in before:
        if not any(covers(other, each) for other in after):
            yield f"{name}: things may ship {window(each)} again, at least for a part of it", True
    for each in after:
        if not any(covers(other, each) for other in before):
            yield f"{name}: nothing ships {window(each)} now", False


def _notify(pair: Pair) -> Iterator[Said]:
    """Who hears of it is no gate."""
    before, after, name = pair.before.notify, pair.after.notify, pair.after.name
    if gone := [f"#{each}" for each in before if each not in after]:
        yield f"{name}: requests no longer show in {listed(gone)}", False
    if added := [f"#{each}" for each in after if each not in before]:
        yield f"{name}: requests show in {listed(added)} now", False


JUDGES: Final[Mapping[str, Callable[[Pair], Iterator[Said]]]] = {
    "permission": _permission,
    "teams": _teams,
    "approvals": _approvals,
    "checks": _checks,
    "reviews": _reviews,
    "waive_reviews": _waivers,
    "up_to_date": _up_to_date,
    "after": _after,
    "drafts": _drafts,
    "any_base": _any_base,
    "lock": _lock,
    "freeze": _freeze,
    "notify": _notify,
}
UNJUDGED: Final[Mapping[str, str]] = {
    "name": "how it is spelt: names are compared case-folded",
    "closed": "judged with the teams",
}
