"""Owns apps, where they are installed, and every token: whose it is, what it may, and whether it still works."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.sandbox.slack.people import Person, Workspace
from bot.sandbox.slack.refusals import Refused

# What a bot needs that answers commands, keeps its messages current, finds them again and listens in direct messages.
SCOPES = (
    *(f"{kind}:{right}" for kind in ("channels", "groups", "im", "mpim") for right in ("history", "read")),
    *("app_mentions:read", "chat:write", "commands", "im:write", "users:read"),
)
EVENTS = ("app_home_opened", "app_mention", "app_uninstalled", "message.im", "tokens_revoked")

TokenKind = Literal["bot", "user", "app"]
TokenState = Literal["live", "token_revoked", "account_inactive"]


@dataclass(slots=True, eq=False, kw_only=True)
class App:
    """`request_url` takes commands, buttons and events; without one the app lives on Socket Mode."""

    id: str
    name: str
    client_id: str
    client_secret: str
    signing_secret: str
    verification_token: str
    app_token: str
    request_url: str | None
    command: str
    should_escape: bool
    scopes: Sequence[str]
    events: Sequence[str]
    redirect_urls: Sequence[str]
    installations: list["Installation"] = field(default_factory=list)

    @property
    def socket_mode(self) -> bool:
        return self.request_url is None

    @property
    def installation(self) -> "Installation":
        """The first one."""
        return self.installations[0]

    @property
    def bot_token(self) -> str:
        """The token of the first installation, for `SLACK_BOT_TOKEN`."""
        return self.installation.token.text

    def installed_in(self, workspace: Workspace) -> "Installation | None":
        return next((each for each in self.installations if each.workspace is workspace and each.active), None)


@dataclass(slots=True, eq=False, kw_only=True)
class Token:
    text: str
    kind: TokenKind
    scopes: Sequence[str]
    app: App
    person: Person | None = None  # whose rights it has: the bot's or the user's; an app-level token has none
    state: TokenState = "live"

    @property
    def owner(self) -> Person:
        if self.person is None:
            raise Refused("not_allowed_token_type")
        return self.person

    @property
    def workspace(self) -> Workspace:
        return self.owner.workspace

    def require(self, *scopes: str) -> None:
        """One of these scopes will do."""
        if scopes and not set(scopes) & set(self.scopes):
            raise Refused("missing_scope", needed=",".join(scopes), provided=",".join(self.scopes))


@dataclass(slots=True, eq=False, kw_only=True)
class Installation:
    app: App
    workspace: Workspace
    bot: Person
    token: Token
    active: bool = True
