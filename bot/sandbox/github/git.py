"""Owns a repository's history: branches and tags over commits that each hold a whole tree, hashed as git does."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.sandbox.github.accounts import Account

ZERO_SHA = "0" * 40
Files = Mapping[str, bytes]


def git_hash(kind: str, data: bytes) -> str:
    return hashlib.sha1(f"{kind} {len(data)}\0".encode() + data, usedforsecurity=False).hexdigest()


def blob_sha(data: bytes) -> str:
    return git_hash("blob", data)


def tree_sha(files: Files) -> str:
    """The hash of a directory; git orders a folder as if its name ended in a slash."""
    entries: list[tuple[str, bytes]] = []
    for name, inside in sorted(children(files).items()):
        if isinstance(inside, bytes):
            entries.append((name, f"100644 {name}\0".encode() + bytes.fromhex(blob_sha(inside))))
        else:
            entries.append((name + "/", f"40000 {name}\0".encode() + bytes.fromhex(tree_sha(inside))))
    return git_hash("tree", b"".join(entry for _, entry in sorted(entries)))


def children(files: Files) -> dict[str, bytes | dict[str, bytes]]:
    """What lies directly in this directory: a file's bytes, or the files below a folder."""
    found: dict[str, bytes | dict[str, bytes]] = {}
    for path, data in files.items():
        name, slash, rest = path.partition("/")
        if not slash:
            found[name] = data
            continue
        folder = found.setdefault(name, {})
        if isinstance(folder, dict):
            folder[rest] = data
    return found


def below(files: Files, folder: str) -> dict[str, bytes]:
    prefix = f"{folder}/" if folder else ""
    return {path.removeprefix(prefix): data for path, data in files.items() if path.startswith(prefix)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    sha: str
    tree: str
    message: str
    author: Account
    at: datetime
    parents: tuple[str, ...]
    files: Files


def commit(files: Files, message: str, author: Account, at: datetime, parents: tuple[str, ...]) -> Commit:
    tree = tree_sha(files)
    person = f"{author.login} <{email(author)}> {int(at.timestamp())} +0000"
    lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents), f"author {person}", f"committer {person}"]
    sha = git_hash("commit", ("\n".join(lines) + f"\n\n{message}\n").encode())
    return Commit(sha=sha, tree=tree, message=message, author=author, at=at, parents=parents, files=dict(files))


def email(account: Account) -> str:
    local = account.login.replace("[bot]", "")
    return f"{account.id}+{local}@users.noreply.github.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One movement of a branch, as `/activity` lists it."""

    id: int
    ref: str
    before: str
    after: str
    kind: str
    actor: Account
    at: datetime


@dataclass(slots=True)
class Git:
    """One repository's refs. A branch is the list of its commits, oldest first."""

    branches: dict[str, list[Commit]] = field(default_factory=dict)
    tags: dict[str, Commit] = field(default_factory=dict)
    objects: dict[str, Commit] = field(default_factory=dict)  # every commit ever seen, also from forks

    def head(self, branch: str) -> Commit:
        return self.branches[branch][-1]

    def set_branch(self, branch: str, commits: list[Commit]) -> None:
        self.branches[branch] = commits
        self.objects.update({each.sha: each for each in commits})

    def named(self, ref: str) -> tuple[str, Commit] | None:
        """A branch or tag as a dispatch may name it, as (full ref, commit); a bare SHA is no ref."""
        short = ref.removeprefix("refs/").removeprefix("heads/") if ref.startswith("refs/heads/") else ref
        if short in self.branches and not ref.startswith("refs/tags/"):
            return f"refs/heads/{short}", self.head(short)
        tag = ref.removeprefix("refs/tags/")
        if tag in self.tags:
            return f"refs/tags/{tag}", self.tags[tag]
        return None

    def resolve(self, ref: str) -> Commit | None:
        """What reading endpoints take: a branch, a tag, `heads/...`, `tags/...`, or a SHA of at least seven digits."""
        named = self.named(f"refs/{ref}" if ref.startswith(("heads/", "tags/")) else ref)
        if named is not None:
            return named[1]
        if len(ref) < 7:
            return None
        return next((found for sha, found in self.objects.items() if sha.startswith(ref.lower())), None)

    def ancestors(self, sha: str) -> set[str]:
        """Every commit that this one builds upon, and itself."""
        found: set[str] = set()
        waiting = [sha]
        while waiting:
            each = waiting.pop()
            if each not in found and each in self.objects:
                found.add(each)
                waiting += self.objects[each].parents
        return found

    def compare(self, base: str, head: str) -> tuple[int, int]:
        """By how many commits `head` is ahead of `base`, and by how many it is behind."""
        of_base, of_head = self.ancestors(base), self.ancestors(head)
        return len(of_head - of_base), len(of_base - of_head)

    def merge_base(self, base: str, head: str) -> Commit | None:
        """The newest commit that both build upon; None where they have nothing in common."""
        common = self.ancestors(base) & self.ancestors(head)
        newest = common - {parent for sha in common for parent in self.objects[sha].parents}
        return self.objects[max(newest, key=lambda sha: len(self.ancestors(sha)))] if newest else None


def merged(before: Files, base: Files, head: Files) -> dict[str, bytes]:
    """The base's files with what the head changed since `before`; where both did, the head's."""
    changed = {path for path in before.keys() | head.keys() if before.get(path) != head.get(path)}
    kept = {path: data for path, data in base.items() if path not in changed}
    return kept | {path: head[path] for path in changed if path in head}
