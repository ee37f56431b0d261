"""Repositories as JSON: minimal (in runs), whole (in webhooks and pull requests) and in full."""

from bot.sandbox.github.git import Activity
from bot.sandbox.github.ids import node_id, stamp
from bot.sandbox.github.repositories import Repository
from bot.sandbox.github.roles import Role, flags
from bot.sandbox.github.shapes.accounts import Json, account, organization

LINKS = {
    "forks_url": "/forks",
    "keys_url": "/keys{/key_id}",
    "collaborators_url": "/collaborators{/collaborator}",
    "teams_url": "/teams",
    "hooks_url": "/hooks",
    "issue_events_url": "/issues/events{/number}",
    "events_url": "/events",
    "assignees_url": "/assignees{/user}",
    "branches_url": "/branches{/branch}",
    "tags_url": "/tags",
    "blobs_url": "/git/blobs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "trees_url": "/git/trees{/sha}",
    "statuses_url": "/statuses/{sha}",
    "languages_url": "/languages",
    "stargazers_url": "/stargazers",
    "contributors_url": "/contributors",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "commits_url": "/commits{/sha}",
    "git_commits_url": "/git/commits{/sha}",
    "comments_url": "/comments{/number}",
    "issue_comment_url": "/issues/comments{/number}",
    "contents_url": "/contents/{+path}",
    "compare_url": "/compare/{base}...{head}",
    "merges_url": "/merges",
    "archive_url": "/{archive_format}{/ref}",
    "downloads_url": "/downloads",
    "issues_url": "/issues{/number}",
    "pulls_url": "/pulls{/number}",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "labels_url": "/labels{/name}",
    "releases_url": "/releases{/id}",
    "deployments_url": "/deployments",
}
ZEROS = ("size", "stargazers_count", "watchers_count", "forks_count", "forks", "watchers")
YES = ("has_issues", "has_projects", "has_downloads", "has_wiki", "allow_forking")
NO = ("has_pages", "has_discussions", "archived", "disabled", "is_template", "web_commit_signoff_required")
MERGING = {
    "allow_squash_merge": True,
    "allow_merge_commit": True,
    "allow_rebase_merge": True,
    "allow_auto_merge": False,
    "delete_branch_on_merge": False,
}


def url(repository: Repository) -> str:
    return f"{repository.world.api}/repos/{repository.full_name}"


def html_url(repository: Repository) -> str:
    return f"{repository.world.html}/{repository.full_name}"


def named(repository: Repository) -> Json:
    """The five fields of an installation's list."""
    return {
        "id": repository.id,
        "node_id": node_id("Repository", repository.id),
        "name": repository.name,
        "full_name": repository.full_name,
        "private": repository.private,
    }


def minimal(repository: Repository) -> Json:
    base = url(repository)
    return named(repository) | {
        "owner": account(repository.world, repository.owner),
        "html_url": html_url(repository),
        "description": None,
        "fork": repository.parent is not None,
        "url": base,
        **{name: base + rest for name, rest in LINKS.items()},
    }


def whole(repository: Repository) -> Json:
    """As in webhooks."""
    address = html_url(repository)
    open_issues = sum(issue.state == "open" for issue in repository.issues.values())
    return minimal(repository) | {
        "created_at": stamp(repository.created_at),
        "updated_at": stamp(repository.pushed_at or repository.created_at),
        "pushed_at": stamp(repository.pushed_at or repository.created_at),
        "git_url": f"{address.replace('http:', 'git:')}.git",
        "ssh_url": f"git@127.0.0.1:{repository.full_name}.git",
        "clone_url": f"{address}.git",
        "svn_url": address,
        **dict.fromkeys(("homepage", "language", "mirror_url", "license")),
        **dict.fromkeys(ZEROS, 0),
        **dict.fromkeys(YES, True),
        **dict.fromkeys(NO, False),
        "open_issues": open_issues,
        "open_issues_count": open_issues,
        "topics": [],
        "custom_properties": {},
        "visibility": repository.visibility,
        "default_branch": repository.default_branch,
    }


def pushed(repository: Repository) -> Json:
    """In push events two times are numbers, and two old keys live on."""
    return whole(repository) | {
        "created_at": int(repository.created_at.timestamp()),
        "pushed_at": int((repository.pushed_at or repository.created_at).timestamp()),
        "stargazers": 0,
        "master_branch": repository.default_branch,
    }


def full(repository: Repository, role: Role) -> Json:
    """As `GET /repos/{owner}/{repo}` shows it to somebody with this role."""
    extra: Json = {"network_count": 0, "subscribers_count": 0, "permissions": flags(role), "temp_clone_token": ""}
    if repository.owner.is_organization:
        extra["organization"] = account(repository.world, repository.owner)
    if repository.parent is not None:
        extra["parent"] = extra["source"] = whole(repository.parent)
    return whole(repository) | MERGING | extra


def owning_organization(repository: Repository) -> Json:
    """The `organization` key of a webhook, absent when a person owns the repository."""
    if not repository.owner.is_organization:
        return {}
    return {"organization": organization(repository.world, repository.owner)}


def activity(repository: Repository, entry: Activity) -> Json:
    return {
        "id": entry.id,
        "node_id": node_id("Activity", entry.id),
        "before": entry.before,
        "after": entry.after,
        "ref": entry.ref,
        "timestamp": stamp(entry.at),
        "activity_type": entry.kind,
        "actor": account(repository.world, entry.actor),
    }
