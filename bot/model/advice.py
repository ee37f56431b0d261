"""What `config check` says beside faults: a configuration that can be read, and still does not do what it says."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.model.config import Path
from bot.model.workflow import Workflow


class Grade(enum.StrEnum):
    """How bad it is."""

    ERROR = "error"
    """Something can not run, or is open to people who were not meant."""
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One thing to mend."""

    grade: Grade
    sentence: str
    path: Path = ()
    """The way to the rule that it is about; empty for what no rule says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The repository that a configuration is for."""

    owner: str
    """The organisation or user whose repository it is."""
    everybody_reads: bool
    """Whether it is public, or internal to an enterprise: then `read` is everybody (T14)."""
    internal: bool = False
    """Whether everybody is the enterprise, as far as is known."""
    workflows: Mapping[str, Workflow]
    """Every file under `.github/workflows` on the default branch, by its name."""
    input_limit: int
    """How many inputs the host takes in one dispatch."""
    protected: frozenset[str] = field(default_factory=frozenset)
    """The environments, case-folded, that our protection rule guards (T3)."""
