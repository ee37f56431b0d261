"""Owns webhook events: who is told about what, and the payload each event carries."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.sandbox.github.accounts import Account
from bot.sandbox.github.apps import App, Installation
from bot.sandbox.github.git import ZERO_SHA, Commit, email
from bot.sandbox.github.ids import node_id, stamp
from bot.sandbox.github.jobs import Job
from bot.sandbox.github.pulls import PullRequest
from bot.sandbox.github.repositories import Repository
from bot.sandbox.github.roles import Role, legacy
from bot.sandbox.github.runs import Run
from bot.sandbox.github.shapes import accounts, apps, commits, pulls, repositories, runs, threads
from bot.sandbox.github.shapes.accounts import Json
from bot.sandbox.github.threads import Comment, Issue
from bot.sandbox.github.workflows import WorkflowFile

if TYPE_CHECKING:
    from bot.sandbox.github.world import World

# Apps get these without subscribing.
UNASKED = frozenset({"ping", "installation", "installation_repositories", "github_app_authorization"})


class Events:
    """Every change of the world passes here and becomes the webhooks that GitHub would send."""

    def __init__(self, world: "World") -> None:
        self.world = world

    def tell(
        self, event: str, action: str | None, about: Repository, sender: Account, fields: Mapping[str, object]
    ) -> None:
        """To every app that is installed on the repository and subscribed to the event."""
        for app in self.world.apps_on(about):
            self.tell_owner(app, event, action, about, sender, fields)

    def tell_owner(
        self,
        app: App,
        event: str,
        action: str | None,
        about: Repository,
        sender: Account,
        fields: Mapping[str, object],
    ) -> None:
        """To one app, which the event is about, if it is installed there and subscribed."""
        installation = app.installation_on(about.id, about.owner.id)
        if event not in app.events or installation is None or installation.suspended_at is not None:
            return
        head: Json = {} if action is None else {"action": action}
        tail: Json = {
            "repository": repositories.whole(about),
            **repositories.owning_organization(about),
            "sender": accounts.account(self.world, sender),
            "installation": {"id": installation.id, "node_id": node_id("Installation", installation.id)},
        }
        self.world.webhooks.send(app, event, head | tail | dict(fields))

    def tell_organization(self, event: str, action: str, about: Account, fields: Mapping[str, object]) -> None:
        """To every app that is installed there and subscribed: what happened belongs to no repository."""
        for app in self.world.apps.values():
            installation = next((each for each in app.installations.values() if each.account is about), None)
            if event not in app.events or installation is None or installation.suspended_at is not None:
                continue
            tail: Json = {
                "organization": accounts.organization(self.world, about),
                "sender": accounts.account(self.world, about),
                "installation": {"id": installation.id, "node_id": node_id("Installation", installation.id)},
            }
            self.world.webhooks.send(app, event, {"action": action} | dict(fields) | tail)

    # Conversations

    def issue(self, action: str, issue: Issue, sender: Account) -> None:
        self.tell("issues", action, issue.repository, sender, {"issue": threads.issue(issue)})

    def comment_created(self, comment: Comment) -> None:
        self._comment("created", comment, comment.author, {})

    def comment_edited(self, comment: Comment, before: str, sender: Account) -> None:
        self._comment("edited", comment, sender, {"changes": {"body": {"from": before}}})

    def comment_deleted(self, comment: Comment, sender: Account) -> None:
        self._comment("deleted", comment, sender, {})

    def _comment(self, action: str, comment: Comment, sender: Account, extra: Json) -> None:
        fields = extra | {"issue": threads.issue(comment.issue), "comment": threads.comment(comment)}
        self.tell("issue_comment", action, comment.issue.repository, sender, fields)

    def pull(self, action: str, pull: PullRequest, sender: Account, *, before: str | None = None) -> None:
        fields: Json = {"number": pull.number, "pull_request": pulls.pull(pull)}
        if before is not None:
            fields |= {"before": before, "after": pull.head_sha}
        self.tell("pull_request", action, pull.repository, sender, fields)

    # Repositories

    def push(self, repository: Repository, branch: str, before: str, made: Commit, sender: Account) -> None:
        past = repository.git.objects.get(made.parents[0]) if made.parents else None
        pushed = commits.pushed_commit(repository, made, dict(past.files) if past else {})
        fields: Json = {
            "ref": f"refs/heads/{branch}",
            "before": before,
            "after": made.sha,
            "created": before == ZERO_SHA,
            "deleted": False,
            "forced": before not in (ZERO_SHA, *made.parents),
            "base_ref": None,
            "compare": f"{repositories.html_url(repository)}/compare/{before[:12]}...{made.sha[:12]}",
            "commits": [pushed],
            "head_commit": pushed,
            "pusher": {"name": sender.login, "email": email(sender)},
            "repository": repositories.pushed(repository),
        }
        self.tell("push", None, repository, sender, fields)

    def repository(self, action: str, repository: Repository, fields: Json) -> None:
        self.tell("repository", action, repository, repository.owner, fields)

    def member(self, action: str, repository: Repository, account: Account, before: Role | None) -> None:
        fields: Json = {"member": accounts.account(self.world, account)}
        if action != "removed":
            role = repository.roles[account.id]
            changes: Json = {"permission": {"to": legacy(role).value}, "role_name": {"to": role.value}}
            if before is not None:
                changes = {"permission": {"from": legacy(before).value, "to": legacy(role).value}}
            fields["changes"] = changes
        self.tell("member", action, repository, repository.owner, fields)

    # Actions

    def dispatched(
        self, repository: Repository, workflow: WorkflowFile, ref: str, inputs: Mapping[str, str], sender: Account
    ) -> None:
        fields: Json = {"inputs": dict(inputs) or None, "ref": ref, "workflow": workflow.path}
        self.tell("workflow_dispatch", None, repository, sender, fields)

    def run(self, action: str, run: Run) -> None:
        fields = {"workflow_run": runs.run(run), "workflow": runs.workflow(run.repository, run.workflow)}
        self.tell("workflow_run", action, run.repository, run.triggering_actor, fields)

    def job(self, action: str, job: Job) -> None:
        self.tell("workflow_job", action, job.run.repository, job.run.triggering_actor, {"workflow_job": runs.job(job)})

    # Apps

    def ping(self, app: App) -> None:
        hook: Json = {
            "type": "App",
            "id": app.hook_id,
            "name": "web",
            "active": True,
            "events": list(app.events),
            "config": {"content_type": "json", "url": app.webhook_url or "", "insecure_ssl": "0", "secret": "********"},
            "updated_at": stamp(app.created_at),
            "created_at": stamp(app.created_at),
            "app_id": app.id,
            "deliveries_url": f"{self.world.api}/app/hook/deliveries",
        }
        self.world.webhooks.send(
            app, "ping", {"zen": "Keep it logically awesome.", "hook_id": app.hook_id, "hook": hook}
        )

    def installed(self, installation: Installation, covered: list[Repository]) -> None:
        self._installation("installation", "created", installation, {"repositories": named(covered), "requester": None})

    def repositories_added(self, installation: Installation, added: list[Repository]) -> None:
        fields: Json = {
            "repository_selection": "selected",
            "repositories_added": named(added),
            "repositories_removed": [],
            "requester": None,
        }
        self._installation("installation_repositories", "added", installation, fields)

    def repositories_removed(self, installation: Installation, removed: list[Repository]) -> None:
        fields: Json = {
            "repository_selection": "selected",
            "repositories_added": [],
            "repositories_removed": named(removed),
            "requester": None,
        }
        self._installation("installation_repositories", "removed", installation, fields)

    def _installation(self, event: str, action: str, installation: Installation, fields: Json) -> None:
        head: Json = {"action": action, "installation": apps.installation(self.world, installation)}
        sender: Json = {"sender": accounts.account(self.world, installation.account)}
        self.world.webhooks.send(installation.app, event, head | fields | sender)


def named(several: list[Repository]) -> list[Json]:
    return [repositories.named(each) for each in several]
