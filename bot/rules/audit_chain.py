"""Owns the chain of the audit trail: what a seal covers, and what is wrong with a chain that was tampered with (T25).

A seal covers the seal before it, its own position and every column of the entry, so nothing can be edited, taken out,
put in or swapped without the key. What only the end of the chain can lack, a head that was kept elsewhere finds.
"""

from __future__ import annotations

import enum
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.model.audit import AuditEntry, AuditHead, AuditKey, AuditSeal

FORM: Final = 1
"""Of what is sealed; another one would be another number."""

START: Final = AuditHead()
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HEAD: Final = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


class Harm(enum.StrEnum):
    """What was done to a chain."""

    EDITED = "edited"
    MISSING = "missing"
    OUT_OF_ORDER = "out of order"
    TRUNCATED = "truncated"
    UNKNOWN_KEY = "unknown key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """The first thing that is wrong with a chain."""

    harm: Harm
    position: int
    sentence: str


def sealed(entry: AuditEntry, after: AuditHead, key: AuditKey, at: datetime) -> AuditEntry:
    """The entry as the next link after that head."""
    open_seal = AuditSeal(position=after.position + 1, key=key.id, seal="", sealed_at=at)
    link = replace(entry, sealed=open_seal)
    return replace(link, sealed=replace(open_seal, seal=_seal(link, after.seal, key)))


def head_of(entry: AuditEntry) -> AuditHead:
    """The chain up to this link."""
    assert entry.sealed is not None
    return AuditHead(position=entry.sealed.position, seal=entry.sealed.seal)


def follow(after: AuditHead, entries: Sequence[AuditEntry], keys: Mapping[str, AuditKey]) -> AuditHead | Flaw:
    """The head after these links, in the order of their positions; or the first flaw among them."""
    for place, entry in enumerate(entries):
        assert entry.sealed is not None
        flaw = _gap(after, entry.sealed) or _unknown(entry, entry.sealed, keys)
        if flaw is None and not _fits(entry, entry.sealed.position, after, keys):
            flaw = _broken(after, entry, entries[place + 1 :], keys)
        if flaw is not None:
            return flaw
        after = head_of(entry)
    return after


def cut_off(end: AuditHead, reached: int) -> Flaw | None:
    """What is wrong when the chain was known to reach a position that it does not have any more."""
    if end.position >= reached:
        return None
    last = f"ends at position {end.position}" if end.position else "has no link at all"
    return Flaw(
        harm=Harm.TRUNCATED,
        position=end.position + 1,
        sentence=f"The chain {last}, but it reached position {reached}: {reached - end.position} sealed "
        f"{_entries(reached - end.position)} {_were(reached - end.position)} taken away at the end.",
    )


def replaced(end: AuditHead, kept: AuditHead) -> Flaw | None:
    """What is wrong when the link at the position of a head that was kept is another one."""
    if hmac.compare_digest(end.seal, kept.seal):
        return None
    return Flaw(
        harm=Harm.TRUNCATED,
        position=kept.position,
        sentence=f"Position {kept.position} has another seal than the head that was kept: the chain was cut off before "
        "it and written anew.",
    )


def read_head(text: str) -> AuditHead | None:
    """A head as `audit_head` logs it, `POSITION:SEAL`; None for what is none."""
    found = _HEAD.fullmatch(text.strip().lower())
    return AuditHead(position=int(found[1]), seal=found[2]) if found else None


def canonical(entry: AuditEntry, before: str) -> bytes:
    """What the seal of a link is computed over: JSON with sorted keys, times in microseconds, ids in words."""
    assert entry.sealed is not None
    told = {
        "form": FORM,
        "before": before,
        "position": entry.sealed.position,
        "key": entry.sealed.key,
        "sealed_at": _microseconds(entry.sealed.sealed_at),
        "number": entry.number,
        "action": entry.action,
        "at": _microseconds(entry.at),
        "person": _word(entry.person),
        "connection": _word(entry.connection),
        "repository": entry.repository,
        "request": _word(entry.request),
        "reason": entry.reason,
        "facts": entry.facts,
    }
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def _seal(entry: AuditEntry, before: str, key: AuditKey) -> str:
    return hmac.new(key.secret, canonical(entry, before), hashlib.sha256).hexdigest()


def _gap(after: AuditHead, seal: AuditSeal) -> Flaw | None:
    if seal.position == after.position + 1:
        return None
    first, last = after.position + 1, seal.position - 1
    which = f"Position {first} is" if first == last else f"Positions {first} to {last} are"
    return Flaw(harm=Harm.MISSING, position=first, sentence=f"{which} missing from the chain.")


def _unknown(entry: AuditEntry, seal: AuditSeal, keys: Mapping[str, AuditKey]) -> Flaw | None:
    if seal.key in keys:
        return None
    sentence = (
        f"{_named(entry)} was sealed with the key {seal.key}, which is not derived from any key in SECRET_KEY. "
        "Keep old keys there, behind the new one."
    )
    return Flaw(harm=Harm.UNKNOWN_KEY, position=seal.position, sentence=sentence)


def _fits(entry: AuditEntry, position: int, after: AuditHead, keys: Mapping[str, AuditKey]) -> bool:
    """Whether the seal is right for the entry when it stands there."""
    assert entry.sealed is not None
    key = keys.get(entry.sealed.key)
    there = replace(entry, sealed=replace(entry.sealed, position=position))
    return key is not None and hmac.compare_digest(entry.sealed.seal, _seal(there, after.seal, key))


def _broken(after: AuditHead, entry: AuditEntry, later: Sequence[AuditEntry], keys: Mapping[str, AuditKey]) -> Flaw:
    """Somebody else's place, or not what it was."""
    position = after.position + 1
    here = next((other for other in later if _fits(other, position, after, keys)), None)
    if here is not None:
        sentence = f"{_named(entry)} stands where entry {here.number} was sealed: they are out of order."
        return Flaw(harm=Harm.OUT_OF_ORDER, position=position, sentence=sentence)
    sentence = f"{_named(entry)} is not what was sealed there: it was edited, or what stood before it was taken out."
    return Flaw(harm=Harm.EDITED, position=position, sentence=sentence)


def _named(entry: AuditEntry) -> str:
    assert entry.sealed is not None
    when = entry.at.astimezone(UTC).isoformat(sep=" ", timespec="seconds").removesuffix("+00:00")
    return f"Entry {entry.number} at position {entry.sealed.position} ({entry.action}, {when} UTC)"


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _word(value: object | None) -> str | None:
    return None if value is None else str(value)


def _entries(count: int) -> str:
    return "entry" if count == 1 else "entries"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
