"""Owns what can be said about an operator's templates: each is tried on every example that it could have to show."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

from bot.doctor.finding import Finding, Grade


async def findings(folder: Path) -> AsyncGenerator[Finding, None]:
    """A template that fails costs no message, so it is something to look at and nothing that is wrong."""
    from bot.preview.show import faults

    found = list(faults(folder))
    for fault in found:
        yield Finding(grade=Grade.LOOK, about="templates", text=f"{fault}; ours is used instead")
    if not found:
        yield Finding(grade=Grade.FINE, about="templates", text=f"those in {folder} show every example")
