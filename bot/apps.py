"""Owns the two apps as the environment describes them: each complete, or absent as a whole."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.environment import Environment, Secret

GITHUB_NAMES: Final = (
    "GITHUB_APP_ID",
    "GITHUB_APP_PRIVATE_KEY",
    "GITHUB_APP_PRIVATE_KEY_FILE",
    "GITHUB_CLIENT_ID",
)
"""Any of these says that there shall be a GitHub App."""

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


def github(env: Environment) -> GitHubSettings | None:
    """The GitHub App, None when nothing of it is set. A webhook secret alone is no App: platforms generate it ahead."""
    client_id, client_secret = _pair(env, "GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET")
    if not any(env.given(name) for name in GITHUB_NAMES):
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
    # `docker run --env-file` keeps the quotes that a shell needs, and no key begins or ends with one.
    pem = text.replace("\\n", "\n").replace("\r\n", "\n").strip().strip("\"'")
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


def slack(env: Environment) -> SlackSettings | None:
    """The Slack app, None when nothing of it is set."""
    client_id, client_secret = _pair(env, "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")
    token, app_token = _token(env, "SLACK_BOT_TOKEN", "xoxb-"), _token(env, "SLACK_APP_TOKEN", "xapp-")
    signing_secret = env.secret("SLACK_SIGNING_SECRET")
    if token is None:
        if app_token or signing_secret or client_id:
            env.fault("SLACK_BOT_TOKEN", "is missing: the Slack app needs its bot token")
        return None
    if app_token is None and signing_secret is None:
        env.fault("SLACK_SIGNING_SECRET", "is missing: Slack's requests are believed by it (or set SLACK_APP_TOKEN)")
        return None
    if not any(env.given(name) for name in GITHUB_NAMES):
        env.fault("GITHUB_APP_ID", "is missing: what people ask for in Slack runs on GitHub, so its App comes first")
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


def _token(env: Environment, name: str, prefix: str) -> Secret | None:
    """A token of this kind. Slack's page shows several, and the wrong one fails only when the first person types."""
    token = env.secret(name)
    if token is not None and not token.reveal().startswith(prefix):
        env.fault(name, f"must begin with {prefix}")
    return token


def _pair(env: Environment, first: str, second: str) -> tuple[str | None, Secret | None]:
    """Two variables that make sense only together."""
    if env.given(first) != env.given(second):
        absent, present = (second, first) if env.given(first) else (first, second)
        env.fault(absent, f"is missing: {present} is of no use without it")
    return env.text(first), env.secret(second)
