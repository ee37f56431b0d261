"""Owns the gate `approval`: what somebody else has to say yes to. Votes are not collected yet, so it only shuts."""

from __future__ import annotations

from bot.model.config import Approvals
from bot.model.decision import Gate, Reason
from bot.rules.wording import listed


def approved(wanted: Approvals | None, *, environment: str = "", rule: str = "") -> Gate:
    """Passes only where no approval is asked for: without a way to say yes, nobody said it."""
    if wanted is None:
        return Gate(name="approval", passed=True, seen="no approval is asked for", rule=rule)
    return Gate(
        name="approval",
        passed=False,
        seen=f"{environment or 'this'} needs {_needs(wanted)}, which this version can not collect yet",
        reason=Reason.APPROVAL_MISSING,
        next_step="Ask whoever keeps the configuration: with this rule nothing is started there.",
        rule=rule,
    )


def _needs(wanted: Approvals) -> str:
    """`2 approvals (somebody in acme/release; octocat)`."""
    count = max(wanted.count, 1)
    whose = [f"somebody in {listed(teams, last='or')}" for teams in wanted.teams]
    whose += [listed(wanted.people, last="or")] if wanted.people else []
    noun = "1 approval" if count == 1 else f"{count} approvals"
    return f"{noun} ({'; '.join(whose)})" if whose else noun
