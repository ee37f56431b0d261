"""For whom a line is explained, and what would run."""

from __future__ import annotations

from typing import Any

import pytest

from bot.model.bound import Bound
from bot.model.decision import Allowed
from bot.model.people import Role
from bot.model.request import Pin, PinSource
from bot.model.workflow import Workflow
from bot.rules import explain
from bot.rules.explain import Verdict, Whom

SHA = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("typed", "line", "whom"),
    [
        ("/deploy production", "/deploy production", None),
        ("/deploy production as @bob", "/deploy production", Whom(login="bob")),
        ("/deploy production as @bob-smith_acme ", "/deploy production", Whom(login="bob-smith_acme")),
        ("/deploy production as <@U012ALICE>", "/deploy production", Whom(slack_user="U012ALICE")),
        ("/deploy as @x production as @bob", "/deploy as @x production", Whom(login="bob")),
        ("/run deploy.yml as=@bob", "/run deploy.yml as=@bob", None),
        ("/run deploy.yml as bob", "/run deploy.yml as bob", None),
        ("/deploy as @bob;id", "/deploy as @bob;id", None),
    ],
)
def test_for_whom(typed: str, line: str, whom: Whom | None) -> None:
    assert explain.split(typed) == (line, whom)


def judged(**more: Any) -> dict[str, Any]:
    given = {"decision": Allowed(gates=()), "inputs": {}, **more}
    return dict(explain.explained("/deploy", "alice", Verdict(**given), "acme/shop").fields)


def test_what_would_run_is_told_without_our_own_inputs() -> None:
    workflow = Workflow(path=".github/workflows/a b.yml", name="Deploy", blob="b", inputs=(), dispatchable=True)
    pin = Pin(
        ref="refs/heads/main", sha=SHA, source=PinSource.RECORDED, pull_request=7, workflow_blob="b", head_sha="f"
    )
    runs = judged(workflow=workflow, pin=pin, inputs={"tag": "v1", "signalbox_sha": SHA})["runs"]
    assert runs == {
        "file": "a b.yml",
        "path": "/acme/shop/actions/workflows/a%20b.yml",
        "ref": "main",
        "sha": SHA,
        "commit_path": f"/acme/shop/commit/{SHA}",
        "handed_over": True,
        "inputs": [{"name": "tag", "value": "v1"}],
    }
    assert judged(workflow=workflow)["runs"] is None


def test_t3_what_touches_an_environment_is_advisory() -> None:
    bound = Bound(workflow="deploy.yml", permission=Role.WRITE, environment="production")
    for told in (None, False):
        found = judged(bound=bound, enforced=told)
        assert (found["advisory"], found["enforced"]) == (explain.ADVISORY, None)
    assert (judged()["advisory"], judged()["enforced"]) == (None, None)


def test_t3_only_what_our_rule_guards_is_enforced() -> None:
    bound = Bound(workflow="deploy.yml", permission=Role.WRITE, environment="production")
    found = judged(bound=bound, enforced=True)
    assert (found["advisory"], found["enforced"]) == (None, explain.ENFORCED)
