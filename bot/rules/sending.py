"""Owns which inputs a dispatch sends: what was typed, what the configuration fixes, and what Signalbox fills in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.model.command import Command, Problem
from bot.model.config import ConfiguredCommand
from bot.model.workflow import Workflow
from bot.rules import inputs
from bot.rules.values import Misfit, fit
from bot.rules.wording import quoted


def sending(
    command: Command,
    workflow: Workflow,
    given: Mapping[str, str],
    *,
    reserved: Mapping[str, str],
    limit: int,
    line: str,
) -> dict[str, str] | Problem:
    """The inputs as they are sent, or the first thing that is wrong; parameters as in `inputs.check`.

    What a configuration declares is judged again here: it may have changed since the line was understood.
    """
    configured = command.configured
    if configured is None:
        checked = inputs.check(workflow, given, reserved=reserved, limit=limit, line=line)
        return checked if isinstance(checked, Problem) else dict(checked)
    problem = _misfit(configured, given)
    if problem is None:
        vouched = {*configured.fixed, *(each.name for each in configured.arguments if each.pattern is not None)}
        all_given = {**given, **configured.fixed}
        checked = inputs.check(workflow, all_given, reserved=reserved, limit=limit, line=line, vouched=vouched)
        if not isinstance(checked, Problem):
            return dict(checked)
        problem = replace(checked, sentence=f"{checked.sentence} {DRIFT}", nearest=None)
    return replace(problem, usage=f"/{command.usage}")


DRIFT = "The configuration and the workflow do not say the same: config check tells where they differ."


def _misfit(configured: ConfiguredCommand, given: Mapping[str, str]) -> Problem | None:
    for argument in configured.arguments:
        value = given.get(argument.name)
        if value is None:
            if argument.required and argument.default is None:
                return Problem(sentence=f"{quoted(argument.name)} is missing.")
            continue
        fitted = fit(argument, value)
        if isinstance(fitted, Misfit):
            return Problem(sentence=fitted.sentence)
    return None
