"""T3 and T10: what we say to a job that waits at an environment which our protection rule guards."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.model.config import Approvals, Config, ConfiguredCommand, Effective, Environment
from bot.model.decision import Reason
from bot.model.deployment import Verdict
from bot.model.request import RequestState
from bot.rules import protecting
from tests.support import make

RUNNING = make.request(state=RequestState.RUNNING, environment="production")
OURS = make.report(triggering_actor_login=make.BOT)


def effective(**more: Any) -> Effective:
    return Effective(config=Config(**more))


def test_what_passed_its_gates_goes_on_however_the_environment_is_written() -> None:
    for name in ("production", "Production", " PRODUCTION"):
        word = protecting.of_request(RUNNING, make.run(), OURS, name)
        assert word is not None
        assert word.verdict is Verdict.APPROVED


@pytest.mark.parametrize("name", ["staging", "production2", "", "pro duction"])
def test_t10_a_request_says_nothing_about_another_environment(name: str) -> None:
    assert protecting.of_request(RUNNING, make.run(), OURS, name) is None
    assert protecting.of_request(replace(RUNNING, environment=None), make.run(), OURS, name or "x") is None


@pytest.mark.parametrize("state", [each for each in RequestState if each is not RequestState.RUNNING])
def test_a_request_that_does_not_run_lets_nothing_in(state: RequestState) -> None:
    word = protecting.of_request(replace(RUNNING, state=state), make.run(), OURS, "production")
    assert word is not None
    assert (word.verdict, word.note) == (
        Verdict.REJECTED,
        f"Request K7QX2M is {state}, so its run goes no further.",
    )


@pytest.mark.parametrize(
    ("request_", "run", "report"),
    [
        ({"reason": Reason.CANCELLED_BY_PERSON}, {}, {}),
        ({"judged_at": None}, {}, {}),
        ({}, {"verified": False}, {}),
        ({}, {"attempt": 2}, {}),
        ({}, {}, {"attempt": 2}),
        ({}, {}, {"id": 556}),
        ({}, {}, {"path": ".github/workflows/other.yml"}),
    ],
)
def test_t10_what_is_not_shown_to_be_the_request_is_rejected(
    request_: dict[str, Any], run: dict[str, Any], report: dict[str, Any]
) -> None:
    said = replace(OURS, **report)
    word = protecting.of_request(replace(RUNNING, **request_), make.run(**run), said, "production")
    assert word is not None
    assert word.verdict is Verdict.REJECTED


GATED = Environment(name="Production", approvals=Approvals())
COMMAND = ConfiguredCommand(name="ship", workflow="deploy.yml")


@pytest.mark.parametrize(
    ("config", "verdict"),
    [
        (effective(), Verdict.APPROVED),
        (effective(environments={"staging": GATED}), Verdict.APPROVED),
        (effective(environments={"production": Environment(name="Production")}), Verdict.APPROVED),
        (effective(environments={"production": Environment(name="Production", notify=("ops",))}), Verdict.APPROVED),
        (effective(environments={"production": GATED}), Verdict.REJECTED),
        (effective(environments={"production": Environment(name="Production", lock=True)}), Verdict.REJECTED),
        (effective(environments={"production": Environment(name="Production", closed=True)}), Verdict.REJECTED),
        (effective(commands={"ship": COMMAND}), Verdict.REJECTED),
        (effective(claims={"ship": COMMAND}), Verdict.REJECTED),
        (effective(commands={"ship": replace(COMMAND, workflow="other.yml")}), Verdict.APPROVED),
        (effective(maintenance="a move"), Verdict.REJECTED),
        (Effective(config=Config(), broken="line 3"), Verdict.REJECTED),
    ],
)
def test_t3_a_run_of_nobody_goes_on_only_where_no_gate_hangs(config: Effective, verdict: Verdict) -> None:
    for name in ("production", "PRODUCTION"):
        assert protecting.of_nobody(config, OURS, name).verdict is verdict


@pytest.mark.parametrize("missing", ["head_sha", "path", "actor_login", "event", "triggering_actor_login"])
def test_what_github_left_out_is_not_read_as_anything(missing: str) -> None:
    without: dict[str, Any] = {missing: None}
    assert protecting.readable(OURS)
    assert not protecting.readable(replace(OURS, **without))


def test_nobody_is_called_by_what_a_configuration_says() -> None:
    note = protecting.of_nobody(effective(maintenance="ask @everyone"), OURS, "production").note
    assert "@everyone" in note
    assert "@everyone" not in protecting.plain(note)
