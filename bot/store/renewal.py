"""Owns what a restored database must not believe of itself any more (T23), where it is one statement per table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ScalarSelect, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.address import SLACK
from bot.model.request import Answer
from bot.store.answers import stored
from bot.store.schema import accounts, announcements, answers, deliveries, link_attempts, requests, sessions, trusts


class Renewal:
    """Takes back."""

    def __init__(self, connection: AsyncConnection) -> None:
        """In this transaction."""
        self._sql = connection

    async def end_link_attempts(self, at: datetime) -> int:
        """Attempts to link that are open end; returns how many."""
        statement = update(link_attempts).where(link_attempts.c.ended_at.is_(None))
        over = {"ended_at": at, "state_hash": None, "verifier": None, "code_hash": None}
        version = link_attempts.c.version + 1  # so that a browser which is half way through can not bring it back
        return (await self._sql.execute(statement.values(**over, version=version))).rowcount

    async def unconfirm_links(self) -> int:
        """Open links of Slack accounts, which may have ended since, count only when made anew; returns how many.

        A GitHub account was named by GitHub itself, and is so again with each delivery: there is nothing to confirm.
        """
        statement = update(accounts).where(accounts.c.provider == SLACK, accounts.c.unlinked_at.is_(None))
        return (await self._sql.execute(statement.values(confirmed_at=None))).rowcount

    async def end_sessions(self) -> int:
        """Whoever is signed in to a page signs in again; returns how many were."""
        return (await self._sql.execute(delete(sessions))).rowcount

    async def end_trusts(self, at: datetime) -> int:
        """Trust may have been taken back since, so it has to be said again; returns how many there were."""
        statement = update(trusts).where(trusts.c.revoked_at.is_(None))
        return (await self._sql.execute(statement.values(revoked_at=at))).rowcount

    async def look_first(self) -> int:
        """What was not posted by then may have been since, so it is looked for first; returns how many."""
        unsaid = update(answers).where(answers.c.message_id.is_(None))
        said = await self._sql.execute(unsaid.values(attempted_at=answers.c.created_at))
        hidden = update(announcements).where(announcements.c.message_id.is_(None))
        shown = await self._sql.execute(hidden.values(attempted_at=_asked_at(), version=announcements.c.version + 1))
        return said.rowcount + shown.rowcount

    async def unanswered(self, suffix: str, within: timedelta) -> Sequence[Answer]:
        """Answers whose key has this suffix, where the key without it is neither a request's nor another answer's.

        Only those that were written so shortly before the newest delivery: of older ones nothing came.
        """
        newest = (await self._sql.execute(select(func.max(deliveries.c.received_at)))).scalar_one()
        if newest is None:
            return ()
        key = func.substr(answers.c.natural_key, 1, func.length(answers.c.natural_key) - len(suffix))
        other = answers.alias()
        statement = (
            select(answers)
            .where(answers.c.natural_key.endswith(suffix, autoescape=True), answers.c.created_at > newest - within)
            .where(~exists().where(other.c.natural_key == key), ~exists().where(requests.c.origin_key == key))
            .order_by(answers.c.id)
        )
        return [stored(row) for row in await self._sql.execute(statement)]


def _asked_at() -> ScalarSelect[datetime]:
    return select(func.max(requests.c.created_at)).where(requests.c.id == announcements.c.request_id).scalar_subquery()
