"""Owns the filter for sentences that hold commands to type: those become code, the rest is escaped as ever."""

from __future__ import annotations

from collections.abc import Callable

from bot.model.prose import pieces
from bot.render.markdown import LONGEST_CODE, Safe, shortened, visible

Filter = Callable[[object], Safe]


def prose(escape: Filter, code: Filter) -> Filter:
    """The filter of a surface, made of how that one escapes text and shows code."""

    def shown(sentence: object) -> Safe:
        """The sentence on one line; `Safe` values pass as they are, None is empty."""
        if isinstance(sentence, Safe):
            return sentence
        text = " ".join(shortened(visible(sentence), LONGEST_CODE).split())
        return Safe("".join(code(each.text) if each.command else _beside(escape, each.text) for each in pieces(text)))

    return shown


def _beside(escape: Filter, text: str) -> str:
    """Escaped, with the space that parts it from the command beside it."""
    return f"{' ' * text.startswith(' ')}{escape(text)}{' ' * (text.endswith(' ') and text != ' ')}"
