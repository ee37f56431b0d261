"""What the steps need of the world, as narrow Protocols. Adapters have their shape; mypy checks it in bot/wiring.py.

Every method that leaves the house may raise `UpstreamError` (bot/errors.py says which kinds a retry helps).
"""

from __future__ import annotations

from bot.flow.ports.audit import Audit
from bot.flow.ports.deployments import CheckRuns, Deployments, Environments, ProtectionRule
from bot.flow.ports.gates import Configs, Trusts
from bot.flow.ports.github import (
    Accounts,
    Comments,
    Comparisons,
    ConfigFiles,
    ConfigHistory,
    FindRepository,
    HookDeliveries,
    Logs,
    Ourselves,
    Owners,
    Permissions,
    Proposals,
    PullRequests,
    ReadDelivery,
    Snapshots,
    Teams,
    WorkflowRuns,
    Workflows,
)
from bot.flow.ports.house import Clock, Mint, ReadConfig, Render
from bot.flow.ports.keeping import Partitions, Pruning, ReadEvent, Renewal, RepositoryEvents
from bot.flow.ports.link import Bindings, GitHubSignIn, LinkAttempts, Links, Sessions, SlackSignIn
from bot.flow.ports.shared import Locks, Votes
from bot.flow.ports.slack import SlackChannels, SlackMessages, SlackUsers, SlackViews
from bot.flow.ports.store import (
    Announcements,
    Answers,
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
    "Accounts",
    "Announcements",
    "Answers",
    "Audit",
    "Bindings",
    "CheckRuns",
    "Clock",
    "Comments",
    "Comparisons",
    "ConfigFiles",
    "ConfigHistory",
    "Configs",
    "Connections",
    "Deliveries",
    "Deployments",
    "Environments",
    "FindRepository",
    "GitHubSignIn",
    "Heads",
    "HookDeliveries",
    "LinkAttempts",
    "Links",
    "Locks",
    "Logs",
    "Marks",
    "Mint",
    "Ourselves",
    "Owners",
    "Partitions",
    "People",
    "Permissions",
    "Proposals",
    "ProtectionRule",
    "Pruning",
    "PullRequests",
    "ReadConfig",
    "ReadDelivery",
    "ReadEvent",
    "Render",
    "Renewal",
    "Repositories",
    "RepositoryEvents",
    "Requests",
    "Runs",
    "Sessions",
    "SlackChannels",
    "SlackMessages",
    "SlackSignIn",
    "SlackUsers",
    "SlackViews",
    "Snapshots",
    "Teams",
    "Trusts",
    "Unit",
    "Units",
    "Votes",
    "WorkflowRuns",
    "Workflows",
]
