"""What the steps need of the world, as narrow Protocols. Adapters have their shape; mypy checks it in bot/wiring.py.

Every method that leaves the house may raise `UpstreamError` (bot/errors.py says which kinds a retry helps).
"""

from __future__ import annotations

from bot.flow.ports.github import (
    Comments,
    FindRepository,
    HookDeliveries,
    Logs,
    Ourselves,
    Permissions,
    PullRequests,
    ReadDelivery,
    WorkflowRuns,
    Workflows,
)
from bot.flow.ports.house import Clock, Mint, Render
from bot.flow.ports.keeping import Partitions, Pruning, ReadEvent, Renewal, RepositoryEvents
from bot.flow.ports.link import Bindings, GitHubSignIn, LinkAttempts, Links, SlackSignIn
from bot.flow.ports.slack import SlackChannels, SlackMessages, SlackUsers, SlackViews
from bot.flow.ports.store import (
    Announcements,
    Answers,
    Audit,
    Connections,
    Deliveries,
    Heads,
    Marks,
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
    "Bindings",
    "Clock",
    "Comments",
    "Connections",
    "Deliveries",
    "FindRepository",
    "GitHubSignIn",
    "Heads",
    "HookDeliveries",
    "LinkAttempts",
    "Links",
    "Logs",
    "Marks",
    "Mint",
    "Ourselves",
    "Partitions",
    "People",
    "Permissions",
    "Pruning",
    "PullRequests",
    "ReadDelivery",
    "ReadEvent",
    "Render",
    "Renewal",
    "Repositories",
    "RepositoryEvents",
    "Requests",
    "Runs",
    "SlackChannels",
    "SlackMessages",
    "SlackSignIn",
    "SlackUsers",
    "SlackViews",
    "Unit",
    "Units",
    "WorkflowRuns",
    "Workflows",
]
