"""Owns questions about the past: who touched a file, what differs, which pull request brought a commit."""

from bot.sandbox.github.git import Commit, Git
from bot.sandbox.github.pulls import PullRequest
from bot.sandbox.github.repositories import Repository


def log(git: Git, newest: Commit, path: str | None) -> list[Commit]:
    """Newest first. With a path git leaves out what did not touch it: a merge that took the file from one side as it
    is leads down that side, and is not named.

    https://git-scm.com/docs/git-log#_history_simplification
    """
    found: dict[str, Commit] = {}
    waiting, seen = [newest], set[str]()
    while waiting:
        commit = waiting.pop(0)
        if commit.sha in seen:
            continue
        seen.add(commit.sha)
        parents = [git.objects[sha] for sha in commit.parents if sha in git.objects]
        same = [parent for parent in parents if path is not None and under(parent, path) == under(commit, path)]
        if path is None or (not same and (parents or under(commit, path))):
            found[commit.sha] = commit
        waiting += same[:1] or parents
    return list(found.values())


def under(commit: Commit, path: str) -> dict[str, bytes]:
    """The file of this name, or what lies in the folder of this name."""
    return {name: data for name, data in commit.files.items() if name == path or name.startswith(f"{path}/")}


def changed(before: Commit | None, after: Commit) -> dict[str, str]:
    """Paths with what happened to them, in order."""
    old = before.files if before else {}
    found = {path: "added" for path in after.files if path not in old}
    found |= {path: "removed" for path in old if path not in after.files}
    found |= {path: "modified" for path, data in after.files.items() if path in old and old[path] != data}
    return dict(sorted(found.items()))


def own_commits(pull: PullRequest) -> list[Commit]:
    """What the pull request brings, oldest first: what the base did not have when it was merged, or does not have."""
    git = pull.repository.git
    base = git.objects[pull.merge_sha].parents[0] if pull.merge_sha else pull.base_commit.sha
    known, chain, sha = git.ancestors(base), [], pull.head_sha
    while sha not in known and sha in git.objects:
        chain.append(git.objects[sha])
        sha = git.objects[sha].parents[0] if git.objects[sha].parents else ""
    return chain[::-1]


def fork_point(pull: PullRequest) -> Commit | None:
    """The commit that the pull request's changes are counted from."""
    git = pull.repository.git
    base = git.objects[pull.merge_sha].parents[0] if pull.merge_sha else pull.base_commit.sha
    return git.merge_base(base, pull.head_sha)


def pulls_with(repository: Repository, sha: str) -> list[PullRequest]:
    """Those that brought it to the default branch; of a commit that is not there, the open ones that hold it.

    https://docs.github.com/en/rest/commits/commits#list-pull-requests-associated-with-a-commit
    """
    landed = sha in repository.git.ancestors(repository.head_sha)
    pulls = [issue.pull for issue in repository.issues.values() if issue.pull is not None]
    holding = [pull for pull in pulls if pull.merge_sha == sha or sha in {each.sha for each in own_commits(pull)}]
    return [pull for pull in holding if (pull.merged_at is not None if landed else pull.issue.state == "open")]
