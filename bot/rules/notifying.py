"""Owns which channels a request shows in, of those that a configuration names for its environment (T22)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.model.slack import Binding, SlackChannel

Bound = tuple[Binding, SlackChannel | None]
"""A channel that somebody gave to the repository, and what Slack says of it now; None when the bot can not see it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usable:
    """What becomes of the names."""

    channels: tuple[SlackChannel, ...]
    remarks: tuple[str, ...]
    """Why the others are not used, each a whole sentence."""


def usable(names: Sequence[str], bound: Sequence[Bound], full_name: str, environment: str) -> Usable:
    """The channels of these names in which we may speak of this repository. Names are looked for among its own
    channels only: of others nothing is told, not even that they are there."""
    here = {channel.name.casefold(): (binding, channel) for binding, channel in bound if channel is not None}
    channels: list[SlackChannel] = []
    remarks: list[str] = []
    for name in names:
        found = here.get(name.casefold())
        whys = list(_why_not(found, full_name))
        if found is not None and not whys:
            channels.append(found[1])
        remarks += [f"Requests for {environment} do not show in #{name}: {why}" for why in whys]
    return Usable(channels=tuple(channels), remarks=tuple(remarks))


def _why_not(found: tuple[Binding, SlackChannel] | None, full_name: str) -> Iterator[str]:
    if found is None:
        yield f"no channel of this name that I am in belongs to {full_name}. There, use {full_name} makes it so."
    elif not found[1].member:
        yield "I am not in that channel. Somebody there can invite me."
    elif found[1].shared and not found[0].shared:
        yield (
            f"it is shared with another organisation by now. There, use {full_name} with guests= says that this is "
            "meant."
        )
