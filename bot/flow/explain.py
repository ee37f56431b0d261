"""Owns judging a line without acting on it, for whoever typed it, or for somebody else when an admin asks (T22)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.errors import NotFound, Refused, UpstreamError
from bot.flow.answer import Asker
from bot.flow.authorize import Authorize, Question
from bot.flow.catalogs import Catalogs
from bot.flow.ports import Accounts, Environments, Mint, SlackUsers, Units
from bot.flow.rerun import RunAgain
from bot.flow.rollback import RollBack
from bot.flow.trust import SayTrust
from bot.model.command import Command, ParsedCommand, Problem
from bot.model.decision import Decision, Denied, Gate, Reason
from bot.model.intent import Dispatch, Intent, Rerun, Rollback, Trust
from bot.model.message import Message
from bot.model.origin import Origin, SlackOrigin
from bot.model.people import GitHubAccount, Role
from bot.rules import explain as words
from bot.rules import parse, policy, refuse
from bot.rules.explain import Verdict, Whom
from bot.rules.gates.where import place_of
from bot.rules.understand import understand


@dataclass(frozen=True, slots=True)
class Explain:
    """Answers `explain`. Raises `UpstreamError` when GitHub is needed and does not answer."""

    units: Units
    catalogs: Catalogs
    authorize: Authorize
    accounts: Accounts
    users: SlackUsers | None
    """None while Slack is not configured."""
    rerun: RunAgain
    rollback: RollBack
    trust: SayTrust
    environments: Environments
    mint: Mint

    async def __call__(self, asker: Asker, line: str, whom: Whom | None = None) -> Message:
        """Every gate that `line` would have to pass, open or shut."""
        judged, login = asker, None
        if whom is not None:
            found = await self._somebody(asker, whom)
            if isinstance(found, Message):
                return found
            judged, login = replace(asker, person=replace(asker.person, github=found)), found.login
        catalog = await self.catalogs.of(asker.target.repository)
        message = await self._explained(judged, catalog.commands, line, login)
        return replace(message, remarks=catalog.effective.remarks)

    async def _explained(self, asker: Asker, commands: Mapping[str, Command], line: str, login: str | None) -> Message:
        heard = _heard(line, asker.origin, commands)
        meant = heard if isinstance(heard, Problem) else understand(commands, heard)
        if isinstance(heard, Problem) or isinstance(meant, Problem):
            assert isinstance(meant, Problem)
            return refuse.misheard(words.explaining(meant))
        verdict = await self._judged(asker, commands[heard.verb], meant, line)
        typed = asker.dialect.line(line) if asker.dialect else line
        return words.explained(typed, login, verdict, asker.target.repository.full_name)

    async def _judged(self, asker: Asker, command: Command, meant: Intent, line: str) -> Verdict:
        if isinstance(meant, Dispatch):
            question = Question(
                command=command,
                intent=meant,
                target=asker.target,
                account=asker.person.github,
                asked_at=asker.origin.created_at,
                key=self.mint.key(),
                line=line,
                where=place_of(asker.origin),
                everything=True,
            )
            judged = await self.authorize(question)
            return Verdict(
                decision=judged.decision,
                bound=judged.bound,
                enforced=await self._enforced(asker, judged.bound.environment if judged.bound else None),
                workflow=judged.workflow,
                pin=judged.pin,
                inputs=judged.inputs,
            )
        return await self._by_role(asker, command, meant)

    async def _enforced(self, asker: Asker, environment: str | None) -> bool | None:
        """Whether nobody gets past us there (T3). What GitHub does not tell changes nothing of what is judged."""
        if environment is None:
            return None
        try:
            return await self.environments.enforced(asker.target.repository, environment)
        except UpstreamError:
            return None

    async def _by_role(self, asker: Asker, command: Command, meant: Intent) -> Verdict:
        """Everything else asks for a role, a rerun for what the first request asked for, trust for a fork's head."""
        repository, account = asker.target.repository, asker.person.github
        role = await self.authorize.role(repository, account)
        gates = [policy.visible(role, account.login, repository.full_name)]
        if role is not None:
            gates.append(policy.role(role, policy.needed(command, meant), account.login, command.name))
        decision = policy.decide(gates)
        if isinstance(meant, Rerun | Rollback) and not isinstance(decision, Denied):
            found = await self._once_more(asker, command, meant)
            judged = {gate.name for gate in found.gates}
            decision = policy.decide([*(gate for gate in gates if gate.name not in judged), *found.gates])
        if isinstance(meant, Trust) and not isinstance(decision, Denied):
            word = await self.trust.judge(asker, meant)
            decision = policy.decide([*gates, *word.decision.gates])
        return Verdict(decision=decision, inputs={})

    async def _once_more(self, asker: Asker, command: Command, meant: Rerun | Rollback) -> Decision:
        if isinstance(meant, Rerun):
            return (await self.rerun.judge(asker, command, meant)).decision
        return (await self.rollback.judge(asker, command, meant)).decision

    async def _somebody(self, asker: Asker, whom: Whom) -> GitHubAccount | Message:
        """The account that is meant; only admins learn anything of somebody else's rights, or whether they exist."""
        mine = asker.person.github
        if whom.login is not None and whom.login.casefold() == mine.login.casefold():
            return mine
        role = await self.authorize.role(asker.target.repository, mine)
        shut = policy.decide([policy.visible(role, mine.login, asker.target.repository.full_name), _admin(role, mine)])
        if isinstance(shut, Denied):
            return refuse.refusal(asker.text, shut)
        found = await self._account(asker, whom)
        return found or refuse.misheard(
            Problem(
                sentence=f"GitHub knows nobody called {whom.login}."
                if whom.login
                else "Nobody knows the GitHub account of that Slack user.",
                usage="/explain <command ...> [as @<GitHub login>]",
            )
        )

    async def _account(self, asker: Asker, whom: Whom) -> GitHubAccount | None:
        if whom.login is not None:
            return await self.accounts.by_login(asker.target.repository, whom.login)
        if self.users is None or whom.slack_user is None or not isinstance(asker.origin, SlackOrigin):
            return None
        try:
            user = await self.users.get(asker.origin.connection, whom.slack_user)
        except (NotFound, Refused):
            return None
        async with self.units.read() as unit:
            person = await unit.people.by_slack(user.account)
        return person.github if person else None


def _heard(line: str, origin: Origin, commands: Mapping[str, Command]) -> ParsedCommand | Problem:
    """What is asked about. Somebody asked us, so a verb that nobody knows is answered, as behind `/ops`."""
    heard = parse.parse(line, origin, verbs=commands.keys())
    heard = heard or parse.parse(f"/ops {line.lstrip('/ ')}", origin, verbs=commands.keys())
    return heard or Problem(sentence="Name the command to explain.", usage="/explain <command ...> [as @<login>]")


def _admin(role: Role | None, account: GitHubAccount) -> Gate:
    """What somebody else may do is for admins to know (T22)."""
    has = role or Role.NONE
    passed = has >= Role.ADMIN
    return Gate(
        name="role",
        passed=passed,
        seen=f"{account.login} has the role {has.label}, and asking for somebody else needs admin",
        reason=None if passed else Reason.PERMISSION,
        next_step="" if passed else "Leave out the part with as, or ask an admin of the repository.",
    )
