"""Owns failures on demand: errors, dropped connections and silence, before or after the effect took place."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from bot.sandbox import faults
from bot.sandbox.faults import ALWAYS

__all__ = ["ALWAYS", "Fault", "Faults"]


@dataclass(slots=True, eq=False, kw_only=True)
class Fault(faults.Fault):
    """One rule, about requests whose name matches the glob."""

    name: str
    error: str = ""

    def is_about(self, name: str) -> bool:
        return fnmatchcase(name, self.name)


class Faults(faults.Rules[Fault]):
    """The list of rules. Names are methods such as `chat.update`, or `response_url`."""

    def error(
        self,
        error: str,
        name: str = "*",
        *,
        times: float = 1,
        chance: float = 1.0,
        after: bool = False,
        status: int = 200,
    ) -> Fault:
        """Answer `ok: false` with this word; `after` does what was asked first."""
        return self._add(
            Fault(kind="answer", name=name, times=times, chance=chance, after=after, status=status, error=error)
        )

    def status(
        self, status: int, name: str = "*", *, times: float = 1, chance: float = 1.0, after: bool = False
    ) -> Fault:
        """Answer with an HTTP error, as Slack's own outages look."""
        return self.error("internal_error", name, times=times, chance=chance, after=after, status=status)

    def rate_limited(self, name: str = "*", *, times: float = 1, chance: float = 1.0, retry_after: int = 30) -> Fault:
        fault = self.error("ratelimited", name, times=times, chance=chance, status=429)
        fault.headers = {"Retry-After": str(retry_after)}
        return fault

    def drop(self, name: str = "*", *, times: float = 1, chance: float = 1.0, after: bool = False) -> Fault:
        """Cut the connection instead of answering."""
        return self._add(Fault(kind="drop", name=name, times=times, chance=chance, after=after))

    def silence(
        self,
        name: str = "*",
        *,
        times: float = 1,
        chance: float = 1.0,
        after: bool = False,
        seconds: float | None = None,
    ) -> Fault:
        """Hold the answer back until `release()` or for some seconds."""
        fault = Fault(kind="silence", name=name, times=times, chance=chance, after=after, seconds=seconds)
        return self._add(fault)

    def strike(self, name: str) -> Fault | None:
        return self._first([fault for fault in self._rules if fault.is_about(name)])
