"""Owns showing the examples as people would read them, and trying an operator's templates on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.model.message import Message
from bot.preview import SAMPLES, SLACK_SAMPLES
from bot.render.renderer import Renderer
from bot.transcript import readable, readable_blocks

TEMPLATES: Final = Path(__file__).resolve().parents[2] / "templates"

Read = Callable[[Renderer, Message], str]

SURFACES: Final[Mapping[str, tuple[str, Mapping[str, Message]]]] = {
    "github": ("md", SAMPLES),
    "slack": ("mrkdwn", SLACK_SAMPLES),
}
"""Formats and examples by surface."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One message in one state."""

    template: str
    """`github/request_failed.md.j2`."""
    sample: str
    """What the state is called: `failed-matrix`."""
    text: str
    """As people read it, without markup."""
    failure: str = ""
    """Why the operator's template can not be used for it, when it can not; then `text` is ours."""


def preview(overrides: Path | None, *, surface: str | None = None, name: str | None = None) -> Iterator[Shown]:
    """Every message in every state; only those of one surface, or of one template or state."""
    tried, ours = Renderer.strict(TEMPLATES, overrides), Renderer.strict(TEMPLATES, None)
    for each, (format, samples) in SURFACES.items():
        for sample, message in samples.items() if surface in (None, each) else ():
            if name in (None, sample, message.name):
                text, failure = _tried(_READ[each], tried, ours, message)
                template = f"{each}/{message.name}.{format}.j2"
                yield Shown(template=template, sample=sample, text=text, failure=failure)


def names() -> frozenset[str]:
    """What can be asked for by name."""
    return frozenset(name for sample, message in SLACK_SAMPLES.items() for name in (sample, message.name))


def faults(overrides: Path) -> Iterator[str]:
    """What is wrong with an operator's templates: names that we never ask for, and those that fail on an example."""
    known = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.glob("[gs]*/*.j2")}
    for path in sorted(overrides.rglob("*.j2")):
        named = path.relative_to(overrides).as_posix()
        if named not in known and not path.name.startswith("_"):
            yield f"{named} is never used: no message has that name"
    told: set[str] = set()
    for shown in preview(overrides):
        if shown.failure and shown.template not in told:
            told.add(shown.template)
            yield f"{shown.template} fails for the example {shown.sample}: {shown.failure}"


def _tried(read: Read, tried: Renderer, ours: Renderer, message: Message) -> tuple[str, str]:
    """The text, and why it is ours if it is."""
    try:
        return read(tried, message), ""
    except Exception as error:  # whatever it is: an operator wrote it, and is here to be told
        return read(ours, message), f"{type(error).__name__}: {error}"


_READ: Final[Mapping[str, Read]] = {
    "github": lambda renderer, message: readable(renderer.github(message)),
    "slack": lambda renderer, message: readable_blocks(renderer.slack(message).blocks),
}
