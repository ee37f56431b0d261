"""Owns what a person has to do until Signalbox is configured: the steps that the start page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot import manifests

APP_DOCS: Final = (
    "https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app/registering-a-github-app"
)
KEY_DOCS: Final = (
    "https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/"
    "managing-private-keys-for-github-apps"
)
INSTALL_DOCS: Final = "https://docs.github.com/en/apps/using-github-apps/installing-your-own-github-app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do, in plain words."""

    text: str
    variables: tuple[str, ...] = ()
    """What to set once it is done; any one of them is enough."""
    link: str | None = None
    link_text: str = ""
    command: str = ""
    """A line for a shell or a form, ready to copy."""


RESTART: Final = Step(text="Restart Signalbox. The environment is read once, at start.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Something that is not configured yet."""

    title: str
    why: str
    steps: tuple[Step, ...]
    required: bool
    """False when Signalbox works without it."""


def missing_public_url() -> Missing:
    """What to do when nobody told us our own address."""
    return Missing(
        title="The public address",
        why="GitHub has to reach this server, the forms for the apps need the address, people link accounts here.",
        required=False,
        steps=(
            Step(
                text="Make this server reachable over https, for example through your reverse proxy, and say where.",
                variables=("PUBLIC_URL",),
            ),
        ),
    )


def missing_github(server_url: str, public_url: str | None, *, have_secret: bool) -> Missing:
    """The way to a GitHub App, in the order in which its values come to hand."""
    return Missing(
        title="A GitHub App",
        why="Without it Signalbox neither hears comments nor starts workflows.",
        required=True,
        steps=(_webhook_secret(have_secret=have_secret), _registration(server_url, public_url), *_AFTER_REGISTRATION),
    )


def _webhook_secret(*, have_secret: bool) -> Step:
    if have_secret:
        return Step(text="The webhook secret is set already; the App needs the same one.")
    return Step(text="Make up a webhook secret.", command="openssl rand -hex 32", variables=("GITHUB_WEBHOOK_SECRET",))


def _registration(server_url: str, public_url: str | None) -> Step:
    return Step(
        text="Open the prepared form, choose a name, paste the webhook secret and create the App. "
        "For an organization, put /organizations/NAME before /settings in its address.",
        link=manifests.github_link(server_url, public_url or "https://YOUR-ADDRESS"),
        link_text="Register a GitHub App with everything filled in",
    )


_AFTER_REGISTRATION: Final = (
    Step(
        text='Copy the number called "App ID" from the top of the page.',
        variables=("GITHUB_APP_ID",),
        link=APP_DOCS,
        link_text="About registering",
    ),
    Step(
        text='Press "Generate a private key" on the same page. Give its text, or the path of the file.',
        variables=("GITHUB_APP_PRIVATE_KEY", "GITHUB_APP_PRIVATE_KEY_FILE"),
        link=KEY_DOCS,
        link_text="About private keys",
    ),
    Step(
        text='Choose "Install App" and pick the repositories that it shall serve.',
        link=INSTALL_DOCS,
        link_text="About installing",
    ),
    RESTART,
)


def missing_sign_in(public_url: str | None) -> Missing:
    """What Slack needs of the GitHub App beside the rest: people prove with it which GitHub account is theirs."""
    callback = f"{public_url or 'https://YOUR-ADDRESS'}{manifests.GITHUB_CALLBACK_PATH}"
    return Missing(
        title="Sign-in with GitHub",
        why="People in Slack prove with it which GitHub account is theirs; until then their commands are refused.",
        required=False,
        steps=(
            Step(text="Open the settings of your GitHub App and add this callback URL.", command=callback),
            Step(text='Copy the "Client ID" from the same page.', variables=("GITHUB_CLIENT_ID",)),
            Step(text='Press "Generate a new client secret" and copy it.', variables=("GITHUB_CLIENT_SECRET",)),
            RESTART,
        ),
    )


def missing_slack(command: str, public_url: str | None) -> Missing:
    """The way to a Slack app: over HTTP where we have an address, else in Socket Mode."""
    manifest = manifests.slack(command, public_url, socket_mode=public_url is None, sign_in=False)
    return Missing(
        title="A Slack app",
        why=f"With it the same commands work in Slack as {command}. Nothing else depends on it.",
        required=False,
        steps=(
            Step(
                text="Open the prepared form, pick the workspace and create the app.",
                link=manifests.slack_link(manifest),
                link_text="Create a Slack app with everything filled in",
            ),
            Step(
                text='Choose "Install App", install it, and copy the "Bot User OAuth Token".',
                variables=("SLACK_BOT_TOKEN",),
            ),
            *(_SOCKET_MODE if public_url is None else _HTTP),
            Step(text="Write /invite @signalbox in a channel where people shall see what runs."),
        ),
    )


_HTTP: Final = (
    Step(text='Copy the "Signing Secret" from "Basic Information".', variables=("SLACK_SIGNING_SECRET",)),
    Step(
        text='Restart Signalbox. If Slack says under "Event Subscriptions" that the address is not verified, '
        "let it try again."
    ),
)
_SOCKET_MODE: Final = (
    Step(
        text='Under "Basic Information", generate an "App-Level Token" with the scope connections:write and copy it.',
        variables=("SLACK_APP_TOKEN",),
    ),
    RESTART,
)
