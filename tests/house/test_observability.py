"""What operators copy is true: the tables of metrics and log actions, the dashboard, the alert rules, the runbook."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import promql_parser
import pytest
from prometheus_client import Counter
from prometheus_client.metrics import MetricWrapperBase
from ruamel.yaml import YAML

from bot.web.metrics import Metrics
from tests.house.source import ROOT, modules

FOLDER: Final = ROOT / "docs" / "observability"
ELSEWHERE: Final = frozenset({"up", "process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds"})
"""What Prometheus and its client library bring, and the dashboard uses."""
SPANS: Final = {"$__rate_interval": "5m"}
"""What Grafana puts in before it asks."""
DURATION: Final = re.compile(r"\d+[smhd]")


def documented(page: str, heading: str) -> list[list[str]]:
    """The cells of the table under a heading, of rows that begin with a word in code."""
    text = (FOLDER / page).read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


@cache
def instruments() -> Mapping[str, MetricWrapperBase]:
    """All of ours by the attribute that holds them."""
    found = vars(Metrics("1.2.3")).items()
    return {name: value for name, value in found if isinstance(value, MetricWrapperBase)}


def exported(instrument: MetricWrapperBase) -> str:
    """The name that queries use; a histogram's is followed by `_bucket`, `_sum` or `_count`."""
    return next(iter(instrument.describe())).name + ("_total" if isinstance(instrument, Counter) else "")


# --- metrics -------------------------------------------------------------------------------------------------------


def described(instrument: MetricWrapperBase) -> tuple[str, str, tuple[str, ...]]:
    family = next(iter(instrument.describe()))
    return exported(instrument), family.type, tuple(sorted(instrument._labelnames))


def test_the_table_of_metrics_is_what_is_exported() -> None:
    rows = documented("metrics.md", "Table")
    found = sorted((row[0].strip("`"), row[1], tuple(sorted(re.findall(r"`(\w+)`", row[2])))) for row in rows)
    known = [described(each) for name, each in instruments().items() if name != "build"]
    assert found == sorted([*known, ("signalbox_build_info", "gauge", ("python", "version"))])


@pytest.mark.parametrize("name", sorted(instruments().keys() - {"build"}))
def test_what_is_declared_is_set_somewhere(name: str) -> None:
    used = re.compile(rf"\b(?:_to|metrics|self)\.{name}\b(?! = self)")
    assert [path for path in modules("bot") if used.search((ROOT / path).read_text(encoding="utf-8"))] != []


@pytest.mark.parametrize("instrument", instruments().values(), ids=exported)
def test_names_follow_the_trade(instrument: MetricWrapperBase) -> None:
    """https://prometheus.io/docs/practices/naming/"""
    family = next(iter(instrument.describe()))
    assert re.fullmatch(r"signalbox_[a-z_]*[a-z]", family.name)
    assert family.documentation.endswith(".")
    assert not {"person", "login", "user", "repository", "owner", "branch", "channel"} & {*instrument._labelnames}
    if family.type == "histogram":
        assert family.name.endswith(("_seconds", "_size"))


# --- queries -------------------------------------------------------------------------------------------------------


def dashboard() -> dict[str, Any]:
    board: dict[str, Any] = json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))
    return board


def rules() -> Sequence[dict[str, Any]]:
    document = YAML(typ="safe", pure=True).load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))
    (group,) = document["groups"]
    found: Sequence[dict[str, Any]] = group["rules"]
    return found


def queries() -> Iterator[str]:
    for panel in dashboard()["panels"]:
        yield from (target["expr"] for target in panel.get("targets", []))
    yield from (rule["expr"] for rule in rules())


def selectors(expr: Any) -> Iterator[Any]:
    """Every vector selector of a parsed query."""
    found: list[Any] = []

    def note(node: Any) -> bool:
        found.append(node)
        return True

    promql_parser.walk(expr, note)
    return (node for node in found if isinstance(node, promql_parser.VectorSelector))


def parsed(query: str) -> Any:
    for name, value in SPANS.items():
        query = query.replace(name, value)
    return promql_parser.parse(query)


def series() -> dict[str, frozenset[str]]:
    """Each name that can be asked for, with its labels; Prometheus adds `job` and `instance`."""
    found: dict[str, frozenset[str]] = dict.fromkeys(ELSEWHERE, frozenset())
    for instrument in instruments().values():
        name, kind, labels = described(instrument)
        if kind == "histogram":
            found |= {f"{name}_bucket": frozenset({*labels, "le"})}
            found |= {f"{name}_{part}": frozenset(labels) for part in ("sum", "count")}
        elif kind == "info":
            found[f"{name}_info"] = frozenset({"version", "python"})
        else:
            found[name] = frozenset(labels)
    return found


@pytest.mark.parametrize("query", sorted(set(queries())))
def test_every_query_asks_for_what_there_is(query: str) -> None:
    known, asked = series(), list(selectors(parsed(query)))
    assert asked
    for selector in asked:
        assert selector.name in known, selector.name
        labels = {matcher.name for matcher in selector.matchers.matchers}
        assert labels - known[selector.name] - {"job", "instance"} == set(), selector.name
    by = {label for names in re.findall(r"\bby \(([^)]*)\)", query) for label in re.split(r",\s*", names)}
    assert by <= {"job", "instance"}.union(*(known[selector.name] for selector in asked))


def test_a_query_for_something_else_would_be_found() -> None:
    (selector,) = selectors(parsed("sum(rate(signalbox_nonsense_total[$__rate_interval]))"))
    assert selector.name not in series()
    with pytest.raises(ValueError, match="unclosed left parenthesis"):
        parsed("sum(rate(up[5m])")


def test_what_all_replicas_read_from_one_database_is_never_summed() -> None:
    shared = {row[0].strip("`") for row in documented("metrics.md", "Table") if row[-1].startswith("**database**")}
    assert len(shared) == 8
    summed = re.compile(rf"sum(?: by \([^)]*\))? ?\((?:{'|'.join(shared)})\b")
    assert [query for query in queries() if summed.search(query)] == []
    assert {name for name in shared for query in queries() if name in query} == shared


# --- the dashboard -------------------------------------------------------------------------------------------------


def test_the_dashboard_can_be_provisioned() -> None:
    board = dashboard()
    assert (board["id"], board["uid"], board["title"]) == (None, "signalbox", "Signalbox")
    variables = {each["name"]: each["type"] for each in board["templating"]["list"]}
    assert variables == {"datasource": "datasource", "job": "query"}
    used = [panel["datasource"] for panel in board["panels"] if panel["type"] != "row"]
    used += [target["datasource"] for panel in board["panels"] for target in panel.get("targets", [])]
    assert {each["uid"] for each in used} == {"${datasource}"}


def test_panels_have_a_title_a_sentence_and_a_place_of_their_own() -> None:
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert [
        panel["title"] for panel in panels if panel["type"] != "row" and not panel["description"].endswith(".")
    ] == []
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells


def test_the_dashboard_shows_every_instrument() -> None:
    text = " ".join(query for panel in dashboard()["panels"] for query in (t["expr"] for t in panel.get("targets", [])))
    assert [name for name in map(exported, instruments().values()) if name not in text] == []


# --- alert rules ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_a_rule_has_prometheus_shape_and_a_way_on(rule: dict[str, Any]) -> None:
    """https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/"""
    assert rule.keys() - {"for"} == {"alert", "expr", "labels", "annotations"}
    assert re.fullmatch(r"Signalbox[A-Z][A-Za-z]+", rule["alert"])
    assert DURATION.fullmatch(rule.get("for", "0s"))
    assert rule["labels"] in ({"severity": "critical"}, {"severity": "warning"})
    assert rule["annotations"].keys() == {"summary", "description", "runbook_url"}
    assert isinstance(parsed(rule["expr"]), promql_parser.BinaryExpr)
    named = {name for text in rule["annotations"].values() for name in re.findall(r"\$labels\.(\w+)", text)}
    assert all(re.search(rf"\b{name}\b", rule["expr"]) or name in ("instance", "budget") for name in named)


def test_every_rule_leads_to_its_part_of_the_runbook_and_back() -> None:
    page, runbook = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8"), {}
    for part in page.split("\n## Runbook\n")[1].split("\n## ")[0].split("\n### ")[1:]:
        title, text = part.split("\n", 1)
        runbook[title.lower().replace(" ", "-")] = text.strip()
    linked: dict[str, set[str]] = {}
    for rule in rules():
        address, anchor = rule["annotations"]["runbook_url"].split("#")
        assert address == "docs/operating.md"
        linked.setdefault(anchor, set()).add(rule["alert"])
    assert {anchor: set(re.findall(r"`(Signalbox\w+)`", text)) for anchor, text in runbook.items()} == linked
    assert [anchor for anchor, text in runbook.items() if len(text) < 150] == []


# --- log actions ---------------------------------------------------------------------------------------------------

NOT_LOGGED: Final = frozenset({"action", "delivery.action", "event.action", "entry.action", "extra.pop('action')"})
"""Columns of tables, and the formatter itself."""
SLACK_LEFT: Final = frozenset({"app_uninstalled", "tokens_revoked"})
"""What `left.event` can be."""


def actions(path: Path) -> Iterator[str]:
    """The value of every key "action" in a dict of this module."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            yield from (_word(value) for key, value in pairs if isinstance(key, ast.Constant) and key.value == "action")


def _word(value: ast.expr) -> str:
    return str(value.value) if isinstance(value, ast.Constant) else ast.unparse(value)


def test_the_table_of_actions_is_what_is_logged() -> None:
    written = {word for path in modules("bot") if "sandbox" not in path.parts for word in actions(path)} - NOT_LOGGED
    assert "left.event" in written
    rows = documented("logs.md", "Actions")
    assert len(rows) == len({row[0] for row in rows})
    assert sorted(row[0].strip("`") for row in rows) == sorted(written - {"left.event"} | SLACK_LEFT)
