"""What is written down is what the code does: variables, reason codes, make targets, dependencies, changes."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from bot.catalog import load
from bot.model.command import Surface
from bot.model.decision import Reason
from bot.model.people import Role
from bot.variables import VARIABLES, Variable
from tests.house.source import ROOT

DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
PAGES = [path for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")) if path.name != "CHANGELOG.md"]


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def section(page: str, heading: str) -> str:
    """What stands under a heading, up to the next one of the same level or above."""
    found = re.search(rf"^(#+) {re.escape(heading)}$", text(page), re.MULTILINE)
    assert found, f"{page} has no heading {heading!r}"
    rest = text(page)[found.end() :]
    after = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return rest[: after.start()] if after else rest


def rows(markdown: str) -> list[list[str]]:
    """The cells of all table rows that begin with a name in code."""
    lines = [line for line in markdown.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


# --- variables -----------------------------------------------------------------------------------------------------


def documented(variable: Variable) -> list[str]:
    return [f"`{variable.name}`", f"`{variable.default}`" if variable.default else "", variable.description]


def test_config_md_names_every_variable_with_its_default() -> None:
    found = rows(section("docs/config.md", "Environment"))
    assert sorted(found) == sorted(documented(variable) for variable in VARIABLES)


def test_the_example_names_every_variable_with_its_default() -> None:
    blocks = re.findall(r"((?:^# .*\n)+)#([A-Z_]+)=(.*)$", text(".env.example"), re.MULTILINE)
    found = [(name, value, " ".join(line[2:] for line in words.splitlines())) for words, name, value in blocks]
    expected = [(v.name, v.default if v.default is not None else v.example, v.description) for v in VARIABLES]
    assert found == expected


def test_the_example_sets_nothing_by_itself() -> None:
    assert [line for line in text(".env.example").splitlines() if line and not line.startswith("#")] == []


def test_app_json_names_every_variable() -> None:
    found = {name: entry["description"] for name, entry in json.loads(text("app.json"))["env"].items()}
    assert found == {variable.name: variable.description for variable in VARIABLES}


# --- commands ------------------------------------------------------------------------------------------------------


def test_every_built_in_command_has_its_row() -> None:
    told = [
        name for row in rows(text("docs/commands.md").split("\n## ")[0]) for name in re.findall(r"`([^`]+)`", row[0])
    ]
    verbs = {line.split(" ")[0] for line in told}
    assert sorted(verbs) == sorted(load())


@pytest.mark.parametrize("name", load())
def test_a_row_says_who_may(name: str) -> None:
    command = load()[name]
    found = [row for row in rows(text("docs/commands.md").split("\n## ")[0]) if re.match(rf"`{name}\b", row[0])]
    roles = {row[1].split(",")[0] for row in found}
    assert ("anybody" if command.permission is Role.NONE else command.permission.label) in roles
    only_slack = command.where == frozenset({Surface.SLACK})
    assert all(("in Slack" in row[1]) is only_slack for row in found)


# --- everything else -----------------------------------------------------------------------------------------------


def test_every_reason_code_is_explained_once() -> None:
    found = [row[0].strip("`") for row in rows(section("docs/commands.md", "Reason codes"))]
    assert sorted(found) == sorted(reason.value for reason in Reason)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_make_targets_that_are_named_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", page.read_text(encoding="utf-8"), re.DOTALL))
    named = set(re.findall(r"(?:^|[`\s;&])make ([a-z][a-z-]*)", code))
    assert named - targets == set()


def dependencies() -> set[str]:
    project = tomllib.loads(text("pyproject.toml"))["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    return {re.split(r"[\[<>=!~ ]", line, maxsplit=1)[0].lower() for line in lines}


def test_every_dependency_has_a_reason() -> None:
    table = rows(text("docs/decisions/0005-dependencies.md"))
    assert {row[0].strip("`") for row in table} == dependencies()
    assert [row[0] for row in table if len(row) != 3 or not all(row)] == []


@pytest.mark.parametrize("page", DECISIONS, ids=lambda path: path.name)
def test_a_decision_is_dated_and_says_why_and_what_follows(page: Path) -> None:
    words = page.read_text(encoding="utf-8")
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", page.name)
    assert re.search(r"^Date: \d{4}-\d\d-\d\d$", words, re.MULTILINE)
    headings = re.findall(r"^## (.+)$", words, re.MULTILINE)
    assert [name for name in ("Context", "Decision", "Consequences") if name not in headings] == []


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_the_changelog_has_a_place_for_the_next_change() -> None:
    assert re.search(r"^## \[?Unreleased\]?$", text("CHANGELOG.md"), re.MULTILINE)
