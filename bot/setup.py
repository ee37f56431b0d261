"""Owns what a person has to do until Signalbox is configured: the steps that the start page and `doctor` show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

WEBHOOK_PATH: Final = "/github/webhooks"

PERMISSIONS: Final = {
    "actions": "write",
    "contents": "read",
    "issues": "write",
    "members": "read",
    "metadata": "read",
    "pull_requests": "write",
}
"""Of the GitHub App. actions: dispatch, follow and cancel runs; issues and pull_requests: read commands, answer."""

EVENTS: Final = (
    "issue_comment",
    "member",
    "membership",
    "organization",
    "pull_request",
    "push",
    "repository",
    "team",
    "workflow_job",
    "workflow_run",
)

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
    """A line for a shell, ready to copy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Something that is not configured yet."""

    title: str
    why: str
    steps: tuple[Step, ...]
    required: bool
    """False when Signalbox works without it."""


def registration_url(server_url: str, public_url: str | None) -> str:
    """The page where GitHub registers a new App, with everything but the name and the webhook secret filled in.

    https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-using-url-parameters
    """
    webhook = f"{public_url or 'https://YOUR-ADDRESS'}{WEBHOOK_PATH}"
    fields = [
        ("description", "Runs GitHub Actions workflows when people ask for it in a comment."),
        ("url", public_url or server_url),
        ("public", "false"),
        ("webhook_active", "true"),
        ("webhook_url", webhook),
        *PERMISSIONS.items(),
        *(("events[]", event) for event in EVENTS),
    ]
    return f"{server_url}/settings/apps/new?{urlencode(fields)}"


def missing_public_url() -> Missing:
    """What to do when nobody told us our own address."""
    return Missing(
        title="The public address",
        why="GitHub has to reach this server, and the form for the GitHub App needs the address.",
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
        link=registration_url(server_url, public_url),
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
    Step(text="Restart Signalbox. The environment is read once, at start."),
)
