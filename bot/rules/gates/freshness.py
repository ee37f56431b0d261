"""Owns the gate `up to date`: whether the head has every commit of the branches that it has to be up to date with."""

from __future__ import annotations

from collections.abc import Iterator

from bot.model.config import UpToDate
from bot.model.decision import Gate, Reason
from bot.rules.wording import listed


def up_to_date(
    wanted: UpToDate,
    *,
    behind_base: int | None,
    behind_default: int | None,
    base: str,
    default_branch: str,
    rule: str = "",
) -> Gate:
    """How many commits are missing, by branch. None is what GitHub did not say, and so not up to date."""
    asked = dict(_asked(wanted, behind_base, behind_default, base, default_branch))
    behind = [f"{_commits(count)} of {branch}" for branch, count in asked.items() if count]
    unknown = [branch for branch, count in asked.items() if count is None]
    if not behind and not unknown:
        return Gate(name="up to date", passed=True, seen=f"the head has all of {listed(asked)}", rule=rule)
    seen = (
        f"the head lacks {listed(behind)}" if behind else f"GitHub did not say how far it is behind {listed(unknown)}"
    )
    return Gate(
        name="up to date",
        passed=False,
        seen=seen,
        reason=Reason.OUTDATED,
        next_step=f"Merge {listed(branch for branch, count in asked.items() if count)} into the pull request's branch."
        if behind
        else "Type the command again in a minute.",
        rule=rule,
    )


def _asked(
    wanted: UpToDate, behind_base: int | None, behind_default: int | None, base: str, default_branch: str
) -> Iterator[tuple[str, int | None]]:
    """The branches to look at. Where both are one, the one that knows more counts, and of two numbers the greater."""
    if wanted in (UpToDate.DEFAULT_BRANCH, UpToDate.STRICT):
        yield default_branch, behind_default
    if wanted in (UpToDate.PR_BASE, UpToDate.STRICT):
        same = base == default_branch and wanted is UpToDate.STRICT
        yield base, _worse(behind_base, behind_default) if same else behind_base


def _worse(one: int | None, other: int | None) -> int | None:
    """A branch is behind when either count says so; not knowing one of them is not knowing."""
    if one is None or other is None:
        return one or other or None
    return max(one, other)


def _commits(count: int) -> str:
    return "1 commit" if count == 1 else f"{count} commits"
