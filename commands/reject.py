"""`reject`: say no to a request that waits for other people's word, which ends it."""

from __future__ import annotations

import re

from bot.api import Argument, Arguments, Decide, Intent, Role, Verdict, declare

CODE = re.compile(r"(?=.*[0-9]|[A-Z]+\Z|[^AEIOUaeiou]+\Z)[A-Za-z][A-Za-z0-9]{5}")
"""Six letters and digits, also mistyped ones: codes have no vowels, and words are seldom written in capitals."""
QUOTES = "\"'“”"


@declare(
    name="reject",
    summary="Say no to a request that waits for approval, which ends it.",
    usage="reject [request] [reason ...]",
    permission=Role.READ,
    arguments=[Argument(name="line", description="The request's six-letter code, and why not: everybody reads that.")],
    whole_line=True,
    examples=["reject", "reject K7QX2M", "reject K7QX2M the migration is not ready"],
)
def command(arguments: Arguments) -> Intent:
    """Decide that it may not run. What is no code is the reason: people leave the code out where one waits."""
    first, _, rest = (arguments.get("line") or "").strip().partition(" ")
    named = CODE.fullmatch(first) is not None
    reason = rest if named else f"{first} {rest}"
    return Decide(verdict=Verdict.REJECT, request=first if named else None, reason=reason.strip().strip(QUOTES))
