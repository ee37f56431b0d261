"""Templates: an operator's before ours, in a sandbox, every value escaped, a missing field an error."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest
from jinja2 import TemplateError, TemplateNotFound, UndefinedError
from jinja2.exceptions import SecurityError

from bot.model.message import Message
from bot.render.cut import CUT
from bot.render.renderer import Renderer

MESSAGE = Message(name="cancel_answered", fields={"sentence": "*Stopping* it.", "server_url": "https://github.com"})


def folder(root: Path, **templates: str) -> Path:
    """A folder of templates for GitHub."""
    (root / "github").mkdir(parents=True, exist_ok=True)
    for name, text in templates.items():
        (root / "github" / f"{name}.md.j2").write_text(text, encoding="utf-8")
    return root


def render(tmp_path: Path, text: str, **fields: object) -> str:
    renderer = Renderer(folder(tmp_path, said=text), None)
    return renderer.github(Message(name="said", fields=fields))


def test_an_operator_s_template_comes_first(tmp_path: Path) -> None:
    ours = folder(tmp_path / "ours", cancel_answered="ours {{ sentence }}", other_said="ours too")
    theirs = folder(tmp_path / "theirs", cancel_answered="theirs {{ sentence }}")
    renderer = Renderer(ours, theirs)
    assert renderer.github(MESSAGE) == "theirs \\*Stopping\\* it."
    assert renderer.github(Message(name="other_said", fields={})) == "ours too"


def test_an_operator_s_template_can_use_our_parts(tmp_path: Path) -> None:
    ours = folder(tmp_path / "ours", _parts="{% macro bold(x) %}**{{ x }}**{% endmacro %}", cancel_answered="ours")
    theirs = folder(
        tmp_path / "theirs", cancel_answered='{% import "github/_parts.md.j2" as p %}{{ p.bold(sentence) }}'
    )
    assert Renderer(ours, theirs).github(MESSAGE) == "**\\*Stopping\\* it.**"


@pytest.mark.parametrize(
    "broken",
    [
        "{{ sentense }}",
        "{% if %}",
        "{{ sentence.nothing }}",
        "{{ sentence + 1 }}",
        "{{ 1 / 0 }}",
        "{{ sentence | safe }}",
        "{{ sentence.__class__.__mro__ }}",
        '{% include "github/nowhere.md.j2" %}',
        '{{ "%d" % sentence }}',
        "{# nothing at all #}",
        "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
        "{{ sentence.upper(1, 2) }}",
    ],
)
def test_an_operator_s_broken_template_is_logged_and_ours_is_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    ours = folder(tmp_path / "ours", cancel_answered="ours {{ sentence }}")
    renderer = Renderer(ours, folder(tmp_path / "theirs", cancel_answered=broken))
    with caplog.at_level(logging.ERROR):
        assert renderer.github(MESSAGE) == "ours \\*Stopping\\* it."
    assert [getattr(record, "action", None) for record in caplog.records] == ["template_failed"]


def test_what_can_not_be_read_is_logged_and_ours_is_used(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ours, theirs = folder(tmp_path / "ours", cancel_answered="ours"), folder(tmp_path / "theirs")
    (theirs / "github" / "cancel_answered.md.j2").write_bytes(b"\xff\xfe")
    with caplog.at_level(logging.ERROR):
        assert Renderer(ours, theirs).github(MESSAGE) == "ours"
    assert [getattr(record, "action", None) for record in caplog.records] == ["template_failed"]


def test_remarks_stand_below_any_message(tmp_path: Path) -> None:
    ours = folder(tmp_path, cancel_answered="ours", _remarks="{% for each in remarks %}! {{ each }}{% endfor %}")
    assert Renderer(ours, None).github(replace(MESSAGE, remarks=("*broken*",))) == "ours\n\n! \\*broken\\*"


def test_a_field_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UndefinedError, match="nothing"):
        render(tmp_path, "{{ nothing }}")


def test_a_message_without_a_template_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TemplateNotFound):
        Renderer(folder(tmp_path), None).github(MESSAGE)


@pytest.mark.parametrize(
    "text", ["{{ x.__class__ }}", "{{ x.__init__.__globals__ }}", "{{ items.append(1) }}", "{{ items.clear() }}"]
)
def test_t6_the_sandbox_holds(tmp_path: Path, text: str) -> None:
    with pytest.raises((SecurityError, TemplateError)):
        render(tmp_path, text, x="x", items=[1])


@pytest.mark.parametrize("name", ["safe", "escape", "e", "forceescape", "urlize", "xmlattr", "tojson"])
def test_no_filter_of_jinja_marks_text_as_safe(tmp_path: Path, name: str) -> None:
    with pytest.raises(TemplateError, match="No filter"):
        render(tmp_path, f"{{{{ x | {name} }}}}", x="*")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ x }}", "\\*x\\*"),
        ("*{{ x | code }}*", "*`*x*`*"),
        ("{{ x ~ x }}", "\\*x\\*\\*x\\*"),
        ("{{ x ~ (x | code) }}", "\\*x\\*\\`\\*x\\*\\`"),
        ("{{ [x, x | code] | join }}", "\\*x\\*\\`\\*x\\*\\`"),
        ("{{ '%s' % x }}", "\\*x\\*"),
        ("{{ '%s' | format(x) }}", "\\*x\\*"),
        ("{{ '{}'.format(x | code) }}", "\\`\\*x\\*\\`"),
        ("{{ x | upper }}", "\\*X\\*"),
        ("{{ (x | code) | replace('x', 'y') }}", "\\`\\*y\\*\\`"),
        ("{% macro m(v) %}**{{ v }}**{% endmacro %}{{ m(x) }}", "**\\*x\\***"),
        ("{% macro m(v) %}**{{ v }}**{% endmacro %}{{ m(m(x)) }}", "****\\*x\\*****"),
        ("{% macro m(v) %}**{{ v }}**{% endmacro %}{{ m(x) | lower }}", "\\*\\*\\\\\\*x\\\\\\*\\*\\*"),
        ("{% set b %}**{{ x }}**{% endset %}{{ b }}", "**\\*x\\***"),
        ("{% macro m() %}[{{ caller() }}]{% endmacro %}{% call m() %}{{ x }}{% endcall %}", "[\\*x\\*]"),
        ("{% filter upper %}{{ x }}{% endfilter %}", "\\*X\\*"),
        ("{{ none }}", ""),
        ("{{ x | link(url) }}", "[\\*x\\*](https://github.com/a)"),
        ("{{ x | code | link(url) }}", "[`*x*`](https://github.com/a)"),
        ("{{ '' | link(url) }}", "[link](https://github.com/a)"),
        ("{{ x | link('https://evil.example/') }}", "\\*x\\*"),
        ("{{ x | link(none) }}", "\\*x\\*"),
    ],
)
def test_every_printed_value_is_escaped_once_and_never_less(tmp_path: Path, text: str, expected: str) -> None:
    assert render(tmp_path, text, x="*x*", url="https://github.com/a", server_url="https://github.com") == expected


def test_without_a_host_there_are_no_links(tmp_path: Path) -> None:
    assert render(tmp_path, "{{ x | link(url) }}", x="x", url="https://github.com/a") == "x"


def test_empty_lines_are_drawn_together(tmp_path: Path) -> None:
    assert render(tmp_path, "\n\na\n\n \n\n{% if false %}x{% endif %}\n\nb\n\n") == "a\n\nb"


def test_a_text_that_is_too_long_is_cut(tmp_path: Path) -> None:
    text = render(tmp_path, "{% for n in range(9000) %}\na line\n{% endfor %}")
    assert len(text) <= 60_000
    assert text.endswith(CUT)
