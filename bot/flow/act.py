"""Owns the step from an understood command to what happens: every intent passes here, whichever surface it came from.

So permission can not be forgotten by a command: a command only proposes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, assert_never

from bot.errors import BotError, NotFound, Refused
from bot.flow.answer import Asker, Reply
from bot.flow.cancel import Cancel
from bot.flow.confirm import ConfirmConfig
from bot.flow.lock import TakeLock
from bot.flow.maintenance import Maintenance
from bot.flow.open import Open
from bot.flow.patience import Away
from bot.flow.ports import Permissions, Units
from bot.flow.query import Ask
from bot.flow.rerun import RunAgain
from bot.flow.rollback import RollBack
from bot.flow.trust import SayTrust
from bot.flow.unlock import TakeAway
from bot.flow.use import Bind
from bot.flow.vote import SayYesOrNo
from bot.model.command import Command, Problem
from bot.model.decision import Denied, Reason
from bot.model.intent import (
    Confirm,
    Decide,
    Dispatch,
    Intent,
    Link,
    Lock,
    Query,
    Rerun,
    Rollback,
    Trust,
    Unlock,
    Use,
    Verdict,
)
from bot.model.message import Message
from bot.model.people import Role
from bot.rules import floods, policy, refuse

LATELY: Final = 20
"""Among how many of somebody's requests one is looked for that was allowed."""

Permitted = Rerun | Rollback | Decide | Use | Trust | Confirm | Lock | Unlock
"""Intents for which a role is needed, which is asked for afresh (T28)."""


@dataclass(frozen=True, slots=True)
class Act:
    """Judges what can be judged from the role alone, and hands the intent to its step."""

    units: Units
    permissions: Permissions
    open: Open
    rerun: RunAgain
    rollback: RollBack
    cancel: Cancel
    vote: SayYesOrNo
    trust: SayTrust
    confirm: ConfirmConfig
    lock: TakeLock
    unlock: TakeAway
    ask: Ask
    bind: Bind | None
    """None while Slack is not configured: only channels are bound."""
    reply: Reply
    maintenance: Maintenance

    async def __call__(self, asker: Asker, command: Command, intent: Intent) -> None:
        """Act on the intent, or tell the person why not.

        Raises an `UpstreamError` that another try may help; what would start a run is kept before that, as waiting.
        """
        try:
            await self._act(asker, command, intent)
        except Away:
            if isinstance(intent, Dispatch):
                await self.open.wait(asker, command, intent)
            elif isinstance(intent, Rerun):
                await self.rerun.wait(asker, command, intent)
            elif isinstance(intent, Rollback):
                await self.rollback.wait(asker, command, intent)
            raise
        except (Refused, NotFound) as error:
            # Asking again would change nothing, so the person hears it now and not after the last attempt.
            message = refuse.refusal(asker.text, policy.refused_upstream(str(error)))
            await self.refuse(asker, message, Reason.UPSTREAM_REFUSED)

    async def _act(self, asker: Asker, command: Command, intent: Intent) -> None:
        shut = await self.maintenance.refuses(intent)
        if shut is not None:
            return await self.refuse(asker, refuse.refusal(asker.text, shut), shut.reason)
        match intent:
            case Dispatch():
                await self.open(asker, command, intent)
            case Query():
                role = await self._allowed(asker, command, intent, fresh=False)
                if role is not None:
                    await self.ask(asker, intent, role)
            case Decide(verdict=Verdict.CANCEL) if await self.cancel.takes_back(asker, intent):
                await self.cancel(asker, intent)
            case Link():
                raise BotError("Linking is about the person alone; it never gets as far as a repository.")
            case _:
                if await self._allowed(asker, command, intent, fresh=True) is not None:
                    await self._do(asker, command, intent)

    async def _do(self, asker: Asker, command: Command, intent: Permitted) -> None:
        """What the person's role allows; what else hangs on it is judged by the step itself."""
        match intent:
            case Rerun():
                await self.rerun(asker, command, intent)
            case Rollback():
                await self.rollback(asker, command, intent)
            case Decide(verdict=Verdict.CANCEL):
                await self.cancel(asker, intent)
            case Decide():
                await self.vote(asker, intent)
            case Use():
                assert self.bind is not None
                await self.bind(asker, intent)
            case Trust():
                await self.trust(asker, intent)
            case Confirm():
                await self.confirm(asker, intent)
            case Lock():
                await self.lock(asker, intent)
            case Unlock():
                await self.unlock(asker, intent)
            case _:
                assert_never(intent)

    async def misheard(self, asker: Asker, problem: Problem) -> None:
        """Say what was wrong, to people who can see the repository."""
        await self.refuse(asker, refuse.misheard(problem), Reason.ARGUMENTS)

    async def refuse(self, asker: Asker, message: Message, reason: Reason) -> None:
        """Say it to people who can see the repository; for all others it is not there, whatever they do (T22)."""
        role = await self.role(asker, fresh=False)
        decision = policy.decide([policy.visible(role, asker.person.github.login, _name(asker))])
        if isinstance(decision, Denied):
            message, reason = refuse.refusal(asker.text, decision), decision.reason
        await self.reply(asker, message, action="command_refused", reason=reason)

    async def within_bounds(self, asker: Asker, recent: int) -> bool:
        """Whether a person who typed `recent` commands lately may have one more answer (T26)."""
        if recent < floods.WITHOUT_WRITE:
            return True
        try:
            role = await self.role(asker, fresh=False)
        except Away:
            # Nobody is judged by that, only whether they are told that it waits.
            if not await self._ran_before(asker):
                raise
            role = Role.WRITE
        return role is not None and recent < floods.most(role)

    async def _ran_before(self, asker: Asker) -> bool:
        """Whether this person was allowed to run something here lately."""
        here = asker.target.repository
        async with self.units.read() as unit:
            newest = await unit.requests.of_person(asker.person.id, LATELY)
        judged = [request for request in newest if request.judged_at is not None]
        return any((request.connection, request.repository) == (here.connection, here.id) for request in judged)

    async def role(self, asker: Asker, *, fresh: bool) -> Role | None:
        """The person's role; None when GitHub's answer was about somebody else, which is never a yes (T8)."""
        try:
            return await self.permissions.role(asker.target.repository, asker.person.github, fresh=fresh)
        except (Refused, NotFound):
            return None

    async def _allowed(self, asker: Asker, command: Command, intent: Intent, *, fresh: bool) -> Role | None:
        """The person's role when it is enough for the command; otherwise they are told, and it is None."""
        role = await self.role(asker, fresh=fresh)
        login = asker.person.github.login
        gates = [policy.visible(role, login, _name(asker))]
        if role is not None:
            gates.append(policy.role(role, policy.needed(command, intent), login, command.name))
        decision = policy.decide(gates)
        if isinstance(decision, Denied):
            message = refuse.refusal(asker.text, decision)
            await self.reply(asker, message, action="command_refused", reason=decision.reason)
            return None
        return role


def _name(asker: Asker) -> str:
    return asker.target.repository.full_name
