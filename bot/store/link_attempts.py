"""Owns the rows of attempts to link accounts: one is open per Slack user, and secrets are looked for by hash (T5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import BotError, Conflict
from bot.model.link import LinkAttempt
from bot.model.people import GitHubAccount
from bot.model.slack import SlackAccount
from bot.store.schema import link_attempts as table

_SAVE = update(table).where(table.c.id == bindparam("saved"), table.c.version == bindparam("seen"))


class LinkAttempts:
    """Attempts to link."""

    def __init__(self, connection: AsyncConnection) -> None:
        """In this transaction."""
        self._sql = connection

    async def add(self, attempt: LinkAttempt) -> None:
        """A new attempt; an earlier one of the same Slack user that has not ended ends now.

        Raises `Conflict` when its id or nonce is taken: mint new ones.
        """
        # Its version rises, so that a browser which is half way through the earlier one can not bring it back.
        replaced = {"ended_at": attempt.created_at, "verifier": None, "version": table.c.version + 1}
        await self._sql.execute(update(table).where(*_open_of(attempt.slack)).values(replaced))
        try:
            await self._sql.execute(insert(table), {**_columns(attempt), "version": attempt.version})
        except IntegrityError as error:
            raise Conflict(f"The id or nonce of link attempt {attempt.id} is taken.") from error

    async def save(self, attempt: LinkAttempt) -> LinkAttempt:
        """Write the row whose version is `attempt.version`; returns it with the next version.

        Raises `Conflict` when the row has another version by now, or is not there.
        """
        values = {**_columns(attempt), "version": attempt.version + 1}
        result = await self._sql.execute(_SAVE, {**values, "saved": attempt.id, "seen": attempt.version})
        if result.rowcount != 1:
            raise Conflict(f"Link attempt {attempt.id} is not at version {attempt.version} any more.")
        return replace(attempt, version=attempt.version + 1)

    async def by_nonce(self, nonce_hash: str) -> LinkAttempt | None:
        """Also one that ended."""
        return await self._newest(table.c.nonce_hash == nonce_hash)

    async def by_browser(self, browser_hash: str) -> LinkAttempt | None:
        """The newest of this browser, also one that ended."""
        return await self._newest(table.c.browser_hash == browser_hash)

    async def open_of(self, slack: SlackAccount) -> LinkAttempt | None:
        """The one of this Slack user that has not ended: wrong codes count against it, so it is not looked for by
        the code."""
        return await self._newest(*_open_of(slack))

    async def _newest(self, *conditions: ColumnElement[bool]) -> LinkAttempt | None:
        statement = select(table).where(*conditions).order_by(table.c.created_at.desc(), table.c.id.desc()).limit(1)
        row = (await self._sql.execute(statement)).one_or_none()
        return None if row is None else _model(row)


def _open_of(slack: SlackAccount) -> tuple[ColumnElement[bool], ...]:
    return (
        table.c.connection_id == slack.connection,
        table.c.slack_home == slack.home,
        table.c.slack_user == slack.user,
        table.c.ended_at.is_(None),
    )


def _columns(attempt: LinkAttempt) -> dict[str, Any]:
    if attempt.github is not None and attempt.github.connection != attempt.github_connection:
        raise BotError("Who signed in to one GitHub host is nobody on another (T24).")
    return {
        "id": attempt.id,
        "nonce_hash": attempt.nonce_hash,
        "connection_id": attempt.slack.connection,
        "slack_home": attempt.slack.home,
        "slack_user": attempt.slack.user,
        "slack_name": attempt.slack.name,
        "github_connection_id": attempt.github_connection,
        "browser_hash": attempt.browser_hash,
        "state_hash": attempt.state_hash,
        "verifier": attempt.verifier,
        "github_id": attempt.github and attempt.github.id,
        "github_login": attempt.github and attempt.github.login,
        "slack_proven": attempt.slack_proven,
        "code_hash": attempt.code_hash,
        "tries": attempt.tries,
        "confirmed_at": attempt.confirmed_at,
        "created_at": attempt.created_at,
        "ended_at": attempt.ended_at,
    }


def _github(row: Row[Any]) -> GitHubAccount | None:
    if row.github_id is None:
        return None
    return GitHubAccount(connection=row.github_connection_id, id=row.github_id, login=row.github_login)


def _model(row: Row[Any]) -> LinkAttempt:
    slack = SlackAccount(connection=row.connection_id, home=row.slack_home, user=row.slack_user, name=row.slack_name)
    return LinkAttempt(
        id=row.id,
        nonce_hash=row.nonce_hash,
        slack=slack,
        github_connection=row.github_connection_id,
        browser_hash=row.browser_hash,
        state_hash=row.state_hash,
        verifier=row.verifier,
        github=_github(row),
        slack_proven=row.slack_proven,
        code_hash=row.code_hash,
        confirmed_at=row.confirmed_at,
        created_at=row.created_at,
        ended_at=row.ended_at,
        tries=row.tries,
        version=row.version,
    )
