"""Owns who counts: whether somebody's yes to a request is another person's, and one with a right to it (T5, T9, T28).

Facts are of now. What GitHub does not say is never a yes: then nobody counts who could be the one in question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.model.approval import Asked, Standing
from bot.model.decision import Gate, Reason
from bot.model.people import Role
from bot.model.prose import marked
from bot.rules.approvals import WHY_NOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """Whose the commit is."""

    author: int | None
    """Who opened the pull request; None where GitHub does not say so."""
    on_pull_request: bool
    """Without one there is no author to leave out."""
    pushers: frozenset[int]
    """Who pushed the commit, as far as that is known; empty when nobody knows."""
    on_record: bool = False
    """Whether it is put back after a success on record: it was looked at before it shipped the first time, so the only
    self in question is whoever wants it back (T9, T12)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of somebody who says something to a request."""

    account: int
    login: str
    same_person: bool
    """Whether they are the requester, through any account that was linked at any time since it was asked."""
    link_changed: bool
    """Whether they linked or unlinked an account since then."""
    here: bool
    """Whether the account is one on the repository's own host (T24)."""
    role: Role | None
    """None: GitHub does not say so."""
    teams: Mapping[str, bool | None]
    """Of each asked team, case-folded, whether they are in it; None where GitHub does not say so."""


def standing(asked: Asked, known: Known, code: Code) -> Standing:
    """Whether a yes of this person counts."""
    if known.same_person:
        return Standing.REQUESTER
    if known.link_changed:
        return Standing.LINK_CHANGED
    if not asked.author and code.on_pull_request and known.account == code.author:
        return Standing.AUTHOR
    if not asked.pusher and known.account in code.pushers:
        return Standing.PUSHER
    right = _right(asked, known)
    if right is not Standing.COUNTS:
        return right
    if code.on_record:
        return Standing.COUNTS
    unsure = (not asked.author and code.on_pull_request and code.author is None) or (
        not asked.pusher and not code.pushers
    )
    return Standing.UNKNOWN if unsure else Standing.COUNTS


def _right(asked: Asked, known: Known) -> Standing:
    """Somebody with write; or with read, who is named or is in a team that is named."""
    if not known.here:
        return Standing.NO_ACCESS
    if known.role is None:
        return Standing.UNKNOWN
    if known.role >= Role.WRITE:
        return Standing.COUNTS
    if known.role is Role.NONE:
        return Standing.NO_ACCESS
    named = known.login.casefold() in {login.casefold() for login in asked.people}
    if named or any(known.teams.values()):
        return Standing.COUNTS
    return Standing.UNKNOWN if None in known.teams.values() else Standing.NO_ACCESS


def teams_of(asked: Asked) -> Sequence[str]:
    """Every team that is named, once."""
    return list(dict.fromkeys(team.casefold() for teams in asked.teams for team in teams))


def may_approve(found: Standing, login: str, *, rule: str = "") -> Gate:
    """The standing of somebody who says yes, as a gate that explains itself."""
    passed = found is Standing.COUNTS
    return Gate(
        name="another person",
        passed=passed,
        seen=f"{login} may approve it" if passed else f"{login} {_seen(found)}",
        reason=None if passed else _REASONS.get(found, Reason.SELF_APPROVAL),
        next_step="" if passed else _NEXT.get(found, "Somebody else has to say yes."),
        rule="" if passed else rule,
    )


def may_reject(found: Standing, login: str, code: str, *, rule: str = "") -> Gate:
    """To say no takes a right, and not another person: whoever asked stops it."""
    if found in (Standing.NO_ACCESS, Standing.UNKNOWN):
        return may_approve(found, login, rule=rule)
    passed = found is not Standing.REQUESTER
    return Gate(
        name="another person",
        passed=passed,
        seen=f"{login} may reject it" if passed else f"{login} asked for it",
        reason=None if passed else Reason.SELF_APPROVAL,
        next_step="" if passed else f"{marked(f'/cancel {code}')} stops it.",
    )


def _seen(found: Standing) -> str:
    if found is Standing.NO_ACCESS:
        return "may not approve here: that takes write, or to be named or in a team that is named"
    if found is Standing.UNKNOWN:
        return "can not be told apart from whoever wrote or pushed the commit, or has rights that GitHub does not tell"
    return WHY_NOT[found]


_REASONS = {Standing.NO_ACCESS: Reason.PERMISSION, Standing.UNKNOWN: Reason.UNKNOWN_MEMBERSHIP}
_NEXT = {
    Standing.NO_ACCESS: "Somebody who may approve has to say yes.",
    Standing.UNKNOWN: "Say it again in a minute; if it stays so, push the commit again and ask anew.",
}
