"""Owns what a person can do next about a request, in each of its states: nothing ends without a way on."""

from __future__ import annotations

from typing import Final, assert_never

from bot.model.decision import Reason
from bot.model.request import Request, RequestState
from bot.rules.fields import Offer
from bot.rules.normalise import normalise

WAITS_FOR: Final = {
    "approval": "",
    "lock": "It starts when the lock is free.",
    "freeze": "It starts when the freeze is over.",
    "upstream": "",
}


def next_step(request: Request, *, has_run: bool, line: str | None = None) -> tuple[str, tuple[Offer, ...]]:
    """A sentence, which is empty where the lines say enough, and the lines that help.

    `line` is the command as it is typed where that is read, where it was not typed so in the first place.
    """
    line = line or normalise(request.text)
    # What asked for a rerun names the request before it, or just the newest one: the next rerun is of this one. A
    # rollback that is typed again goes back one more.
    repeat = line if request.rerun is None and request.rollback_of is None else f"/rerun {request.code}"
    rerun, again = Offer(line=repeat, does="runs it again"), Offer(line=line, does="asks again")
    explain = Offer(line=f"/explain {line.removeprefix('/')}", does="shows every gate")
    stop = Offer(line=f"/cancel {request.code}", does="stops it")
    match request.state:
        case RequestState.RECEIVED | RequestState.QUEUED | RequestState.DISPATCHING | RequestState.RUNNING:
            return "", () if request.reason is Reason.CANCELLED_BY_PERSON else (stop,)
        case RequestState.WAITING if request.waiting_for == "approval":
            yes = Offer(line=f"/approve {request.code}", does="says yes")
            return WAITS_FOR["approval"], (yes, Offer(line=f"/reject {request.code}", does="says no"), stop)
        case RequestState.WAITING:
            return WAITS_FOR.get(request.waiting_for or "", ""), (stop,)
        case RequestState.SUCCEEDED | RequestState.CANCELLED:
            return "", (rerun,)
        case RequestState.FAILED if has_run:
            return "Open the logs of what failed and mend what they show.", (rerun,)
        case RequestState.FAILED:
            return "Mend what GitHub named.", (again,)
        case RequestState.REFUSED:
            return "", (explain, again)
        case RequestState.REJECTED:
            return "Ask whoever said no.", (again,)
        case RequestState.EXPIRED:
            return "", (again,)
        case RequestState.VOIDED if request.reason is Reason.RESTORED:
            return "Look through the workflow's runs first.", (again,)
        case RequestState.VOIDED if request.rerun is not None:
            return "Type the first command again to run what is there now.", ()
        case RequestState.VOIDED:
            return "Look at what changed.", (Offer(line=line, does="asks for what is there now"),)
        case RequestState.LOST:
            return "Look through the workflow's runs first.", (Offer(line=line, does="starts another one"),)
        case _:
            assert_never(request.state)
