"""Owns finding inputs inside the scripts of a workflow: there a shell reads what somebody typed as code (T27).

https://docs.github.com/en/actions/concepts/security/script-injections
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.yaml import Items, Node, Scalar, Table

_EXPRESSION: Final = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_INPUT: Final = re.compile(r"(?<![\w.-])(?:github\s*\.\s*event\s*\.\s*)?inputs\b", re.IGNORECASE)
"""`inputs.x`, `inputs['x']`, `toJSON(inputs)`, `github.event.inputs.x`; not `steps.inputs.outputs.x`."""
_TEXT: Final = re.compile(r"'(?:[^']|'')*'")


def scripts_with_inputs(root: Table) -> tuple[int, ...]:
    """The lines of the file, each once, where a `run:` holds an expression about an input."""
    return tuple(sorted({line for script in _scripts(root) for line in _lines(script)}))


def _scripts(root: Table) -> Iterator[Scalar]:
    jobs = root.get("jobs")
    for job in (each for _, each in jobs.entries) if isinstance(jobs, Table) else ():
        steps = job.get("steps") if isinstance(job, Table) else None
        for step in steps.items if isinstance(steps, Items) else ():
            script: Node | None = step.get("run") if isinstance(step, Table) else None
            if isinstance(script, Scalar):
                yield script


def _lines(script: Scalar) -> Iterator[int]:
    """Block text begins below its `|`; of folded text the line is near enough."""
    block = "\n" in script.text and not script.plain
    for found in _EXPRESSION.finditer(script.text):
        if _INPUT.search(_TEXT.sub("''", found[1])):
            yield script.line + (script.text.count("\n", 0, found.start()) + 1 if block else 0)
