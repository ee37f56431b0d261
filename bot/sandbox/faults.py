"""Owns what failures on demand have in common, whoever fails: how often they strike, and how they end."""

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Generic, Literal, TypeVar

ALWAYS = math.inf
"""As `times`: until somebody ends it."""

Kind = Literal["answer", "drop", "silence"]


@dataclass(slots=True, eq=False, kw_only=True)
class Fault:
    """One rule. It strikes the next `times` requests that it is about, each with some chance."""

    kind: Kind
    times: float
    chance: float
    after: bool
    """Whether what was asked for happens all the same."""
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float | None = None
    struck: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)  # a client is being kept waiting
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self) -> None:
        """It strikes no more, and lets go of whom it keeps waiting."""
        self.times = 0
        self.released.set()

    async def silence(self) -> None:
        """Say nothing until somebody releases it, or for as long as it was told to."""
        self.begun.set()
        try:
            await asyncio.wait_for(self.released.wait(), self.seconds)
        except TimeoutError:
            return


F = TypeVar("F", bound=Fault)


class Rules(Generic[F]):
    """The list of rules; the first that matches strikes.

    Rules come and go while requests do. Chance is drawn from `random`, so that a seed repeats it.
    """

    def __init__(self) -> None:
        self.random = Random(0)
        self._rules: list[F] = []

    @property
    def struck(self) -> int:
        """How many requests were struck by the rules that stand."""
        return sum(fault.struck for fault in self._rules)

    def release(self) -> None:
        """End every silence."""
        for fault in self._rules:
            fault.released.set()

    def clear(self) -> None:
        self.release()
        self._rules.clear()

    def _first(self, about: list[F]) -> F | None:
        """The first of these rules whose turn and chance it is; counted."""
        for fault in about:
            if fault.struck < fault.times and (fault.chance >= 1 or self.random.random() < fault.chance):
                fault.struck += 1
                return fault
        return None

    def _add(self, fault: F) -> F:
        self._rules.append(fault)
        return fault
