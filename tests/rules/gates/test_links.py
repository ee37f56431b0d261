"""Checks that keep a gate shut lead to their pages; those that do not, nowhere."""

from __future__ import annotations

from bot.model.config import CheckRule, ChecksWanted
from bot.model.snapshot import Check, CheckState
from bot.rules.gates import checks
from tests.support import make
from tests.support.snapshots import check, snapshot

PAGE = "https://github.test/acme/shop/runs/"


def links(rule: CheckRule, *ran: Check) -> tuple[tuple[str, str], ...]:
    return checks.green(rule, snapshot=snapshot(checks=ran), sha=make.SHA, own_app=None).links


def test_what_failed_and_what_has_not_ended_lead_to_their_pages() -> None:
    ran = (
        check("build", CheckState.FAILED, url=f"{PAGE}1"),
        check("lint", CheckState.PENDING, url=f"{PAGE}2"),
        check("docs", CheckState.PASSED, url=f"{PAGE}3"),
        check("pageless", CheckState.FAILED, url=""),
    )
    assert links(CheckRule(wanted=ChecksWanted.PASSING), *ran) == (("build", f"{PAGE}1"), ("lint", f"{PAGE}2"))
    named = CheckRule(wanted=ChecksWanted.NAMED, names=("lint", "docs"))
    assert links(named, *ran) == (("lint", f"{PAGE}2"),)


def test_an_open_gate_leads_nowhere() -> None:
    assert links(CheckRule(wanted=ChecksWanted.PASSING), check("build", CheckState.PASSED, url=f"{PAGE}1")) == ()
