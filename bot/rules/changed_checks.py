"""Owns what a change of the checks that have to pass means in words."""

from __future__ import annotations

from collections.abc import Iterator

from bot.model.config import CheckRule, ChecksWanted
from bot.rules import stricter
from bot.rules.said import Said
from bot.rules.wording import listed, quoted


def checks(name: str, before: CheckRule | None, after: CheckRule | None) -> Iterator[Said]:
    """What changes for the environment of that name."""
    if before == after:
        return
    if after is None:
        yield f"{name}: checks are no longer required", True
    elif before is None:
        yield f"{name}: {_words(after)} now", False
    else:
        yield f"{name}: {_words(after)}; before, {_words(before)}", _less(before, after)


def _less(before: CheckRule, after: CheckRule) -> bool:
    """Whether something of `before` is no longer asked for."""
    both = stricter.checks(before, after)
    assert both is not None
    less = set(both.names) != set(after.names) or set(both.ignored) != set(after.ignored)
    return less or both.wanted is not after.wanted


def _words(rule: CheckRule) -> str:
    """`all checks but flaky have to pass`."""
    wanted = {
        ChecksWanted.PASSING: "all checks",
        ChecksWanted.REQUIRED: "the checks that branch protection requires",
        ChecksWanted.NAMED: f"the checks {listed(map(quoted, rule.names))}" if rule.names else "no checks",
    }[rule.wanted]
    if rule.names and rule.wanted is not ChecksWanted.NAMED:
        wanted += f" and {listed(map(quoted, rule.names))}"
    return f"{wanted}{f' but {listed(map(quoted, rule.ignored))}' if rule.ignored else ''} have to pass"
