"""Owns what the Home tab shows: who you are to us, and your newest requests where you still see the repository."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from bot.errors import NotFound, Refused
from bot.flow.ports import Permissions, Render, SlackUsers, SlackViews, Units
from bot.flow.query import row
from bot.model.inbound import HomeOpened
from bot.model.message import Button, ButtonStyle, Message
from bot.model.people import Person, Role
from bot.model.repository import Repository
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
    permissions: Permissions
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
        rows = await self._rows(person) if person else []
        async with self.units.read() as unit:
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

    async def _rows(self, person: Person) -> list[dict[str, Any]]:
        """The newest requests; who lost a repository learns nothing new about it, not even its name (T22)."""
        async with self.units.read() as unit:
            requests = await unit.requests.of_person(person.id, NEWEST)
            places = {(each.connection, each.repository) for each in requests}
            known = {place: await unit.repositories.get(*place) for place in places}
        names = {place: one.full_name for place, one in known.items() if one and await self._sees(person, one)}
        async with self.units.read() as unit:
            return [
                {**await row(unit, each), "repository": names[each.connection, each.repository]}
                for each in requests
                if (each.connection, each.repository) in names
            ]

    async def _sees(self, person: Person, repository: Repository) -> bool:
        try:
            return await self.permissions.role(repository, person.github, fresh=False) is not Role.NONE
        except Refused:
            return False
