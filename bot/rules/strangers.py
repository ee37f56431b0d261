"""Owns which runs nobody asked us for: of workflows whose environments have gates here, started past them."""

from __future__ import annotations

from datetime import datetime

from bot.model.config import Config
from bot.model.run import RunReport
from bot.rules.claims import file_of


def guarded(config: Config) -> frozenset[str]:
    """Files of workflows, as they are compared, that a command with an environment claims."""
    commands = [*config.commands.values(), *config.claims.values()]
    return frozenset(file_of(command.workflow) for command in commands if command.environment is not None)


def concerns(report: RunReport, workflows: frozenset[str]) -> bool:
    """Whether the run is one of these workflows. A path that GitHub left out is none: its own list names it."""
    return report.path is not None and file_of(report.path) in workflows


def by_others(report: RunReport, our_login: str) -> bool:
    """Whether somebody else started this very attempt; a starter that GitHub does not name is somebody else."""
    return (report.triggering_actor_login or report.actor_login or "").lower() != our_login.lower()


def since(report: RunReport, moment: datetime) -> bool:
    """Whether the run was created then or later; unknown counts."""
    return report.created_at is None or report.created_at >= moment
