"""The part of the composition root that needs GitHub: its adapter.

The annotations with names from bot/flow/ports are where mypy checks that the adapter has the promised shape.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot.flow import ports
from bot.flow.receive import ACCESS
from bot.github import budget
from bot.github.accounts import Accounts
from bot.github.check_runs import CheckRuns
from bot.github.clients import Clients, Ourselves, input_limit
from bot.github.comments import Comments
from bot.github.comparisons import Comparisons
from bot.github.config_files import ConfigFiles
from bot.github.config_history import ConfigHistory
from bot.github.deployments import Deployments
from bot.github.edge import Door
from bot.github.environments import Environments
from bot.github.hook_deliveries import HookDeliveries
from bot.github.inbound import ReadDelivery
from bot.github.logs import Logs
from bot.github.owners import Owners
from bot.github.permissions import Permissions
from bot.github.proposals import Proposals
from bot.github.protection_rule import ProtectionRule
from bot.github.pull_requests import PullRequests
from bot.github.repositories import Repositories
from bot.github.runs import WorkflowRuns
from bot.github.snapshots import Snapshots
from bot.github.teams import Teams
from bot.github.transport import GitHubClient
from bot.github.workflows import Workflows
from bot.model.repository import Connection, Repository
from bot.settings import GitHubSettings

if TYPE_CHECKING:
    from bot.app import Signalbox


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHub:
    """GitHub's half: ports filled by its adapter."""

    connection: Connection
    input_limit: int
    door: Door
    read: ports.ReadDelivery
    permissions: ports.Permissions
    accounts: ports.Accounts
    pull_requests: ports.PullRequests
    snapshots: ports.Snapshots
    teams: ports.Teams
    owners: ports.Owners
    config_files: ports.ConfigFiles
    history: ports.ConfigHistory
    check_runs: ports.CheckRuns
    deployments: ports.Deployments
    environments: ports.Environments
    protection_rule: ports.ProtectionRule
    proposals: ports.Proposals
    workflows: ports.Workflows
    runs: ports.WorkflowRuns
    comments: ports.Comments
    comparisons: ports.Comparisons
    ourselves: ports.Ourselves
    logs: ports.Logs
    repositories: ports.FindRepository
    deliveries: ports.HookDeliveries


def connect(bot: Signalbox, connection: Connection, settings: GitHubSettings, stack: AsyncExitStack) -> GitHub:
    """Build the adapter of one connection. Nothing is asked of GitHub yet."""
    client = GitHubClient(
        connection=connection.id,
        api_url=settings.api_url,
        app_id=settings.app_id,
        private_key=settings.private_key.reveal(),
        clock=bot.timer,
        user_agent=bot.user_agent,
        on_call=bot.measure.asked_github,
        on_moved=partial(_remember, bot),
    )
    for name in budget.NAMES:
        bot.metrics.github_budget.labels(name).set_function(partial(client.budget.left, name))
    stack.push_async_callback(client.aclose)
    clients = Clients(client)
    shared = None if bot.settings.sqlite else partial(_access, bot)
    repositories = Repositories(clients, bot.timer)
    teams = Teams(clients, bot.timer, shared)
    return GitHub(
        connection=connection,
        input_limit=input_limit(connection),
        door=Door(connection.id, settings.webhook_secret.reveal(), bot.timer, bot.mint),
        read=ReadDelivery({connection.id: settings.app_id}),
        permissions=Permissions(clients, bot.timer, shared, on_drop=teams.drop),
        accounts=Accounts(clients),
        pull_requests=PullRequests(clients),
        snapshots=Snapshots(clients),
        teams=teams,
        owners=Owners(clients),
        config_files=ConfigFiles(clients, repositories),
        history=ConfigHistory(clients),
        check_runs=CheckRuns(clients),
        deployments=Deployments(clients),
        environments=Environments(clients),
        protection_rule=ProtectionRule(clients),
        proposals=Proposals(clients),
        workflows=Workflows(clients),
        runs=WorkflowRuns(clients),
        comments=Comments(clients),
        comparisons=Comparisons(clients),
        ourselves=Ourselves(clients),
        logs=Logs(clients, user_agent=bot.user_agent),
        repositories=repositories,
        deliveries=HookDeliveries(clients),
    )


async def _access(bot: Signalbox) -> int:
    """How often GitHub told any replica of a change of access."""
    async with bot.units.read() as unit:
        return await unit.marks.value(ACCESS) or 0


async def _remember(bot: Signalbox, repository: Repository) -> None:
    """GitHub told the present name of a repository when a write went to an old one."""
    async with bot.units.write(newest=True) as unit:
        await unit.repositories.save(repository)
