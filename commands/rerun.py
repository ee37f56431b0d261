"""`rerun`: run once more what a request ran, on the same commit."""

from __future__ import annotations

from bot.api import Argument, Arguments, Intent, Rerun, Role, UserError, declare

USAGE = "rerun [failed] [request]"
FAILED = "failed"


@declare(
    name="rerun",
    summary="Run it again on the same commit: all of it, or only the jobs that failed.",
    usage=USAGE,
    permission=Role.WRITE,
    arguments=[
        Argument(name="what", description="The word failed: only the jobs that failed."),
        Argument(name="request", description="Its six-letter code; without it, the newest one here that has ended."),
    ],
    examples=["rerun", "rerun failed", "rerun failed K7QX2M"],
)
def command(arguments: Arguments) -> Intent:
    """Ask for a rerun; the one word that may stand alone is either `failed` or a request's code."""
    what, request = arguments.get("what"), arguments.get("request")
    failed_only = what is not None and what.lower() == FAILED
    if what is not None and not failed_only and request is not None:
        raise UserError(f"Only the word {FAILED} can stand before the request.", usage=f"/{USAGE}")
    return Rerun(request=request if failed_only or what is None else what, failed_only=failed_only)
