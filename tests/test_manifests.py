"""What the manifests say for which server."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

from bot import manifests

ADDRESS = "https://box.example.com"


def test_the_github_app_points_at_this_server() -> None:
    manifest = manifests.github(ADDRESS)
    assert manifest["hook_attributes"] == {"url": f"{ADDRESS}/github/webhooks", "active": True}
    assert manifest["callback_urls"] == [f"{ADDRESS}/login/github/callback"]
    assert (manifest["public"], manifest["request_oauth_on_install"]) == (False, False)


def test_github_s_form_is_filled_in_like_the_manifest() -> None:
    manifest = manifests.github(ADDRESS)
    form = parse_qs(urlsplit(manifests.github_link("https://ghes.example.com", ADDRESS)).query)
    assert form.pop("events[]") == manifest["default_events"]
    assert form.pop("callback_urls[]") == manifest["callback_urls"]
    single = {name: values[0] for name, values in form.items()}
    assert single == {
        "description": manifest["description"],
        "url": ADDRESS,
        "public": "false",
        "request_oauth_on_install": "false",
        "webhook_active": "true",
        "webhook_url": f"{ADDRESS}/github/webhooks",
        **manifest["default_permissions"],
    }


def test_slack_posts_to_this_server_and_nobody_is_always_online() -> None:
    manifest = manifests.slack("/deploy", ADDRESS, socket_mode=False, sign_in=False)
    (command,) = manifest["features"]["slash_commands"]
    settings = manifest["settings"]
    hooks = {command["url"], settings["event_subscriptions"]["request_url"], settings["interactivity"]["request_url"]}
    assert hooks == {f"{ADDRESS}/slack/events"}
    assert (command["command"], command["should_escape"]) == ("/deploy", True)
    assert manifest["features"]["bot_user"]["always_online"] is False
    assert settings["socket_mode_enabled"] is False
    assert "redirect_urls" not in manifest["oauth_config"]
    assert "user" not in manifest["oauth_config"]["scopes"]


def test_in_socket_mode_slack_is_told_no_address() -> None:
    manifest = manifests.slack("/ops", ADDRESS, socket_mode=True, sign_in=False)
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert ADDRESS not in json.dumps(manifest)


def test_sign_in_with_slack_comes_back_here_in_both_modes() -> None:
    for socket_mode in (False, True):
        manifest = manifests.slack("/ops", ADDRESS, socket_mode=socket_mode, sign_in=True)
        assert manifest["oauth_config"]["redirect_urls"] == [f"{ADDRESS}/login/slack/callback"]
        assert manifest["oauth_config"]["scopes"]["user"] == ["openid"]


def test_slack_s_form_carries_the_whole_manifest() -> None:
    manifest = manifests.slack("/ops", ADDRESS, socket_mode=False, sign_in=False)
    link = urlsplit(manifests.slack_link(manifest))
    form = parse_qs(link.query)
    assert (link.netloc, link.path, form["new_app"]) == ("api.slack.com", "/apps", ["1"])
    assert json.loads(form["manifest_json"][0]) == manifest
