"""Owns who is there: organisations, workspaces and the people (and bots) in them, as `users.info` tells of them."""

from dataclasses import dataclass

Json = dict[str, object]

SLACKBOT = "USLACKBOT"


@dataclass(slots=True, eq=False, kw_only=True)
class Enterprise:
    id: str
    name: str


@dataclass(slots=True, eq=False, kw_only=True)
class Workspace:
    id: str
    name: str
    domain: str
    enterprise: Enterprise | None = None

    @property
    def enterprise_id(self) -> str | None:
        return self.enterprise.id if self.enterprise else None

    @property
    def for_interaction(self) -> Json:
        """`team` of an interactive payload; the organisation's fields are there only in one."""
        team: Json = {"id": self.id, "domain": self.domain}
        if self.enterprise is not None:
            team |= {"enterprise_id": self.enterprise.id, "enterprise_name": self.enterprise.name}
        return team


@dataclass(slots=True, eq=False, kw_only=True)
class Person:
    """A user of one workspace. A guest sees only the channels they are in."""

    id: str
    workspace: Workspace
    name: str
    real_name: str
    email: str
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_bot: bool = False
    is_admin: bool = False
    deleted: bool = False
    bot_id: str | None = None
    app_id: str | None = None
    updated: int = 0

    @property
    def is_guest(self) -> bool:
        return self.is_restricted or self.is_ultra_restricted

    @property
    def for_interaction(self) -> Json:
        return {"id": self.id, "username": self.name, "name": self.name, "team_id": self.workspace.id}


def user_object(person: Person, viewer: Workspace, *, with_email: bool) -> Json:
    """What a token of `viewer` reads about somebody; about a stranger and a deactivated person it reads less."""
    stranger = viewer is not person.workspace
    user: Json = {
        "id": person.id,
        "team_id": person.workspace.id,
        "name": person.name,
        "deleted": person.deleted,
        "profile": profile(person, with_email=with_email and not stranger),
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": person.updated,
    }
    if person.deleted:
        return user
    user |= standing(person)
    if stranger:
        return user | {"is_stranger": True}
    user["is_email_confirmed"] = not person.is_bot
    if person.workspace.enterprise is not None:
        user["enterprise_user"] = enterprise_user(person, person.workspace.enterprise)
    return user


def standing(person: Person) -> Json:
    """What is only told about people who are still there."""
    return {
        "color": "9f69e7",
        "real_name": person.real_name,
        "tz": "Etc/UTC",
        "tz_label": "Coordinated Universal Time",
        "tz_offset": 0,
        "is_admin": person.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": person.is_restricted,
        "is_ultra_restricted": person.is_ultra_restricted,
        "who_can_share_contact_card": "EVERYONE",
    }


def profile(person: Person, *, with_email: bool) -> Json:
    made: Json = {
        "title": "",
        "phone": "",
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": "" if person.is_bot else person.name,
        "display_name_normalized": "" if person.is_bot else person.name,
        "status_text": "",
        "status_emoji": "",
        "avatar_hash": "g0123456789a",
        "team": person.workspace.id,
    }
    if person.bot_id is not None:
        made |= {"bot_id": person.bot_id, "api_app_id": person.app_id, "always_active": False}
    if with_email and not person.is_bot:
        made["email"] = person.email
    return made


def enterprise_user(person: Person, enterprise: Enterprise) -> Json:
    return {
        "id": person.id,
        "enterprise_id": enterprise.id,
        "enterprise_name": enterprise.name,
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "teams": [person.workspace.id],
    }
