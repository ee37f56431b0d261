"""Owns the small words inside sentences: how something that a person typed is quoted, and how a list is told.

Sentences are plain text; `render` escapes them for where they go.
"""

from __future__ import annotations

from collections.abc import Iterable

LONGEST_QUOTE = 60
LONGEST_LIST = 20


def quoted(text: str) -> str:
    """What was typed, in double quotes, cut to a length that leaves the sentence readable."""
    short = text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"
    return f'"{short}"'


def listed(items: Iterable[str], *, last: str = "and") -> str:
    """`a, b and c`; what goes beyond twenty is counted, not told. No items give an empty string."""
    names = list(items)
    if len(names) > LONGEST_LIST:
        names = [*names[:LONGEST_LIST], f"{len(names) - LONGEST_LIST} more"]
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"
