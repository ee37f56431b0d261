"""The fields of the templates are a contract: templates/README.md says it, messages and templates keep to it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import Environment, meta

from bot.preview import SLACK_SAMPLES
from bot.render.filters import FILTERS
from bot.render.slack_filters import SLACK_FILTERS
from bot.rules.fields import RequestFields

TEMPLATES = Path(__file__).parents[2] / "templates"
README = (TEMPLATES / "README.md").read_text(encoding="utf-8")
REQUESTS, rest = README.split("## The living message of a request")[1].split("## Answers that are written once")
ANSWERS, SLACK_ANSWERS = rest.split("## Answers that only Slack has")
FILES = sorted([*(TEMPLATES / "github").glob("*.md.j2"), *(TEMPLATES / "slack").glob("*.mrkdwn.j2")])


def promised(text: str) -> set[str]:
    """The fields of a list in the README."""
    return set(re.findall(r"^- `(\w+)`", text, re.MULTILINE))


def may_be_missing(text: str) -> set[str]:
    """Those of them that a message may lack."""
    return set(re.findall(r"^- `(\w+)` \(may be missing\)", text, re.MULTILINE))


def parts(text: str) -> dict[str, str]:
    """The README's text about each answer, by its name."""
    return {part.split("\n")[0]: part for part in text.split("\n### ")[1:]}


BOTH = {
    **{name: promised(REQUESTS) for name in re.findall(r"`(request_\w+)`", REQUESTS)},
    **{name: promised(part) for name, part in parts(ANSWERS).items()},
}
CONTRACT = {
    **BOTH,
    "details_posted": promised(REQUESTS),
    **{name: promised(part) for name, part in parts(SLACK_ANSWERS).items()},
}
MAY_BE_MISSING = {name: may_be_missing(part) for name, part in parts(rest).items()}


def test_every_template_is_described() -> None:
    assert set(BOTH) == {path.name.split(".")[0] for path in (TEMPLATES / "github").glob("[!_]*.md.j2")}
    assert set(CONTRACT) == {path.name.split(".")[0] for path in (TEMPLATES / "slack").glob("[!_]*.mrkdwn.j2")}


@pytest.mark.parametrize("sample", SLACK_SAMPLES)
def test_a_message_has_the_promised_fields(sample: str) -> None:
    message = SLACK_SAMPLES[sample]
    missing = CONTRACT[message.name] - set(message.fields)
    assert set(message.fields) - {"prefix"} <= CONTRACT[message.name]  # which lines to type begin with
    assert missing <= MAY_BE_MISSING.get(message.name, set())


def test_a_request_has_the_promised_fields() -> None:
    assert set(RequestFields.__annotations__) == CONTRACT["request_started"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_template_uses_only_promised_fields(path: Path) -> None:
    environment = Environment(autoescape=True)
    environment.filters.update({**FILTERS, **SLACK_FILTERS})
    used = meta.find_undeclared_variables(environment.parse(path.read_text(encoding="utf-8")))
    shared = {"_request": "request_started", "_list": "status_answered"}
    name = path.name.split(".")[0]
    assert used <= ({"remarks"} if name == "_remarks" else CONTRACT[shared.get(name, name)])


def test_every_filter_is_described() -> None:
    for name in {*FILTERS, *SLACK_FILTERS}:
        assert f"`{name}`" in README or f"`{name}(" in README
