"""Pull requests as JSON."""

from typing import TYPE_CHECKING

from bot.sandbox.github.accounts import Account
from bot.sandbox.github.git import Commit
from bot.sandbox.github.history import changed, fork_point, own_commits
from bot.sandbox.github.ids import node_id, stamp, stamp_or_none
from bot.sandbox.github.protection import merge_state, mergeable
from bot.sandbox.github.pulls import PullRequest
from bot.sandbox.github.repositories import Repository
from bot.sandbox.github.shapes.accounts import Json, account
from bot.sandbox.github.shapes.repositories import html_url, url, whole

if TYPE_CHECKING:
    from bot.sandbox.github.world import World

EMPTY = ("assignees", "requested_reviewers", "requested_teams", "labels")
NOTHING = ("assignee", "milestone", "auto_merge", "active_lock_reason")


def pull(found: PullRequest) -> Json:
    return simple(found) | numbers(found)


def simple(found: PullRequest) -> Json:
    """As lists and reviews show it: without what has to be computed."""
    issue, repository = found.issue, found.repository
    return {
        "id": found.id,
        "node_id": node_id("PullRequest", found.id),
        "number": issue.number,
        "state": issue.state,
        "locked": issue.locked,
        "title": issue.title,
        "user": account(repository.world, issue.author),
        "body": issue.body or None,
        "created_at": stamp(issue.created_at),
        "updated_at": stamp(issue.updated_at),
        "closed_at": stamp_or_none(issue.closed_at),
        "merged_at": stamp_or_none(found.merged_at),
        "merge_commit_sha": found.merge_sha,
        "draft": found.draft,
        "author_association": repository.association(issue.author),
        "head": end(repository.world, found.head_owner, found.head, found.head_sha, found.head_repository),
        "base": end(repository.world, repository.owner, found.base, found.base_commit.sha, repository),
        **dict.fromkeys(NOTHING),
        **{name: [] for name in EMPTY},
        **links(found),
    }


def end(world: "World", owner: Account, ref: str, sha: str, repository: Repository | None) -> Json:
    """One side of the pull request; a deleted fork leaves `repo` null and keeps the rest."""
    return {
        "label": f"{owner.login}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": account(world, owner),
        "repo": whole(repository) if repository else None,
    }


def links(found: PullRequest) -> Json:
    base, number = url(found.repository), found.number
    address, page = f"{base}/pulls/{number}", f"{html_url(found.repository)}/pull/{number}"
    plain = {
        "url": address,
        "html_url": page,
        "issue_url": f"{base}/issues/{number}",
        "commits_url": f"{address}/commits",
        "review_comments_url": f"{address}/comments",
        "review_comment_url": f"{base}/pulls/comments{{/number}}",
        "comments_url": f"{base}/issues/{number}/comments",
        "statuses_url": f"{base}/statuses/{found.head_sha}",
    }
    names = {"self": "url"} | {name.removesuffix("_url"): name for name in plain if name != "url"}
    web = {"diff_url": f"{page}.diff", "patch_url": f"{page}.patch"}
    return plain | web | {"_links": {name: {"href": plain[key]} for name, key in names.items()}}


def numbers(found: PullRequest) -> Json:
    base, head = fork_point(found), found.head_commit
    paths = changed(base, head)
    could = {"MERGEABLE": True, "CONFLICTING": False}.get(mergeable(found))
    return {
        "merged": found.merged_at is not None,
        "mergeable": could,
        "rebaseable": could,
        "mergeable_state": merge_state(found).lower(),
        "merged_by": account(found.repository.world, found.merged_by) if found.merged_by else None,
        "comments": len(found.issue.comments),
        "review_comments": 0,
        "maintainer_can_modify": found.head_repository is not found.repository,
        "commits": len(own_commits(found)),
        "additions": sum(lines(head, path) for path in paths),
        "deletions": sum(lines(base, path) for path in paths) if base else 0,
        "changed_files": len(paths),
    }


def lines(commit: Commit, path: str) -> int:
    return commit.files.get(path, b"").count(b"\n")
