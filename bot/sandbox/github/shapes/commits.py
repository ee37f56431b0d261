"""Commits, branches and files as JSON."""

import base64
from urllib.parse import quote

from bot.sandbox.github.git import Commit, blob_sha, children, email, tree_sha
from bot.sandbox.github.ids import node_id, stamp
from bot.sandbox.github.protection import Protection
from bot.sandbox.github.repositories import Repository
from bot.sandbox.github.shapes.accounts import Json, account
from bot.sandbox.github.shapes.repositories import html_url, url

UNSIGNED = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}


def commit(repository: Repository, found: Commit) -> Json:
    base, author = url(repository), account(repository.world, found.author)
    return {
        "sha": found.sha,
        "node_id": node_id("Commit", int(found.sha[:12], 16)),
        "commit": message(repository, found) | {"comment_count": 0},
        "url": f"{base}/commits/{found.sha}",
        "html_url": f"{html_url(repository)}/commit/{found.sha}",
        "comments_url": f"{base}/commits/{found.sha}/comments",
        "author": author,
        "committer": author,
        "parents": [
            {"sha": sha, "url": f"{base}/commits/{sha}", "html_url": f"{html_url(repository)}/commit/{sha}"}
            for sha in found.parents
        ],
    }


def message(repository: Repository, found: Commit) -> Json:
    """What git itself knows."""
    signature = {"name": found.author.login, "email": email(found.author), "date": stamp(found.at)}
    return {
        "author": signature,
        "committer": signature,
        "message": found.message,
        "tree": {"sha": found.tree, "url": f"{url(repository)}/git/trees/{found.tree}"},
        "url": f"{url(repository)}/git/commits/{found.sha}",
        "verification": UNSIGNED,
    }


def simple_commit(found: Commit) -> Json:
    """The `head_commit` of a run."""
    person = {"name": found.author.login, "email": email(found.author)}
    return {
        "id": found.sha,
        "tree_id": found.tree,
        "message": found.message,
        "timestamp": stamp(found.at),
        "author": person,
        "committer": person,
    }


def pushed_commit(repository: Repository, found: Commit, before: dict[str, bytes]) -> Json:
    """A commit inside a push event, with the paths it touched."""
    changed = {path for path, data in found.files.items() if path in before and before[path] != data}
    return simple_commit(found) | {
        "distinct": True,
        "url": f"{html_url(repository)}/commit/{found.sha}",
        "added": sorted(found.files.keys() - before.keys()),
        "removed": sorted(before.keys() - found.files.keys()),
        "modified": sorted(changed),
    }


def branch(repository: Repository, name: str) -> Json:
    address, rule = f"{url(repository)}/branches/{quote(name, safe='')}", repository.protections.get(name)
    return {
        "name": name,
        "commit": commit(repository, repository.git.head(name)),
        "_links": {"self": address, "html": f"{html_url(repository)}/tree/{quote(name)}"},
        "protected": rule is not None or name in repository.rulesets,
        "protection": {"enabled": rule is not None, "required_status_checks": required_checks(rule)},
        "protection_url": f"{address}/protection",
    }


def required_checks(rule: Protection | None) -> Json:
    """The part of a branch's protection that everybody may know who reads the repository."""
    if rule is None:
        return {"enforcement_level": "off", "contexts": [], "checks": []}
    return {
        "enforcement_level": "non_admins",
        "contexts": [name for name, _ in rule.required],
        "checks": [{"context": name, "app_id": app} for name, app in rule.required],
    }


def ref(repository: Repository, name: str, sha: str) -> Json:
    return {
        "ref": name,
        "node_id": node_id("Ref", int(sha[:12], 16)),
        "url": f"{url(repository)}/git/{quote(name)}",
        "object": {"type": "commit", "sha": sha, "url": f"{url(repository)}/git/commits/{sha}"},
    }


def written(repository: Repository, found: Commit) -> Json:
    """A commit as git knows it, which is how the answer to a new file has it."""
    whole = commit(repository, found)
    outside = {name: whole[name] for name in ("sha", "node_id", "html_url", "parents")}
    return message(repository, found) | outside


def branch_head(repository: Repository, name: str) -> Json:
    sha = repository.git.head(name).sha
    return {
        "name": name,
        "commit": {"sha": sha, "url": f"{url(repository)}/commits/{sha}"},
        "protected": name in repository.protections,
    }


def entry(repository: Repository, path: str, ref: str, inside: bytes | dict[str, bytes]) -> Json:
    """What files and folders have in common."""
    is_file = isinstance(inside, bytes)
    sha = blob_sha(inside) if isinstance(inside, bytes) else tree_sha(inside)
    address = f"{url(repository)}/contents/{quote(path)}?ref={quote(ref)}"
    git = f"{url(repository)}/git/{'blobs' if is_file else 'trees'}/{sha}"
    page = f"{html_url(repository)}/{'blob' if is_file else 'tree'}/{quote(ref)}/{quote(path)}"
    raw = f"{html_url(repository)}/raw/{quote(ref)}/{quote(path)}" if is_file else None
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": sha,
        "size": len(inside) if is_file else 0,
        "url": address,
        "html_url": page,
        "git_url": git,
        "download_url": raw,
        "type": "file" if is_file else "dir",
        "_links": {"self": address, "git": git, "html": page},
    }


def file(repository: Repository, path: str, ref: str, data: bytes) -> Json:
    """GitHub breaks the base64 into lines of sixty."""
    text = base64.b64encode(data).decode()
    lines = "".join(f"{text[start : start + 60]}\n" for start in range(0, len(text), 60))
    return entry(repository, path, ref, data) | {"content": lines, "encoding": "base64"}


def folder(repository: Repository, path: str, ref: str, files: dict[str, bytes]) -> list[Json]:
    prefix = f"{path}/" if path else ""
    return [entry(repository, prefix + name, ref, inside) for name, inside in sorted(children(files).items())]
