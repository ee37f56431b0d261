"""Owns reading workflow files on the default branch, and starting workflows."""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import msgspec

from bot.errors import NotFound, Refused, Unreachable
from bot.github import scopes
from bot.github.budget import Turn
from bot.github.call import Answer
from bot.github.clients import Clients
from bot.github.transport import GitHubClient
from bot.github.workflow_file import read_workflow
from bot.model.repository import Repository
from bot.model.workflow import Workflow
from bot.yaml import MOST_BYTES

FOLDER: Final = ".github/workflows"
MOST_READ: Final = 500

_FILE: Final = re.compile(r"[^/\\\x00-\x1f]{1,250}\.ya?ml")
_REF: Final = re.compile(
    r"refs/(?=.{6,250}\Z)(?!.*\.\.)(?P<short>(?:heads|tags)(?:/(?!\.)[^/\x00-\x20\x7f~^:?*\[\\]+)+)", re.DOTALL
)
"""What git takes for a branch or tag; above all it has no step that could lead to another route of the API.

https://git-scm.com/docs/git-check-ref-format
"""
_CONTENTS: Final = "/repos/{owner}/{repo}/contents/{path}"
_DISPATCH: Final = "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches"


class _Entry(msgspec.Struct):
    name: str
    type: str = ""


class _File(msgspec.Struct):
    sha: str
    type: str = ""
    size: int = 0
    content: str = ""
    encoding: str = ""


class _Commit(msgspec.Struct):
    sha: str


class _Started(msgspec.Struct):
    workflow_run_id: int | None = None


class Workflows:
    """It satisfies `bot.flow.ports.Workflows`."""

    def __init__(self, clients: Clients) -> None:
        """`clients` speak for the connections."""
        self._clients = clients
        self._read: OrderedDict[tuple[UUID, int, str, str], Workflow] = OrderedDict()
        self._plain: set[UUID] = set()

    async def read(self, repository: Repository, file: str) -> Workflow:
        """The file under `.github/workflows` on the default branch. Raises `NotFound`, and what a call raises."""
        if not _FILE.fullmatch(file):
            raise NotFound(f"{FOLDER} holds no such file", status=404)
        path = f"{FOLDER}/{file}"
        found = _file(await self._contents(repository, path))
        key = (repository.connection, repository.id, path, found.sha)
        workflow = self._read.get(key)
        if workflow is None:
            # ruamel.yaml reads about 100 bytes in a millisecond, too slow for the loop.
            workflow = await asyncio.to_thread(read_workflow, path, found.sha, _bytes(found))
        self._read[key] = workflow
        self._read.move_to_end(key)
        if len(self._read) > MOST_READ:
            self._read.popitem(last=False)
        return workflow

    async def names(self, repository: Repository) -> Sequence[str]:
        """File names under `.github/workflows` on the default branch, sorted; none without such a folder."""
        try:
            answer = await self._contents(repository, FOLDER)
        except NotFound:
            return ()
        return sorted(
            each.name for each in answer.read(list[_Entry]) if each.type == "file" and _FILE.fullmatch(each.name)
        )

    async def blob_at(self, repository: Repository, path: str, commit: str) -> str | None:
        """The blob SHA of a workflow file in that commit; None when it is not there. Raises what a call raises."""
        try:
            answer = await self._client(repository).request(
                "GET",
                _CONTENTS,
                repository=repository,
                permissions=scopes.CONTENTS,
                query={"ref": commit},
                path=path,
            )
            return _file(answer).sha
        except NotFound:
            return None

    async def head_of(self, repository: Repository, ref: str) -> str:
        """The commit that `refs/heads/...` or `refs/tags/...` names now. Raises `NotFound`, and what a call raises.

        The commits route answers 422 for a ref that is not there, and sees through annotated tags.
        """
        named = _REF.fullmatch(ref)
        if named is None:
            raise NotFound(f"{ref} is no branch or tag", status=404)
        return await self._sha(repository, named["short"])

    async def _sha(self, repository: Repository, ref: str) -> str:
        try:
            answer = await self._client(repository).request(
                "GET",
                "/repos/{owner}/{repo}/commits/{ref}",
                repository=repository,
                permissions=scopes.CONTENTS,
                query={"per_page": 1},
                ref=ref,
            )
        except Refused as error:
            if error.status != 422:
                raise
            raise NotFound(str(error), status=404) from error
        return answer.read(_Commit).sha

    async def commit(self, repository: Repository, named: str) -> str | None:
        """The full id of the commit whose id begins so, hexadecimal; None when GitHub finds none, or several.

        It may lie in a fork: GitHub keeps the commits of all of them together.
        """
        try:
            return await self._sha(repository, named)
        except NotFound:
            return None

    async def dispatch(self, repository: Repository, path: str, *, ref: str, inputs: Mapping[str, str]) -> int | None:
        """Start it; the run's id where the host tells, else None (T31). `Unreachable` may mean that it started.

        https://docs.github.com/en/rest/actions/workflows#create-a-workflow-dispatch-event
        GitHub Enterprise Server up to 3.20 refuses to be asked for the run's id; what was refused may be sent again.
        """
        body: dict[str, object] = {"ref": ref, "inputs": dict(inputs)}
        if repository.connection not in self._plain:
            try:
                return _run_id(await self._start(repository, path, {**body, "return_run_details": True}))
            except Refused as error:
                if "return_run_details" not in str(error):
                    raise
            # Remembered only once it worked: people name inputs, and could make GitHub's refusal say this word.
            started = await self._start(repository, path, body)
            self._plain.add(repository.connection)
            return _run_id(started)
        return _run_id(await self._start(repository, path, body))

    async def _start(self, repository: Repository, path: str, body: Mapping[str, object]) -> Answer:
        return await self._client(repository).request(
            "POST",
            _DISPATCH,
            repository=repository,
            permissions=scopes.START_RUNS,
            body=body,
            turn=Turn.FIRST,
            workflow_id=path.rpartition("/")[2],
        )

    async def _contents(self, repository: Repository, path: str) -> Answer:
        """Without a ref GitHub answers for the branch that is the default now, whatever we remember its name to be."""
        return await self._client(repository).request(
            "GET", _CONTENTS, repository=repository, permissions=scopes.CONTENTS, remember=True, path=path
        )

    def _client(self, repository: Repository) -> GitHubClient:
        return self._clients.of(repository.connection)


def _file(answer: Answer) -> _File:
    if answer.body.lstrip()[:1] == b"[":
        raise NotFound("That is a folder", status=404)
    found = answer.read(_File)
    if found.type != "file":
        raise NotFound(f"That is a {found.type or 'strange thing'}, no file", status=404)
    return found


def _bytes(found: _File) -> bytes:
    """The content; of a file that is too large, just enough for its reader to say so."""
    if found.size > MOST_BYTES:
        return b" " * (MOST_BYTES + 1)
    try:
        return base64.b64decode(found.content)
    except (binascii.Error, ValueError) as error:
        raise Unreachable("The answer does not have GitHub's shape", status=200) from error


def _run_id(answer: Answer) -> int | None:
    return answer.read(_Started).workflow_run_id if answer.body.strip() else None
