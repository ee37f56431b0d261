"""Owns the question that ends the way through the browser: both accounts are named, and one yes links them (T5)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.errors import Conflict, UpstreamError
from bot.flow.link import Linking, digest
from bot.flow.link_attempt import Attempts, Stopped, Why, upstream
from bot.flow.ports import Clock, Mint, SlackUsers, Units
from bot.model.address import SlackPlace
from bot.model.link import LinkAttempt
from bot.model.people import GitHubAccount
from bot.model.slack import SlackUser
from bot.rules import linking


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What the person says yes to, and what is still to be proven before."""

    attempt: LinkAttempt
    github: GitHubAccount | None
    """None: first sign in to GitHub."""
    slack_first: bool
    """Whether this browser has to sign in to Slack before."""
    server_url: str
    """The GitHub host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The person said yes."""

    review: Review
    code: str | None
    """To be typed in Slack; None when the accounts are linked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """Asks, and acts on the answer. Every step raises `Stopped`."""

    units: Units
    attempts: Attempts
    linking: Linking
    users: SlackUsers
    slack_signs_in: bool
    """Whether people can sign in to Slack here; otherwise a code proves the Slack user."""
    clock: Clock
    mint: Mint

    async def review(self, secret: str) -> Review:
        """Both accounts, for the page that asks; `OBJECTION` when they can not be linked."""
        attempt = await self.attempts.of_browser(secret)
        user = await self._user(attempt)
        return await self._review(attempt, user)

    async def confirm(self, seen: Review) -> Done:
        """The person said yes to what they saw: link, or make the code that the Slack user has to type."""
        if seen.github is None or seen.slack_first:
            raise Stopped(Why.CHANGED)
        user = await self._user(seen.attempt)
        try:
            if seen.attempt.slack_proven:
                await self._link(seen.attempt, user)
                return Done(review=seen, code=None)
            return Done(review=seen, code=await self._code(seen.attempt))
        except Conflict as error:
            raise Stopped(Why.CHANGED) from error

    async def _user(self, attempt: LinkAttempt) -> SlackUser:
        """The Slack user as they are now: somebody may have been deactivated meanwhile."""
        try:
            user = await self.users.get(attempt.slack.connection, attempt.slack.user)
        except UpstreamError as error:
            raise upstream(error, "Slack") from error
        if user.account.home != attempt.slack.home:
            raise Stopped(Why.REFUSED, service="Slack")
        return user

    async def _review(self, attempt: LinkAttempt, user: SlackUser) -> Review:
        async with self.units.read() as unit:
            refused = await self.linking.objection(unit, attempt, user)
            host = await unit.connections.get(attempt.github_connection)
        if refused is not None:
            raise Stopped(Why.OBJECTION, objection=refused)
        return Review(
            attempt=attempt,
            github=attempt.github,
            slack_first=self.slack_signs_in and linking.signs_in(user) and not attempt.slack_proven,
            server_url=host.server_url,
        )

    async def _link(self, attempt: LinkAttempt, user: SlackUser) -> None:
        assert attempt.github is not None
        async with self.units.write() as unit:
            current = await unit.link_attempts.save(replace(attempt, confirmed_at=self.clock.now()))
            refused = await self.linking.join(unit, current, user, method="browser")
            if refused is None:
                place = SlackPlace(connection=attempt.slack.connection, channel="", only_for=attempt.slack.user)
                message = await self.linking.finished(unit, attempt.slack, attempt.github)
                await self.linking.reply.tell(unit, place, message, key=f"link_finished:{attempt.id}")
        if refused is not None:
            raise Stopped(Why.OBJECTION, objection=refused)

    async def _code(self, attempt: LinkAttempt) -> str:
        code = self.mint.secret_code()
        hashed = digest(linking.plain_code(code), "code")
        async with self.units.write() as unit:
            await unit.link_attempts.save(replace(attempt, code_hash=hashed, confirmed_at=self.clock.now()))
        return code
