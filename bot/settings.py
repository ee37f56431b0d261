"""Owns the environment as one frozen `Settings`: read once, judged together, handed on as values.

Only bot/app.py and bot/cli.py import this.
"""

from __future__ import annotations

import base64
import binascii
import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from bot.environment import Environment, Secret
from bot.errors import SettingsError
from bot.setup import Missing, missing_github, missing_public_url
from bot.variables import FOREIGN, VARIABLES

__all__ = ["GitHubSettings", "Secret", "Settings", "SlackSettings"]

KEY_CHARACTERS: Final = 32  # 128 bits in hex: the least that is worth calling a key
WEAK_CHARACTERS: Final = 16
CLOSE_ENOUGH: Final = 0.75  # GITHUB_PRIVATE_KEY and GITHUB_APPID are above, GITHUB_COPILOT_SEATS is below

_PEM: Final = re.compile(r"-----BEGIN ((?:RSA )?PRIVATE KEY)-----\n(.+)\n-----END \1-----", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHubSettings:
    """The GitHub App of the first connection; complete, or absent as a whole."""

    api_url: str
    server_url: str
    app_id: int
    private_key: Secret
    """PEM text."""
    webhook_secret: Secret
    client_id: str | None
    client_secret: Secret | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackSettings:
    """The Slack app; complete, or absent as a whole."""

    api_url: str
    bot_token: Secret
    signing_secret: Secret | None
    app_token: Secret | None
    """Socket Mode when set."""
    client_id: str | None
    client_secret: Secret | None
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole environment. Addresses carry no slash at the end, but for Slack's, which must."""

    host: str
    port: int
    public_url: str | None
    sweep_seconds: int
    database_url: Secret
    """`sqlite:///...` or `postgresql://...`."""
    migrate_on_start: bool
    secret_keys: tuple[Secret, ...]
    """The first encrypts, all decrypt."""
    log_level: Literal["debug", "info", "warning", "error"]
    log_format: Literal["text", "json"]
    github_api_url: str
    github_server_url: str
    github_webhook_secret: Secret | None
    """May be there before the App is: platforms generate it ahead."""
    github: GitHubSettings | None
    slack: SlackSettings | None
    allow_insecure_loopback: bool
    warnings: tuple[str, ...]
    """One sentence each: set, but probably not what was meant."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read and judge all variables at once. An empty variable counts as unset.

        Raises `SettingsError` whose `faults` name every variable that is wrong; no fault shows a secret.
        """
        env = Environment(environ)
        _no_paths(env, "PUBLIC_URL", "GITHUB_SERVER_URL")
        database, keys = _database_url(env), _secret_keys(env)
        github, slack = _github(env), _slack(env)
        if env.faults:
            raise SettingsError(tuple(env.faults))
        return cls(
            host=env.value("HOST"),
            port=env.value("PORT"),
            public_url=env.address("PUBLIC_URL") or None,
            sweep_seconds=env.value("SWEEP_SECONDS"),
            database_url=Secret(database),
            migrate_on_start=_migrates(env, database),
            secret_keys=keys,
            log_level=env.value("LOG_LEVEL"),
            log_format=env.value("LOG_FORMAT"),
            github_api_url=env.address("GITHUB_API_URL"),
            github_server_url=env.address("GITHUB_SERVER_URL"),
            github_webhook_secret=env.secret("GITHUB_WEBHOOK_SECRET"),
            github=github,
            slack=slack,
            allow_insecure_loopback=env.value("ALLOW_INSECURE_LOOPBACK"),
            warnings=_warnings(environ, env),
        )

    @property
    def sqlite(self) -> bool:
        """Whether the database is SQLite, the default."""
        return self.database_url.reveal().startswith("sqlite")

    def missing(self) -> tuple[Missing, ...]:
        """What is not configured yet, and how to get it."""
        gaps = []
        if self.public_url is None:
            gaps.append(missing_public_url())
        if self.github is None:
            have_secret = self.github_webhook_secret is not None
            gaps.append(missing_github(self.github_server_url, self.public_url, have_secret=have_secret))
        return tuple(gaps)

    def secrets(self) -> Iterator[str]:
        """Every value that must never be written, for `bot.log.configure`."""
        for holder in (self, self.github, self.slack):
            for name in holder.__slots__ if holder else ():
                value = getattr(holder, name)
                if isinstance(value, Secret) and name != "database_url":
                    yield value.reveal()
        yield from (key.reveal() for key in self.secret_keys)
        password = urlsplit(self.database_url.reveal()).password
        if password:
            yield from {password, unquote(password)}


def _no_paths(env: Environment, *names: str) -> None:
    for name in names:
        if urlsplit(env.address(name)).path:
            env.fault(name, "must be an address without a path")


def _migrates(env: Environment, database: str) -> bool:
    """One process may change its tables when it starts; replicas on PostgreSQL would do so under each other's feet."""
    wish: bool | None = env.value("MIGRATE_ON_START")
    return database.startswith("sqlite") if wish is None else wish


def _database_url(env: Environment) -> str:
    """The address with one spelling of PostgreSQL's scheme; Heroku still writes `postgres://`."""
    text = env.value("DATABASE_URL")
    scheme, separator, rest = text.partition("://")
    if scheme in ("postgres", "postgresql") and separator and _has_host(rest):
        return f"postgresql://{rest}"
    if text.startswith("sqlite:///") and not text.endswith(("/", ":memory:")):
        return str(text)
    env.fault("DATABASE_URL", "must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
    return str(text)


def _has_host(rest: str) -> bool:
    try:
        return bool(urlsplit(f"//{rest}").hostname)
    except ValueError:  # a bracket without its partner
        return False


def _secret_keys(env: Environment) -> tuple[Secret, ...]:
    keys = [key.strip() for key in (env.text("SECRET_KEY") or "").split(",")] if env.given("SECRET_KEY") else []
    if any(len(key) < KEY_CHARACTERS for key in keys):
        env.fault("SECRET_KEY", f"must be keys of at least {KEY_CHARACTERS} characters, separated by commas")
    return tuple(Secret(key) for key in keys)


def _github(env: Environment) -> GitHubSettings | None:
    """The App, None when nothing of it is set. A webhook secret alone is no App: platforms generate it ahead."""
    client_id, client_secret = _pair(env, "GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET")
    names = ("GITHUB_APP_ID", "GITHUB_APP_PRIVATE_KEY", "GITHUB_APP_PRIVATE_KEY_FILE", "GITHUB_CLIENT_ID")
    if not any(env.given(name) for name in names):
        return None
    key = _private_key(env)
    app_id, webhook_secret = env.value("GITHUB_APP_ID"), env.secret("GITHUB_WEBHOOK_SECRET")
    for name in ("GITHUB_APP_ID", "GITHUB_WEBHOOK_SECRET"):
        if not env.given(name):
            env.fault(name, "is missing: the GitHub App needs its id, its private key and its webhook secret")
    if app_id is None or key is None or webhook_secret is None:
        return None
    return GitHubSettings(
        api_url=env.address("GITHUB_API_URL"),
        server_url=env.address("GITHUB_SERVER_URL"),
        app_id=app_id,
        private_key=key,
        webhook_secret=webhook_secret,
        client_id=client_id,
        client_secret=client_secret,
    )


def _private_key(env: Environment) -> Secret | None:
    inline, file = "GITHUB_APP_PRIVATE_KEY", "GITHUB_APP_PRIVATE_KEY_FILE"
    if env.given(inline) and env.given(file):
        env.fault(inline, f"and {file} are both set: keep one of them")
        return None
    if not env.given(inline) and not env.given(file):
        env.fault(inline, f"or {file} is missing: generate a private key on the App's settings page")
        return None
    name, text = (inline, env.text(inline)) if env.given(inline) else (file, _read_key(env, file))
    if text is None:
        return None
    pem = text.replace("\\n", "\n").replace("\r\n", "\n").strip()
    if not _is_private_key(pem):
        env.fault(name, 'must be a private key in PEM form, from "-----BEGIN" to the end of "-----END ...-----"')
        return None
    return Secret(f"{pem}\n")


def _read_key(env: Environment, name: str) -> str | None:
    try:
        return Path(env.text(name) or "").read_text(encoding="ascii")
    except OSError as error:
        env.fault(name, f"must be a file that can be read: {error.strerror or type(error).__name__}")
    except ValueError:
        env.fault(name, "must be a private key in PEM form, which is plain ASCII text")
    return None


def _is_private_key(pem: str) -> bool:
    """Whether it has the form that GitHub hands out; whether the key is good shows when it signs."""
    match = _PEM.fullmatch(pem)
    try:
        return match is not None and bool(base64.b64decode(match[2].replace("\n", ""), validate=True))
    except binascii.Error:
        return False


def _slack(env: Environment) -> SlackSettings | None:
    client_id, client_secret = _pair(env, "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")
    token, app_token = env.secret("SLACK_BOT_TOKEN"), env.secret("SLACK_APP_TOKEN")
    signing_secret = env.secret("SLACK_SIGNING_SECRET")
    if token is None:
        if app_token or signing_secret or client_id:
            env.fault("SLACK_BOT_TOKEN", "is missing: the Slack app needs its bot token")
        return None
    if app_token is None and signing_secret is None:
        env.fault("SLACK_SIGNING_SECRET", "is missing: Slack's requests are believed by it (or set SLACK_APP_TOKEN)")
        return None
    return SlackSettings(
        api_url=f"{env.address('SLACK_API_URL')}/",
        bot_token=token,
        signing_secret=signing_secret,
        app_token=app_token,
        client_id=client_id,
        client_secret=client_secret,
        command=env.value("SLACK_COMMAND"),
    )


def _pair(env: Environment, first: str, second: str) -> tuple[str | None, Secret | None]:
    """Two variables that make sense only together."""
    if env.given(first) != env.given(second):
        absent, present = (second, first) if env.given(first) else (first, second)
        env.fault(absent, f"is missing: {present} is of no use without it")
    return env.text(first), env.secret(second)


def _warnings(environ: Mapping[str, str], env: Environment) -> tuple[str, ...]:
    ours = [variable.name for variable in VARIABLES]
    found = []
    for name in sorted(environ):
        if name.startswith(("GITHUB_", "SLACK_")) and name not in FOREIGN and name not in ours:
            close = difflib.get_close_matches(name, ours, n=1, cutoff=CLOSE_ENOUGH)
            found += [f"{name} is not a variable of Signalbox; did you mean {close[0]}?"] if close else []
    secret = env.text("GITHUB_WEBHOOK_SECRET")
    if secret is not None and len(secret) < WEAK_CHARACTERS:
        found.append(f"GITHUB_WEBHOOK_SECRET has fewer than {WEAK_CHARACTERS} characters: such a secret can be guessed")
    if any(env.given(variable.name) for variable in VARIABLES if variable.name.startswith("SLACK_")):
        found.append("SLACK_... variables are set, but this version answers on GitHub only")
    return tuple(found)
