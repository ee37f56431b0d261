"""Owns the environment as one frozen `Settings`: read once, judged together, handed on as values.

Only bot/app.py and bot/cli.py import this.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from urllib.parse import parse_qs, unquote, urlsplit

from bot import apps, setup
from bot.apps import GitHubSettings, SlackSettings
from bot.environment import Environment, Secret
from bot.errors import SettingsError
from bot.variables import FOREIGN, VARIABLES

__all__ = ["GitHubSettings", "Secret", "Settings", "SlackSettings"]

TRACE_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
KEY_CHARACTERS: Final = 32  # 128 bits in hex: the least that is worth calling a key
WEAK_CHARACTERS: Final = 16
CLOSE_ENOUGH: Final = 0.75  # GITHUB_PRIVATE_KEY and GITHUB_APPID are above, GITHUB_COPILOT_SEATS is below


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole environment. Addresses carry no slash at the end, but for Slack's, which must."""

    host: str
    port: int
    public_url: str | None
    sweep_seconds: int
    config_file: Path | None
    """The configuration of this server. It is there; what it says is read and judged by whoever uses it."""
    templates: Path | None
    """Templates of the operator's own. It is a folder."""
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
    """Never there without `github`."""
    slack_command: str
    """How people call us in Slack, also before the app is there."""
    allow_insecure_loopback: bool
    traces: bool
    """Whether the OTEL_* variables say where to send them."""
    otlp_headers: Secret | None
    warnings: tuple[str, ...]
    """One sentence each: set, but probably not what was meant."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read and judge all variables at once. An empty variable counts as unset.

        Raises `SettingsError` whose `faults` name every variable that is wrong; no fault shows a secret.
        """
        env = Environment(environ)
        database, keys = _database_url(env), _secret_keys(env)
        github, slack = apps.github(env), apps.slack(env)
        config_file, templates = _path(env, "CONFIG_FILE"), _path(env, "TEMPLATES", folder=True)
        if env.faults:
            raise SettingsError(tuple(env.faults))
        return cls(
            host=env.value("HOST"),
            port=env.value("PORT"),
            public_url=env.address("PUBLIC_URL") or None,
            sweep_seconds=env.value("SWEEP_SECONDS"),
            config_file=config_file,
            templates=templates,
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
            slack_command=env.value("SLACK_COMMAND"),
            allow_insecure_loopback=env.value("ALLOW_INSECURE_LOOPBACK"),
            traces=any(env.given(name) for name in TRACE_ENDPOINTS),
            otlp_headers=env.secret("OTEL_EXPORTER_OTLP_HEADERS"),
            warnings=_warnings(environ, env),
        )

    @property
    def sqlite(self) -> bool:
        """Whether the database is SQLite, the default."""
        return self.database_url.reveal().startswith("sqlite")

    def missing(self) -> tuple[setup.Missing, ...]:
        """What is not configured yet, and how to get it."""
        gaps = []
        if self.public_url is None:
            gaps.append(setup.missing_public_url())
        if self.github is None:
            have_secret = self.github_webhook_secret is not None
            gaps.append(setup.missing_github(self.github_server_url, self.public_url, have_secret=have_secret))
        elif self.slack is None:
            gaps.append(setup.missing_slack(self.slack_command, self.public_url))
        elif self.github.client_id is None:
            gaps.append(setup.missing_sign_in(self.public_url))
        return tuple(gaps)

    def configured(self) -> tuple[tuple[str, str], ...]:
        """What is configured, as titles and words that anybody may read."""
        found = []
        if self.github is not None:
            found.append(("GitHub App", f"Number {self.github.app_id} on {self.github.server_url}"))
        if self.slack is not None:
            found.append(("Slack", f"{self.slack.command}, {'Socket Mode' if self.slack.app_token else 'HTTP'}"))
        return tuple(found)

    def secrets(self) -> Iterator[str]:
        """Every value that must never be written, for `bot.log.configure`."""
        for holder in (self, self.github, self.slack):
            for name in holder.__slots__ if holder else ():
                value = getattr(holder, name)
                if isinstance(value, Secret) and name != "database_url":
                    yield value.reveal()
        yield from (key.reveal() for key in self.secret_keys)
        if self.otlp_headers is not None:  # key=value pairs, of which a collector may repeat one alone
            pairs = self.otlp_headers.reveal().split(",")
            yield from (value.strip() for _, _, value in (pair.partition("=") for pair in pairs))
        password = urlsplit(self.database_url.reveal()).password
        if password:
            yield from {password, unquote(password)}


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


def _path(env: Environment, name: str, *, folder: bool = False) -> Path | None:
    """A path that is there now: one that is misspelt must not pass for one that was never set."""
    if not env.given(name):
        return None
    path = Path(str(env.text(name)))
    if not (path.is_dir() if folder else path.is_file()):
        env.fault(name, f"must be the path of a {'folder' if folder else 'file'} that exists")
    return path


def _has_host(rest: str) -> bool:
    """A name or an address, or the folder of a socket: `postgresql:///NAME?host=/run/postgresql`."""
    try:
        parts = urlsplit(f"//{rest}")
        return bool(parts.hostname or parse_qs(parts.query).get("host"))
    except ValueError:  # a bracket without its partner
        return False


def _secret_keys(env: Environment) -> tuple[Secret, ...]:
    keys = [key.strip() for key in (env.text("SECRET_KEY") or "").split(",")] if env.given("SECRET_KEY") else []
    if any(len(key) < KEY_CHARACTERS for key in keys):
        env.fault("SECRET_KEY", f"must be keys of at least {KEY_CHARACTERS} characters, separated by commas")
    return tuple(Secret(key) for key in keys)


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
    return tuple(found)
