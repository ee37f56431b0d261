"""Owns what people read when they say yes or no to a request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.model.approval import Answer
from bot.model.intent import Decide, Verdict
from bot.model.prose import marked
from bot.model.request import Request
from bot.rules import lifecycle
from bot.rules.wording import listed

LONGEST: Final = 500
"""Letters of a reason that are kept."""

NOTHING: Final = "Nothing here waits for an approval."


def waits(request: Request) -> bool:
    """Whether people can still say something to it."""
    return request.asked is not None and lifecycle.awaits_others(request)


def answer_of(intent: Decide) -> Answer:
    """What the person says."""
    return Answer.NO if intent.verdict is Verdict.REJECT else Answer.YES


def several(requests: Sequence[Request], intent: Decide) -> str:
    """More than one waits, and none was named."""
    lines = listed((marked(f"/{intent.verdict} {request.code}") for request in requests), last="or")
    return f"{len(requests)} requests wait here, so say which: {lines}."


def unknown(code: str) -> str:
    """No request of this repository has the code."""
    return f"There is no request {code.upper()} in this repository. {marked('/runs')} lists the newest."


def over(request: Request) -> str:
    """It does not wait for anybody's word."""
    how = "never asked for one" if request.asked is None else f"is {request.state} by now"
    return f"Request {request.code} waits for no approval: it {how}."


def said_yes(request: Request, *, again: bool) -> str:
    """A yes, the first or a second time."""
    return f"You said yes to {request.code}{' before; that counts once' if again else ''}."


def said_no(request: Request) -> str:
    """A no ends it."""
    return f"You said no to {request.code}, so it ends here."


def rejected(login: str, reason: str) -> str:
    """The note below a request that somebody said no to; a reason of theirs holds no commands of ours."""
    words = " ".join(reason.replace("`", "'").split())
    short = words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
    return f"{login} said no: {short}" if short else f"{login} said no."
