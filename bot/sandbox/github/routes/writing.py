"""Branches and files that are made over the API, as somebody does who proposes a change."""

import base64
import binascii

import msgspec

from bot.sandbox.github.calls import Answer, Call, Route
from bot.sandbox.github.git import blob_sha
from bot.sandbox.github.guard import check_permission
from bot.sandbox.github.refusals import Refused, invalid_request, not_found, unprocessable
from bot.sandbox.github.shapes import commits as shape
from bot.sandbox.github.workflows import is_workflow

HEADS = "refs/heads/"


class NewRef(msgspec.Struct):
    ref: str
    sha: str


class NewFile(msgspec.Struct):
    message: str
    content: str
    sha: str | None = None
    branch: str | None = None


def ref(call: Call) -> Answer:
    """By its whole name: `heads/main` or `tags/v1`."""
    named = call.repository.git.named(f"refs/{call.params['ref']}") or not_found()
    return Answer(shape.ref(call.repository, named[0], named[1].sha))


def create_ref(call: Call) -> Answer:
    wanted, git = call.json(NewRef), call.repository.git
    if not wanted.ref.startswith(HEADS) or wanted.ref == HEADS:
        unprocessable("Reference name must start with 'refs/heads/'.")
    if wanted.sha not in git.objects:
        unprocessable("Object does not exist")
    branch = wanted.ref.removeprefix(HEADS)
    if branch in git.branches:
        unprocessable("Reference already exists")
    call.repository.branch_off(branch, wanted.sha, call.account)
    return Answer(shape.ref(call.repository, wanted.ref, wanted.sha), 201)


def put_file(call: Call) -> Answer:
    """A file that is there is replaced only by somebody who says which one they mean."""
    wanted, path = call.json(NewFile), call.params["path"]
    if is_workflow(path):
        check_permission(call.caller, call.repository, ("workflows=write",))
    branch = wanted.branch or call.repository.default_branch
    if branch not in call.repository.git.branches:
        raise Refused(404, f"Branch {branch} not found")
    present = call.repository.git.head(branch).files.get(path)
    check_known(path, present, wanted.sha)
    data = decoded(wanted.content)
    sha = call.repository.write(branch, {path: data}, wanted.message, call.account.login)
    made = call.repository.git.objects[sha]
    body = {
        "content": shape.entry(call.repository, path, branch, data),
        "commit": shape.written(call.repository, made),
    }
    return Answer(body, 201 if present is None else 200)


def check_known(path: str, present: bytes | None, sha: str | None) -> None:
    if present is None:
        return
    if sha is None:
        invalid_request('"sha" wasn\'t supplied.')
    if sha != blob_sha(present):
        raise Refused(409, f"{path} does not match {sha}")


def decoded(content: str) -> bytes:
    try:
        return base64.b64decode("".join(content.split()), validate=True)
    except binascii.Error:
        return unprocessable("content is not valid Base64")


HERE = "/repos/{owner}/{repo}"
ROUTES = (
    Route("GET", f"{HERE}/git/ref/{{ref:.+}}", ref, ("contents=read",)),
    Route("POST", f"{HERE}/git/refs", create_ref, ("contents=write",)),
    Route("PUT", f"{HERE}/contents/{{path:.+}}", put_file, ("contents=write",)),
)
