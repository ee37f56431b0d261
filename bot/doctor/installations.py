"""Owns what can be asked about the App's installations: whether their owners accepted what the App asks for by now.

A permission that is added to an App works in an installation only once its owner accepted it; GitHub asks them by mail.
https://docs.github.com/en/apps/maintaining-github-apps/modifying-a-github-app-registration
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from bot import manifests
from bot.doctor.finding import Finding, Grade
from bot.errors import UpstreamError

if TYPE_CHECKING:
    from bot.github.transport import GitHubClient

ABOUT: Final = "GitHub installations"
LEVELS: Final = ("read", "write", "admin")
PAGE: Final = 100
HANDFUL: Final = 3


class _Account(msgspec.Struct):
    login: str = ""
    slug: str = ""


class _Installation(msgspec.Struct):
    id: int
    account: _Account | None = None
    permissions: dict[str, str] = {}

    @property
    def owner(self) -> str:
        """Whose it is; an enterprise has a slug instead of a login."""
        account = self.account or _Account()
        return account.login or account.slug or str(self.id)


async def accepted(client: GitHubClient) -> Finding:
    """Whose installation lacks what, of the hundred that GitHub names first."""
    try:
        answer = await client.as_app("GET", "/app/installations", query={"per_page": PAGE})
        installations = answer.read(list[_Installation])
    except UpstreamError as error:
        return Finding(grade=Grade.LOOK, about=ABOUT, text=f"GitHub does not name them: {error}")
    behind = [(each.owner, lacking(each.permissions)) for each in installations]
    told = [f"{owner} did not accept {', '.join(names)}" for owner, names in behind if names]
    if not told:
        return Finding(grade=Grade.FINE, about=ABOUT, text="accepted all that the App asks for")
    more = f"; and {len(told) - HANDFUL} more" if len(told) > HANDFUL else ""
    text = f"{'; '.join(told[:HANDFUL])}{more}: what needs it does not work there"
    return Finding(grade=Grade.LOOK, about=ABOUT, text=text)


def lacking(permissions: dict[str, str]) -> list[str]:
    """What of the permissions that we ask for is not among these, with the level that is needed."""
    wanted = manifests.PERMISSIONS.items()
    return [f"{name} ({level})" for name, level in wanted if not _enough(permissions.get(name), level)]


def _enough(level: str | None, wanted: str) -> bool:
    return level in LEVELS and LEVELS.index(level) >= LEVELS.index(wanted)
