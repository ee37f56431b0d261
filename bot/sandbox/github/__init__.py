"""A stateful GitHub over real HTTP: its state, its refusals, its webhooks. Everything a story needs is named here."""

from bot.sandbox.github.accounts import Account
from bot.sandbox.github.apps import App, Installation
from bot.sandbox.github.checks import CheckRun, Status
from bot.sandbox.github.deliveries import Delivery
from bot.sandbox.github.deployments import Deployment, DeploymentStatus
from bot.sandbox.github.dispatching import Dispatched
from bot.sandbox.github.environments import Environment
from bot.sandbox.github.faults import Fault
from bot.sandbox.github.github import SandboxGitHub
from bot.sandbox.github.jobs import Job
from bot.sandbox.github.journal import Exchange
from bot.sandbox.github.plans import JobPlan, Plan
from bot.sandbox.github.pulls import PullRequest
from bot.sandbox.github.refusals import Refused
from bot.sandbox.github.repositories import Repository
from bot.sandbox.github.reviews import Review
from bot.sandbox.github.runs import Run
from bot.sandbox.github.teams import Team
from bot.sandbox.github.threads import Comment, Issue, Reaction, Said

__all__ = [
    "Account",
    "App",
    "CheckRun",
    "Comment",
    "Delivery",
    "Deployment",
    "DeploymentStatus",
    "Dispatched",
    "Environment",
    "Exchange",
    "Fault",
    "Installation",
    "Issue",
    "Job",
    "JobPlan",
    "Plan",
    "PullRequest",
    "Reaction",
    "Refused",
    "Repository",
    "Review",
    "Run",
    "Said",
    "SandboxGitHub",
    "Status",
    "Team",
]
