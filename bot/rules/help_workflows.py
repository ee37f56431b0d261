"""Owns what `help workflows` says: each workflow that can be started, how it is run, and the block that makes it a
command of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.model.config import CONFIG_PATH
from bot.model.message import Message
from bot.model.workflow import Workflow
from bot.rules import proposal
from bot.rules.inputs import usage_of

ENVIRONMENTS: Final = "environments:"


def told(found: Sequence[tuple[str, Workflow]], repository: str) -> Message:
    """All of them, by their files' names."""
    rows = [
        {
            "file": file,
            "name": workflow.name,
            "usage": usage_of(workflow, file) if workflow.problem is None else None,
            "problem": workflow.problem,
            "block": block(workflow),
        }
        for file, workflow in found
    ]
    return Message(name="workflows_answered", fields={"commands": rows, "repository": repository, "path": CONFIG_PATH})


def block(workflow: Workflow) -> list[str]:
    """The lines of its entry under `commands`, with typed arguments; none where it can not be used."""
    lines = proposal.proposed([workflow]).removeprefix(proposal.HEAD).splitlines()
    if not lines or not lines[0].startswith("commands:"):
        return []
    end = lines.index(ENVIRONMENTS) if ENVIRONMENTS in lines else len(lines)
    return lines[:end]
