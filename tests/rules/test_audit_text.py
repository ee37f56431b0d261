"""Audit entries for other programs: nothing is lost in JSON Lines, and no cell of the CSV is a formula."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from bot.rules import audit_text
from tests.rules.test_audit_chain import chain, entry


def cells(**facts: Any) -> dict[str, str]:
    """The CSV of one entry, read back by somebody else's reader."""
    told = f"{audit_text.csv_head()}\n{audit_text.csv_line(entry(1, facts=facts))}\n"
    (row,) = csv.DictReader(io.StringIO(told, newline=""))
    return dict(row)


def test_a_line_of_json_has_everything() -> None:
    (link,) = chain(
        entry(3, facts={"login": "alice", "account": 1001, "text": "run\nx", "origin": "comment:1", "run": 5})
    )
    line = audit_text.json_line(link)
    assert "\n" not in line
    found = json.loads(line)
    assert tuple(found) == audit_text.COLUMNS
    assert link.sealed is not None
    assert (found["number"], found["position"], found["seal"]) == (3, 1, link.sealed.seal)
    assert (found["login"], found["account"], found["origin"], found["run"]) == ("alice", 1001, "comment:1", 5)
    assert found["facts"] == link.facts
    assert found["at"].endswith("+00:00")


def test_what_is_not_sealed_yet_says_so() -> None:
    found = json.loads(audit_text.json_line(entry(1)))
    assert (found["position"], found["seal"], found["sealed_at"]) == (None, None, None)


@pytest.mark.parametrize(
    "hostile",
    ["=HYPERLINK(1)", "+1", "-1+cmd|' /C calc'!A0", "@SUM(1)", "\t=1", "\r=1", "\n=1", "  =1", "\uff1d1", "\uff20x"],
)
def test_no_cell_is_a_formula(hostile: str) -> None:
    assert cells(login=hostile)["login"] == f"'{hostile}"


def test_cells_hold_what_they_should() -> None:
    found = cells(login='a "quoted", b\nc', account=1001, sha="abc")
    assert (found["login"], found["account"], found["sha"], found["reason"]) == ('a "quoted", b\nc', "1001", "abc", "")
    assert json.loads(found["facts"])["account"] == 1001
