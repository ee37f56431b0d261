"""Owns the gate `checks`: whether the checks of the pinned commit are green, as far as a rule asks for them.

Checks are told apart by name and app (T11). Of two runs of one the later counts, so that a newer red one is not
outshone by an older green. What is shut says which checks failed, which never ran and which have not ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from bot.model.config import CheckRule, ChecksWanted
from bot.model.decision import Gate, Reason
from bot.model.snapshot import Check, CheckState, Snapshot
from bot.rules.gates.moment import other_commit

HANDFUL: Final = 5
"""So many checks are named; the others are counted."""

NAME: Final = "checks"

UNREAD: Final = "the checks could not be read to the end"
UNTOLD: Final = "GitHub did not say which checks branch protection requires"

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
_WORSE: Final = {CheckState.PASSED: 0, CheckState.PENDING: 1, CheckState.FAILED: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tally:
    """Names by how they stand."""

    passed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()


def green(wanted: CheckRule, *, snapshot: Snapshot, sha: str, own_app: int | None, rule: str = "") -> Gate:
    """Judge the checks of `sha`. `own_app` is our App's id, whose check runs are our own opinion and no fact."""
    moved = other_commit(snapshot, sha=sha, name=NAME)
    if moved is not None:
        return moved
    # Who names the checks does not depend on what protection requires.
    unknown = snapshot.required is None and wanted.wanted is not ChecksWanted.NAMED
    if snapshot.checks is None or unknown:
        return _unreadable(UNREAD if snapshot.checks is None else UNTOLD, rule)
    checks = newest(each for each in snapshot.checks if own_app is None or each.app != own_app)
    ours = {each.name for each in snapshot.checks if own_app is not None and each.app == own_app}
    required = (snapshot.required or frozenset()) | {each.name for each in checks if each.required}
    required -= ours - {each.name for each in checks}
    if wanted.wanted is ChecksWanted.REQUIRED and not required:
        return _nothing_required(rule)
    tally = _tally(wanted, checks, sorted(required))
    return replace(_verdict(tally, wanted, rule), links=_pages(tally, checks))


def newest(checks: Iterable[Check]) -> tuple[Check, ...]:
    """The latest of each name and app, in the order of their names; of two at the same time the worse one."""
    latest: dict[tuple[str, int | None], Check] = {}
    for check in checks:
        known = latest.get((check.name, check.app))
        if known is None or _rank(check) > _rank(known):
            # GitHub may tell of only one run of a check that it is required.
            latest[check.name, check.app] = replace(check, required=check.required or bool(known and known.required))
        elif check.required:
            latest[check.name, check.app] = replace(known, required=True)
    return tuple(sorted(latest.values(), key=lambda each: (each.name, each.app or 0)))


def _rank(check: Check) -> tuple[datetime, int]:
    return check.at or _LONG_AGO, _WORSE[check.state]


def _pages(tally: _Tally, checks: Iterable[Check]) -> tuple[tuple[str, str], ...]:
    """Where those can be looked at that failed or have not ended."""
    names = (*tally.failed, *tally.pending)
    shown = [each for each in checks if each.url and each.state is not CheckState.PASSED]
    return tuple((each.name, each.url) for each in shown if any(_is(each, name) for name in names))


def _tally(wanted: CheckRule, checks: Sequence[Check], required: Sequence[str]) -> _Tally:
    """What counts, and how it stands. A check that is asked for by name is not ignored."""
    if wanted.wanted is ChecksWanted.NAMED:
        return _count((name, [each for each in checks if _is(each, name)]) for name in wanted.names)
    heeded = [each for each in checks if not any(_is(each, name) for name in wanted.ignored)]
    must = [name for name in required if name not in wanted.ignored and _heeded(name, checks, heeded)]
    if wanted.wanted is ChecksWanted.REQUIRED:
        return _count((name, [each for each in heeded if each.name == name]) for name in must)
    names = sorted({each.name for each in heeded} | set(must))
    return _count((name, [each for each in heeded if each.name == name]) for name in names)


def _heeded(name: str, checks: Sequence[Check], heeded: Sequence[Check]) -> bool:
    """A required check that ran only by an ignored app (`lint@15368`) is ignored, not missing."""
    return any(each.name == name for each in heeded) or not any(each.name == name for each in checks)


def _is(check: Check, wanted: str) -> bool:
    """Whether it is the check that a rule calls so. With an app's id a commit status never is: anybody with push can
    set one."""
    name, at, app = wanted.rpartition("@")
    if at and name and app.isdecimal():
        return check.name == name and check.app == int(app)
    return check.name == wanted


def _count(found: Iterable[tuple[str, Sequence[Check]]]) -> _Tally:
    """By name. Several apps may report under one name: the worst of them is how it stands."""
    by: dict[str, list[str]] = {"passed": [], "failed": [], "missing": [], "pending": []}
    for name, checks in found:
        worst = max((each.state for each in checks), key=_WORSE.__getitem__, default=None)
        by["missing" if worst is None else worst.value].append(name)
    return _Tally(**{state: tuple(names) for state, names in by.items()})


def _verdict(tally: _Tally, wanted: CheckRule, rule: str) -> Gate:
    """Failing is told before missing, missing before pending; the sentence names all three."""
    if not (tally.failed or tally.missing or tally.pending):
        return Gate(name=NAME, passed=True, seen=_green(tally, wanted), rule=rule)
    said = [
        f"{_named(tally.failed)} failed" if tally.failed else "",
        f"{_named(tally.missing)} never ran" if tally.missing else "",
        f"{_named(tally.pending)} {'has' if len(tally.pending) == 1 else 'have'} not ended" if tally.pending else "",
    ]
    if tally.failed:
        reason, step = Reason.CHECKS_FAILING, "Make them pass, then type the command again."
    elif tally.missing:
        reason, step = Reason.CHECKS_MISSING, "Let them run on this commit, or correct the rule if a name has changed."
    else:
        reason, step = Reason.CHECKS_PENDING, "Wait until they have passed, then type the command again."
    seen = "; ".join(each for each in said if each)
    return Gate(name=NAME, passed=False, seen=seen, reason=reason, next_step=step, rule=rule)


def _green(tally: _Tally, wanted: CheckRule) -> str:
    """With nothing to look at there is nothing against it, as for branch-deploy."""
    if tally.passed:
        return f"{_named(tally.passed)} passed"
    return "no checks ran but ignored ones" if wanted.ignored else "no checks ran, and none is required"


def _named(names: Sequence[str]) -> str:
    """`build, lint and test`; at most a handful by name: `a, b, c, d, e and 3 more`."""
    shown = list(names[:HANDFUL])
    if len(names) > HANDFUL:
        shown.append(f"{len(names) - HANDFUL} more")
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else shown[0]


def _nothing_required(rule: str) -> Gate:
    """A rule that asks for what nobody requires would be green for ever, also once protection is taken away."""
    return Gate(
        name=NAME,
        passed=False,
        seen="only the checks that branch protection requires are asked for, and it requires none",
        reason=Reason.CHECKS_MISSING,
        next_step="Have the base branch's protection require some, or ask for checks by name or for all that ran.",
        rule=rule,
    )


def _unreadable(seen: str, rule: str) -> Gate:
    return Gate(
        name=NAME,
        passed=False,
        seen=seen,
        reason=Reason.CHECKS_UNREADABLE,
        next_step="Type the command again in a minute; if it stays so, tell whoever runs Signalbox.",
        rule=rule,
    )
