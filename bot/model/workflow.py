"""A workflow file that can be dispatched, read on the default branch."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model.command import Argument


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """What `run` needs to know about a workflow."""

    path: str
    """`.github/workflows/deploy.yml`."""
    name: str
    blob: str
    """The file's blob SHA on the default branch."""
    inputs: tuple[Argument, ...]
    """In the file's order, reserved ones included."""
    dispatchable: bool
    """Whether `on:` holds `workflow_dispatch`."""
    problem: str | None = None
    """Why the file can not be used, with line and column, when it can not."""
    scripts_with_inputs: tuple[int, ...] = ()
    """The lines where an input is put into the text of a `run:`, which a shell then reads as code (T27)."""
