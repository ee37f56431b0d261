"""Which earlier success a rollback puts back (T11, T12)."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from bot.model.decision import Gate, Reason
from bot.model.request import Request, RequestState
from bot.rules import rollbacks
from tests.support import make


def success(code: str, letter: str) -> Request:
    """A request that brought the commit `letter` * 40."""
    return make.request(
        id=UUID(int=ord(code[-1])),
        code=code,
        environment="production",
        pin=replace(make.pin(), sha=letter * 40, head_sha="f" * 40),
        state=RequestState.SUCCEEDED,
    )


def history(letters: str) -> list[Request]:
    """What succeeded, by commits, the oldest first; handed over the newest first. Codes count from AAAAAA."""
    return [success("AAAAA" + chr(ord("A") + place), letter) for place, letter in enumerate(letters)][::-1]


@pytest.mark.parametrize(
    ("letters", "to", "code"),
    [
        ("ab", None, "AAAAAA"),
        ("abc", None, "AAAAAB"),
        # the same commit twice is no other one
        ("abb", None, "AAAAAA"),
        # after a rollback from c to b the next one goes to a, never to c again
        ("abcb", None, "AAAAAA"),
        ("abcd" + "cb", None, "AAAAAA"),
        # the newest of two successes of one commit speaks for it
        ("aabc", "a" * 7, "AAAAAB"),
        ("abc", "a" * 40, "AAAAAA"),
        ("abc", "A" * 12, "AAAAAA"),
        ("abc", "AAAAAB", "AAAAAB"),
        ("abc", "aaaaaB", "AAAAAB"),
        # forward again, to what was taken away
        ("abcb", "AAAAAC", "AAAAAC"),
    ],
)
def test_what_is_put_back(letters: str, to: str | None, code: str) -> None:
    chosen = rollbacks.choose(history(letters), to, environment="production")
    assert isinstance(chosen, Request)
    assert chosen.code == code


@pytest.mark.parametrize(
    ("letters", "to", "seen"),
    [
        ("", None, "nothing that Signalbox started has succeeded in production"),
        ("", "a" * 7, "nothing that Signalbox started has succeeded in production"),
        ("a", None, "aaaaaaaaaaaa is the first that succeeded in production"),
        ("aa", None, "aaaaaaaaaaaa is the first that succeeded in production"),
        ("aba", None, "aaaaaaaaaaaa is the first that succeeded in production"),
        ("ab", "b" * 40, "bbbbbbbbbbbb is what is live in production"),
        ("ab", "AAAAAB", "bbbbbbbbbbbb is what is live in production"),
        ("ab", "cccccccc", "cccccccc is no success in production that Signalbox started"),
        # six letters name no commit
        ("bc", "b" * 6, "bbbbbb is no success in production that Signalbox started"),
        ("ab", "", " is no success in production that Signalbox started"),
        ("ab", "%", "% is no success in production that Signalbox started"),
    ],
)
def test_nothing_can_be_put_back(letters: str, to: str | None, seen: str) -> None:
    shut = rollbacks.choose(history(letters), to, environment="production")
    assert isinstance(shut, Gate)
    assert (shut.passed, shut.reason, shut.seen) == (False, Reason.NO_RUN, seen)
    assert shut.next_step


def test_what_is_put_back_is_said() -> None:
    newest, oldest = history("ab")
    gate = rollbacks.possible(oldest, newest, environment="production")
    assert (gate.passed, gate.seen) == (
        True,
        "aaaaaaaaaaaa succeeded in production as request AAAAAA and is put back in place of bbbbbbbbbbbb",
    )
