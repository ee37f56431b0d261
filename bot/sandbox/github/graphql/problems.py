"""Owns what is wrong with a part of an answer: GitHub says it beside the rest, and leaves a null where the part was."""

from typing import NoReturn

from bot.sandbox.github.callers import Caller
from bot.sandbox.github.guard import check_permission
from bot.sandbox.github.refusals import Refused
from bot.sandbox.github.repositories import Repository


class Problem(Exception):
    """One entry of `errors`, with GitHub's word for its kind."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def missing(what: str, named: str) -> NoReturn:
    raise Problem("NOT_FOUND", f"Could not resolve to a {what} with the {named}.")


def forbidden(caller: Caller, repository: Repository, need: str) -> Problem | None:
    """What is said to somebody without this permission, in place of the thing itself."""
    try:
        check_permission(caller, repository, (need,))
    except Refused as refused:
        return Problem("FORBIDDEN", refused.message)
    return None


def check(caller: Caller, repository: Repository, need: str) -> None:
    problem = forbidden(caller, repository, need)
    if problem is not None:
        raise problem
