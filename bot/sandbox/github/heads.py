"""Owns the ways in which a comparison may name its other end."""

from bot.sandbox.github.git import Commit
from bot.sandbox.github.repositories import Repository


def head_of(repository: Repository, ref: str) -> Commit | None:
    owner, colon, branch = ref.partition(":")
    if colon:
        forks = [repository, *(each for each in repository.world.repositories.values() if each.parent is repository)]
        theirs = [each for each in forks if each.owner.login.lower() == owner.lower() and branch in each.git.branches]
        return theirs[0].git.head(branch) if theirs else None
    parts = ref.split("/")
    if ref.startswith("refs/pull/") and ref.endswith("/head") and parts[2].isdecimal():
        issue = repository.issues.get(int(parts[2]))
        return issue.pull.head_commit if issue and issue.pull else None
    return repository.git.resolve(ref)
