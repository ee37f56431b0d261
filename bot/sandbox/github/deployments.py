"""Owns deployments: what was to go where, and what was said about each since.

https://docs.github.com/en/rest/deployments
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from bot.sandbox.github.accounts import Account
from bot.sandbox.github.apps import App
from bot.sandbox.github.environments import touched
from bot.sandbox.github.git import Commit, merged
from bot.sandbox.github.refusals import Refused, unprocessable

if TYPE_CHECKING:
    from bot.sandbox.github.repositories import Repository
    from bot.sandbox.github.runs import Run

STATES: Final = frozenset({"error", "failure", "inactive", "in_progress", "queued", "pending", "success"})
LONGEST_DESCRIPTION: Final = 140


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentStatus:
    """One report; the newest one counts."""

    id: int
    state: str
    creator: Account
    description: str
    environment: str
    environment_url: str
    log_url: str
    created_at: datetime


@dataclass(slots=True, eq=False, kw_only=True)
class Deployment:
    id: int
    repository: "Repository"
    sha: str
    ref: str
    task: str
    environment: str
    payload: object
    description: str | None
    creator: Account
    created_at: datetime
    via: App | None = None
    run: "Run | None" = None  # that GitHub itself made it for
    transient: bool = False
    production: bool = False
    statuses: list[DeploymentStatus] = field(default_factory=list)

    @property
    def state(self) -> str:
        return self.statuses[-1].state if self.statuses else "pending"

    @property
    def active(self) -> bool:
        return self.state in ("success", "in_progress", "queued", "pending")

    def say(
        self,
        state: str,
        creator: Account,
        *,
        description: str = "",
        environment: str | None = None,
        environment_url: str = "",
        log_url: str = "",
        auto_inactive: bool = True,
    ) -> DeploymentStatus:
        """Someone reports. A success makes older ones inactive, but for those of environments that people use."""
        if state not in STATES:
            unprocessable(f"{state} is not one of {', '.join(sorted(STATES))}")
        if len(description) > LONGEST_DESCRIPTION:
            unprocessable(f"description is too long (maximum is {LONGEST_DESCRIPTION} characters)")
        world = self.repository.world
        before = self.statuses[-1].environment if self.statuses else self.environment
        made = DeploymentStatus(
            id=world.ids.new(),
            state=state,
            creator=creator,
            description=description,
            environment=environment or before,
            environment_url=environment_url,
            log_url=log_url,
            created_at=world.clock(),
        )
        self.statuses.append(made)
        world.deploy_events.status(self, made)
        if state == "success" and auto_inactive:
            self._retire_older(creator)
        return made

    def _retire_older(self, creator: Account) -> None:
        """https://docs.github.com/en/rest/deployments/statuses#create-a-deployment-status"""
        for other in list(self.repository.deployments.values()):
            same = other.id < self.id and other.environment.casefold() == self.environment.casefold()
            if same and other.state == "success" and not (other.transient or other.production):
                other.say("inactive", creator)

    def delete(self) -> None:
        if self.active and len(self.repository.deployments) > 1:
            unprocessable(
                "We cannot delete an active deployment unless it is the only deployment in a given environment."
            )
        del self.repository.deployments[self.id]


def deploy(
    repository: "Repository",
    ref: str,
    environment: str,
    creator: Account,
    *,
    task: str = "deploy",
    auto_merge: bool = True,
    required_contexts: Sequence[str] | None = None,
    payload: object = None,
    description: str | None = "",
    transient: bool = False,
    production: bool | None = None,
) -> Deployment | str:
    """Somebody asks for one: it is made, or what GitHub did instead is told. Raises `Refused` on a conflict."""
    named = repository.git.named(ref)
    found = named[1] if named else repository.git.resolve(ref)
    if found is None:
        unprocessable(f"No ref found for: {ref}")
    if auto_merge and repository.git.compare(found.sha, repository.head_sha)[0]:
        return merge_default(repository, ref, creator)
    check_contexts(repository, ref, found, required_contexts)
    return record(
        Deployment(
            id=repository.world.ids.new(),
            repository=repository,
            sha=found.sha,
            ref=ref,
            task=task,
            environment=environment,
            payload={} if payload is None else payload,
            description=description,
            creator=creator,
            created_at=repository.world.clock(),
            transient=transient,
            production=environment == "production" if production is None else production,
        )
    )


def record(made: Deployment) -> Deployment:
    touched(made.repository, made.environment)
    made.repository.deployments[made.id] = made
    made.repository.world.deploy_events.created(made)
    return made


def merge_default(repository: "Repository", ref: str, by: Account) -> str:
    """What is behind the default branch gets it merged in; only a branch can, and only without a conflict."""
    main = repository.default_branch
    line = repository.git.branches.get(ref)
    pulls = [
        issue.pull for issue in repository.issues.values() if issue.pull and issue.pull.comes_from(repository, ref)
    ]
    if line is None or any(pull.conflicts for pull in pulls):
        raise Refused(409, f"Conflict merging {main} into {ref}.")
    common = repository.git.merge_base(line[-1].sha, repository.head_sha)
    files = merged(common.files if common else {}, line[-1].files, repository.git.head(main).files)
    parents = (line[-1].sha, repository.head_sha)
    repository.commit(ref, files, f"Merge {main} into {ref}", by, parents=parents, merging=True)
    return f"Auto-merged {main} into {ref} on deployment."


def check_contexts(repository: "Repository", ref: str, found: Commit, wanted: Sequence[str] | None) -> None:
    """All that was ever reported about the commit has to be good, or just these."""
    told = {each.context: each.state == "success" for each in repository.checks.statuses_of(found.sha)}
    told |= {run.name: run.passed for run in repository.checks.of(found.sha)}
    bad = [name for name in (told if wanted is None else wanted) if not told.get(name)]
    if bad:
        error = {"contexts": bad, "resource": "Deployment", "field": "required_contexts", "code": "invalid"}
        raise Refused(409, f"Conflict: Commit status checks failed for {ref}.", errors=[error])
