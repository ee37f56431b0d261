"""Owns trust in a fork's commits: somebody with write says so, takes it back, and is asked for again at each use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.errors import NotFound, Refused
from bot.flow.answer import Asker, Reply, note
from bot.flow.catalogs import Catalogs
from bot.flow.locate import Locate
from bot.flow.ports import Clock, Mint, Permissions, Units
from bot.model.command import Problem
from bot.model.config import Remember
from bot.model.decision import Decision, Denied, Gate
from bot.model.intent import Trust as TrustWanted
from bot.model.message import Message
from bot.model.people import Person, Role
from bot.model.repository import PullRequest, Repository
from bot.model.trust import Trust
from bot.rules import policy, refuse
from bot.rules import trust as rules
from bot.rules.gates import pull_request as about

REVOKE: Final = "/trust --revoke"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Whether trust may be said, or taken back."""

    decision: Decision
    pull_request: PullRequest | None
    """Whose head may be trusted; None where that was not looked at."""


@dataclass(frozen=True, slots=True)
class SayTrust:
    """Acts on `Trust`, after the person's right was judged afresh."""

    units: Units
    locate: Locate
    catalogs: Catalogs
    reply: Reply
    clock: Clock
    mint: Mint

    async def __call__(self, asker: Asker, intent: TrustWanted) -> None:
        """Trust the commit, or take back what was trusted, or tell the person why not. Raises `UpstreamError`."""
        word = await self.judge(asker, intent)
        if isinstance(word.decision, Denied):
            message = refuse.refusal(asker.text, word.decision)
            return await self.reply(asker, message, action="command_refused", reason=word.decision.reason)
        if intent.sha is None:
            return await self._take_back(asker)
        assert word.pull_request is not None
        await self._keep(asker, intent, word.pull_request)

    async def judge(self, asker: Asker, intent: TrustWanted) -> Word:
        """Whether it may be said, of whoever may do so at all. Raises `UpstreamError`."""
        gates = [rules.on_a_pull_request(asker.target)]
        if intent.sha is not None:
            gates.append(rules.typed_by_a_person(asker.origin))
        decision = policy.decide(gates)
        if intent.sha is None or isinstance(decision, Denied):
            return Word(decision=decision, pull_request=None)
        located = await self.locate(asker.target, None, asker.origin.created_at)
        if isinstance(located, Problem):
            return Word(decision=policy.decide([*gates, policy.arguments(located)]), pull_request=None)
        assert located.pull_request is not None  # that is what the target is
        gates += await self._gates(asker, intent, located.pull_request)
        gates.append(rules.the_head(intent.sha, located.pinned))
        return Word(decision=policy.decide(gates), pull_request=located.pull_request)

    async def _gates(self, asker: Asker, intent: TrustWanted, pull: PullRequest) -> Sequence[Gate]:
        account = asker.person.github
        config = (await self.catalogs.of(asker.target.repository)).effective.config
        mark = config.mark("trust", "remember")
        return (
            about.still_open(pull),
            rules.of_a_fork(pull),
            rules.somebody_else(pull, account=account.id, login=account.login),
            rules.may_be_remembered(_wanted(intent), allowed=config.remember_trust, rule=mark.words if mark else ""),
        )

    async def _keep(self, asker: Asker, intent: TrustWanted, pull: PullRequest) -> None:
        now = self.clock.now()
        trust = Trust(
            id=self.mint.id(),
            connection=asker.target.repository.connection,
            repository=asker.target.repository.id,
            pull_request=pull.number,
            sha=pull.head_sha,
            person=asker.person.id,
            remember=_wanted(intent),
            at=now,
        )
        async with self.units.write() as unit:
            if await self.reply.keep(unit, asker, _trusted(asker, trust)):
                await unit.trusts.add(trust)
                facts = {"pull_request": trust.pull_request, "sha": trust.sha, "remember": trust.remember.value}
                await note(unit, asker, action="fork_trusted", at=now, facts=facts)

    async def _take_back(self, asker: Asker) -> None:
        """All of it, whoever said it: to be careful needs nobody's leave but the right to be careless."""
        repository, number, now = asker.target.repository, asker.target.number, self.clock.now()
        assert number is not None
        async with self.units.write() as unit:
            trusts = await unit.trusts.of_pull_request(repository.connection, repository.id, number)
            if not await self.reply.keep(unit, asker, _taken_back(number, trusts)):
                return
            for trust in trusts:
                await unit.trusts.revoke(trust.id, asker.person.id, now)
            facts = {"pull_request": number, "trusts": [str(trust.id) for trust in trusts]}
            await note(unit, asker, action="fork_distrusted", at=now, facts=facts)


@dataclass(frozen=True, slots=True)
class TrustedBy:
    """Who trusts a fork's commit and may still say so."""

    units: Units
    permissions: Permissions
    catalogs: Catalogs
    clock: Clock

    async def __call__(self, repository: Repository, pull: PullRequest, sha: str) -> str | None:
        """The login of one of them; None when nobody does, or nobody of them has write now (T28).

        Raises `UpstreamError` when GitHub does not say so, and none was ever known of the configuration.
        """
        allowed, now = (await self.catalogs.of(repository)).effective.config.remember_trust, self.clock.now()
        async with self.units.read() as unit:
            said = await unit.trusts.of_pull_request(repository.connection, repository.id, pull.number)
            held = [trust for trust in said if rules.holds(trust, sha, allowed=allowed, now=now)]
            people = [await unit.people.get(person) for person in dict.fromkeys(trust.person for trust in held)]
        for person in people:
            if person is not None and await self._still_may(repository, pull, person):
                return person.github.login
        return None

    async def _still_may(self, repository: Repository, pull: PullRequest, person: Person) -> bool:
        """An answer that is about somebody else is no yes (T8); an account of another host has no right here (T24)."""
        account = person.github
        if account.connection != repository.connection or account.id == pull.author:
            return False
        try:
            return await self.permissions.role(repository, account, fresh=True) >= Role.WRITE
        except (Refused, NotFound):
            return False


def _wanted(intent: TrustWanted) -> Remember:
    return Remember.PR if intent.later_ones else Remember.SHA


def _trusted(asker: Asker, trust: Trust) -> Message:
    fields = {
        "login": asker.person.github.login,
        "number": trust.pull_request,
        "commit": trust.sha[:12],
        "later_ones": trust.remember is Remember.PR,
        "until": rules.until(trust.at),
        "usage": REVOKE,
        "taken_back": None,
    }
    return Message(name="trust_answered", fields=fields)


def _taken_back(number: int, trusts: Sequence[Trust]) -> Message:
    fields = {
        "login": None,
        "number": number,
        "commit": None,
        "later_ones": False,
        "until": None,
        "usage": None,
        "taken_back": len(trusts),
    }
    return Message(name="trust_answered", fields=fields)
