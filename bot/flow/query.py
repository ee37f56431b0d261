"""Owns the answers to questions: nothing outside changes by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, assert_never

from bot.errors import NotFound
from bot.flow.answer import Asker, Reply
from bot.flow.authorize import Authorize, Question
from bot.flow.here import meant
from bot.flow.ports import Mint, Unit, Units, Workflows
from bot.flow.read_logs import ReadLogs
from bot.flow.rerun import RunAgain
from bot.model import intent as intents
from bot.model.command import Command, Problem, Surface
from bot.model.decision import Decision, Denied
from bot.model.intent import Dispatch, Intent, Query, Rerun
from bot.model.message import Message
from bot.model.origin import Origin, SlackOrigin
from bot.model.people import Person, Role
from bot.model.repository import Repository
from bot.model.request import Request
from bot.rules import explain, inputs, parse, policy, refuse
from bot.rules.nearest import nearest
from bot.rules.understand import understand

NEWEST: Final = 10
"""How many requests a list shows."""

LISTED_WORKFLOWS: Final = 20
"""How many workflow files `help run` reads to show their usage."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Answers a `Query`, after the person's right was judged."""

    units: Units
    catalog: Mapping[str, Command]
    workflows: Workflows
    authorize: Authorize
    read_logs: ReadLogs
    rerun: RunAgain
    reply: Reply
    mint: Mint

    async def __call__(self, asker: Asker, query: Query, role: Role) -> None:
        """Answer where they asked. Raises `UpstreamError` when GitHub is needed and does not answer."""
        await self.reply(asker, await self._answer(asker, query, role), action="query_answered")

    async def _answer(self, asker: Asker, query: Query, role: Role) -> Message:
        repository = asker.target.repository
        match query.question:
            case intents.Question.HELP:
                return await self.help(query.arguments.get("command"), _surface(asker), repository, role)
            case intents.Question.STATUS:
                return await self._status(asker, query.arguments.get("request"))
            case intents.Question.RUNS:
                async with self.units.read() as unit:
                    newest = await unit.requests.of_repository(repository.connection, repository.id, NEWEST)
                return await self._listed("runs_answered", repository, newest)
            case intents.Question.EXPLAIN:
                return await self._explain(asker, query.arguments["line"])
            case intents.Question.WHOAMI:
                return who(asker.person, asker.origin, repository, role)
            case intents.Question.LOGS:
                return await self.read_logs(asker, query.arguments.get("request"))
            case _:
                assert_never(query.question)

    async def help(
        self, name: str | None, surface: Surface, repository: Repository | None = None, role: Role | None = None
    ) -> Message:
        """The list, or one command. Without a repository nobody's right is judged, so nothing is dimmed."""
        if name is None:
            listed = [
                {
                    "usage": f"/{command.usage}",
                    "summary": command.summary,
                    "allowed": role is None or role >= command.permission,
                    "needs": command.permission.label,
                }
                for command in self.catalog.values()
                if surface in command.where
            ]
            return Message(name="help_answered", fields={"commands": listed, "role": role.label if role else None})
        command = self.catalog.get(name.lstrip("/").lower())
        if command is None:
            close = nearest(name, self.catalog)
            sentence = f"There is no command {name}."
            return refuse.misheard(
                Problem(sentence=sentence, usage="/help [command]", nearest=f"/help {close}" if close else None)
            )
        return Message(
            name="command_help_answered",
            fields={
                "usage": f"/{command.usage}",
                "summary": command.summary,
                "arguments": command.arguments,
                "needs": command.permission.label,
                "allowed": None if role is None else role >= command.permission,
                "examples": [f"/{example}" for example in command.examples],
                "workflows": await self._usages(repository) if command.open_ended and repository else [],
            },
        )

    async def _usages(self, repository: Repository) -> list[str]:
        """A copy-ready line for each workflow file that can be dispatched."""
        usages = []
        for file in list(await self.workflows.names(repository))[:LISTED_WORKFLOWS]:
            try:
                workflow = await self.workflows.read(repository, file)
            except NotFound:
                continue
            if workflow.dispatchable and workflow.problem is None:
                usages.append(inputs.usage_of(workflow, file))
        return usages

    async def _status(self, asker: Asker, code: str | None) -> Message:
        async with self.units.read() as unit:
            found = await meant(unit, asker, code, NEWEST)
        if code is not None and not found:
            sentence = f"There is no request {code.upper()} in this repository."
            return refuse.misheard(Problem(sentence=sentence, usage="/status [request]", nearest="/runs"))
        return await self._listed("status_answered", asker.target.repository, found)

    async def _listed(self, name: str, repository: Repository, requests: Sequence[Request]) -> Message:
        async with self.units.read() as unit:
            server_url = (await unit.connections.get(repository.connection)).server_url
            rows = [await row(unit, request) for request in requests]
        fields = {"requests": rows, "repository": repository.full_name, "server_url": server_url}
        return Message(name=name, fields=fields)

    async def _explain(self, asker: Asker, line: str) -> Message:
        heard = parse.parse(line, asker.origin, verbs=self.catalog.keys())
        if heard is None:
            sentence = "That is not a command."
            return refuse.misheard(Problem(sentence=sentence, usage="/explain <command ...>", nearest="/help"))
        meant = heard if isinstance(heard, Problem) else understand(self.catalog, heard)
        if isinstance(heard, Problem) or isinstance(meant, Problem):
            assert isinstance(meant, Problem)
            return refuse.misheard(meant)
        return explain.explained(
            _as_typed(asker, line), await self._judged(asker, self.catalog[heard.verb], meant, line)
        )

    async def _judged(self, asker: Asker, command: Command, meant: Intent, line: str) -> Decision:
        """Every gate that this intent would have to pass."""
        if isinstance(meant, Dispatch):
            question = Question(
                command=command,
                intent=meant,
                target=asker.target,
                account=asker.person.github,
                asked_at=asker.origin.created_at,
                key=self.mint.key(),
                line=line,
            )
            return (await self.authorize(question)).decision
        repository = asker.target.repository
        role = await self.authorize.role(repository, asker.person.github)
        login = asker.person.github.login
        gates = [policy.visible(role, login, repository.full_name)]
        if role is not None:
            gates.append(policy.role(role, command.permission, login, command.name))
        decision = policy.decide(gates)
        if isinstance(meant, Rerun) and not isinstance(decision, Denied):
            again = await self.rerun.judge(asker, command, meant)
            asked = {gate.name for gate in gates}
            return policy.decide([*gates, *(gate for gate in again.decision.gates if gate.name not in asked)])
        return decision


def who(person: Person, origin: Origin, repository: Repository | None = None, role: Role | None = None) -> Message:
    """Who somebody is to us, and what they may do in the repository if there is one."""
    fields = {
        "login": person.github.login,
        "github_id": person.github.id,
        "slack_user": origin.user if isinstance(origin, SlackOrigin) else None,
        "role": role.label if role is not None else None,
        "repository": repository.full_name if repository else None,
    }
    return Message(name="whoami_answered", fields=fields)


def _as_typed(asker: Asker, line: str) -> str:
    return asker.dialect.line(line) if asker.dialect else line


def _surface(asker: Asker) -> Surface:
    return Surface(asker.place.surface)


async def row(unit: Unit, request: Request) -> dict[str, Any]:
    """A request as a line of a list."""
    person = await unit.people.get(request.person)
    runs = await unit.runs.of_request(request.id)
    return {
        "code": request.code,
        "text": request.text,
        "state": request.state.value,
        "asked_by": person.github.login if person else "",
        "asked_at": request.created_at,
        "number": request.number,
        "url": runs[-1].url if runs else "",
        "note": request.note,
    }
