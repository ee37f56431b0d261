"""Files and folders of a repository at a ref."""

from bot.sandbox.github.calls import Answer, Call, Route
from bot.sandbox.github.git import Commit, below
from bot.sandbox.github.refusals import Refused, not_found
from bot.sandbox.github.shapes import commits

# GitHub leaves the content out above one megabyte and refuses above a hundred.
INLINE_LIMIT = 1_000_000
SIZE_LIMIT = 100_000_000


def contents(call: Call) -> Answer:
    path = call.params.get("path", "").strip("/")
    ref = call.query.get("ref") or call.repository.default_branch
    found = commit_at(call, ref)
    if path in found.files:
        return file(call, path, ref, found.files[path])
    inside = below(found.files, path)
    if not inside:
        not_found()
    return Answer(commits.folder(call.repository, path, ref, inside))


def commit_at(call: Call, ref: str) -> Commit:
    found = call.repository.git.resolve(ref) or pull_head(call, ref)
    if found is None:
        raise Refused(404, f"No commit found for the ref {ref}")
    return found


def pull_head(call: Call, ref: str) -> Commit | None:
    """`refs/pull/7/head` reaches the commits of forks."""
    parts = ref.removeprefix("refs/").split("/")
    if len(parts) != 3 or parts[0] != "pull" or parts[2] != "head" or not parts[1].isdecimal():
        return None
    issue = call.repository.issues.get(int(parts[1]))
    return issue.pull.head_commit if issue and issue.pull else None


def file(call: Call, path: str, ref: str, data: bytes) -> Answer:
    if len(data) > SIZE_LIMIT:
        raise Refused(403, "This API returns blobs up to 100 MB in size.")
    shape = commits.file(call.repository, path, ref, data)
    if len(data) > INLINE_LIMIT:
        shape |= {"content": "", "encoding": "none"}
    if "raw" in call.headers.get("Accept", ""):
        return Answer(data, headers={"Content-Type": "application/vnd.github.raw+json; charset=utf-8"})
    return Answer(shape)


ROUTES = (
    Route("GET", "/repos/{owner}/{repo}/contents", contents, ("contents=read",)),
    Route("GET", "/repos/{owner}/{repo}/contents/{path:.*}", contents, ("contents=read",)),
)
