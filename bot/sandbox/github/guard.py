"""Owns the door of every repository: hidden is missing, and a missing permission is named."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.sandbox.github.apps import suffices
from bot.sandbox.github.callers import Caller, Nobody
from bot.sandbox.github.refusals import Refused, not_found
from bot.sandbox.github.repositories import Repository

if TYPE_CHECKING:
    from bot.sandbox.github.world import World

BELOW = re.compile(r"^/repos/[^/?]+/[^/?]+")
ACCEPTED = "X-Accepted-GitHub-Permissions"


def find_repository(
    world: "World", caller: Caller, method: str, target: str, params: Mapping[str, str]
) -> Repository | None:
    """The repository a path names, when this caller may know that it exists. `target` is the path with its query."""
    if "repository_id" in params:
        number = params["repository_id"]
        repository = world.repositories.get(int(number)) if number.isdecimal() else None
    elif "repo" in params:
        repository = world.find_repository(params["owner"], params["repo"])
        moved = None if repository else world.moved_repository(params["owner"], params["repo"])
        if moved is not None and caller.sees(moved):
            raise moved_permanently(world, moved, method, target)
    else:
        return None
    if repository is None or not caller.sees(repository):
        not_found()
    return repository


def moved_permanently(world: "World", repository: Repository, method: str, target: str) -> Refused:
    """A renamed repository points to its number, and what lies below it to the same place below that; writes are told
    not to turn into reads on the way."""
    status = 301 if method == "GET" else 307
    message = "Moved Permanently" if status == 301 else "Temporary Redirect"
    below = BELOW.sub("", target, count=1)
    return Refused(status, message, headers={"Location": f"{world.api}/repositories/{repository.id}{below}"})


def check_permission(caller: Caller, repository: Repository | None, needs: tuple[str, ...]) -> None:
    """Any one of the permissions will do."""
    if repository is None or not needs:
        return
    for need in needs:
        permission, _, wanted = need.partition("=")
        if suffices(caller.level(repository, permission), wanted):
            return
    if isinstance(caller, Nobody):
        raise caller.refusal()
    refusal = caller.refusal()
    raise Refused(refusal.status, refusal.message, headers={ACCEPTED: accepted(needs)})


def accepted(needs: tuple[str, ...]) -> str:
    return "; ".join(needs)
