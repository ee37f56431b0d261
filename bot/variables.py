"""Owns the list of environment variables: name, meaning, default, shape. Data only.

`.env.example`, `app.json` and docs/config.md are held against this list by tests/house/test_docs.py.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

import msgspec


class Group(enum.StrEnum):
    """The heading that a variable stands under in the docs."""

    SERVER = "Server"
    STORAGE = "Storage and keys"
    LOG = "Log"
    TRACES = "Traces"
    GITHUB = "GitHub"
    SLACK = "Slack"
    DEVELOPMENT = "Development"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One environment variable, without prefix."""

    name: str
    group: Group
    description: str
    default: str | None = None
    """As it would be typed; None means that the variable is unset unless somebody sets it."""
    secret: bool = False
    """The value is never shown: not in faults, logs or pages."""
    url: bool = False
    """The value is an address: https, or http to loopback while developing."""
    bare: bool = False
    """The address has no path: ours are appended to it."""
    example: str = ""
    """For .env.example, where there is no default."""
    kind: Any = str
    """What `msgspec.convert` makes of the text; `wanted` says the same to people."""
    wanted: str = "text"


PORT: Final = Annotated[int, msgspec.Meta(ge=0, le=65535)]
SECONDS: Final = Annotated[int, msgspec.Meta(ge=1, le=86400)]
POSITIVE: Final = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
LEVEL: Final = Literal["debug", "info", "warning", "error"]
FORMAT: Final = Literal["text", "json"]
COLLECTOR: Final = Annotated[str, msgspec.Meta(pattern=r"^https?://[^/\s@]+(?:/[^\s@]*)?$")]
SLASH_COMMAND: Final = Annotated[str, msgspec.Meta(pattern=r"^/[a-z0-9_-]{1,31}$")]

VARIABLES: Final[tuple[Variable, ...]] = (
    Variable(
        name="HOST",
        group=Group.SERVER,
        description="Address to listen on. Use 0.0.0.0 in a container, 127.0.0.1 behind a proxy on the same machine.",
        default="127.0.0.1",
    ),
    Variable(
        name="PORT",
        group=Group.SERVER,
        description="Port to listen on; 0 takes any free one.",
        default="3000",
        kind=PORT,
        wanted="a whole number from 0 to 65535",
    ),
    Variable(
        name="PUBLIC_URL",
        group=Group.SERVER,
        description="Address under which GitHub, Slack and people reach this server, without a path.",
        url=True,
        bare=True,
        example="https://signalbox.example.com",
    ),
    Variable(
        name="SWEEP_SECONDS",
        group=Group.SERVER,
        description="How often runs without news are asked about, in seconds.",
        default="60",
        kind=SECONDS,
        wanted="a whole number of seconds from 1 to 86400",
    ),
    Variable(
        name="CONFIG_FILE",
        group=Group.SERVER,
        description="File with the configuration of this server, which holds for all repositories and can not be "
        "loosened by theirs.",
        example="/etc/signalbox.yml",
    ),
    Variable(
        name="TEMPLATES",
        group=Group.SERVER,
        description="Folder with templates of your own, in the shape of templates/: a file there is used in place of "
        "ours of the same name.",
        example="/etc/signalbox/templates",
    ),
    Variable(
        name="DATABASE_URL",
        group=Group.STORAGE,
        description="Where everything is kept: sqlite:///FILE, or postgresql://USER:PASSWORD@HOST/NAME for replicas.",
        default="sqlite:///signalbox.db",
        secret=True,
    ),
    Variable(
        name="MIGRATE_ON_START",
        group=Group.STORAGE,
        description="Whether `serve` brings the tables up to date first. Unset means yes on SQLite, no on PostgreSQL.",
        example="true",
        kind=bool,
        wanted="true or false",
    ),
    Variable(
        name="SECRET_KEY",
        group=Group.STORAGE,
        description="Keys of at least 32 characters, separated by commas: the first is used for what is new, all of "
        "them for what is there (openssl rand -hex 32 makes one). The audit trail is sealed with it.",
        secret=True,
    ),
    Variable(
        name="LOG_LEVEL",
        group=Group.LOG,
        description="The least important line that is written: debug, info, warning or error.",
        default="info",
        kind=LEVEL,
        wanted="one of debug, info, warning, error",
    ),
    Variable(
        name="LOG_FORMAT",
        group=Group.LOG,
        description="text for people, json for machines (one object per line).",
        default="text",
        kind=FORMAT,
        wanted="text or json",
    ),
    Variable(
        name="OTEL_EXPORTER_OTLP_ENDPOINT",
        group=Group.TRACES,
        description="Where to send traces: the address of an OpenTelemetry collector. Needs signalbox[otel]; every "
        "other OTEL_* variable is read by OpenTelemetry itself.",
        example="http://localhost:4318",
        kind=COLLECTOR,
        wanted="an address that begins with http:// or https://, without a password",
    ),
    Variable(
        name="OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        group=Group.TRACES,
        description="The same as a whole address, path included, for traces alone.",
        example="http://localhost:4318/v1/traces",
        kind=COLLECTOR,
        wanted="an address that begins with http:// or https://, without a password",
    ),
    Variable(
        name="OTEL_EXPORTER_OTLP_HEADERS",
        group=Group.TRACES,
        description="Headers that the collector wants, as key=value pairs with commas between.",
        secret=True,
    ),
    Variable(
        name="GITHUB_API_URL",
        group=Group.GITHUB,
        description="GitHub's REST API. GitHub Enterprise Server: https://HOST/api/v3.",
        default="https://api.github.com",
        url=True,
    ),
    Variable(
        name="GITHUB_SERVER_URL",
        group=Group.GITHUB,
        description="GitHub's web pages. GitHub Enterprise Server: https://HOST.",
        default="https://github.com",
        url=True,
        bare=True,
    ),
    Variable(
        name="GITHUB_APP_ID",
        group=Group.GITHUB,
        description='The number called "App ID" on the settings page of your GitHub App.',
        example="123456",
        kind=POSITIVE,
        wanted="the App's number, digits only",
    ),
    Variable(
        name="GITHUB_APP_PRIVATE_KEY",
        group=Group.GITHUB,
        description="The App's private key as PEM text; line breaks may be written as \\n.",
        secret=True,
    ),
    Variable(
        name="GITHUB_APP_PRIVATE_KEY_FILE",
        group=Group.GITHUB,
        description="Path of the private key file, instead of GITHUB_APP_PRIVATE_KEY.",
        example="/run/secrets/signalbox.private-key.pem",
    ),
    Variable(
        name="GITHUB_WEBHOOK_SECRET",
        group=Group.GITHUB,
        description="The webhook secret that you typed into the App's settings (openssl rand -hex 32 makes one).",
        secret=True,
    ),
    Variable(
        name="GITHUB_CLIENT_ID",
        group=Group.GITHUB,
        description='The App\'s "Client ID". People sign in with GitHub to link their Slack account.',
        example="Iv23liABCDEFabcdef12",
    ),
    Variable(
        name="GITHUB_CLIENT_SECRET",
        group=Group.GITHUB,
        description="A client secret of the App, for the same.",
        secret=True,
    ),
    Variable(
        name="SLACK_API_URL",
        group=Group.SLACK,
        description="Slack's Web API.",
        default="https://slack.com/api/",
        url=True,
    ),
    Variable(
        name="SLACK_BOT_TOKEN",
        group=Group.SLACK,
        description='The "Bot User OAuth Token" of the Slack app (xoxb-...).',
        secret=True,
    ),
    Variable(
        name="SLACK_SIGNING_SECRET",
        group=Group.SLACK,
        description="The signing secret of the Slack app. Not needed in Socket Mode.",
        secret=True,
    ),
    Variable(
        name="SLACK_APP_TOKEN",
        group=Group.SLACK,
        description="App-level token (xapp-...) with the scope connections:write. When set, Socket Mode replaces HTTP.",
        secret=True,
    ),
    Variable(
        name="SLACK_CLIENT_ID",
        group=Group.SLACK,
        description="The client id of the Slack app. With it people link by signing in, without it by a code.",
    ),
    Variable(
        name="SLACK_CLIENT_SECRET",
        group=Group.SLACK,
        description="The client secret of the Slack app, for the same.",
        secret=True,
    ),
    Variable(
        name="SLACK_COMMAND",
        group=Group.SLACK,
        description="The slash command that Slack knows Signalbox by.",
        default="/ops",
        kind=SLASH_COMMAND,
        wanted="a slash and up to 31 lower-case letters, digits, hyphens or underscores",
    ),
    Variable(
        name="ALLOW_INSECURE_LOOPBACK",
        group=Group.DEVELOPMENT,
        description="Accept http:// addresses on this very machine. For development and the sandbox only.",
        default="false",
        kind=bool,
        wanted="true or false",
    ),
)

_FOREIGN: Final = (
    "ACTION ACTIONS ACTION_PATH ACTION_REF ACTION_REPOSITORY ACTION_STATUS ACTOR ACTOR_ID BASE_REF ENV EVENT_NAME "
    "EVENT_PATH GRAPHQL_URL HEAD_REF JOB OUTPUT PATH REF REF_NAME REF_PROTECTED REF_TYPE REPOSITORY REPOSITORY_ID "
    "REPOSITORY_OWNER REPOSITORY_OWNER_ID RETENTION_DAYS RUN_ATTEMPT RUN_ID RUN_NUMBER SHA STATE STEP_SUMMARY TOKEN "
    "TRIGGERING_ACTOR USER WORKFLOW WORKFLOW_REF WORKFLOW_SHA WORKSPACE"
)
FOREIGN: Final[frozenset[str]] = frozenset(f"GITHUB_{name}" for name in _FOREIGN.split())
"""Names that GitHub Actions, Codespaces and the gh tool set: not a misspelling of ours.

https://docs.github.com/en/actions/reference/workflows-and-actions/variables
"""
