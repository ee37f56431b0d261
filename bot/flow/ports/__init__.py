"""What the steps need of the world, as narrow Protocols. Adapters have their shape; mypy checks it in bot/wiring.py.

Every method that leaves the house may raise `UpstreamError` (bot/errors.py says which kinds a retry helps).
"""

from __future__ import annotations

from bot.flow.ports.github import Comments, Ourselves, Permissions, PullRequests, ReadDelivery, WorkflowRuns, Workflows
from bot.flow.ports.house import Clock, Mint, Render
from bot.flow.ports.store import (
    Announcements,
    Answers,
    Audit,
    Connections,
    Deliveries,
    Heads,
    People,
    Repositories,
    Requests,
    Runs,
    Unit,
    Units,
)

__all__ = [
    "Announcements",
    "Answers",
    "Audit",
    "Clock",
    "Comments",
    "Connections",
    "Deliveries",
    "Heads",
    "Mint",
    "Ourselves",
    "People",
    "Permissions",
    "PullRequests",
    "ReadDelivery",
    "Render",
    "Repositories",
    "Requests",
    "Runs",
    "Unit",
    "Units",
    "WorkflowRuns",
    "Workflows",
]
