"""Owns the answers to questions: nothing outside changes by them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, assert_never

from bot.flow.answer import Asker, Reply
from bot.flow.confirm import ShowConfig
from bot.flow.explain import Explain
from bot.flow.help import Help
from bot.flow.here import meant
from bot.flow.live import ShowLive
from bot.flow.ports import Clock, Unit, Units
from bot.flow.queue_note import in_the_queue
from bot.flow.read_logs import ReadLogs
from bot.model import intent as intents
from bot.model.command import Problem
from bot.model.intent import Query
from bot.model.message import Message
from bot.model.origin import Origin, SlackOrigin
from bot.model.people import Person, Role
from bot.model.repository import Repository
from bot.model.request import Request
from bot.rules import explain, lock_words, refuse

NEWEST: Final = 10
"""How many requests a list shows."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Answers a `Query`, after the person's right was judged."""

    units: Units
    help: Help
    explain: Explain
    read_logs: ReadLogs
    show_config: ShowConfig
    show_live: ShowLive
    reply: Reply
    clock: Clock

    async def __call__(self, asker: Asker, query: Query, role: Role) -> None:
        """Answer where they asked. Raises `UpstreamError` when GitHub is needed and does not answer."""
        await self.reply(asker, await self._answer(asker, query, role), action="query_answered")

    async def _answer(self, asker: Asker, query: Query, role: Role) -> Message:
        repository = asker.target.repository
        match query.question:
            case intents.Question.HELP:
                return await self.help(asker, query.arguments.get("command"), role)
            case intents.Question.STATUS:
                return await self._status(asker, query.arguments.get("request"))
            case intents.Question.RUNS:
                async with self.units.read() as unit:
                    newest = await unit.requests.of_repository(repository.connection, repository.id, NEWEST)
                return await self._listed("runs_answered", repository, newest)
            case intents.Question.EXPLAIN:
                return await self.explain(asker, *explain.split(query.arguments["line"]))
            case intents.Question.WHOAMI:
                return who(asker.person, asker.origin, repository, role)
            case intents.Question.LOGS:
                return await self.read_logs(asker, query.arguments.get("request"))
            case intents.Question.LOCKS:
                return await self._locks(repository)
            case intents.Question.ENVIRONMENTS:
                return await self.show_live(repository)
            case intents.Question.CONFIG:
                return await self.show_config(repository, asker.person.github)
            case _:
                assert_never(query.question)

    async def _status(self, asker: Asker, code: str | None) -> Message:
        async with self.units.read() as unit:
            found = await meant(unit, asker, code, NEWEST)
        if code is not None and not found:
            sentence = f"There is no request {code.upper()} in this repository."
            return refuse.misheard(Problem(sentence=sentence, usage="/status [request]", nearest="/runs"))
        return await self._listed("status_answered", asker.target.repository, found)

    async def _locks(self, repository: Repository) -> Message:
        now = self.clock.now()
        async with self.units.read() as unit:
            held = await unit.locks.held(repository.connection, repository.id)
            waiting = await unit.lock_queue.waiting(repository.connection, repository.id)
        return lock_words.listed(repository.full_name, held, waiting, now)

    async def _listed(self, name: str, repository: Repository, requests: Sequence[Request]) -> Message:
        async with self.units.read() as unit:
            server_url = (await unit.connections.get(repository.connection)).server_url
            rows = [await row(unit, await in_the_queue(unit, request, self.clock.now())) for request in requests]
        fields = {"requests": rows, "repository": repository.full_name, "server_url": server_url}
        return Message(name=name, fields=fields)


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
