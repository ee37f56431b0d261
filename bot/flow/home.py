"""Owns what the Home tab shows: who you are to us, and your newest requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.errors import NotFound, Refused
from bot.flow.ports import Render, SlackUsers, SlackViews, Units
from bot.flow.query import row
from bot.model.inbound import HomeOpened
from bot.model.message import Button, ButtonStyle, Message
from bot.model.people import Person
from bot.rules import linking

NEWEST: Final = 10
TIPS: Final = (
    ("run owner/repo#7 deploy.yml", "starts a workflow on a pull request."),
    ("use owner/repo", "makes a repository a channel's own."),
    ("help", "shows everything that can be typed."),
)


@dataclass(frozen=True, slots=True)
class ShowHome:
    """Draws the Home tab of one person."""

    units: Units
    users: SlackUsers
    views: SlackViews
    render: Render
    command: str

    async def __call__(self, opened: HomeOpened) -> None:
        """Draw it as things are now. Raises `UpstreamError`."""
        try:
            user = await self.users.get(opened.connection, opened.user)
        except (Refused, NotFound):
            return
        async with self.units.read() as unit:
            person = await unit.people.by_slack(user.account)
        message = await self._message(person, opened)
        await self.views.show_home(opened.connection, opened.user, self.render.slack(message))

    async def _message(self, person: Person | None, opened: HomeOpened) -> Message:
        rows = []
        async with self.units.read() as unit:
            for request in await unit.requests.of_person(person.id, NEWEST) if person else ():
                repository = await unit.repositories.get(request.connection, request.repository)
                rows.append({**await row(unit, request), "repository": repository.full_name if repository else ""})
            server_url = (await unit.connections.get(person.github.connection)).server_url if person else ""
        fields = {
            "linked": person is not None,
            "github_login": person.github.login if person else None,
            "slack_user": opened.user,
            "requests": rows,
            "server_url": server_url,
            "minutes": linking.minutes(),
            "tips": [{"line": f"{self.command} {words}", "does": does} for words, does in TIPS] if person else [],
        }
        run = Button(action="run_form", label="Run a command", style=ButtonStyle.PRIMARY)
        link = Button(action="link_begin", label="Link my GitHub account", style=ButtonStyle.PRIMARY)
        return Message(name="home_shown", fields=fields, buttons=(run,) if person else (link,))
