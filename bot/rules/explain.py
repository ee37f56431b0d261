"""Owns what `explain` says: every gate with the fact it saw and where its rule stands, the verdict, what would run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from bot.model.bound import Bound
from bot.model.command import Problem
from bot.model.decision import Decision, Denied, Gate, Reason
from bot.model.message import Message
from bot.model.request import Pin
from bot.model.workflow import Workflow
from bot.rules import policy
from bot.rules.inputs import is_reserved
from bot.rules.pin import short
from bot.rules.refuse import NOWHERE, shown

ADVISORY: Final = (
    "Advisory: GitHub's own page lets anybody with write start this workflow without Signalbox. Only an environment "
    "that is protected at GitHub holds for everybody."
)
"""Said of everything that touches an environment, as long as no protection rule of ours guards it (T3)."""

ENFORCED: Final = (
    "Enforced: GitHub asks Signalbox before any job goes into this environment, whoever or whatever started its run."
)
"""Said where one does."""

PATIENT: Final = (Reason.APPROVAL_MISSING, Reason.LOCKED)
"""Gates that a request waits at, and is not refused by."""

_AS: Final = re.compile(r"(?P<line>.*?) +as +(?:@(?P<login>[A-Za-z0-9_-]{1,60})|<@(?P<user>[UW][A-Z0-9]+)>)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """For whom it is judged: a GitHub login, or a Slack user."""

    login: str | None = None
    slack_user: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of judging a line."""

    decision: Decision
    bound: Bound | None = None
    workflow: Workflow | None = None
    pin: Pin | None = None
    enforced: bool | None = None
    """Whether our protection rule guards the environment; None where GitHub did not say, which is no yes."""
    inputs: Mapping[str, str]


def split(line: str) -> tuple[str, Whom | None]:
    """The line to judge, and for whom if that is said behind it: `deploy production as @bob`."""
    match = _AS.fullmatch(line.strip())
    if match is None:
        return line.strip(), None
    return match["line"].strip(), Whom(login=match["login"], slack_user=match["user"])


def explaining(problem: Problem) -> Problem:
    """What is wrong with a line that was asked about: its nearest valid form explains as well, and runs nothing."""
    if problem.nearest is None:
        return problem
    return replace(problem, nearest=f"/explain {problem.nearest.removeprefix('/ops ').removeprefix('/')}")


def explained(line: str, login: str | None, verdict: Verdict, repository: str) -> Message:
    """The judgement of `line`, typed by `login` (None for whoever asks), without acting on it."""
    shut = verdict.decision.gate if isinstance(verdict.decision, Denied) else None
    bound = verdict.bound
    fields = {
        "line": line,
        "login": login,
        "repository": repository,
        "gates": [_told(gate) for gate in verdict.decision.gates],
        "allowed": shut is None,
        "waits_for": policy.waits_for(verdict.decision),
        "reason": shut.reason.value if shut is not None and shut.reason else None,
        "next_step": shut.next_step if shut is not None else "",
        "environment": bound.environment if bound else None,
        "dry_run": bool(bound and bound.dry_run),
        "advisory": ADVISORY if bound and bound.environment and not verdict.enforced else None,
        "enforced": ENFORCED if bound and bound.environment and verdict.enforced else None,
        "runs": _runs(verdict, repository),
        **NOWHERE,
    }
    return Message(name="explain_answered", fields=fields)


def _told(gate: Gate) -> dict[str, object]:
    return {"name": gate.name, "passed": gate.passed, "waits": gate.reason in PATIENT, **shown(gate)}


def _runs(verdict: Verdict, repository: str) -> dict[str, object] | None:
    """What exactly would be started; paths lie below the repository's page."""
    workflow, pin = verdict.workflow, verdict.pin
    if workflow is None or pin is None:
        return None
    file = workflow.path.rpartition("/")[2]
    return {
        "file": file,
        "path": f"/{quote(repository)}/actions/workflows/{quote(file)}",
        "ref": short(pin.ref),
        "sha": pin.sha,
        "commit_path": f"/{quote(repository)}/commit/{quote(pin.sha)}",
        "handed_over": pin.head_sha is not None,
        "inputs": [{"name": name, "value": value} for name, value in verdict.inputs.items() if not is_reserved(name)],
    }
