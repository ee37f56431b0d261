"""Owns examples of what `help` answers, made by the rules that make it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.catalog import load
from bot.model.command import Argument, ArgumentType, Command
from bot.model.config import (
    Approvals,
    CheckRule,
    ChecksWanted,
    Config,
    ConfiguredCommand,
    Environment,
    Freeze,
    Layer,
    Mark,
    Path,
    Where,
)
from bot.model.message import Message
from bot.model.people import Role
from bot.model.workflow import Workflow
from bot.rules import catalog, help, help_workflows
from bot.rules.help import Standing
from bot.rules.places import Places, furnished

FILE: Final = "acme/shop/.github/signalbox.yml"
PLACES: Final = Places(server_url="https://github.com", public_url="https://box.example", repository="acme/shop")

DEPLOY: Final = ConfiguredCommand(
    name="deploy",
    description="Ship a build to an environment.",
    workflow="deploy.yml",
    arguments=(
        Argument(
            name="environment",
            type=ArgumentType.CHOICE,
            required=True,
            choices=("staging", "production"),
            description="Where to.",
        ),
        Argument(name="dry_run", type=ArgumentType.BOOLEAN, default="false", description="Only rehearse."),
    ),
    environment="environment",
    dry_run="dry_run",
    where=frozenset({Where.SLACK, Where.PULL_REQUEST}),
)
PREVIEW: Final = ConfiguredCommand(
    name="preview", workflow="preview.yml", permission=Role.MAINTAIN, teams=("acme/platform", "acme/web")
)
PRODUCTION: Final = Environment(
    name="production",
    permission=Role.MAINTAIN,
    teams=("acme/deployers",),
    approvals=Approvals(count=2, teams=(("acme/release",),)),
    checks=CheckRule(wanted=ChecksWanted.NAMED, names=("build", "lint")),
    reviews=True,
    after=("staging",),
    lock=True,
    freeze=(Freeze(timezone="UTC"),),
)


def marked(*paths: Path) -> Mapping[Path, Mark]:
    """Each on a line of its own."""
    return {path: Mark(layer=Layer.REPOSITORY, file=FILE, line=3 + 2 * at) for at, path in enumerate(paths)}


CONFIG: Final = Config(
    commands={"deploy": DEPLOY, "preview": PREVIEW},
    environments={"production": PRODUCTION},
    marks=marked(("commands", "deploy"), ("commands", "preview"), ("environments", "production")),
)
COMMANDS: Final = catalog.catalog({name: load()[name] for name in ("help", "run", "use")}, CONFIG)


def standing(role: Role | None, place: Where | None = Where.PULL_REQUEST, **teams: bool | None) -> Standing:
    """Somebody's, with their teams of acme."""
    known = {f"acme/{name}": member for name, member in teams.items()}
    return Standing(role=role, repository="acme/shop", place=place, teams=known)


WRITER: Final = standing(Role.WRITE, deployers=False, platform=False, web=False)
KEEPER: Final = standing(Role.ADMIN, deployers=True, platform=True, web=False)


def told(name: str, who: Standing, *workflows: str) -> Message:
    """`help <command>`."""
    return furnished(help.explained(COMMANDS[name], CONFIG, who, workflows), PLACES)


def listed(commands: Mapping[str, Command], who: Standing) -> Message:
    """`help`."""
    return furnished(help.listing(commands, CONFIG, who), PLACES)


WORKFLOWS: Final = (
    (
        "deploy.yml",
        Workflow(
            path=".github/workflows/deploy.yml",
            name="Deploy",
            blob="b10b",
            inputs=(*DEPLOY.arguments, Argument(name="signalbox_sha")),
            dispatchable=True,
        ),
    ),
    (
        "broken.yml",
        Workflow(
            path=".github/workflows/broken.yml",
            name="broken.yml",
            blob="b10c",
            inputs=(),
            dispatchable=True,
            problem="a tab (line 3, column 1)",
        ),
    ),
)

HELP: Final[Mapping[str, Message]] = {
    "help-about-workflows": help_workflows.told(WORKFLOWS, "acme/shop"),
    "help-about-no-workflows": help_workflows.told((), "acme/shop"),
    "help": listed(COMMANDS, WRITER),
    "help-for-all-of-it": listed(COMMANDS, KEEPER),
    "help-in-an-issue": listed(COMMANDS, standing(Role.READ, Where.ISSUE, platform=None)),
    "help-where-no-repository-is-meant": help.listing(
        {"help": COMMANDS["help"], "run": COMMANDS["run"]}, Config(), standing(None, Where.SLACK)
    ),
    "help-about-run": told("run", WRITER, "/run deploy.yml environment=<staging|production>", "/run nightly.yml"),
    "help-about-a-configured-command": told("deploy", WRITER),
    "help-about-a-command-for-others": told("preview", WRITER),
    "help-about-a-command-in-full": told("deploy", KEEPER),
    "help-unjudged": help.explained(COMMANDS["run"], Config(), standing(None, Where.SLACK)),
}
