"""Owns the last safety: a text that is still too long is cut between lines, and what is open then is closed.

Templates shorten their lists themselves; this is for what nobody thought of. Lines are never cut: a code span, a tag
or a link lies within one.
"""

from __future__ import annotations

import re
from typing import Final

LONGEST_COMMENT: Final = 60_000
"""Characters. GitHub says 65,536, and the caller adds a line of its own."""

CUT: Final = "_The rest of this message was too long to show._"

_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})")


def cut(text: str, longest: int = LONGEST_COMMENT) -> str:
    """The text, or as many of its first lines as fit, with open blocks closed and a line that says so."""
    if len(text) <= longest:
        return text
    room = longest - len(CUT) - 200  # for closing what is open
    kept: list[str] = []
    fence, folded, used = "", 0, 0
    for line in text.split("\n"):
        used += len(line) + 1
        if used > room:
            break
        kept.append(line)
        fence = _after(fence, line)
        if not fence:
            folded += line.count("<details>") - line.count("</details>")
    closing = [fence] if fence else []
    return "\n".join([*kept, *closing, "", *["</details>"] * folded, "", CUT])


def _after(fence: str, line: str) -> str:
    """The fence of the code block that is open after `line`; empty when none is."""
    mark = _FENCE.match(line)
    if not mark:
        return fence
    if not fence:
        return mark[1]
    closes = mark[1].startswith(fence) and not line.strip().strip(fence[0])
    return "" if closes else fence
