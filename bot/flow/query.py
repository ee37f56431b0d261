"""Owns the answers to questions: nothing outside changes by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from bot.errors import NotFound
from bot.flow.answer import Asker, Reply
from bot.flow.authorize import Authorize, Question
from bot.flow.ports import Mint, Units, Workflows
from bot.model import intent as intents
from bot.model.command import Command, Problem
from bot.model.intent import Dispatch, Query
from bot.model.message import Message
from bot.model.people import Role
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
    reply: Reply
    mint: Mint

    async def __call__(self, repository: Repository, asker: Asker, query: Query, role: Role) -> None:
        """Answer in the thread. Raises `UpstreamError` when GitHub is needed and does not answer."""
        await self.reply(asker, await self._answer(repository, asker, query, role), action="query_answered")

    async def _answer(self, repository: Repository, asker: Asker, query: Query, role: Role) -> Message:
        match query.question:
            case intents.Question.HELP:
                return await self._help(repository, query.arguments.get("command"), role)
            case intents.Question.STATUS:
                return await self._status(repository, asker, query.arguments.get("request"))
            case intents.Question.RUNS:
                async with self.units.read() as unit:
                    newest = await unit.requests.of_repository(repository.connection, repository.id, NEWEST)
                return await self._listed("runs_answered", repository, newest)
            case intents.Question.EXPLAIN:
                return await self._explain(repository, asker, query.arguments["line"])
            case intents.Question.WHOAMI:
                fields = {"login": asker.person.github.login, "github_id": asker.person.github.id, "role": role.label}
                return Message(name="whoami_answered", fields={**fields, "repository": repository.full_name})
            case _:
                assert_never(query.question)

    async def _help(self, repository: Repository, name: str | None, role: Role) -> Message:
        if name is None:
            listed = [
                {
                    "usage": f"/{command.usage}",
                    "summary": command.summary,
                    "allowed": role >= command.permission,
                    "needs": command.permission.label,
                }
                for command in self.catalog.values()
            ]
            return Message(name="help_answered", fields={"commands": listed, "role": role.label})
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
                "allowed": role >= command.permission,
                "examples": [f"/{example}" for example in command.examples],
                "workflows": await self._usages(repository) if command.open_ended else [],
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

    async def _status(self, repository: Repository, asker: Asker, code: str | None) -> Message:
        async with self.units.read() as unit:
            if code is None:
                number = asker.origin.number
                found = await unit.requests.of_thread(repository.connection, repository.id, number, NEWEST)
            else:
                named = await unit.requests.by_code(code.upper())
                here = named is not None and (named.connection, named.repository) == (
                    repository.connection,
                    repository.id,
                )
                found = [named] if named is not None and here else []
        if code is not None and not found:
            sentence = f"There is no request {code.upper()} in this repository."
            return refuse.misheard(Problem(sentence=sentence, usage="/status [request]", nearest="/runs"))
        return await self._listed("status_answered", repository, found)

    async def _listed(self, name: str, repository: Repository, requests: Sequence[Request]) -> Message:
        rows = []
        async with self.units.read() as unit:
            server_url = (await unit.connections.get(repository.connection)).server_url
            for request in requests:
                person = await unit.people.get(request.person)
                runs = await unit.runs.of_request(request.id)
                rows.append(
                    {
                        "code": request.code,
                        "text": request.text,
                        "state": request.state.value,
                        "asked_by": person.github.login if person else "",
                        "asked_at": request.created_at,
                        "number": request.origin.number,
                        "url": runs[-1].url if runs else "",
                        "note": request.note,
                    }
                )
        fields = {"requests": rows, "repository": repository.full_name, "server_url": server_url}
        return Message(name=name, fields=fields)

    async def _explain(self, repository: Repository, asker: Asker, line: str) -> Message:
        heard = parse.parse(line, asker.origin, verbs=self.catalog.keys())
        if heard is None:
            sentence = "That is not a command."
            return refuse.misheard(Problem(sentence=sentence, usage="/explain <command ...>", nearest="/help"))
        meant = heard if isinstance(heard, Problem) else understand(self.catalog, heard)
        if isinstance(heard, Problem) or isinstance(meant, Problem):
            assert isinstance(meant, Problem)
            return refuse.misheard(meant)
        command = self.catalog[heard.verb]
        if isinstance(meant, Dispatch):
            question = Question(
                command=command,
                intent=meant,
                repository=repository,
                account=asker.person.github,
                origin=asker.origin,
                key=self.mint.key(),
                text=line,
            )
            return explain.explained(line, (await self.authorize(question)).decision)
        role = await self.authorize.role(repository, asker.person.github)
        login = asker.person.github.login
        gates = [policy.visible(role, login, repository.full_name)]
        if role is not None:
            gates.append(policy.role(role, command.permission, login, command.name))
        return explain.explained(line, policy.decide(gates))
