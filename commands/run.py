"""`run`: start any workflow that can be dispatched, with no configuration at all."""

from __future__ import annotations

from bot.api import Argument, Arguments, Dispatch, Intent, Role, UserError, declare

USAGE = "run <workflow file> [input=value ...] [ref=<branch or tag>]"


@declare(
    name="run",
    summary="Start a workflow and follow it here.",
    usage=USAGE,
    permission=Role.WRITE,
    arguments=[
        Argument(name="workflow", required=True, description="A file under .github/workflows, such as deploy.yml."),
    ],
    open_ended=True,
    examples=["run deploy.yml", "run deploy.yml environment=staging dry_run=true", "run nightly.yml ref=main"],
)
def command(arguments: Arguments) -> Intent:
    """Ask for a dispatch; every named value is an input, but for `ref`, which names a branch or tag."""
    file = arguments.values["workflow"].removeprefix(".github/workflows/")
    if "/" in file or not file.endswith((".yml", ".yaml")):
        raise UserError("A workflow is named by its file, which ends in .yml or .yaml.", usage=f"/{USAGE}")
    inputs = dict(arguments.extra)
    ref = inputs.pop("ref", None)
    return Dispatch(workflow=file, inputs=inputs, ref=ref)
