"""Owns what a command in Slack is about: the request it names, its thread's, the target typed, the channel's own.

What nobody may know answers like what is not there (T22): one text, the same moment, and the same question to GitHub.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from bot.errors import NotFound, Refused
from bot.flow.meet import Met
from bot.flow.ports import FindRepository, Permissions, Unit, Units
from bot.model.address import SLACK
from bot.model.decision import Denied
from bot.model.intent import Decide, Intent, Query, Question, Rerun, Use
from bot.model.message import Message
from bot.model.people import Role
from bot.model.repository import Repository, Target
from bot.model.request import Request
from bot.model.slack import Standing
from bot.rules import policy, refuse
from bot.rules.target import Named

ABOUT_REQUESTS: Final = (Question.STATUS, Question.LOGS)
ABOUT_IT: Final = re.compile(r"/(?:rerun(?: +failed)?|cancel|status|logs)")
"""Lines to explain that mean a request and do not name it."""
VISITORS = (Standing.GUEST, Standing.EXTERNAL)


@dataclass(frozen=True, slots=True)
class Aim:
    """Finds the target."""

    units: Units
    repositories: FindRepository
    permissions: Permissions
    github: UUID
    """The GitHub connection that names without a host mean."""

    async def __call__(self, met: Met, intent: Intent, named: Named | None) -> tuple[Target, Intent] | Message:
        """The target, and the intent with the thread's request filled in; else what to say. Raises `UpstreamError`."""
        async with self.units.read() as unit:
            code = request_of(intent)
            request = await unit.requests.by_code(code.upper()) if code else None
            if code is None and named is None:
                request = await self._of_thread(unit, met)
                intent = _naming(intent, request)
            known = await unit.repositories.get(request.connection, request.repository) if request else None
            bound = await self._bound(unit, met, intent)
        if code is not None and (request is None or not _same(known, named)):
            return await self._nowhere(met, named)
        if request is not None and known is not None:
            found = Target(repository=known, number=request.number, on_pull_request=request.on_pull_request)
        else:
            typed = await self._typed(intent, named, bound)
            if typed is None or isinstance(typed, Message):
                return typed or await self._nowhere(met, named)
            found = typed
        visitor = met.user.standing in VISITORS  # allowed here for the channel's repository, and no other exists (T21)
        return _missing(met) if visitor and not met.about(found.repository) else (found, intent)

    async def _typed(self, intent: Intent, named: Named | None, bound: Repository | None) -> Target | Message | None:
        """None when there is no such repository."""
        repository = bound
        if named is not None and named.name is not None:
            owner, _, name = named.name.partition("/")
            repository = await self.repositories.find(self.github, owner, name)
            if repository is None:
                return None
        if repository is None:
            return _unnamed(intent)
        number = named.number if named is not None else None
        # In Slack a number is a pull request's: that of an issue is refused later, before anything runs on its behalf.
        return Target(repository=repository, number=number, on_pull_request=number is not None)

    async def _nowhere(self, met: Met, named: Named | None) -> Message:
        """Not there. Of a hidden one GitHub is asked what they may do in it, so here it is asked about another one, of
        the same owner where there is one: else what waits while GitHub does not say it would be what is hidden.
        """
        assert met.person is not None
        if met.user.standing not in VISITORS:  # for them nothing is asked
            owner = (named.name or "").partition("/")[0] if named is not None else ""
            async with self.units.read() as unit:
                another = await unit.repositories.another(self.github, owner)
            if another is not None:
                with contextlib.suppress(Refused, NotFound):
                    await self.permissions.role(another, met.person.github, fresh=True)
        return _missing(met)

    async def _of_thread(self, unit: Unit, met: Met) -> Request | None:
        origin = met.origin
        if origin.thread is None:
            return None
        shown = await unit.requests.shown_as(SLACK, origin.connection, origin.channel, origin.thread)
        if shown is not None:
            return shown
        within = await unit.requests.of_place(f"{origin.connection}:{origin.channel}:{origin.thread}:", 1)
        return within[0] if within else None

    async def _bound(self, unit: Unit, met: Met, intent: Intent) -> Repository | None:
        """The channel's; a paused one can still be taken away."""
        bound = met.binding if isinstance(intent, Use) and intent.remove else met.bound
        return await unit.repositories.get(bound.github, bound.repository) if bound else None


def request_of(intent: Intent) -> str | None:
    """The code of the request that the intent names."""
    match intent:
        case Decide() | Rerun():
            return intent.request
        case Query(question=question) if question in ABOUT_REQUESTS:
            return intent.arguments.get("request")
        case _:
            return None


def _naming(intent: Intent, request: Request | None) -> Intent:
    """In a request's thread, "it" is that request."""
    if request is None:
        return intent
    match intent:
        case Decide() | Rerun():
            return replace(intent, request=request.code)
        case Query(question=question) if question in ABOUT_REQUESTS:
            return replace(intent, arguments={**intent.arguments, "request": request.code})
        case Query(question=Question.EXPLAIN, arguments={"line": line}) if ABOUT_IT.fullmatch(line):
            return replace(intent, arguments={**intent.arguments, "line": f"{line} {request.code}"})
        case _:
            return intent


def _same(known: Repository | None, named: Named | None) -> bool:
    """A repository typed beside a code has to be that request's."""
    if known is None:
        return False
    return named is None or named.name is None or named.name.casefold() == known.full_name.casefold()


def _missing(met: Met) -> Message:
    """As for a repository that the person can not see."""
    assert met.person is not None
    nowhere = policy.decide([policy.visible(Role.NONE, met.person.github.login, "it")])
    assert isinstance(nowhere, Denied)
    return refuse.refusal("", nowhere)


def _unnamed(intent: Intent) -> Message:
    if isinstance(intent, Use) and intent.remove:
        sentence = "This channel has no repository of its own, so there is nothing to take away."
        return Message(name="use_answered", fields={"sentence": sentence, "repository": None})
    return Message(name="target_unnamed", fields={})
