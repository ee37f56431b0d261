"""Owns the count of yeses: what a request has to be told yes to, by whom, and what of it is still missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.model.approval import Answer, Asked, Standing, Voice
from bot.model.config import Approvals
from bot.model.message import Message
from bot.model.request import Request
from bot.rules import places
from bot.rules.wording import listed

EXPIRED: Final = "Not enough people said yes in time, so nothing was started."

SOONEST: Final = timedelta(hours=1)

WHY_NOT: Final = {
    Standing.REQUESTER: "asked for it",
    Standing.AUTHOR: "opened the pull request",
    Standing.PUSHER: "pushed the commit",
    Standing.LINK_CHANGED: "linked or unlinked an account since it was asked",
    Standing.UNCONFIRMED: "has a link between accounts that is not confirmed",
    Standing.NO_ACCESS: "may not approve there any more",
    Standing.UNKNOWN: "is somebody of whom GitHub does not say whether they may",
}
"""Why somebody's yes does not count, behind their login."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What was said so far, and what is missing."""

    yes: tuple[str, ...]
    """Logins of those whose yes counts, in the order in which they said it."""
    void: tuple[tuple[str, str], ...]
    """Logins of those whose yes does not count, and why not."""
    missing: tuple[str, ...]
    """What has still to come, in words; nothing when it is enough."""

    @property
    def enough(self) -> bool:
        """Whether it may run."""
        return not self.missing


def asked(wanted: Approvals, *, rule: str, now: datetime) -> Asked:
    """The approval that an environment asks for, as if it were asked now."""
    return Asked(
        count=max(wanted.count, 1),
        teams=wanted.teams,
        people=wanted.people,
        author=wanted.author,
        pusher=wanted.pusher,
        rule=rule,
        since=now,
        expires_at=now + wanted.expires,
    )


def asked_again(before: Asked | None, now: Asked | None) -> Asked | None:
    """What the configuration asks for now, of a request that was asked for earlier: its time runs since then."""
    if before is None or now is None:
        return now
    return replace(now, since=before.since, expires_at=before.since + (now.expires_at - now.since))


def reminder(asked: Asked) -> datetime:
    """When people are told once more that it waits for them: an hour before its end, or in the last quarter."""
    return asked.expires_at - min(SOONEST, (asked.expires_at - asked.since) / 4)


def reminded(request: Request, asked: Asked) -> Message:
    """What they are told then."""
    fields = {
        "code": request.code,
        "note": places.apart(request.note)[0],
        "teams": every_team(asked),
        "people": list(asked.people),
        "until": asked.expires_at,
    }
    return Message(name="approval_reminded", fields=fields)


def every_team(asked: Asked) -> list[str]:
    """Those that are asked, once each."""
    return list(dict.fromkeys(team for teams in asked.teams for team in teams))


def tally(asked: Asked, voices: Sequence[Voice]) -> Tally:
    """Whether enough people said yes: as many as it takes, somebody of each list of teams, and each who is named.

    One account is one voice, whatever it said how often; only a yes that counts is one.
    """
    said = {voice.account: voice for voice in reversed(voices) if voice.answer is Answer.YES}
    heard = list(reversed(said.values()))
    counted = [voice for voice in heard if voice.standing is Standing.COUNTS]
    return Tally(
        yes=tuple(voice.login for voice in counted),
        void=tuple((voice.login, WHY_NOT[voice.standing]) for voice in heard if voice.standing in WHY_NOT),
        missing=tuple(_missing(asked, counted)),
    )


def _missing(asked: Asked, counted: Sequence[Voice]) -> Sequence[str]:
    """People and teams by name; beyond them, how many more."""
    logins = {voice.login.casefold() for voice in counted}
    people = [login for login in asked.people if login.casefold() not in logins]
    lists = [teams for teams in asked.teams if not any(_in_one(voice, teams) for voice in counted)]
    named = [*people, *(f"somebody in {listed(teams, last='or')}" for teams in lists)]
    more = asked.count - len(counted) - len(named)
    return [*named, f"{more} more"] if named and more > 0 else named or _number(asked.count - len(counted))


def _number(left: int) -> list[str]:
    if left <= 0:
        return []
    return ["1 more yes" if left == 1 else f"{left} more yeses"]


def _in_one(voice: Voice, teams: Sequence[str]) -> bool:
    return any(team.casefold() in voice.teams for team in teams)


def needs(asked: Asked) -> str:
    """`2 approvals (somebody in acme/release; octocat)`."""
    whose = [f"somebody in {listed(teams, last='or')}" for teams in asked.teams]
    whose += [listed(asked.people)] if asked.people else []
    noun = "1 approval" if asked.count == 1 else f"{asked.count} approvals"
    return f"{noun} ({'; '.join(whose)})" if whose else noun
