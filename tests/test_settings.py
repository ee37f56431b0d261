"""The environment: what is accepted, what is refused, and what is never shown."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import Secret, Settings
from bot.variables import VARIABLES

SIGN_IN = {"GITHUB_CLIENT_ID": "Iv1.x", "GITHUB_CLIENT_SECRET": "client-secret"}
BODY = "MIIEowIBAAKCAQEA0Z3VS5JJcds3xfnUnRkeuTrAGmUuY2VuZHM="
PEM = f"-----BEGIN RSA PRIVATE KEY-----\n{BODY}\n-----END RSA PRIVATE KEY-----\n"
SECRET = "a-webhook-secret-that-is-long-enough"
SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "signing"}
GITHUB = {"GITHUB_APP_ID": "4711", "GITHUB_APP_PRIVATE_KEY": PEM, "GITHUB_WEBHOOK_SECRET": SECRET}


def faults(environ: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(environ)
    return caught.value.faults


def test_an_empty_environment_serves_with_the_defaults() -> None:
    settings = Settings.from_env({})
    assert (settings.host, settings.port, settings.public_url) == ("127.0.0.1", 3000, None)
    assert settings.database_url.reveal() == "sqlite:///signalbox.db"
    assert (settings.sqlite, settings.migrate_on_start, settings.sweep_seconds) == (True, True, 60)
    assert (settings.log_level, settings.log_format) == ("info", "text")
    assert (settings.github_api_url, settings.github_server_url) == ("https://api.github.com", "https://github.com")
    assert (settings.github, settings.slack, settings.secret_keys, settings.warnings) == (None, None, (), ())


def test_a_whole_environment_is_read() -> None:
    settings = Settings.from_env(
        {
            "HOST": "0.0.0.0",
            "PORT": "8080",
            "PUBLIC_URL": "https://box.example.com/",
            "DATABASE_URL": "postgres://box:pass%2Fword@db/box",
            "SECRET_KEY": f"{'a' * 32}, {'b' * 32}",
            "LOG_LEVEL": "WARNING",
            "LOG_FORMAT": "json",
            "SWEEP_SECONDS": "5",
            "GITHUB_API_URL": "https://ghes.example.com/api/v3/",
            "GITHUB_SERVER_URL": "https://ghes.example.com",
            **GITHUB,
            **SIGN_IN,
            **SLACK,
        }
    )
    assert settings.public_url == "https://box.example.com"
    assert settings.database_url.reveal() == "postgresql://box:pass%2Fword@db/box"
    assert (settings.sqlite, settings.migrate_on_start) == (False, False)
    assert [key.reveal() for key in settings.secret_keys] == ["a" * 32, "b" * 32]
    assert settings.github is not None
    assert (settings.github.api_url, settings.github.app_id) == ("https://ghes.example.com/api/v3", 4711)
    assert settings.github.private_key.reveal() == PEM
    assert settings.slack is not None
    assert (settings.slack.api_url, settings.slack.command) == ("https://slack.com/api/", "/ops")
    secrets = {"a" * 32, PEM, SECRET, "client-secret", "xoxb-1", "signing", "pass/word", "pass%2Fword"}
    assert secrets <= set(settings.secrets())


def test_a_socket_s_folder_may_stand_for_the_host() -> None:
    url = "postgresql://box@/box?host=/run/postgresql"
    assert Settings.from_env({"DATABASE_URL": url}).database_url.reveal() == url


def test_all_faults_are_told_at_once() -> None:
    assert faults(
        {"PORT": "eighty", "SWEEP_SECONDS": "soon", "LOG_LEVEL": "loud", "PUBLIC_URL": "box.example.com"}
    ) == (
        'PORT must be a whole number from 0 to 65535, got "eighty"',
        'SWEEP_SECONDS must be a whole number of seconds from 1 to 86400, got "soon"',
        'LOG_LEVEL must be one of debug, info, warning, error, got "loud"',
        'PUBLIC_URL must be an address that begins with https://, got "box.example.com"',
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("SWEEP_SECONDS", "0"),
        ("SWEEP_SECONDS", "1.5"),
        ("MIGRATE_ON_START", "perhaps"),
        ("ALLOW_INSECURE_LOOPBACK", "sure"),
        ("LOG_FORMAT", "xml"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", f"{'a' * 32},,"),
        ("DATABASE_URL", "mysql://db/box"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "postgresql://"),
        ("DATABASE_URL", "postgresql://[db/box"),
        ("DATABASE_URL", "postgresql:///box"),
        ("PUBLIC_URL", "ftp://box.example.com"),
        ("PUBLIC_URL", "http://box.example.com"),
        ("PUBLIC_URL", "http://localhost:3000"),
        ("PUBLIC_URL", "https://box.example.com/under/here"),
        ("PUBLIC_URL", "https://[broken"),
        ("PUBLIC_URL", "https://box.example.com:port"),
        ("GITHUB_API_URL", "https://user:pass@api.github.com"),
        ("GITHUB_SERVER_URL", "https://github.com?x=1"),
        ("SLACK_COMMAND", "ops"),
    ],
)
def test_a_wrong_value_is_one_fault_that_begins_with_its_name(name: str, value: str) -> None:
    (fault,) = faults({name: value})
    assert fault.startswith(f"{name} must ")


@pytest.mark.parametrize("host", ["localhost:4000", "127.0.0.1:4000", "127.8.9.1", "[::1]:4000"])
def test_http_reaches_only_this_machine_and_only_when_allowed(host: str) -> None:
    settings = Settings.from_env({"GITHUB_API_URL": f"http://{host}", "ALLOW_INSECURE_LOOPBACK": "true"})
    assert settings.github_api_url == f"http://{host}"
    assert "ALLOW_INSECURE_LOOPBACK=true" in faults({"GITHUB_API_URL": f"http://{host}"})[0]


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "localhost.example.com", "127.0.0.1.example.com"])
def test_http_to_another_machine_is_refused_even_while_developing(host: str) -> None:
    assert faults({"GITHUB_API_URL": f"http://{host}", "ALLOW_INSECURE_LOOPBACK": "true"}) == (
        f'GITHUB_API_URL must begin with https://, got "http://{host}"',
    )


def test_half_a_github_app_names_what_is_missing() -> None:
    found = faults({"GITHUB_APP_ID": "4711"})
    assert [fault.split()[0] for fault in found] == ["GITHUB_APP_PRIVATE_KEY", "GITHUB_WEBHOOK_SECRET"]
    found = faults({"GITHUB_APP_PRIVATE_KEY": PEM, "GITHUB_WEBHOOK_SECRET": SECRET})
    assert [fault.split()[0] for fault in found] == ["GITHUB_APP_ID"]
    found = faults({"GITHUB_CLIENT_SECRET": "x"})
    assert [fault.split()[0] for fault in found] == ["GITHUB_CLIENT_ID"]


def test_a_webhook_secret_alone_is_not_half_an_app() -> None:
    settings = Settings.from_env({"GITHUB_WEBHOOK_SECRET": SECRET})
    assert settings.github is None
    assert SECRET in set(settings.secrets())
    assert settings.missing()[1].steps[0].text.startswith("The webhook secret is set already")


@pytest.mark.parametrize("quote", ["", '"', "'"])
def test_the_private_key_may_be_on_one_line_in_the_quotes_that_docker_keeps(quote: str) -> None:
    line = PEM.strip().replace("\n", "\\n")
    settings = Settings.from_env({**GITHUB, "GITHUB_APP_PRIVATE_KEY": f"{quote}{line}{quote}"})
    assert settings.github is not None
    assert settings.github.private_key.reveal() == PEM


def test_the_private_key_may_be_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_text(PEM.replace("\n", "\r\n"))
    environ = {name: value for name, value in GITHUB.items() if name != "GITHUB_APP_PRIVATE_KEY"}
    settings = Settings.from_env({**environ, "GITHUB_APP_PRIVATE_KEY_FILE": str(file)})
    assert settings.github is not None
    assert settings.github.private_key.reveal() == PEM


@pytest.mark.parametrize(
    "key",
    [
        "not a key",
        BODY,
        PEM.replace("RSA PRIVATE", "PUBLIC"),
        PEM.replace("RSA PRIVATE", "OPENSSH PRIVATE"),
        PEM.replace(BODY, "!!!!"),
        PEM.replace("-----END RSA PRIVATE KEY-----", ""),
    ],
)
def test_what_is_no_private_key_is_refused_and_not_shown(key: str) -> None:
    (fault,) = faults({**GITHUB, "GITHUB_APP_PRIVATE_KEY": key})
    assert fault.startswith("GITHUB_APP_PRIVATE_KEY must be a private key in PEM form")
    assert BODY not in fault


def test_a_key_file_is_read_or_named(tmp_path: Path) -> None:
    environ = {"GITHUB_APP_ID": "1", "GITHUB_WEBHOOK_SECRET": SECRET}
    absent = faults({**environ, "GITHUB_APP_PRIVATE_KEY_FILE": str(tmp_path / "absent.pem")})
    assert absent == ("GITHUB_APP_PRIVATE_KEY_FILE must be a file that can be read: No such file or directory",)
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    binary = faults({**environ, "GITHUB_APP_PRIVATE_KEY_FILE": str(tmp_path / "binary")})
    assert binary == ("GITHUB_APP_PRIVATE_KEY_FILE must be a private key in PEM form, which is plain ASCII text",)
    both = faults({**GITHUB, "GITHUB_APP_PRIVATE_KEY_FILE": str(tmp_path / "key.pem")})
    assert both == ("GITHUB_APP_PRIVATE_KEY and GITHUB_APP_PRIVATE_KEY_FILE are both set: keep one of them",)


@pytest.mark.parametrize("name", [variable.name for variable in VARIABLES if variable.kind is not str or variable.url])
@pytest.mark.parametrize("pasted", [PEM, "ghs_16C7e42F292c6912E7710c838347Ae178B4a", "https://u:hunter2@host"])
def test_a_secret_in_the_wrong_place_is_not_shown(name: str, pasted: str) -> None:
    (fault,) = [fault for fault in faults({name: pasted}) if fault.startswith(name)]
    assert "got" not in fault


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_SIGNING_SECRET"),
        ({"SLACK_SIGNING_SECRET": "x"}, "SLACK_BOT_TOKEN"),
        ({"SLACK_APP_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN"),
        (
            {**GITHUB, "SLACK_CLIENT_ID": "1", "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"},
            "SLACK_CLIENT_SECRET",
        ),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}, "GITHUB_APP_ID"),
    ],
)
def test_half_a_slack_app_names_what_is_missing(environ: dict[str, str], named: str) -> None:
    (fault,) = faults(environ)
    assert fault.startswith(f"{named} is missing: ")


@pytest.mark.parametrize(
    ("name", "pasted", "wanted"),
    [("SLACK_BOT_TOKEN", "xoxp-hunter2", "xoxb-"), ("SLACK_APP_TOKEN", "xoxb-hunter2", "xapp-")],
)
def test_a_token_of_the_wrong_kind_is_refused_and_not_shown(name: str, pasted: str, wanted: str) -> None:
    assert faults({**GITHUB, **SLACK, name: pasted}) == (f"{name} must begin with {wanted}",)


def test_slack_over_http_reaches_only_this_machine_and_only_when_allowed() -> None:
    environ = {**GITHUB, **SLACK, "SLACK_API_URL": "http://127.0.0.1:4002/api"}
    slack = Settings.from_env({**environ, "ALLOW_INSECURE_LOOPBACK": "true"}).slack
    assert slack is not None
    assert slack.api_url == "http://127.0.0.1:4002/api/"
    assert "ALLOW_INSECURE_LOOPBACK=true" in faults(environ)[0]


def test_names_close_to_ours_are_warned_about_and_foreign_ones_are_not() -> None:
    settings = Settings.from_env(
        {
            "GITHUB_PRIVATE_KEY": "x",
            "GITHUB_APPID": "1",
            "SLACK_SIGNING_SECRT": "x",
            "GITHUB_TOKEN": "x",
            "GITHUB_ACTIONS": "true",
            "GITHUB_SHA": "0" * 40,
            "GITHUB_COPILOT_SEATS": "12",
            "APP_ID": "1",
        }
    )
    assert settings.warnings == (
        "GITHUB_APPID is not a variable of Signalbox; did you mean GITHUB_APP_ID?",
        "GITHUB_PRIVATE_KEY is not a variable of Signalbox; did you mean GITHUB_APP_PRIVATE_KEY?",
        "SLACK_SIGNING_SECRT is not a variable of Signalbox; did you mean SLACK_SIGNING_SECRET?",
    )


def test_a_secret_that_can_be_guessed_is_warned_about() -> None:
    assert Settings.from_env({**GITHUB, "GITHUB_WEBHOOK_SECRET": "hunter2"}).warnings == (
        "GITHUB_WEBHOOK_SECRET has fewer than 16 characters: such a secret can be guessed",
    )


def test_what_is_missing_is_told_with_the_way_to_get_it() -> None:
    settings = Settings.from_env({})
    assert [(gap.title, gap.required) for gap in settings.missing()] == [
        ("The public address", False),
        ("A GitHub App", True),
    ]
    named = {name for gap in settings.missing() for step in gap.steps for name in step.variables}
    assert {"PUBLIC_URL", "GITHUB_APP_ID", "GITHUB_APP_PRIVATE_KEY", "GITHUB_WEBHOOK_SECRET"} <= named
    assert named <= {variable.name for variable in VARIABLES}


def test_after_github_comes_slack_and_then_nothing() -> None:
    with_github = {**GITHUB, "PUBLIC_URL": "https://box.example.com"}
    (slack,) = Settings.from_env(with_github).missing()
    assert (slack.title, slack.required) == ("A Slack app", False)
    assert [name for step in slack.steps for name in step.variables] == ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"]
    (sign_in,) = Settings.from_env({**with_github, **SLACK}).missing()
    assert sign_in.title == "Sign-in with GitHub"
    assert sign_in.steps[0].command == "https://box.example.com/login/github/callback"
    assert Settings.from_env({**with_github, **SLACK, **SIGN_IN}).missing() == ()


def test_without_an_address_slack_is_reached_in_socket_mode() -> None:
    address, slack = Settings.from_env(GITHUB).missing()
    assert (address.title, slack.title) == ("The public address", "A Slack app")
    assert [name for step in slack.steps for name in step.variables] == ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]
    assert "socket_mode_enabled%22%3Atrue" in (slack.steps[0].link or "")


def test_what_is_configured_is_told_without_secrets() -> None:
    assert Settings.from_env({}).configured() == ()
    assert Settings.from_env({**GITHUB, **SLACK}).configured() == (
        ("GitHub App", "Number 4711 on https://github.com"),
        ("Slack", "/ops, HTTP"),
    )
    sockets = {**GITHUB, "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "SLACK_COMMAND": "/box"}
    assert Settings.from_env(sockets).configured()[1] == ("Slack", "/box, Socket Mode")


def test_the_form_at_github_is_filled_in() -> None:
    (gap,) = Settings.from_env({"PUBLIC_URL": "https://box.example.com"}).missing()
    link = gap.steps[1].link or ""
    assert link.startswith("https://github.com/settings/apps/new?")
    assert "webhook_url=https%3A%2F%2Fbox.example.com%2Fgithub%2Fwebhooks" in link
    assert "callback_urls%5B%5D=https%3A%2F%2Fbox.example.com%2Flogin%2Fgithub%2Fcallback" in link
    assert "actions=write" in link
    assert "events%5B%5D=issue_comment" in link


def test_a_secret_does_not_show_itself() -> None:
    secret = Secret("hunter2")
    assert f"{secret} {secret!r} {[secret]} {'%s' % secret}" == "*** Secret(***) [Secret(***)] ***"  # noqa: UP031
    assert secret.reveal() == "hunter2"
    assert secret == Secret("hunter2")
    assert secret != Secret("hunter3")
    assert len({secret, Secret("hunter2")}) == 1
    with pytest.raises(TypeError, match="can not be pickled"):
        pickle.dumps(secret)
    whole = repr(Settings.from_env({**GITHUB, "DATABASE_URL": "postgresql://u:hunter2@db/box"}))
    assert not [text for text in ("hunter2", SECRET, BODY) if text in whole]
