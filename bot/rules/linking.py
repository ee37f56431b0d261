"""Owns when two accounts may be linked, and how long and how often somebody may try (T5, T9, T21)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.model.link import AccountLink, LinkAttempt
from bot.model.people import GitHubAccount, Person
from bot.model.prose import marked
from bot.model.slack import SlackAccount, SlackUser, Standing

LIFETIME: Final = timedelta(minutes=10)
"""From the command in Slack to the end of it all."""

MOST_TRIES: Final = 5
"""So many wrong codes end an attempt; a new one needs the browser again, so codes can not be guessed."""

SLACK: Final = "slack"
WORKSPACE: Final = "T"
"""Ids of workspaces begin with it, those of enterprises with an E."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """Why these accounts are not linked, and what the person can do."""

    sentence: str
    next_step: str


def minutes() -> int:
    """How long an attempt lives, as people are told."""
    return int(LIFETIME.total_seconds() // 60)


def expired(attempt: LinkAttempt, now: datetime) -> bool:
    """Whether its ten minutes are over."""
    return now >= attempt.created_at + LIFETIME


def plain_code(typed: str) -> str:
    """A code however it was typed: `abcd efgh` is `ABCD-EFGH`."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())


def may_link(user: SlackUser) -> Objection | None:
    """Guests and people from outside may link: what they may do is judged where they do it. Machines may not."""
    match user.standing:
        case Standing.MEMBER | Standing.GUEST | Standing.EXTERNAL:
            return None
        case Standing.BOT:
            return Objection(
                sentence="Bots can not be linked with a GitHub account.",
                next_step="Let a person type the command.",
            )
        case Standing.DEACTIVATED:
            return Objection(
                sentence="This Slack account is deactivated.",
                next_step="Ask an administrator of the workspace to activate it.",
            )


def signs_in(user: SlackUser) -> bool:
    """Whether a sign-in to Slack can prove this user. If not, the code does.

    A sign-in names a workspace, so it does not tell who somebody is in an enterprise; and people from outside can not
    sign in to an app of this workspace. https://docs.slack.dev/authentication/sign-in-with-slack
    """
    return user.account.home.startswith(WORKSPACE) and user.standing is not Standing.EXTERNAL


def linked_already(holder: Person, command: str) -> Objection:
    """Somebody asks to link a Slack account that is linked."""
    return Objection(
        sentence=f"This Slack account is linked with {holder.github.login} on GitHub already.",
        next_step=f"To link another GitHub account, type {marked(f'{command} unlink')} first.",
    )


def objection(
    slack: SlackAccount, github: GitHubAccount, holder: Person | None, links: Sequence[AccountLink], command: str
) -> Objection | None:
    """What stands between these two accounts, None when nothing does.

    `holder` is who the Slack account is linked with now; `links` is the history of who the GitHub account belongs to.
    The same pair again is an objection too: there is nothing to do. Logins and names are only shown (T8).
    """
    if holder is not None and (holder.github.connection, holder.github.id) == (github.connection, github.id):
        return Objection(
            sentence=f"This Slack account and {github.login} on GitHub are linked already.",
            next_step="There is nothing to do.",
        )
    if holder is not None:
        return Objection(
            sentence=f"This Slack account is linked with another GitHub account, {holder.github.login}.",
            next_step=f"Type {marked(f'{command} unlink')} in Slack, then {marked(f'{command} link')} again.",
        )
    other = next((link for link in links if _same_home(link, slack)), None)
    if other is not None:
        return Objection(
            sentence=f"{github.login} on GitHub is linked with another Slack account here, {other.login}.",
            next_step=f"Type {marked(f'{command} unlink')} with that Slack account, "
            f"then {marked(f'{command} link')} with this one.",
        )
    return None


def _same_home(link: AccountLink, slack: SlackAccount) -> bool:
    """One person has one account in a workspace or enterprise; in another one they may have another."""
    home = link.external_id.partition(":")[0]
    here = (link.provider, link.connection, home) == (SLACK, slack.connection, slack.home)
    return here and link.unlinked_at is None
