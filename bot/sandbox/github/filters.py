"""Owns the filters of run lists, which is how a client finds its run without an id."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from bot.sandbox.github.calls import Call
from bot.sandbox.github.refusals import unprocessable
from bot.sandbox.github.runs import Run

# Filtered lists are searches, and searches end at a thousand.
SEARCH_LIMIT = 1000


def filtered(call: Call, runs: Sequence[Run]) -> list[Run]:
    query = call.query
    checks: dict[str, Callable[[Run, str], bool]] = {
        "event": lambda run, wanted: run.event == wanted,
        "branch": lambda run, wanted: run.head_branch == wanted,
        "actor": lambda run, wanted: run.actor.login.lower() == wanted.lower(),
        "head_sha": lambda run, wanted: run.head_sha == wanted,
        "status": lambda run, wanted: wanted in (run.status, run.conclusion),
        "check_suite_id": lambda run, wanted: str(run.check_suite_id) == wanted,
    }
    found = list(runs)
    for name, check in checks.items():
        if name in query:
            found = [run for run in found if check(run, query[name])]
    if "created" in query:
        earliest, latest = period(query["created"])
        found = [run for run in found if earliest <= run.created_at.replace(microsecond=0) <= latest]
    return found[:SEARCH_LIMIT]


def period(text: str) -> tuple[datetime, datetime]:
    """GitHub's search syntax: `>=T`, `<T`, `T1..T2`, `T..*`, or one day or moment. Both ends are included."""
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    second = timedelta(seconds=1)
    if ".." in text:
        start, _, end = text.partition("..")
        return (first if start == "*" else span(start)[0]), (last if end == "*" else span(end)[1])
    if text.startswith(">="):
        return span(text[2:])[0], last
    if text.startswith("<="):
        return first, span(text[2:])[1]
    if text.startswith(">"):
        return span(text[1:])[1] + second, last
    if text.startswith("<"):
        return first, span(text[1:])[0] - second
    return span(text)


def span(text: str) -> tuple[datetime, datetime]:
    """A date is its whole day; a moment without a zone is UTC."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return unprocessable(f"created: {text!r} is not a date")
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment, moment + timedelta(days=1, seconds=-1)) if len(text.strip()) == 10 else (moment, moment)
