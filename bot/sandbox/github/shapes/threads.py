"""Issues, comments and reactions as JSON."""

from collections import Counter
from collections.abc import Sequence

from bot.sandbox.github.ids import node_id, stamp, stamp_or_none
from bot.sandbox.github.shapes.accounts import Json, account
from bot.sandbox.github.shapes.apps import app_or_none
from bot.sandbox.github.shapes.repositories import html_url, url
from bot.sandbox.github.threads import REACTIONS, Comment, Issue, Reaction


def issue_url(issue: Issue) -> str:
    return f"{url(issue.repository)}/issues/{issue.number}"


def issue_page(issue: Issue) -> str:
    return f"{html_url(issue.repository)}/{'pull' if issue.pull else 'issues'}/{issue.number}"


def issue(issue: Issue) -> Json:
    address, world = issue_url(issue), issue.repository.world
    shape: Json = {
        "url": address,
        "repository_url": url(issue.repository),
        "labels_url": f"{address}/labels{{/name}}",
        "comments_url": f"{address}/comments",
        "events_url": f"{address}/events",
        "html_url": issue_page(issue),
        "id": issue.id,
        "node_id": node_id("Issue", issue.id),
        "number": issue.number,
        "title": issue.title,
        "user": account(world, issue.author),
        "labels": [],
        "state": issue.state,
        "locked": issue.locked,
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "comments": len(issue.comments),
        "created_at": stamp(issue.created_at),
        "updated_at": stamp(issue.updated_at),
        "closed_at": stamp_or_none(issue.closed_at),
        "author_association": issue.repository.association(issue.author),
        "active_lock_reason": None,
        "body": issue.body or None,
        "reactions": rollup(f"{address}/reactions", ()),
        "timeline_url": f"{address}/timeline",
        "performed_via_github_app": None,
        "state_reason": None,
    }
    return shape | pull_part(issue)


def pull_part(issue: Issue) -> Json:
    """Only a pull request's conversation has these keys: that is how one is told from an issue."""
    if issue.pull is None:
        return {}
    page = issue_page(issue)
    links = {
        "url": f"{url(issue.repository)}/pulls/{issue.number}",
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "merged_at": stamp_or_none(issue.pull.merged_at),
    }
    return {"draft": issue.pull.draft, "pull_request": links}


def comment_url(comment: Comment) -> str:
    return f"{url(comment.issue.repository)}/issues/comments/{comment.id}"


def comment(comment: Comment) -> Json:
    repository, address = comment.issue.repository, comment_url(comment)
    return {
        "url": address,
        "html_url": f"{issue_page(comment.issue)}#issuecomment-{comment.id}",
        "issue_url": issue_url(comment.issue),
        "id": comment.id,
        "node_id": node_id("IssueComment", comment.id),
        "user": account(repository.world, comment.author),
        "created_at": stamp(comment.created_at),
        "updated_at": stamp(comment.updated_at),
        "author_association": repository.association(comment.author),
        "body": comment.body,
        "reactions": rollup(f"{address}/reactions", comment.reactions),
        "performed_via_github_app": app_or_none(repository.world, comment.via),
    }


def reaction(comment: Comment, reaction: Reaction) -> Json:
    return {
        "id": reaction.id,
        "node_id": node_id("Reaction", reaction.id),
        "user": account(comment.issue.repository.world, reaction.account),
        "content": reaction.content,
        "created_at": stamp(reaction.created_at),
    }


def rollup(address: str, reactions: Sequence[Reaction]) -> Json:
    counted = Counter(each.content for each in reactions)
    return {"url": address, "total_count": len(reactions), **{name: counted[name] for name in REACTIONS}}
