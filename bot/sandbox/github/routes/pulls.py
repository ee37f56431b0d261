"""Pull requests: listed and opened, with their files, commits and reviews."""

import msgspec

from bot.sandbox.github.calls import Answer, Call, Route
from bot.sandbox.github.history import fork_point, own_commits
from bot.sandbox.github.paging import listed
from bot.sandbox.github.pulls import PullRequest
from bot.sandbox.github.refusals import not_found, validation_failed
from bot.sandbox.github.shapes import changes, commits
from bot.sandbox.github.shapes import pulls as shape
from bot.sandbox.github.shapes import reviews as review_shape


class NewPull(msgspec.Struct):
    title: str
    head: str
    base: str
    body: str = ""
    draft: bool = False
    maintainer_can_modify: bool = True


def pull_list(call: Call) -> Answer:
    """Newest first; `head` is `owner:branch`."""
    state, query = call.query.get("state", "open"), call.query
    pulls = [issue.pull for issue in call.repository.issues.values() if issue.pull is not None]
    found = [each for each in pulls if state in ("all", each.issue.state)]
    found = [each for each in found if query.get("head") in (None, f"{each.head_owner.login}:{each.head}")]
    found = [each for each in found if query.get("base") in (None, each.base)]
    return listed(call, found if query.get("direction") == "asc" else found[::-1], shape.simple)


def open_pull(call: Call) -> Answer:
    """From a branch of this repository that has something which the base has not."""
    wanted, git = call.json(NewPull), call.repository.git
    owner, _, branch = wanted.head.rpartition(":")
    label = f"{owner or call.repository.owner.login}:{branch}"
    if branch not in git.branches or owner not in ("", call.repository.owner.login):
        validation_failed("PullRequest", "head", "head is invalid", code="invalid")
    if wanted.base not in git.branches:
        validation_failed("PullRequest", "base", "base is invalid", code="invalid")
    if any(each.base == wanted.base for each in call.world.open_pulls_from(call.repository, branch)):
        validation_failed("PullRequest", "", f"A pull request already exists for {label}.", code="custom")
    if not git.compare(git.head(wanted.base).sha, git.head(branch).sha)[0]:
        validation_failed("PullRequest", "", f"No commits between {wanted.base} and {branch}", code="custom")
    made = call.repository.pull_request(
        call.account.login, branch, title=wanted.title, body=wanted.body, base=wanted.base, draft=wanted.draft
    )
    return Answer(shape.pull(made), 201)


def files(call: Call) -> Answer:
    pull = pull_of(call)
    found = changes.files(call.repository, fork_point(pull), pull.head_commit)
    return listed(call, found, lambda each: each)


def commit_list(call: Call) -> Answer:
    return listed(call, own_commits(pull_of(call)), lambda each: commits.commit(call.repository, each))


def reviews(call: Call) -> Answer:
    """Oldest first."""
    return listed(call, pull_of(call).reviews, review_shape.review)


def pull_of(call: Call) -> PullRequest:
    issue = call.repository.issues.get(call.number("number")) or not_found()
    return issue.pull or not_found()


HERE = "/repos/{owner}/{repo}/pulls"
READ = ("pull_requests=read",)
ROUTES = (
    Route("GET", HERE, pull_list, READ),
    Route("POST", HERE, open_pull, ("pull_requests=write",)),
    Route("GET", f"{HERE}/{{number}}/files", files, READ),
    Route("GET", f"{HERE}/{{number}}/commits", commit_list, READ),
    Route("GET", f"{HERE}/{{number}}/reviews", reviews, READ),
)
