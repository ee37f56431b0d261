"""Owns pull requests of ours: a branch, one file on it, and the request to merge it.

Each of the three is looked for before it is made, so that a try that was cut short is finished by the next one. The
branch starts at the default branch's head. Writing contents is more than our App asks for: where nobody gave it that,
GitHub gives no token, and what comes back says what is missing.
"""

from __future__ import annotations

import base64
from typing import Any, Final

import msgspec

from bot.errors import NotFound, Refused
from bot.github import scopes
from bot.github.call import Answer
from bot.github.clients import Clients
from bot.model.repository import Repository

MISSING: Final = (
    "The App may not write contents here, which it is not given as shipped. Commit the file yourself, or raise the "
    "App's permission `contents` to write and accept it for this repository's owner."
)

_FILE: Final = "/repos/{owner}/{repo}/contents/{path}"
_PULLS: Final = "/repos/{owner}/{repo}/pulls"


class _Sha(msgspec.Struct):
    sha: str


class _Ref(msgspec.Struct):
    object: _Sha


class _File(msgspec.Struct):
    sha: str
    type: str = ""
    content: str = ""


class _Repository(msgspec.Struct):
    id: int
    default_branch: str


class _Pull(msgspec.Struct):
    html_url: str


class Proposals:
    """It satisfies `bot.flow.ports.Proposals`."""

    def __init__(self, clients: Clients) -> None:
        """`clients` speak for the connections."""
        self._clients = clients

    async def open(self, repository: Repository, *, branch: str, path: str, data: bytes, title: str, body: str) -> str:
        """A pull request into the default branch that adds this one file; its address.

        The same branch twice is the same pull request, with the file as it was said last. Raises `Refused` when the
        App may not write contents, and what a call raises; `Unreachable` may mean that it is half done or done.
        https://docs.github.com/en/rest/pulls/pulls#create-a-pull-request
        """
        base = await self._default_branch(repository)
        if branch == base:
            raise Refused("A proposal has a branch of its own.")
        await self._branch(repository, branch, base)
        await self._file(repository, branch, path, data, title)
        return await self._pull(repository, branch, base, title, body)

    async def _default_branch(self, repository: Repository) -> str:
        """As it is called now. Without the permission GitHub gives no token for this first call: 422."""
        try:
            found = (await self._call(repository, "GET", "/repos/{owner}/{repo}")).read(_Repository)
        except Refused as error:
            if error.status != 422:
                raise
            raise Refused(f"{MISSING} GitHub says: {error}", status=error.status) from error
        if found.id != repository.id:
            raise Refused("GitHub answered about another repository.", status=200)
        return found.default_branch

    async def _branch(self, repository: Repository, branch: str, base: str) -> None:
        route = "/repos/{owner}/{repo}/git/ref/{ref}"
        try:
            await self._call(repository, "GET", route, ref=f"heads/{branch}")
        except NotFound:
            head = (await self._call(repository, "GET", route, ref=f"heads/{base}")).read(_Ref).object.sha
            await self._make_branch(repository, {"ref": f"refs/heads/{branch}", "sha": head})

    async def _make_branch(self, repository: Repository, ref: dict[str, Any]) -> None:
        try:
            await self._call(repository, "POST", "/repos/{owner}/{repo}/git/refs", ref)
        except Refused as error:
            if "already exists" not in str(error):  # somebody was faster
                raise

    async def _file(self, repository: Repository, branch: str, path: str, data: bytes, title: str) -> None:
        content = base64.b64encode(data).decode()
        written: dict[str, Any] = {"message": title, "content": content, "branch": branch}
        try:
            answer = await self._call(repository, "GET", _FILE, query={"ref": branch}, path=path)
        except NotFound:
            pass
        else:
            found = answer.read(_File)
            if "".join(found.content.split()) == content:
                return
            written["sha"] = found.sha
        await self._call(repository, "PUT", _FILE, written, path=path)

    async def _pull(self, repository: Repository, branch: str, base: str, title: str, body: str) -> str:
        """The open one of this branch of ours, or a new one."""
        query: dict[str, str | int] = {"state": "open", "head": f"{repository.owner}:{branch}", "base": base}
        known = (await self._call(repository, "GET", _PULLS, query=query)).read(list[_Pull])
        if known:
            return known[0].html_url
        asked = {"title": title, "head": branch, "base": base, "body": body}
        return (await self._call(repository, "POST", _PULLS, asked)).read(_Pull).html_url

    async def _call(
        self,
        repository: Repository,
        method: str,
        route: str,
        body: dict[str, Any] | None = None,
        *,
        query: dict[str, str | int] | None = None,
        path: str = "",
        ref: str = "",
    ) -> Answer:
        return await self._clients.of(repository.connection).request(
            method,
            route,
            repository=repository,
            permissions=scopes.OPTIONAL_PROPOSALS,
            query=query,
            body=body,
            content=route == _PULLS and method == "POST",
            path=path,
            ref=ref,
        )
