"""Owns the posting of what is written once: answers and reactions."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bot.errors import NotFound, RateLimited, Refused, Unreachable
from bot.flow.answer import WAITS
from bot.flow.patience import Away, Patience
from bot.flow.ports import Clock, Comments, Units
from bot.flow.post import Post
from bot.model.address import GitHubThread
from bot.model.request import Answer

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PostAnswer:
    """The job `post_answer`: looks first, then posts."""

    units: Units
    post: Post
    clock: Clock
    patience: Patience
    grace: timedelta
    """How long what was sent may take to show."""

    async def __call__(self, payload: Mapping[str, Any]) -> datetime | None:
        """Post the answer that the payload names: at most once where others see it, else at least once.

        What only one person sees can not be looked for. To see it twice does no harm; not to see it would.
        """
        async with self.units.read() as unit:
            answer = await unit.answers.get(UUID(payload["answer"]))
        if answer is None or answer.message_id is not None or not answer.text:  # pruned: days too late to be said
            return None
        if answer.natural_key.endswith(WAITS) and isinstance(answer.address, GitHubThread):
            await self._now_or_never(answer)
            return None
        return await self.patience(self._post(answer), answer.created_at)

    async def _now_or_never(self, answer: Answer) -> None:
        """That GitHub does not answer can be said there only while a part of it does; afterwards it is not so.

        What may stand there all the same counts as said: to say it again would be to say it twice.
        """
        try:
            await self._post(answer)
        except Away as error:
            log.info("Nobody could be told that GitHub is away: %s", error, extra={"action": "wait_untold"})
            async with self.units.write(newest=True) as unit:
                if isinstance(error, Unreachable):
                    await unit.answers.posted(answer.id, "")
                await unit.answers.withdraw(answer.natural_key)

    async def _post(self, answer: Answer) -> datetime | None:
        posted = None
        if answer.attempted_at is not None and self.post.findable(answer.address):
            posted = await self.post.find(answer.address, answer.id, answer.created_at)
            shows_at = answer.attempted_at + self.grace
            if posted is None and self.clock.now() < shows_at:
                return shows_at
        if posted is None:
            posted = await self._create(answer)
        if posted is not None:
            # Seeing what is newest, it loses no race: what only one person sees would be said once more after one.
            async with self.units.write(newest=True) as unit:
                await unit.answers.posted(answer.id, posted)
        return None

    async def _create(self, answer: Answer) -> str | None:
        """None where a thread on GitHub is gone: nobody is left there who could read it."""
        await self._attempted(answer, self.clock.now())
        try:
            return await self.post.create(answer.address, answer.text, answer.id)
        except Unreachable:
            await self._attempted(answer, self.clock.now())
            raise
        except (RateLimited, Refused, NotFound) as error:  # a definite no: nothing stands there
            await self._attempted(answer, None)
            if not isinstance(error, NotFound) or not isinstance(answer.address, GitHubThread):
                raise
            log.info("An answer has no thread any more: %s", error, extra={"action": "thread_gone"})
            return None

    async def _attempted(self, answer: Answer, at: datetime | None) -> None:
        async with self.units.write(newest=True) as unit:
            await unit.answers.attempting(answer.id, at)


@dataclass(frozen=True, slots=True)
class React:
    """The job `react`."""

    units: Units
    comments: Comments
    patience: Patience

    async def __call__(self, payload: Mapping[str, Any]) -> datetime | None:
        """Put the reaction on the comment that the payload names; a second time changes nothing at GitHub."""
        asked_at = payload.get("asked_at")  # older payloads do not say
        work = self._react(payload)
        return await (self.patience(work, datetime.fromisoformat(asked_at)) if asked_at else work)

    async def _react(self, payload: Mapping[str, Any]) -> datetime | None:
        async with self.units.read() as unit:
            repository = await unit.repositories.get(UUID(payload["connection"]), payload["repository"])
        assert repository is not None
        try:
            await self.comments.react(repository, payload["comment"], payload["reaction"])
        except (NotFound, Refused) as error:
            # The comment was deleted or its thread locked. A reaction only says that we heard: an answer follows.
            log.info("A reaction is not wanted there: %s", error, extra={"action": "reaction_refused"})
        return None
