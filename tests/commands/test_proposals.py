"""What each built-in command proposes, and that the catalog holds them all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from bot.catalog import load
from bot.model.command import Problem, Surface
from bot.model.intent import (
    Decide,
    Dispatch,
    Intent,
    Link,
    LinkStep,
    Lock,
    Query,
    Question,
    Rerun,
    Trust,
    Unlock,
    Use,
    Verdict,
)
from bot.model.people import Role
from bot.rules.parse import parse
from bot.rules.target import split
from bot.rules.understand import understand
from tests.support import make

CATALOG = load()


def test_the_catalog_in_the_order_of_help() -> None:
    assert list(CATALOG) == [
        *(
            "help",
            "run",
            "status",
            "runs",
            "logs",
            "cancel",
            "rerun",
            "approve",
            "config",
            "deploy",
            "explain",
            "link",
            "lock",
            "locks",
            "reject",
            "rollback",
            "trust",
            "unlink",
            "unlock",
            "use",
            "whoami",
        )
    ]


def test_who_may_do_what() -> None:
    needs = {role: [name for name, command in CATALOG.items() if command.permission is role] for role in Role}
    assert {role: names for role, names in needs.items() if names} == {
        Role.NONE: ["link", "unlink"],
        Role.READ: [
            *("help", "status", "runs", "logs", "approve", "config", "deploy", "explain", "locks", "reject", "whoami")
        ],
        Role.WRITE: ["run", "cancel", "rerun", "lock", "rollback", "trust", "unlock"],
        Role.MAINTAIN: ["use"],
    }


def test_where_what_can_be_typed() -> None:
    only_in_slack = [name for name, command in CATALOG.items() if Surface.GITHUB not in command.where]
    assert only_in_slack == ["link", "unlink", "use"]
    assert all(Surface.SLACK in command.where for command in CATALOG.values())
    assert [name for name, command in CATALOG.items() if command.anywhere] == ["help", "link", "unlink", "whoami"]


@pytest.mark.parametrize("name", list(CATALOG))
def test_every_example_is_understood(name: str) -> None:
    for example in CATALOG[name].examples:
        words, _ = split(example)  # in Slack a target is taken away first
        parsed = parse(f"/{words}", make.origin(), verbs=CATALOG)
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


def lock(
    environment: str | None = None, *, everything: bool = False, reason: str = "", lasts: timedelta | None = None
) -> Lock:
    return Lock(environment=environment, everything=everything, reason=reason, lasts=lasts)


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
        ("/approve", Decide(verdict=Verdict.APPROVE, request=None)),
        ("/approve K7QX2M", Decide(verdict=Verdict.APPROVE, request="K7QX2M")),
        ("/reject", Decide(verdict=Verdict.REJECT, request=None)),
        ("/reject K7QX2M", Decide(verdict=Verdict.REJECT, request="K7QX2M")),
        ("/reject K7QX2M not now", Decide(verdict=Verdict.REJECT, request="K7QX2M", reason="not now")),
        ("/reject bk2dn9 later", Decide(verdict=Verdict.REJECT, request="bk2dn9", reason="later")),
        ("/reject kxqbnm", Decide(verdict=Verdict.REJECT, request="kxqbnm")),
        ("/reject K7QXAA", Decide(verdict=Verdict.REJECT, request="K7QXAA")),
        ("/reject AAAAAA", Decide(verdict=Verdict.REJECT, request="AAAAAA")),
        ("/reject please wait", Decide(verdict=Verdict.REJECT, request=None, reason="please wait")),
        ('/reject "not now"', Decide(verdict=Verdict.REJECT, request=None, reason="not now")),
        ("/reject not now", Decide(verdict=Verdict.REJECT, request=None, reason="not now")),
        ("/trust 0d1a26e67d8f", Trust(sha="0d1a26e67d8f")),
        (f"/trust {'0D1A' * 10}", Trust(sha="0d1a" * 10)),
        ("/trust 0d1a26e67d8f --remember pr", Trust(sha="0d1a26e67d8f", later_ones=True)),
        ("/trust 0d1a26e67d8f --remember=sha", Trust(sha="0d1a26e67d8f")),
        ("/trust --revoke", Trust(sha=None)),
        ("/rerun", Rerun(request=None, failed_only=False)),
        ("/rerun failed", Rerun(request=None, failed_only=True)),
        ("/rerun K7QX2M", Rerun(request="K7QX2M", failed_only=False)),
        ("/rerun failed K7QX2M", Rerun(request="K7QX2M", failed_only=True)),
        ("/rerun request=K7QX2M", Rerun(request="K7QX2M", failed_only=False)),
        ("/lock", lock()),
        ("/lock production", lock("production")),
        ('/lock production --reason " database upgrade "', lock("production", reason="database upgrade")),
        ("/lock production --for 2h", lock("production", lasts=timedelta(hours=2))),
        ("/lock production for=30D", lock("production", lasts=timedelta(days=30))),
        ("/lock --all --for=30m", lock(everything=True, lasts=timedelta(minutes=30))),
        ("/unlock", Unlock(environment=None, everything=False)),
        ("/unlock production", Unlock(environment="production", everything=False)),
        ("/unlock --all", Unlock(environment=None, everything=True)),
        ("/locks", Query(question=Question.LOCKS)),
        ("/logs", Query(question=Question.LOGS)),
        ("/logs K7QX2M", Query(question=Question.LOGS, arguments={"request": "K7QX2M"})),
        ("/link", Link(step=LinkStep.BEGIN)),
        ("/link ABCD-EFGH", Link(step=LinkStep.REDEEM, code="ABCD-EFGH")),
        ("/unlink", Link(step=LinkStep.END)),
        ("/use", Use(remove=False, guests=None)),
        ("/use guests=true", Use(remove=False, guests=True)),
        ("/use none", Use(remove=True, guests=None)),
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
    [
        "/run",
        "/run deploy",
        "/run ../deploy.yml",
        "/run deploy.yml staging",
        "/explain",
        "/cancel a b",
        "/runs 3",
        "/rerun all K7QX2M",
        "/use acme",
        "/unlink me",
        "/trust",
        "/trust 0d1a26e67d8",
        "/trust feature",
        "/trust 0d1a26e67d8f --remember always",
        "/trust 0d1a26e67d8f --revoke",
        "/trust --revoke --remember pr",
        "/lock production --for 31d",
        "/lock production --for soon",
        "/lock production --for 0m",
        "/lock production --all",
        "/lock a b c d e",
        "/unlock production --all",
        "/locks production",
    ],
)
def test_what_is_not_understood_gets_an_answer(line: str) -> None:
    problem = propose(line)
    assert isinstance(problem, Problem)
    assert problem.sentence
    assert problem.usage
