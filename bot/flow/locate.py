"""Owns finding what a dispatch is about: the pull request, the branch or tag, and the commit that is meant (T4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.errors import NotFound
from bot.flow.ports import Clock, Comparisons, PullRequests, Units, Workflows
from bot.model.command import Problem
from bot.model.repository import Head, PullRequest, Repository, Target
from bot.model.request import Pin
from bot.rules import pin


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """What the command means, before it is known which branch's workflow may run."""

    ref: str
    """Of the commit: the pull request's head branch, the branch or tag that was named, or the default branch; the
    commit's own id where that was named."""
    pull_request: PullRequest | None
    pinned: pin.Pinned | pin.Unpinned
    on_head: bool
    """Whether it is the pull request's head, and not a branch or tag that was named or is the default."""

    @property
    def commit(self) -> bool:
        """Whether a commit was named, which no branch may be at: the workflow is handed it."""
        return pin.is_commit(self.ref)

    @property
    def fork(self) -> bool:
        """Whether the commit is a fork's (T15); a named ref is a branch of this repository."""
        return self.on_head and self.pull_request is not None and self.pull_request.fork


def on_record(recorded: Pin) -> Located:
    """A commit that our own record names, and not where anything is now (T12)."""
    pinned = pin.Pinned(sha=recorded.sha, source=recorded.source)
    return Located(ref=recorded.ref, pull_request=None, pinned=pinned, on_head=False)


@dataclass(frozen=True, slots=True)
class Locate:
    """Asks GitHub where things are."""

    units: Units
    pull_requests: PullRequests
    workflows: Workflows
    comparisons: Comparisons
    clock: Clock

    async def __call__(self, target: Target, named: str | None, asked_at: datetime) -> Located | Problem:
        """The commit that `target` means, or the branch or tag `named` instead. Raises `UpstreamError`."""
        repository, now = target.repository, self.clock.now()
        pull = await self._pull_request(target)
        if isinstance(pull, Problem):
            return pull
        if pull is not None and named is None:
            known = await self._known_head(repository, pull, pin.before(asked_at))
            pinned = pin.pin_head(known, pull, asked_at=asked_at, now=now)
            return Located(ref=f"refs/heads/{pull.head_ref}", pull_request=pull, pinned=pinned, on_head=True)
        found = await self._named(repository, named or repository.default_branch)
        if isinstance(found, Problem):
            return found
        ref, sha = found
        pinned = pin.pin_branch(sha, asked_at=asked_at, now=now)
        return Located(ref=ref, pull_request=pull, pinned=pinned, on_head=False)

    async def default_branch(self, repository: Repository) -> tuple[str, str]:
        """The default branch's ref and the commit that it is at now. Raises `UpstreamError`."""
        ref = f"refs/heads/{repository.default_branch}"
        return ref, await self.workflows.head_of(repository, ref)

    async def _pull_request(self, target: Target) -> PullRequest | Problem | None:
        if not target.on_pull_request or target.number is None:
            return None
        try:
            return await self.pull_requests.get(target.repository, target.number)
        except NotFound:
            return Problem(sentence=f"There is no pull request {target.number} in {target.repository.full_name}.")

    async def _named(self, repository: Repository, named: str) -> tuple[str, str] | Problem:
        branch = await self._resolve(repository, named)
        found = await self._commit(repository, named, branch) if pin.is_commit(named) else branch
        return found or Problem(sentence=f"There is no branch or tag {named} in {repository.full_name}.")

    async def _resolve(self, repository: Repository, named: str) -> tuple[str, str] | None:
        full = (named,) if named.startswith("refs/") else (f"refs/heads/{named}", f"refs/tags/{named}")
        for ref in full:
            try:
                return ref, await self.workflows.head_of(repository, ref)
            except NotFound:
                continue
        return None

    async def _commit(
        self, repository: Repository, named: str, branch: tuple[str, str] | None
    ) -> tuple[str, str] | Problem | None:
        """The commit of the default branch that is meant. What is not in it nobody looked at for it (T15).

        A branch or tag may be called like a commit: then it has to be said which of the two is meant.
        """
        sha = await self.workflows.commit(repository, named)
        if sha is None or not sha.startswith(named):
            return branch
        if branch is not None:
            return Problem(sentence=f"{named} is a commit, and {branch[0]} is called so too: name that in full.")
        _, head = await self.default_branch(repository)
        if sha != head and (await self.comparisons.between(repository, head, sha)).commits:
            return Problem(sentence=f"{sha[:12]} is no commit of {repository.default_branch}; only those can be named.")
        return sha, sha

    async def _known_head(self, repository: Repository, pull: PullRequest, moment: datetime) -> Head | None:
        async with self.units.read() as unit:
            history = await unit.heads.history(repository.connection, repository.id, pull.number)
        recorded = pin.head_as_of(history, moment)
        if pull.fork or (recorded is not None and recorded.sha == pull.head_sha):
            return recorded
        # No record, or one that missed a push: a webhook that was lost must not shut the pull request for good.
        logged = await self.pull_requests.head_before(repository, pull.head_ref, moment)
        return pin.newest(recorded, logged)
