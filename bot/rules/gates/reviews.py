"""Owns the gate `reviews`: somebody with write approved this very commit, and nobody with write asks for changes (T11).

GitHub's own verdict counts too, because it knows about code owners and how many approvals protection asks for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.model.config import Waiver
from bot.model.decision import Gate, Reason
from bot.model.people import Role
from bot.model.snapshot import Review, ReviewDecision, ReviewState, Snapshot
from bot.rules.gates.moment import other_commit
from bot.rules.wording import listed

NAME: Final = "reviews"


def reviewed(
    wanted: bool,
    *,
    snapshot: Snapshot,
    sha: str,
    login: str,
    role: Role,
    waivers: frozenset[Waiver] = frozenset(),
    dry_run: bool = False,
    rule: str = "",
) -> Gate:
    """Judge the reviews of `sha` for `login`, who has `role`.

    `waivers` excuse from missing reviews and from requested changes, as branch-deploy's admin and noop rules do, but
    never for a fork. On a fork GitHub's own verdict counts even where no review is `wanted`.
    """
    moved = other_commit(snapshot, sha=sha, name=NAME)
    if moved is not None:
        return moved
    fork = snapshot.pull_request.fork
    if not wanted and not fork:
        return Gate(name=NAME, passed=True, seen="no review is asked for", rule=rule)
    amiss = _changes(snapshot, rule) or _unsaid(snapshot, rule)
    if wanted:
        amiss = amiss or _missing(snapshot, sha, rule)
    if amiss is None:
        seen = _approved(snapshot, sha) if wanted else "no review is asked for, and GitHub misses none"
        return Gate(name=NAME, passed=True, seen=seen, rule=rule)
    excuse = None if fork else _excuse(waivers, login, role, dry_run)
    if excuse is not None:
        return Gate(name=NAME, passed=True, seen=f"{excuse}, although {amiss.seen}", rule=rule)
    return amiss


def approvals(snapshot: Snapshot, sha: str) -> Sequence[Review]:
    """Those that count: for this commit, by somebody with write, not by the pull request's author.

    GitHub lets no author approve their own pull request; that an author is not known takes nobody's word away.
    """
    return [
        each
        for each in snapshot.reviews or ()
        if each.state is ReviewState.APPROVED
        and each.sha == sha
        and each.can_push
        and each.author is not None
        and each.author != snapshot.author
    ]


def _approved(snapshot: Snapshot, sha: str) -> str:
    return f"{listed(each.login for each in approvals(snapshot, sha))} approved {sha[:12]}"


def _excuse(waivers: frozenset[Waiver], login: str, role: Role, dry_run: bool) -> str | None:
    """Why reviews do not matter here."""
    if Waiver.ADMIN in waivers and role is Role.ADMIN:
        return f"{login} is an admin, who needs no review here"
    if Waiver.DRY_RUN in waivers and dry_run:
        return "a dry run needs no review here"
    return None


def _changes(snapshot: Snapshot, rule: str) -> Gate | None:
    """Whoever has write and asks for changes is heard, whatever commit they looked at."""
    against = [
        each.login for each in snapshot.reviews or () if each.state is ReviewState.CHANGES_REQUESTED and each.can_push
    ]
    if not against and snapshot.decision is not ReviewDecision.CHANGES_REQUESTED:
        return None
    return Gate(
        name=NAME,
        passed=False,
        seen=f"{listed(against) or 'somebody whose review GitHub requires'} requested changes",
        reason=Reason.CHANGES_REQUESTED,
        next_step="Make the changes and ask for another review, or have that one dismissed.",
        rule=rule,
    )


def _unsaid(snapshot: Snapshot, rule: str) -> Gate | None:
    """What GitHub's verdict, or its silence, stops by itself."""
    if snapshot.reviews is None:
        seen, step = "GitHub did not say who reviewed it", "Type the command again in a minute."
    elif snapshot.decision is ReviewDecision.REVIEW_REQUIRED:
        seen = "GitHub says that a review is still missing: a code owner's, or one that branch protection requires"
        step = "Ask for the reviews that the pull request page names."
    else:
        return None
    return Gate(name=NAME, passed=False, seen=seen, reason=Reason.REVIEW_MISSING, next_step=step, rule=rule)


def _missing(snapshot: Snapshot, sha: str, rule: str) -> Gate | None:
    if approvals(snapshot, sha):
        return None
    return Gate(
        name=NAME,
        passed=False,
        seen=f"nobody with write has approved {sha[:12]}{_why_not(snapshot, sha)}",
        reason=Reason.REVIEW_MISSING,
        next_step="Ask somebody with write, other than the author, to approve this commit.",
        rule=rule,
    )


def _why_not(snapshot: Snapshot, sha: str) -> str:
    """What becomes of the approvals that do not count."""
    given = [each for each in snapshot.reviews or () if each.state is ReviewState.APPROVED]
    older = [f"{each.login} approved {each.sha[:12]}" for each in given if each.can_push and each.sha != sha]
    powerless = [f"{each.login}, who approved it, has no write" for each in given if not each.can_push]
    said = listed([*older, *powerless])
    return f" ({said})" if said else ""
