"""Owns a repository: who may do what in it, its history, and the things people do to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from bot.sandbox.github.accounts import Account
from bot.sandbox.github.checks import CheckRun, Checks, Status, add_check, add_status
from bot.sandbox.github.deployments import Deployment
from bot.sandbox.github.environments import Environment
from bot.sandbox.github.git import ZERO_SHA, Activity, Commit, Git, commit
from bot.sandbox.github.plans import Plan
from bot.sandbox.github.protection import Protection, protection
from bot.sandbox.github.pulls import PullRequest
from bot.sandbox.github.reporters import ACTIONS, reporter
from bot.sandbox.github.roles import Role
from bot.sandbox.github.threads import Issue

if TYPE_CHECKING:
    from bot.sandbox.github.world import World

Texts = Mapping[str, str | bytes]


@dataclass(slots=True, eq=False, kw_only=True)
class Repository:
    id: int
    world: "World"
    owner: Account
    name: str
    private: bool
    created_at: datetime
    default_branch: str = "main"
    parent: "Repository | None" = None  # what this one was forked from
    git: Git = field(default_factory=Git)
    roles: dict[int, Role] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    activity: list[Activity] = field(default_factory=list)
    plans: dict[str, Plan] = field(default_factory=dict)
    workflow_ids: dict[str, int] = field(default_factory=dict)
    disabled_workflows: set[str] = field(default_factory=set)
    run_numbers: dict[str, int] = field(default_factory=dict)
    pushed_at: datetime | None = None
    internal: bool = False  # private, and the owner's members read it
    checks: Checks = field(default_factory=Checks)
    environments: dict[str, Environment] = field(default_factory=dict)  # by case-folded name
    deployments: dict[int, Deployment] = field(default_factory=dict)
    protections: dict[str, Protection] = field(default_factory=dict)  # by branch
    rulesets: dict[str, list[tuple[int, list[str]]]] = field(default_factory=dict)  # by branch: number, required checks

    @property
    def full_name(self) -> str:
        return f"{self.owner.login}/{self.name}"

    @property
    def head_sha(self) -> str:
        """The default branch's newest commit."""
        return self.git.head(self.default_branch).sha

    def role_of(self, account: Account) -> Role:
        """The highest role this account has; on a public repository everybody reads, on an internal one its members."""
        if account.id == self.owner.id:
            return Role.ADMIN
        reads = not self.private or (self.internal and account.id in self.owner.members)
        everybody = Role.READ if reads else Role.NONE
        return max(self.roles.get(account.id, Role.NONE), everybody, key=lambda role: role.rank)

    @property
    def visibility(self) -> str:
        if not self.private:
            return "public"
        return "internal" if self.internal else "private"

    def association(self, account: Account) -> str:
        if account.id == self.owner.id:
            return "OWNER"
        if account.id in self.owner.members:
            return "MEMBER"
        if account.id in self.roles:
            return "COLLABORATOR"
        merged = (issue.pull for issue in self.issues.values() if issue.author is account)
        return "CONTRIBUTOR" if any(pull and pull.merged_at for pull in merged) else "NONE"

    # People and their rights

    def role(self, login: str, role: str) -> None:
        """Give somebody a role; the first one makes them a member of the repository and says so."""
        account, wanted = self.world.account(login), Role(role)
        known = self.roles.get(account.id)
        if wanted is Role.NONE:
            self.remove(login)
            return
        self.roles[account.id] = wanted
        if known is not wanted:
            self.world.events.member("added" if known is None else "edited", self, account, known)

    def remove(self, login: str) -> None:
        account = self.world.account(login)
        if self.roles.pop(account.id, None) is not None:
            self.world.events.member("removed", self, account, None)

    async def rename(self, name: str) -> None:
        before, self.name = self.name, name
        self.world.renamed(self, before)
        self.world.events.repository("renamed", self, {"changes": {"repository": {"name": {"from": before}}}})
        await self.world.webhooks.settled()

    async def make_private(self) -> None:
        self.private = True
        self.world.events.repository("privatized", self, {})
        await self.world.webhooks.settled()

    async def make_public(self) -> None:
        self.private = False
        self.world.events.repository("publicized", self, {})
        await self.world.webhooks.settled()

    # History

    def commit(
        self,
        branch: str,
        files: Mapping[str, bytes],
        message: str,
        author: Account,
        *,
        parents: tuple[str, ...] | None = None,
        force: bool = False,
        merging: bool = False,
    ) -> Commit:
        """A commit becomes the head of a branch: the one place where branches move."""
        past = self.git.branches.get(branch)
        base = past or self.git.branches.get(self.default_branch, [])
        kept = base[:-1] if force and past else base
        made = commit(files, message, author, self.world.clock(), parents or tuple(each.sha for each in kept[-1:]))
        self.git.set_branch(branch, [*kept, made])
        before = past[-1].sha if past else ZERO_SHA
        kind = "force_push" if force else "pr_merge" if merging else "push"
        self._record(branch, before, made, kind if past else "branch_creation", author)
        return made

    def _record(self, branch: str, before: str, made: Commit, kind: str, author: Account) -> None:
        self.pushed_at = self.world.clock()
        self.activity.append(
            Activity(
                id=self.world.ids.new(),
                ref=f"refs/heads/{branch}",
                before=before,
                after=made.sha,
                kind=kind,
                actor=author,
                at=self.pushed_at,
            )
        )
        self.world.events.push(self, branch, before, made, author)
        for pull in self.world.open_pulls_from(self, branch):
            pull.head_commit = made
            pull.repository.git.objects[made.sha] = made
            pull.issue.updated_at = self.pushed_at
            dismiss_stale(pull)
            self.world.events.pull("synchronize", pull, author, before=before)

    async def push(
        self,
        branch: str = "",
        *,
        files: Texts | None = None,
        message: str | None = None,
        by: str | None = None,
        force: bool = False,
    ) -> str:
        """Files are added to or replaced on a branch (a new one starts at the default branch). Returns the SHA."""
        sha = self.write(branch or self.default_branch, files, message, by, force=force)
        await self.world.webhooks.settled()
        return sha

    def write(
        self, branch: str, files: Texts | None, message: str | None, by: str | None, *, force: bool = False
    ) -> str:
        author = self.world.account(by) if by else self.owner
        message = message or f"Change number {self.world.ids.new()}"
        past = self.git.branches.get(branch) or self.git.branches.get(self.default_branch)
        tree = dict(past[-1].files) if past else {}
        tree |= as_bytes(files or {})
        return self.commit(branch, tree, message, author, force=force).sha

    def branch_off(self, branch: str, sha: str, author: Account) -> None:
        """A new branch begins at a commit that is there already."""
        line = [self.git.objects[sha]]
        while line[0].parents and line[0].parents[0] in self.git.objects:
            line.insert(0, self.git.objects[line[0].parents[0]])
        self.git.set_branch(branch, line)
        self._record(branch, ZERO_SHA, line[-1], "branch_creation", author)

    def tag(self, name: str, sha: str | None = None) -> None:
        self.git.tags[name] = self.git.objects[sha or self.head_sha]

    # What is said about commits

    def check(
        self, sha: str, name: str, state: str = "success", *, app: int = ACTIONS, suite: str = "", url: str = ""
    ) -> CheckRun:
        """An app reports; runs of one name in two suites stand side by side, as two workflows with one job name do."""
        by = reporter(self.world, app)
        return add_check(self, sha, name, state, by, label=suite, details_url=url or None)

    def status(self, sha: str, context: str, state: str = "success", *, by: str | None = None) -> Status:
        return add_status(self, sha, context, state, self.world.account(by) if by else self.owner)

    def protect(
        self,
        branch: str = "",
        *,
        required: Sequence[str] = (),
        strict: bool = False,
        reviews: int = 0,
        code_owners: Sequence[str] = (),
        dismiss_stale: bool = False,
    ) -> None:
        """Protect a branch anew: checks by name, or `name@app`; code owners are the logins who own everything."""
        name = branch or self.default_branch
        self.protections[name] = protection(
            name,
            required=required,
            strict=strict,
            reviews=reviews,
            code_owners=code_owners,
            dismiss_stale=dismiss_stale,
        )

    def ruleset(self, branch: str = "", *, required: Sequence[str]) -> None:
        """One more ruleset for a branch, which stands beside its protection."""
        self.rulesets.setdefault(branch or self.default_branch, []).append((self.world.ids.new(), list(required)))

    # Conversations

    def issue(self, author: str, title: str = "Something is odd", body: str = "") -> Issue:
        issue = self._open(self.world.account(author), title, body)
        self.world.events.issue("opened", issue, issue.author)
        return issue

    def pull_request(
        self,
        author: str,
        branch: str,
        *,
        title: str = "Make it better",
        body: str = "",
        files: Texts | None = None,
        fork: str | None = None,
        base: str | None = None,
        draft: bool = False,
    ) -> PullRequest:
        """Open a pull request. `fork` names the account whose fork holds the branch, which may be called `main`."""
        person = self.world.account(author)
        home = self if fork is None else self.world.fork(self, fork)
        if fork is not None or branch not in self.git.branches or files:
            home.write(branch, files or {"CHANGE.md": f"{title}\n"}, title, author)
        issue = self._open(person, title, body)
        issue.pull = PullRequest(
            id=self.world.ids.new(),
            issue=issue,
            base=base or self.default_branch,
            head=branch,
            head_repository=home,
            head_owner=home.owner,
            head_commit=home.git.head(branch),
            draft=draft,
        )
        self.git.objects |= home.git.objects  # forks share one store, so a fork's commits are found here by their hash
        self.world.events.pull("opened", issue.pull, person)
        return issue.pull

    def _open(self, author: Account, title: str, body: str) -> Issue:
        now = self.world.clock()
        number = len(self.issues) + 1
        issue = Issue(
            id=self.world.ids.new(),
            number=number,
            repository=self,
            author=author,
            title=title,
            body=body,
            created_at=now,
            updated_at=now,
        )
        self.issues[number] = issue
        return issue


def as_bytes(files: Texts) -> dict[str, bytes]:
    return {path: data.encode() if isinstance(data, str) else data for path, data in files.items()}


def dismiss_stale(pull: PullRequest) -> None:
    """After a push, where the base branch's protection says so."""
    if pull.protection is not None and pull.protection.dismiss_stale:
        for review in pull.reviews:
            if review.state == "APPROVED":
                review.dismiss()
