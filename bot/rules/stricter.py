"""Owns what the stricter of two rules is, one kind of rule after the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final, TypeVar

from bot.model.config import Approvals, CheckRule, ChecksWanted, ConfiguredCommand, Environment, UpToDate, Waiver

T = TypeVar("T")
Gated = TypeVar("Gated", ConfiguredCommand, Environment)

STRENGTH: Final = (ChecksWanted.NAMED, ChecksWanted.REQUIRED, ChecksWanted.PASSING)


def union(first: Iterable[T], second: Iterable[T]) -> tuple[T, ...]:
    """Everything of both, in order and once."""
    return tuple(dict.fromkeys([*first, *second]))


def with_teams_of(gated: Gated, first: Gated, second: Gated, *, swap: bool) -> Gated:
    """`gated` with the teams that both ask for.

    Where nobody is named by both, it is closed; or `first`'s teams go on, where `second` may `swap` them later.
    """
    if first.closed or second.closed:
        return replace(gated, teams=(), closed=True)
    if not first.teams or not second.teams:
        return replace(gated, teams=first.teams or second.teams, closed=False)
    theirs = {team.casefold() for team in second.teams}
    both = tuple(team for team in first.teams if team.casefold() in theirs)
    if both or swap:
        return replace(gated, teams=both or first.teams, closed=False)
    return replace(gated, teams=(), closed=True)


def command(
    shape: ConfiguredCommand, first: ConfiguredCommand, second: ConfiguredCommand, *, swap: bool
) -> ConfiguredCommand:
    """`shape`, one of the two, with the gates of both."""
    where = first.where & second.where
    return replace(
        with_teams_of(shape, first, second, swap=swap),
        permission=max(first.permission, second.permission),
        where=where or (first.where if swap else where),
        workflow_from_head=first.workflow_from_head and second.workflow_from_head,
    )


def environment(first: Environment, second: Environment, *, swap: bool) -> Environment:
    """One environment with the gates of both."""
    return Environment(
        name=second.name,
        permission=max(first.permission, second.permission),
        teams=(agreed := with_teams_of(second, first, second, swap=swap)).teams,
        closed=agreed.closed,
        approvals=approvals(first.approvals, second.approvals),
        checks=checks(first.checks, second.checks),
        reviews=first.reviews or second.reviews,
        waive_reviews=waivers(first, second),
        up_to_date=up_to_date(first.up_to_date, second.up_to_date),
        after=union(first.after, second.after),
        drafts=first.drafts and second.drafts,
        any_base=first.any_base and second.any_base,
        lock=first.lock or second.lock,
        freeze=union(first.freeze, second.freeze),
        notify=union(first.notify, second.notify),
    )


def approvals(first: Approvals | None, second: Approvals | None) -> Approvals | None:
    """The higher count, somebody of every list, all who are named, the shorter time, and only who counts in both."""
    if first is None or second is None:
        return first or second
    return Approvals(
        count=max(first.count, second.count),
        teams=union(first.teams, second.teams),
        people=union(first.people, second.people),
        expires=min(first.expires, second.expires),
        author=first.author and second.author,
        pusher=first.pusher and second.pusher,
    )


def checks(first: CheckRule | None, second: CheckRule | None) -> CheckRule | None:
    """What either asks for; ignored is what both ignore."""
    if first is None or second is None:
        return first or second
    return CheckRule(
        wanted=max(first.wanted, second.wanted, key=STRENGTH.index),
        names=union(first.names, second.names),
        ignored=tuple(name for name in first.ignored if name in second.ignored),
    )


def up_to_date(first: UpToDate | None, second: UpToDate | None) -> UpToDate | None:
    """One of them, or both."""
    if first is None or second is None or first is second:
        return first or second
    return UpToDate.STRICT


def waivers(first: Environment, second: Environment) -> frozenset[Waiver]:
    """What both waive; who asks for no review has nothing to waive, and no say."""
    if first.reviews is second.reviews:
        return first.waive_reviews & second.waive_reviews
    return first.waive_reviews if first.reviews else second.waive_reviews
