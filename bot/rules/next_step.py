"""Owns what a person can do next about a request, in each of its states: nothing ends without a way on."""

from __future__ import annotations

from typing import Final, assert_never

from bot.model.decision import Reason
from bot.model.request import Request, RequestState
from bot.rules.fields import Offer
from bot.rules.normalise import normalise

AGAIN: Final = "Type the command again."
WAITS_FOR: Final = {
    "approval": "Somebody who may approve it has to say yes.",
    "lock": "It starts when the lock is free.",
    "freeze": "It starts when the freeze is over.",
    "upstream": "It starts when GitHub answers again.",
}


def next_step(request: Request, *, has_run: bool) -> tuple[str, tuple[Offer, ...]]:
    """A sentence, which may be empty while all goes its way, and the lines that help."""
    line = normalise(request.text)
    again = Offer(line=line, does="runs it again")
    explain = Offer(line=f"/explain {line.removeprefix('/')}", does="shows every gate")
    stop = Offer(line=f"/cancel {request.code}", does="stops it")
    match request.state:
        case RequestState.RECEIVED | RequestState.QUEUED | RequestState.DISPATCHING | RequestState.RUNNING:
            return "", () if request.reason is Reason.CANCELLED_BY_PERSON else (stop,)
        case RequestState.WAITING:
            return WAITS_FOR.get(request.waiting_for or "", ""), (stop,)
        case RequestState.SUCCEEDED | RequestState.CANCELLED:
            return "", (again,)
        case RequestState.FAILED if has_run:
            return "Open the logs of what failed and mend what they show.", (again,)
        case RequestState.FAILED:
            return "Nothing was started. Mend what GitHub named.", (again,)
        case RequestState.REFUSED:
            return "Nothing was started. Once that is settled, type the command again.", (explain,)
        case RequestState.REJECTED:
            return "Nothing was started. Ask whoever said no; the command typed again is a new request.", ()
        case RequestState.EXPIRED:
            return f"Nothing was started. {AGAIN}", (again,)
        case RequestState.VOIDED:
            return "Look at what changed; if it is still what you want, type the command again.", (again,)
        case RequestState.LOST:
            return "Look through the workflow's runs first: if it is not among them, type the command again.", (again,)
        case _:
            assert_never(request.state)
