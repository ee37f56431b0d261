"""Owns what a change of the approvals of an environment means in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.model.config import Approvals
from bot.rules.said import Said
from bot.rules.wording import listed


def approvals(name: str, who: str, before: Approvals | None, after: Approvals | None) -> Iterator[Said]:
    """`who` is `people with write may now deploy to production`, or empty where nobody can name it."""
    if before is not None and after is None:
        yield f"{who[0].upper()}{who[1:]} without approval" if who else f"{name}: no approval is needed any more", True
    elif after is not None and before is None:
        yield f"{name}: {_asked(after)} now", False
    elif before is not None and after is not None:
        yield from _count(name, before, after)
        yield from _teams(name, before, after)
        yield from _people(name, before, after)
        yield from _expiry(name, before, after)
        yield from _counts(name, "whoever opened the pull request", before.author, after.author)
        yield from _counts(name, "whoever pushed the commit", before.pusher, after.pusher)


def _asked(rule: Approvals) -> str:
    count = "one approval is" if rule.count == 1 else f"{rule.count} approvals are"
    lists = [f"somebody in {listed(teams, last='or')}" for teams in rule.teams]
    return f"{count} needed{f', of {listed([*lists, *rule.people])}' if lists or rule.people else ''}"


def _count(name: str, before: Approvals, after: Approvals) -> Iterator[Said]:
    if before.count != after.count:
        words = "one approval is" if after.count == 1 else f"{after.count} approvals are"
        less = after.count < before.count
        yield f"{name}: {words} {'enough' if less else 'needed'} now, it was {before.count}", less


def _teams(name: str, before: Approvals, after: Approvals) -> Iterator[Said]:
    """Somebody of each list: a list may get shorter, and more lists may come, without letting more through."""
    for had in before.teams:
        if not any(set(has) <= set(had) for has in after.teams):
            yield f"{name}: an approval by somebody in {listed(had, last='or')} is no longer needed", True
    for has in after.teams:
        if not any(set(had) <= set(has) for had in before.teams):
            yield f"{name}: an approval by somebody in {listed(has, last='or')} is needed now", False


def _people(name: str, before: Approvals, after: Approvals) -> Iterator[Said]:
    if gone := [person for person in before.people if person not in after.people]:
        yield f"{name}: {listed(gone)} no longer {_have(gone)} to approve", True
    if added := [person for person in after.people if person not in before.people]:
        yield f"{name}: {listed(added)} {_have(added)} to approve now", False


def _counts(name: str, who: str, before: bool, after: bool) -> Iterator[Said]:
    if before is not after:
        yield f"{name}: an approval by {who} {'counts now' if after else 'does not count any more'}", after


def _have(people: list[str]) -> str:
    return "has" if len(people) == 1 else "have"


def _expiry(name: str, before: Approvals, after: Approvals) -> Iterator[Said]:
    if before.expires != after.expires:
        longer = after.expires > before.expires
        yield f"{name}: approvals are good for {_words(after.expires)} now, it was {_words(before.expires)}", longer


def _words(span: timedelta) -> str:
    """`90 minutes`, `4 hours`, `2 days`: the largest unit that tells it exactly."""
    for unit, size in (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1))):
        if span >= size and not span % size:
            return f"{span // size} {unit}{'' if span == size else 's'}"
    return f"{span.total_seconds():g} seconds"
