"""Owns figures beside their goals, and the table that shows them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table."""

    name: str
    value: float | None
    """None: not measured."""
    unit: str
    at_most: float | None = None
    at_least: float | None = None
    note: str = ""

    @property
    def missed(self) -> bool:
        """Whether there is a goal, and it is not reached."""
        if self.value is None:
            return False
        over = self.at_most is not None and self.value > self.at_most
        return over or (self.at_least is not None and self.value < self.at_least)

    def cells(self) -> tuple[str, str, str, str]:
        """What, how much, the goal, and the mark where it is missed."""
        shown = "not measured" if self.value is None else _shown(self.value, self.unit)
        goal = ""
        if self.at_most is not None:
            goal = f"<= {_shown(self.at_most, self.unit)}"
        elif self.at_least is not None:
            goal = f">= {_shown(self.at_least, self.unit)}"
        mark = "MISSED" if self.missed else "ok" if goal and self.value is not None else ""
        return self.name, f"{shown}{f' ({self.note})' if self.note else ''}", goal, mark


def table(figures: Sequence[Figure]) -> str:
    """The figures below each other, columns aligned."""
    rows = [("what", "figure", "goal", ""), *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        f"{name:<{widths[0]}}  {figure:<{widths[1]}}  {goal:<{widths[2]}}  {mark}".rstrip()
        for name, figure, goal, mark in rows
    ]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many percent do not exceed (nearest rank); NaN of nothing."""
    if not values:
        return math.nan
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)]


def _shown(value: float, unit: str) -> str:
    if unit in ("ms", "x"):
        text = f"{value:,.2f}" if value < 10 else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"
    else:
        text = f"{value:,.1f}" if unit == "MiB" else f"{value:,.0f}"
    return f"{text} {unit}".strip()
