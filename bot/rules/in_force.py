"""Owns which configuration is in force: the newest that GitHub shows, unless it is broken or widens anything (T13).

There are never fewer gates than before unless a second person wanted it so: what GitHub does not show, and what can not
be read, changes nothing; what widens waits, and until then the stricter of each rule holds. What is compared with is
what is in force now, and not only the last file that was confirmed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from bot.model.config import Config, ConfigFault, KeptConfig
from bot.model.prose import marked
from bot.rules import changes, superseding
from bot.rules.superseding import Widens

SHORT: Final = 12
"""Letters of a blob SHA that people type (T4)."""

GONE: Final = "gone"
"""What is typed in place of a blob when the file is not there any more."""

NAMED: Final = 3
"""How many changes or faults one sentence names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A file as GitHub showed it."""

    blob: str | None
    """None: GitHub says that there is none."""
    data: bytes
    read: Config | Sequence[ConfigFault]
    """What it says, or all that is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is kept of a file, read by this version of Signalbox; None where it can not be read any more."""

    kept: KeptConfig
    config: Config | None
    waiting: Config | None = None
    superseded: tuple[Config | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One layer as it is in force."""

    file: str
    kept: KeptConfig | None
    """What is to be kept from now on; None while there is nothing."""
    config: Config
    remarks: tuple[str, ...] = ()
    broken: str | None = None
    waits: tuple[str, ...] = ()
    """What the newer file removes or widens, in words, while it waits."""
    shown: bool = True
    """Whether GitHub showed the file."""
    held: tuple[Config, ...] = ()
    """The files that are in force together, the confirmed one first, while any waits; else empty."""


def widening(old: Config, new: Config) -> Sequence[str]:
    """It satisfies `Widens`."""
    return [change.sentence for change in changes.changes(old, new) if change.widens]


def waits(kept: KeptConfig) -> bool:
    """Whether a newer file waits for a second person."""
    return kept.waiting_since is not None


def name_of(blob: str | None) -> str:
    """What is typed to confirm it."""
    return GONE if blob is None else blob[:SHORT]


def first_seen(seen: Seen, kept: KeptConfig, file: str) -> Standing:
    """Nothing was in force before; `kept` is the row to be made. A broken file leaves nothing in force."""
    if isinstance(seen.read, Config):
        return Standing(file=file, kept=kept, config=seen.read)
    return Standing(
        file=file, kept=None, config=Config(), broken=f"{_faulty(file, seen.read)} No earlier one is known."
    )


def settled(seen: Seen, known: Known, file: str, at: datetime, widens: Widens) -> Standing:
    """What is in force, now that GitHub has shown this file."""
    if not isinstance(seen.read, Config):
        return _last_good(known, file, f"{_faulty(file, seen.read)} The last good one stays in force.")
    if seen.blob == known.kept.blob and not waits(known.kept):
        return Standing(file=file, kept=known.kept, config=seen.read)
    kept, held = _waiting(known.kept, seen, at), _held(known, seen)
    if held is None:
        return _unreadable(kept, file)
    wider = superseding.wider(held, seen.read, widens)
    if not wider:
        return Standing(file=file, kept=_taken(known.kept, seen, at), config=seen.read)
    held = [*held, seen.read] if superseding.adds(kept) else held
    config, said = superseding.together(held), (_waiting_words(file, kept, wider),)
    return Standing(file=file, kept=kept, config=config, remarks=said, waits=wider, held=tuple(held))


def unseen(known: Known, file: str) -> Standing:
    """What is in force while GitHub does not show the file."""
    last = _last_good(known, file, f"GitHub did not show {file}, the last one known is in force.")
    return replace(last, shown=False)


def never_seen(file: str, problem: str) -> Standing:
    """GitHub refuses to show the file, and none was ever known."""
    why = f"GitHub does not show {file}: {problem}"
    return Standing(file=file, kept=None, config=Config(), broken=why, shown=False)


def promoted(kept: KeptConfig, by: UUID | None, at: datetime) -> KeptConfig:
    """What waited is in force, because of `by` where that is somebody we know."""
    return replace(
        _nothing_waits(kept), blob=kept.waiting_blob, data=kept.waiting_data, in_force_since=at, confirmed_by=by
    )


def _held(known: Known, seen: Seen | None = None) -> list[Config] | None:
    """What is in force, the oldest first, but for the file that was `seen`; None where any of it can not be read."""
    kept, held = known.kept, [known.config, *known.superseded]
    newest = seen is not None and seen.blob == kept.waiting_blob
    if waits(kept) and superseding.adds(kept) and not newest:
        held.append(known.waiting)
    readable = [config for config in held if config is not None]
    return readable if len(readable) == len(held) else None


def _taken(kept: KeptConfig, seen: Seen, at: datetime) -> KeptConfig:
    if seen.blob == kept.blob:
        return _nothing_waits(kept)
    return replace(_nothing_waits(kept), blob=seen.blob, data=seen.data, in_force_since=at, confirmed_by=None)


def _waiting(kept: KeptConfig, seen: Seen, at: datetime) -> KeptConfig:
    if waits(kept) and kept.waiting_blob == seen.blob:
        return kept
    joined = superseding.joined(kept)
    return replace(kept, waiting_blob=seen.blob, waiting_data=seen.data, waiting_since=at, superseded=joined)


def _nothing_waits(kept: KeptConfig) -> KeptConfig:
    return replace(kept, waiting_blob=None, waiting_data=b"", waiting_since=None, superseded=())


def _last_good(known: Known, file: str, remark: str) -> Standing:
    """As it was, whatever waits included: it was stricter in some things, and stays so."""
    held = _held(known)
    if held is None:
        return _unreadable(known.kept, file)
    return Standing(file=file, kept=known.kept, config=superseding.together(held), remarks=(remark,), held=tuple(held))


def _unreadable(kept: KeptConfig, file: str) -> Standing:
    why = f"This version of Signalbox can not read what was in force as {file}."
    if waits(kept):
        why += f" An admin may put the newer one in force: {marked(f'/config confirm {name_of(kept.waiting_blob)}')}."
    return Standing(file=file, kept=kept, config=Config(), broken=why)


def _waiting_words(file: str, kept: KeptConfig, wider: Sequence[str]) -> str:
    what = "The removal of" if kept.waiting_blob is None else "A newer"
    if kept.waiting_blob == kept.blob:
        what = "The way back to the earlier"
    named = name_of(kept.waiting_blob)
    return (
        f"{what} {file} ({named}) waits, for it lets through more: {_some(wider)} Until somebody else with write has "
        f"approved its pull request, {_meanwhile(kept)}. Where nobody else has write, an admin types "
        f"{marked(f'/config confirm {named}')}."
    )


def _meanwhile(kept: KeptConfig) -> str:
    if not superseding.adds(kept):
        return f"the strictest of the {len(kept.superseded) + 1} files before it is in force, and nothing of it"
    if kept.superseded:
        return "the strictest of old, new and what waited in between is in force"
    return "the stricter of old and new is in force"


def _faulty(file: str, faults: Sequence[ConfigFault]) -> str:
    return f"{file} is broken: {_some([fault.sentence for fault in faults])}"


def _some(sentences: Sequence[str]) -> str:
    more = f" (and {len(sentences) - NAMED} more)" if len(sentences) > NAMED else ""
    return " ".join(sentences[:NAMED]) + more
