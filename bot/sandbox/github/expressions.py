"""Owns `${{ ... }}` in names: contexts, string literals and `||`, which is what run names and job names use."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.github.runs import Run

EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
Contexts = Mapping[str, str]


def render(text: str, contexts: Contexts) -> str:
    """Replace each expression; like Actions, something unknown becomes nothing."""
    return EXPRESSION.sub(lambda match: evaluate(match.group(1), contexts), text).strip()


def evaluate(expression: str, contexts: Contexts) -> str:
    for part in expression.split("||"):
        value = operand(part.strip(), contexts)
        if value:
            return value
    return ""


def operand(text: str, contexts: Contexts) -> str:
    if len(text) >= 2 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    return contexts.get(text.lower(), "")


def contexts_of_run(run: "Run") -> dict[str, str]:
    """What expressions in the workflow's file may name."""
    github = {
        "actor": run.actor.login,
        "event_name": run.event,
        "ref": run.ref,
        "ref_name": run.head_branch,
        "repository": run.repository.full_name,
        "run_id": str(run.id),
        "run_number": str(run.number),
        "sha": run.head_sha,
        "workflow": run.workflow.name,
    }
    return contexts_of(inputs=run.inputs, github=github)


def contexts_of(*, inputs: Mapping[str, str], github: Mapping[str, str]) -> dict[str, str]:
    """Flat names as they are written in a workflow, lower-cased because contexts ignore case."""
    flat = {f"github.{name}": value for name, value in github.items()}
    flat |= {f"inputs.{name}": value for name, value in inputs.items()}
    flat |= {f"github.event.inputs.{name}": value for name, value in inputs.items()}
    return {name.lower(): value for name, value in flat.items()}
