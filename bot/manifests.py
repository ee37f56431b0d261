"""Owns what the two apps ask for: permissions, scopes and events, and the manifests that say so. Pure data.

tests/house/test_scopes.py holds these lists equal to what the adapters use; docs/operating.md has the reason of each.
"""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import urlencode

NAME: Final = "Signalbox"
SUMMARY: Final = "Runs GitHub Actions workflows when people ask for it in a comment or in Slack."

WEBHOOK_PATH: Final = "/github/webhooks"
SLACK_PATH: Final = "/slack/events"
GITHUB_CALLBACK_PATH: Final = "/login/github/callback"
SLACK_CALLBACK_PATH: Final = "/login/slack/callback"

PERMISSIONS: Final = {
    "actions": "write",
    "checks": "write",
    "contents": "read",
    "deployments": "write",
    "issues": "write",
    "members": "read",
    "metadata": "read",
    "pull_requests": "write",
    "statuses": "read",
}
"""Of the GitHub App."""

OPTIONAL_PERMISSIONS: Final = {"contents": "write"}
"""What the GitHub App is not given unless somebody wants it: `config init` opens a pull request with it."""

EVENTS: Final = (
    "check_run",
    "deployment",
    "deployment_protection_rule",
    "deployment_status",
    "issue_comment",
    "member",
    "membership",
    "organization",
    "pull_request",
    "pull_request_review",
    "push",
    "repository",
    "team",
    "team_add",
    "workflow_job",
    "workflow_run",
)
"""That the GitHub App subscribes to. GitHub sends `ping` and `installation...` without being asked."""

SLACK_SCOPES: Final = (
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "mpim:history",
    "mpim:read",
    "users:read",
)
"""Of the bot token."""

SIGN_IN_SCOPES: Final = ("openid",)
"""Of the user token that lives for one question: who is signing in. https://docs.slack.dev/reference/scopes/openid/"""

SLACK_EVENTS: Final = ("app_home_opened", "app_mention", "app_uninstalled", "message.im", "tokens_revoked")


def github(public_url: str) -> dict[str, Any]:
    """The manifest of the GitHub App for a server at `public_url`.

    https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
    """
    return {
        "name": NAME,
        "url": public_url,
        "description": SUMMARY,
        "hook_attributes": {"url": f"{public_url}{WEBHOOK_PATH}", "active": True},
        "callback_urls": [f"{public_url}{GITHUB_CALLBACK_PATH}"],
        "public": False,
        "request_oauth_on_install": False,
        "default_permissions": PERMISSIONS,
        "default_events": list(EVENTS),
    }


def github_link(server_url: str, public_url: str) -> str:
    """The page where GitHub registers a new App, filled in like the manifest but for the name and the webhook secret.

    https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-using-url-parameters
    """
    manifest = github(public_url)
    fields = [
        ("description", manifest["description"]),
        ("url", manifest["url"]),
        ("public", "false"),
        ("request_oauth_on_install", "false"),
        ("webhook_active", "true"),
        ("webhook_url", manifest["hook_attributes"]["url"]),
        *(("callback_urls[]", url) for url in manifest["callback_urls"]),
        *manifest["default_permissions"].items(),
        *(("events[]", event) for event in manifest["default_events"]),
    ]
    return f"{server_url}/settings/apps/new?{urlencode(fields)}"


def slack(command: str, public_url: str | None, *, socket_mode: bool, sign_in: bool) -> dict[str, Any]:
    """The manifest of the Slack app that listens to `command`.

    `public_url` must be there without `socket_mode`, when Slack posts to it, and with `sign_in`, when people come back
    to it from Slack. https://docs.slack.dev/reference/app-manifest
    """
    hook = None if socket_mode else f"{public_url}{SLACK_PATH}"
    return {
        "display_information": {"name": NAME, "description": SUMMARY, "background_color": "#14532d"},
        "features": _features(command, hook),
        "oauth_config": _oauth(public_url if sign_in else None),
        "settings": {
            "event_subscriptions": _at("request_url", hook) | {"bot_events": list(SLACK_EVENTS)},
            "interactivity": {"is_enabled": True} | _at("request_url", hook),
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket_mode,
            "token_rotation_enabled": False,
        },
    }


def slack_link(manifest: dict[str, Any]) -> str:
    """The page where Slack makes an app of a manifest, once a workspace is picked."""
    text = json.dumps(manifest, separators=(",", ":"))
    return f"https://api.slack.com/apps?{urlencode({'new_app': 1, 'manifest_json': text})}"


def _features(command: str, hook: str | None) -> dict[str, Any]:
    """`should_escape`: people and channels that are typed arrive as ids, which nobody can fake with a name."""
    slash = {
        "command": command,
        "description": "Run, follow and stop workflows",
        "usage_hint": "help | run owner/repo#12 deploy.yml input=value | status | link",
        "should_escape": True,
    }
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": NAME.lower(), "always_online": False},
        "slash_commands": [slash | _at("url", hook)],
    }


def _oauth(sign_in_at: str | None) -> dict[str, Any]:
    if sign_in_at is None:
        return {"scopes": {"bot": list(SLACK_SCOPES)}}
    return {
        "redirect_urls": [f"{sign_in_at}{SLACK_CALLBACK_PATH}"],
        "scopes": {"bot": list(SLACK_SCOPES), "user": list(SIGN_IN_SCOPES)},
    }


def _at(key: str, url: str | None) -> dict[str, str]:
    """Nothing in Socket Mode, where Slack comes through a connection that we opened."""
    return {key: url} if url else {}
