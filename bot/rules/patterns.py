"""Owns the patterns that a configuration gives for texts."""
from __future__ import annotations
import re
def problem(pattern: str) -> str | None:
    """X."""
    try: re.compile(pattern)
    except re.error as error: return f"no: {error}"
    return None
def matches(pattern: str, value: str) -> bool:
    """X."""
    return re.fullmatch(pattern, value) is not None
