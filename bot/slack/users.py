"""Owns what Slack says about a person: their home, and whether they are a member, a guest, a stranger or a bot (T21).

https://docs.slack.dev/reference/objects/user-object
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec

from bot.clock import Clock
from bot.errors import Refused
from bot.model.slack import SlackAccount, SlackUser, Standing
from bot.slack.api import Identity, SlackApi, read
from bot.slack.clients import Clients
from bot.slack.memory import Memory

LIFETIME: Final = timedelta(seconds=60)

SLACKBOT: Final = "USLACKBOT"
"""Slack's own helper, which is not marked as a bot."""


class _Profile(msgspec.Struct):
    display_name: str | None = None
    real_name: str | None = None


class _EnterpriseUser(msgspec.Struct):
    enterprise_id: str | None = None
    teams: list[str] = []


class _User(msgspec.Struct):
    id: str
    team_id: str | None = None
    enterprise_id: str | None = None
    enterprise_user: _EnterpriseUser | None = None
    name: str | None = None
    profile: _Profile | None = None
    deleted: bool = False
    is_bot: bool = False
    is_workflow_bot: bool = False
    is_connector_bot: bool = False
    is_stranger: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False


class _Answer(msgspec.Struct):
    user: _User


class SlackUsers:
    """It satisfies `bot.flow.ports.SlackUsers`."""

    def __init__(self, clients: Clients, clock: Clock) -> None:
        """`clients` speak for the connections."""
        self._clients = clients
        self._clock = clock
        self._kept: Memory[SlackUser] = Memory(clock, LIFETIME)

    async def get(self, connection: UUID, user: str) -> SlackUser:
        """The user as Slack knows them now, at most a minute old.

        Raises `NotFound` for nobody, `Refused` when their home is not told or the answer is about somebody else, and
        what `SlackApi.call` raises: unknown is never a yes.
        """
        kept = self._kept.get((connection, user))
        if kept is not None:
            return kept
        api = self._clients.of(connection)
        return await api.once(("users.info", user), lambda: self._ask(api, user))

    async def _ask(self, api: SlackApi, user: str) -> SlackUser:
        asked_at = self._clock.now()
        ours = await api.identity()
        facts = read(await api.call("users.info", user=user), _Answer).user
        if facts.id != user:
            raise Refused("Slack answered about another user.", status=200)
        account = SlackAccount(connection=api.connection, home=_home(facts, ours), user=user, name=_name(facts))
        found = SlackUser(account=account, standing=_standing(facts, ours), teams=_teams(facts, ours))
        self._kept.keep((api.connection, user), found, asked_at)
        return found


def _home(facts: _User, ours: Identity) -> str:
    """The enterprise if there is one, else the workspace. Raises `Refused` when neither is told."""
    home = facts.enterprise_user.enterprise_id if facts.enterprise_user else facts.enterprise_id
    if not home and facts.team_id == ours.team:
        home = ours.enterprise  # of a deactivated colleague Slack tells less
    home = home or facts.team_id
    if not home:
        raise Refused("Slack does not say where this user is at home.", status=200)
    return home


def _teams(facts: _User, ours: Identity) -> frozenset[str]:
    """Where we asked, where they are at home, and where their enterprise lets them in."""
    others = facts.enterprise_user.teams if facts.enterprise_user else []
    return frozenset({ours.team, facts.team_id or ours.team, *others})


def _standing(facts: _User, ours: Identity) -> Standing:
    """The first that applies, the one with the fewest rights first."""
    if facts.deleted:
        return Standing.DEACTIVATED
    if facts.is_bot or facts.is_workflow_bot or facts.is_connector_bot or facts.id == SLACKBOT:
        return Standing.BOT
    if facts.is_stranger or _home(facts, ours) not in (ours.enterprise, ours.team):
        return Standing.EXTERNAL
    if facts.is_restricted or facts.is_ultra_restricted:
        return Standing.GUEST
    return Standing.MEMBER


def _name(facts: _User) -> str:
    profile = facts.profile or _Profile()
    return profile.display_name or profile.real_name or facts.name or facts.id
