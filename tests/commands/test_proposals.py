"""What each built-in command proposes, and that the catalog holds them all."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot.catalog import load
from bot.model.command import Problem
from bot.model.intent import Decide, Dispatch, Intent, Query, Question, Verdict
from bot.model.people import Role
from bot.rules.parse import parse
from bot.rules.understand import understand
from tests.support import make

CATALOG = load()


def test_the_catalog_in_the_order_of_help() -> None:
    assert list(CATALOG) == ["help", "run", "status", "runs", "cancel", "explain", "whoami"]


def test_who_may_do_what() -> None:
    writers = {name for name, command in CATALOG.items() if command.permission >= Role.WRITE}
    assert writers == {"run", "cancel"}


@pytest.mark.parametrize("name", list(CATALOG))
def test_every_example_is_understood(name: str) -> None:
    for example in CATALOG[name].examples:
        parsed = parse(f"/{example}", make.origin(), verbs=CATALOG)
        assert parsed is not None
        assert not isinstance(parsed, Problem)
        assert not isinstance(understand(CATALOG, parsed), Problem), example


def propose(line: str) -> Intent | Problem:
    parsed = parse(line, make.origin(), verbs=CATALOG)
    assert parsed is not None
    assert not isinstance(parsed, Problem)
    return understand(CATALOG, parsed)


def dispatch(workflow: str, inputs: Mapping[str, str], ref: str | None = None) -> Dispatch:
    return Dispatch(workflow=workflow, inputs=inputs, ref=ref)


@pytest.mark.parametrize(
    ("line", "intent"),
    [
        ("/run deploy.yml", dispatch("deploy.yml", {})),
        ("/run .github/workflows/deploy.yml", dispatch("deploy.yml", {})),
        (
            "/run deploy.yml environment=staging --dry-run",
            dispatch("deploy.yml", {"environment": "staging", "dry-run": "true"}),
        ),
        ("/run deploy.yaml ref=main", dispatch("deploy.yaml", {}, "main")),
        ("/ops run deploy.yml", dispatch("deploy.yml", {})),
        ("/cancel", Decide(verdict=Verdict.CANCEL, request=None)),
        ("/cancel k7qx2m", Decide(verdict=Verdict.CANCEL, request="k7qx2m")),
        ("/help", Query(question=Question.HELP)),
        ("/help run", Query(question=Question.HELP, arguments={"command": "run"})),
        ("/status", Query(question=Question.STATUS)),
        ("/runs", Query(question=Question.RUNS)),
        ("/whoami", Query(question=Question.WHOAMI)),
        (
            "/explain run deploy.yml environment=staging",
            Query(question=Question.EXPLAIN, arguments={"line": "/run deploy.yml environment=staging"}),
        ),
        ("/explain /status", Query(question=Question.EXPLAIN, arguments={"line": "/status"})),
        ("/ops explain cancel", Query(question=Question.EXPLAIN, arguments={"line": "/cancel"})),
    ],
)
def test_proposals(line: str, intent: Intent) -> None:
    assert propose(line) == intent


@pytest.mark.parametrize(
    "line",
    ["/run", "/run deploy", "/run ../deploy.yml", "/run deploy.yml staging", "/explain", "/cancel a b", "/runs 3"],
)
def test_what_is_not_understood_gets_an_answer(line: str) -> None:
    problem = propose(line)
    assert isinstance(problem, Problem)
    assert problem.sentence
    assert problem.usage
