"""Owns the gate `order`: whether this very commit has succeeded in the environments that come before.

Only what our App recorded and saw succeed counts (T11), and only the newest success there: an older one was replaced.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.model.decision import Gate, Reason
from bot.rules.wording import listed


def promoted(after: Iterable[str], *, succeeded: Mapping[str, str | None], sha: str, rule: str = "") -> Gate:
    """Every one of the `after` environments has to have `sha` as its newest success.

    `succeeded` is by case-folded environment; None, or one that is not in it, is one without a success.
    """
    earlier = list(after)
    newest = {name: succeeded.get(name.casefold()) for name in earlier}
    amiss = [name for name in earlier if newest[name] != sha]
    if not amiss:
        return Gate(name="order", passed=True, seen=f"{sha[:12]} succeeded in {listed(earlier)}", rule=rule)
    seen = listed(_found(name, newest[name], sha) for name in amiss)
    return Gate(
        name="order",
        passed=False,
        seen=seen,
        reason=Reason.ORDER,
        next_step=f"Let {sha[:12]} succeed in {listed(amiss)} first.",
        rule=rule,
    )


def _found(name: str, newest: str | None, sha: str) -> str:
    if newest is None:
        return f"nothing that Signalbox started has succeeded in {name}"
    return f"the newest success in {name} is {newest[:12]}, not {sha[:12]}"
