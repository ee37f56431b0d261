"""Owns which earlier success a rollback puts back (T11, T12): only what our App started and saw succeed counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.model.decision import Gate, Reason
from bot.model.prose import marked
from bot.model.request import Request

SHORTEST: Final = 7
"""Letters of a commit's id that name it, as GitHub shows them."""

_COMMIT: Final = re.compile(rf"[0-9a-f]{{{SHORTEST},64}}")


def choose(successes: Sequence[Request], to: str | None, *, environment: str) -> Request | Gate:
    """The success that is meant; a shut gate when there is none. `successes` are the environment's, the newest first.

    Without `to` it is the one before what is live. After a rollback that is what came before the older one, so that
    two rollbacks go back twice, and never to what was just taken away.
    """
    if not successes:
        seen = f"nothing that Signalbox started has succeeded in {environment}"
        return _shut(seen, f"{marked(f'/deploy {environment}')} starts something there.")
    live = successes[0]
    if to is None:
        return _before(successes, live) or _shut(
            f"{_short(live)} is the first that succeeded in {environment}", "There is nothing to go back to."
        )
    found = next((each for each in successes if _is(each, to)), None)
    if found is None:
        seen = f"{to} is no success in {environment} that Signalbox started"
        return _shut(seen, f"{marked(f'/rollback {environment}')} goes back to the one before {_short(live)}.")
    if _sha(found) == _sha(live):
        return _shut(f"{_short(live)} is what is live in {environment}", "There is nothing to change.")
    return found


def possible(chosen: Request, live: Request | None, *, environment: str) -> Gate:
    """The open gate that says what is put back in place of what."""
    instead = f" in place of {_short(live)}" if live is not None else ""
    return Gate(
        name="recorded success",
        passed=True,
        seen=f"{_short(chosen)} succeeded in {environment} as request {chosen.code} and is put back{instead}",
    )


def _before(successes: Sequence[Request], live: Request) -> Request | None:
    """The newest other commit that succeeded before the live one did so for the first time."""
    first = max(place for place, each in enumerate(successes) if _sha(each) == _sha(live))
    return next((each for each in successes[first + 1 :] if _sha(each) != _sha(live)), None)


def _is(request: Request, to: str) -> bool:
    wanted = to.lower()
    return request.code.lower() == wanted or (
        _COMMIT.fullmatch(wanted) is not None and _sha(request).startswith(wanted)
    )


def _sha(request: Request) -> str:
    assert request.pin is not None  # nothing succeeds unpinned
    return request.pin.sha


def _short(request: Request) -> str:
    return _sha(request)[:12]


def _shut(seen: str, next_step: str) -> Gate:
    return Gate(name="recorded success", passed=False, seen=seen, reason=Reason.NO_RUN, next_step=next_step)
