"""Owns turning a message into text: the template by the message's name, an operator's own before ours.

Templates run in a sandbox and never come from a repository (T6). Every value that they print is escaped unless it came
out of a filter or macro of ours; a field that does not exist is an error, not an empty place.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.model.message import Message
from bot.render.cut import cut
from bot.render.filters import FILTERS
from bot.render.markdown import Safe, escape

log = logging.getLogger(__name__)

HTML_FILTERS: Final = ("safe", "escape", "e", "forceescape", "urlize", "xmlattr", "tojson", "striptags", "pprint")
"""Jinja's own that are made for HTML, or would mark text as safe that is not."""

_EMPTY_LINES: Final = re.compile(r"\n(?:[ \t]*\n){2,}")


class Renderer:
    """Renders messages for each surface."""

    def __init__(self, templates: Path, overrides: Path | None) -> None:
        """`templates` holds a folder per surface; `overrides` has the same shape and may lack most of it."""
        self._ours = _environment([templates])
        self._theirs = _environment([overrides, templates]) if overrides is not None else None

    def github(self, message: Message) -> str:
        """The message as GitHub Markdown, short enough for a comment.

        An operator's template that fails is logged and ours is used: a typo there must not silence every answer.
        Raises `jinja2.TemplateError` when ours fails, which is a fault of this code.
        """
        name = f"github/{message.name}.md.j2"
        if self._theirs is not None:
            try:
                return _render(self._theirs, name, message)
            except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
                log.exception(
                    "The template %s of this installation failed, so the built-in one was used: %s",
                    name,
                    error,
                    extra={"action": "template_failed", "template": name},
                )
        return _render(self._ours, name, message)


class _MarkdownEnvironment(ImmutableSandboxedEnvironment):
    """What a macro or a block gives was escaped inside, so it counts as safe when it is printed."""

    @staticmethod
    def concat(parts: Iterable[str]) -> Safe:
        """Join the pieces of a template, macro or block."""
        return Safe("".join(parts))


def _environment(folders: list[Path]) -> ImmutableSandboxedEnvironment:
    environment = _MarkdownEnvironment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        undefined=StrictUndefined,
        finalize=escape,
        autoescape=False,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name in HTML_FILTERS:
        del environment.filters[name]
    environment.filters.update(FILTERS)
    return environment


def _render(environment: ImmutableSandboxedEnvironment, name: str, message: Message) -> str:
    text = environment.get_template(name).render(message.fields)
    return cut(_EMPTY_LINES.sub("\n\n", text).strip())
