"""What differs between two commits, as JSON: files, comparisons, and the rules of a branch."""

from urllib.parse import quote

from bot.sandbox.github.git import Commit, blob_sha
from bot.sandbox.github.history import changed
from bot.sandbox.github.repositories import Repository
from bot.sandbox.github.shapes.accounts import Json
from bot.sandbox.github.shapes.commits import commit
from bot.sandbox.github.shapes.repositories import html_url, url


def files(repository: Repository, before: Commit | None, after: Commit) -> list[Json]:
    return [file(repository, path, status, before, after) for path, status in changed(before, after).items()]


def file(repository: Repository, path: str, status: str, before: Commit | None, after: Commit) -> Json:
    old = before.files.get(path, b"") if before else b""
    new = after.files.get(path, b"")
    gone, added = old.count(b"\n"), new.count(b"\n")
    place = quote(path)
    return {
        "sha": blob_sha(new if status != "removed" else old),
        "filename": path,
        "status": status,
        "additions": added,
        "deletions": gone,
        "changes": added + gone,
        "blob_url": f"{html_url(repository)}/blob/{after.sha}/{place}",
        "raw_url": f"{html_url(repository)}/raw/{after.sha}/{place}",
        "contents_url": f"{url(repository)}/contents/{place}?ref={after.sha}",
    }


def comparison(repository: Repository, basehead: str, base: Commit, head: Commit, shown: list[Commit]) -> Json:
    git = repository.git
    ahead, behind = git.compare(base.sha, head.sha)
    status = "diverged" if ahead and behind else "ahead" if ahead else "behind" if behind else "identical"
    common, page = git.merge_base(base.sha, head.sha), f"{html_url(repository)}/compare/{basehead}"
    return {
        "url": f"{url(repository)}/compare/{basehead}",
        "html_url": page,
        "permalink_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "base_commit": commit(repository, base),
        "merge_base_commit": commit(repository, common or base),
        "status": status,
        "ahead_by": ahead,
        "behind_by": behind,
        "total_commits": ahead,
        "commits": [commit(repository, each) for each in shown],
        "files": files(repository, common, head),
    }


def ruleset(repository: Repository, number: int, required: list[str]) -> Json:
    return {
        "type": "required_status_checks",
        "parameters": {
            "strict_required_status_checks_policy": False,
            "do_not_enforce_on_create": False,
            "required_status_checks": [{"context": name} for name in required],
        },
        "ruleset_source_type": "Repository",
        "ruleset_source": repository.full_name,
        "ruleset_id": number,
    }
