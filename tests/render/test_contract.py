"""The fields of the templates are a contract: templates/README.md says it, messages and templates keep to it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import Environment, meta

from bot.render.filters import FILTERS
from bot.rules.fields import RequestFields
from tests.render.samples import SAMPLES

TEMPLATES = Path(__file__).parents[2] / "templates"
README = (TEMPLATES / "README.md").read_text(encoding="utf-8")
REQUESTS, ANSWERS = README.split("## The living message of a request")[1].split("## Answers that are written once")


def promised(text: str) -> set[str]:
    """The fields of a list in the README."""
    return set(re.findall(r"^- `(\w+)`", text, re.MULTILINE))


CONTRACT = {
    **{name: promised(REQUESTS) for name in re.findall(r"`(request_\w+)`", REQUESTS)},
    **{part.split("\n")[0]: promised(part) for part in ANSWERS.split("\n### ")[1:]},
}


def test_every_template_is_described() -> None:
    assert set(CONTRACT) == {path.name.split(".")[0] for path in (TEMPLATES / "github").glob("[!_]*.md.j2")}


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_message_has_the_promised_fields(sample: str) -> None:
    assert set(SAMPLES[sample].fields) == CONTRACT[SAMPLES[sample].name]


def test_a_request_has_the_promised_fields() -> None:
    assert set(RequestFields.__annotations__) == CONTRACT["request_started"]


@pytest.mark.parametrize("path", sorted((TEMPLATES / "github").glob("*.md.j2")), ids=lambda path: path.name)
def test_a_template_uses_only_promised_fields(path: Path) -> None:
    environment = Environment(autoescape=True)
    environment.filters.update(FILTERS)
    used = meta.find_undeclared_variables(environment.parse(path.read_text(encoding="utf-8")))
    shared = {"_request": "request_started", "_list": "status_answered"}
    name = path.name.split(".")[0]
    assert used <= CONTRACT[shared.get(name, name)]
