"""Hostile text in every field of every message: nobody is told, nothing is linked, no structure breaks (T6, T22)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bot.model.message import Message
from bot.preview import SAMPLES
from bot.render.cut import CUT, LONGEST_COMMENT
from bot.render.renderer import Renderer
from tests.render.github import seen

RENDERER = Renderer(Path(__file__).parents[2] / "templates", None)

OURS = frozenset({"server_url", "group"})
"""Fields that no text from outside can reach: closed sets of our own."""

HOSTILE = [
    "@everyone",
    "@alice and @acme/admins",
    "`rm`",
    "``` `rm` ```",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "</details>",
    "</summary></details><h1>",
    "<!-- signalbox:0 -->",
    "-->",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/pixel.png)",
    "https://evil.example",
    "see https://github.com/evil/repo/issues/1",
    "www.evil.example",
    "mailto:a@b.example",
    "a | b | c",
    "|",
    "\\|",
    "\\",
    "#1",
    "see GH-1",
    "acme/shop#1",
    "acme/shop@0123456789abcdef0123456789abcdef01234567",
    "abc\u202edlrow\u202c",
    "\u2066x\u2069",
    "two\nlines",
    "a\r\n\r\n# title\r\n\r\n- item",
    "\n\n---\n\n",
    "```\n\n```",
    "| a | b |\n| - | - |",
    "**bold** _it_ ~~gone~~",
    "$\\href{https://evil.example}{x}$",
    "&commat;alice &#64;alice",
    "\x00\x1b[31m\x7f",
    "\ud800",
    "{{ 7 * 7 }} {% raw %} {# #}",
    "* " * 40,
    "[" * 300,
    "`" * 300,
    "x" * 10_000,
    "@a " * 3_000,
]


def swapped(value: Any, text: str, name: str = "") -> Any:
    """The same structure with `text` for every string in it."""
    if isinstance(value, str):
        return value if name in OURS else text
    if isinstance(value, Mapping):
        return {key: swapped(inner, text, key) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [swapped(inner, text, name) for inner in value]
    if is_dataclass(value) and not isinstance(value, type):
        strings = [one.name for one in fields(value) if isinstance(getattr(value, one.name), str)]
        return replace(value, **{one: text for one in strings if one != "type"})
    return value


def rendered(sample: str, text: str) -> str:
    message = SAMPLES[sample]
    return RENDERER.github(Message(name=message.name, fields=swapped(message.fields, text)))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("sample", SAMPLES)
def test_hostile_text_shows_and_does_nothing(sample: str, text: str) -> None:
    comment = rendered(sample, text)
    found, harmless = seen(comment), seen(rendered(sample, "word"))
    assert len(comment) <= LONGEST_COMMENT
    assert found.live == tuple(one for one in harmless.live if one != ("mention", "@word"))
    assert found.links == ()
    assert found.html == harmless.html
    if CUT not in comment:
        assert found.blocks == harmless.blocks
        assert found.pieces == harmless.pieces
    assert not set(comment) & set("\u202e\u202c\u2066\u2069\x00\x1b\x7f\r\ud800")


@pytest.mark.parametrize("sample", SAMPLES)
def test_an_address_on_the_host_is_linked_and_cannot_break_out(sample: str) -> None:
    url = "https://github.com/acme/shop/x)](https://evil.example)|<b>\"'`*_&copy;\\".replace("\\", "")
    found = seen(rendered(sample, url))
    harmless = seen(rendered(sample, "https://github.com/acme/shop/x"))
    assert all(
        link.startswith("https://github.com/acme/shop/x%29%5D%28https://evil.example%29") for link in found.links
    )
    assert found.pieces == harmless.pieces
    assert found.blocks == harmless.blocks
    assert found.live == ()


@pytest.mark.parametrize("sample", SAMPLES)
def test_empty_text_breaks_nothing(sample: str) -> None:
    found = seen(rendered(sample, ""))
    assert found.live == ()
    assert found.links == ()
    assert found.html == seen(rendered(sample, "word")).html
