"""Owns turning a message into text: the template by the message's name, an operator's own before ours.

Templates run in a sandbox and never come from a repository (T6). Every value that they print is escaped unless it came
out of a filter or macro of ours; a field that does not exist is an error, not an empty place.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.model.message import Message, SlackText
from bot.render.cut import cut
from bot.render.filters import FILTERS
from bot.render.markdown import Safe, escape
from bot.render.mrkdwn import escape as escape_mrkdwn
from bot.render.sections import slack_text
from bot.render.slack_filters import SLACK_FILTERS

log = logging.getLogger(__name__)

HTML_FILTERS: Final = ("safe", "escape", "e", "forceescape", "urlize", "xmlattr", "tojson", "striptags", "pprint")
"""Jinja's own that are made for HTML, or would mark text as safe that is not."""

REMARKS: Final = "_remarks"
"""The template of what stands below any message."""

Text = TypeVar("Text")

_EMPTY_LINES: Final = re.compile(r"\n(?:[ \t]*\n){2,}")


class Renderer:
    """Renders messages for each surface."""

    def __init__(self, templates: Path, overrides: Path | None) -> None:
        """`templates` holds a folder per surface; `overrides` has the same shape and may lack most of it."""
        self._github = _surface(templates, overrides, escape, FILTERS)
        self._slack = _surface(templates, overrides, escape_mrkdwn, SLACK_FILTERS)

    @classmethod
    def strict(cls, templates: Path, overrides: Path | None) -> Self:
        """One for trying templates: where an operator's fails, that is raised and ours is not used."""
        made = cls(templates, overrides)
        made._github, made._slack = made._github.alone(), made._slack.alone()
        return made

    def github(self, message: Message) -> str:
        """The message as GitHub Markdown, short enough for a comment.

        An operator's template that fails is logged and ours is used: a typo there must not silence every answer.
        Raises `jinja2.TemplateError` when ours fails, which is a fault of this code.
        """
        return _render(self._github, "github/{}.md.j2", message, cut)

    def slack(self, message: Message) -> SlackText:
        """The message as Slack blocks and a line for notifications, within Slack's limits; templates as above.

        The first block has no `block_id`: it is the caller's, to find its own message again.
        """
        return _render(self._slack, "slack/{}.mrkdwn.j2", message, lambda text: slack_text(text, message.buttons))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Surface:
    """The templates of a surface: our own, and an operator's before them if there are any."""

    ours: ImmutableSandboxedEnvironment
    theirs: ImmutableSandboxedEnvironment | None

    def alone(self) -> _Surface:
        """An operator's before ours, and nothing to fall back to."""
        return _Surface(ours=self.theirs or self.ours, theirs=None)


class _EscapingEnvironment(ImmutableSandboxedEnvironment):
    """What a macro or a block gives was escaped inside, so it counts as safe when it is printed."""

    @staticmethod
    def concat(parts: Iterable[str]) -> Safe:
        """Join the pieces of a template, macro or block."""
        return Safe("".join(parts))


def _surface(
    templates: Path,
    overrides: Path | None,
    finalize: Callable[[object], Safe],
    filters: Mapping[str, Callable[..., Any]],
) -> _Surface:
    return _Surface(
        ours=_environment([templates], finalize, filters),
        theirs=_environment([overrides, templates], finalize, filters) if overrides is not None else None,
    )


def _environment(
    folders: list[Path], finalize: Callable[[object], Safe], filters: Mapping[str, Callable[..., Any]]
) -> ImmutableSandboxedEnvironment:
    environment = _EscapingEnvironment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        undefined=StrictUndefined,
        finalize=finalize,
        autoescape=False,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name in HTML_FILTERS:
        del environment.filters[name]
    environment.filters.update(filters)
    return environment


def _render(surface: _Surface, pattern: str, message: Message, finish: Callable[[str], Text]) -> Text:
    name = pattern.format(message.name)
    if surface.theirs is not None:
        try:
            return finish(_something(_filled(surface.theirs, pattern, message)))
        except Exception as error:  # whatever it is: what an operator wrote must not keep anybody from an answer
            log.exception(
                "The template %s of this installation failed, so the built-in one was used: %s",
                name,
                error,
                extra={"action": "template_failed", "template": name},
            )
    return finish(_filled(surface.ours, pattern, message))


def _something(text: str) -> str:
    """Raises `ValueError` when there are no words: no service takes an empty message."""
    if not text:
        raise ValueError("the template printed nothing")
    return text


def _filled(environment: ImmutableSandboxedEnvironment, pattern: str, message: Message) -> str:
    text = environment.get_template(pattern.format(message.name)).render(message.fields)
    if message.remarks:
        below = environment.get_template(pattern.format(REMARKS)).render(remarks=message.remarks)
        text = f"{text}\n\n{below}"
    return _EMPTY_LINES.sub("\n\n", text).strip()
