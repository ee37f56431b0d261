"""Owns the gates on the commit itself: that it is what the person saw (T4), and that it can be handed over (T1)."""

from __future__ import annotations

from bot.model.bound import Bound
from bot.model.config import Config
from bot.model.decision import Gate, Reason
from bot.model.request import PinSource
from bot.rules.pin import Pinned, Unpinned

AGAIN = "Look at what changed and type the command again."
ON_THE_PULL_REQUEST = "Type the command on the pull request, or name that (owner/repo#12), without ref=."


def unmoved(pin: Pinned | Unpinned, *, guarded: bool) -> Gate:
    """What will run is what the person saw. Where a gate hangs on the head, not knowing is no (`guarded`)."""
    if isinstance(pin, Unpinned):
        return Gate(name="head unmoved", passed=False, seen=pin.seen, reason=pin.reason, next_step=AGAIN)
    if guarded and pin.source is PinSource.CURRENT:
        return Gate(
            name="head unmoved",
            passed=False,
            seen=f"the head is {pin.sha[:12]} now, and nobody recorded what it was when the command was typed",
            reason=Reason.HEAD_MOVED,
            next_step=AGAIN,
        )
    return Gate(name="head unmoved", passed=True, seen=f"{pin.sha[:12]}, {pin.source}")


def pinnable(bound: Bound, *, fork: bool, takes_sha: bool, config: Config, verb: str) -> Gate | None:
    """A dispatch takes a branch and not a commit, and the branch brings the workflow file (T1). None: it is the head
    branch's own workflow that runs."""
    if from_head(config, bound.workflow):
        return Gate(
            name="commit handed over",
            passed=False,
            seen=f"{bound.workflow} would run as the pull request has it, which needs an environment that waits for us",
            reason=Reason.NOT_PINNABLE,
            next_step="Remove workflow_from: head from the configuration.",
            rule=_head_rule(config, bound.workflow),
        )
    if not bound.guarded and not fork:
        return None
    if takes_sha:
        return Gate(name="commit handed over", passed=True, seen=f"{bound.workflow} takes it as signalbox_sha")
    return Gate(
        name="commit handed over",
        passed=False,
        seen=f"{bound.workflow} runs as it is on the default branch and declares no input signalbox_sha, so {verb} can "
        "not tell it which commit to use",
        reason=Reason.NOT_PINNABLE,
        next_step=f"Declare the input signalbox_sha in {bound.workflow} on the default branch, and check that commit "
        "out.",
    )


def unproven(name: str, *, rule: str) -> Gate:
    """Checks and reviews belong to a pull request; a branch or tag that is named has none (T15)."""
    return Gate(
        name=name,
        passed=False,
        seen=f"no pull request speaks for this commit, so there are no {name} that count",
        reason=Reason.CHECKS_MISSING if name == "checks" else Reason.REVIEW_MISSING,
        next_step=ON_THE_PULL_REQUEST,
        rule=rule,
    )


def as_default(pin: Pinned | Unpinned | None, default: tuple[str, str] | None, *, rule: str) -> Gate:
    """Without a pull request only the default branch's own commit is known to be up to date with it (T15)."""
    branch = default[0].removeprefix("refs/heads/") if default else "the default branch"
    passed = isinstance(pin, Pinned) and default is not None and pin.sha == default[1]
    return Gate(
        name="up to date",
        passed=passed,
        seen=f"it is what {branch} holds" if passed else f"it is not what {branch} holds, and no pull request says so",
        reason=None if passed else Reason.OUTDATED,
        next_step="" if passed else ON_THE_PULL_REQUEST,
        rule=rule,
    )


def from_head(config: Config, workflow: str) -> bool:
    """Whether some command wants the pull request's own version of this workflow."""
    return any(each.workflow_from_head for each in config.commands.values() if each.workflow == workflow)


def _head_rule(config: Config, workflow: str) -> str:
    for name, each in config.commands.items():
        if each.workflow_from_head and each.workflow == workflow:
            mark = config.mark("commands", name, "workflow_from")
            return mark.words if mark else ""
    return ""
