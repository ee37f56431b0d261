"""Owns the gate `lock`: what a person keeps to themselves, and one request at a time where that is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from bot.model.decision import Gate, Reason
from bot.model.lock import Holder, Lock
from bot.model.prose import marked
from bot.rules import lock_words, locking

WAITS = "It starts by itself when that is over."


def unlocked(
    environment: str,
    *,
    locks: Sequence[Lock] = (),
    on_its_way: str | None = None,
    ahead: str | None = None,
    rule: str = "",
) -> Gate:
    """`locks` are those that hold it back. `on_its_way` and `ahead` are the codes of others where one goes at a time:
    one that is there without a lock, and one that waits and came first.

    `rule` is where it stands that one goes at a time; a person's lock needs none.
    """
    persons = [lock for lock in locks if lock.holder is Holder.PERSON]
    if persons:
        usage = marked(lock_words.unlocking(persons[0].environment))
        step = f"{WAITS} {usage} takes it away, and {persons[0].login} is told."
        return _shut(locking.told(persons[0]), step, "")
    holder = locks[0].code if locks else on_its_way
    if holder is not None:
        return _shut(f"{holder} is on its way to {environment} and has not ended", _or_stop(holder), rule)
    if ahead is not None:
        return _shut(f"{ahead} waits for {environment} too and came first", _or_stop(ahead), rule)
    return Gate(name="lock", passed=True, seen=f"nothing else is on its way to {environment}", rule=rule)


def _or_stop(code: str) -> str:
    return f"{WAITS} {marked(f'/status {code}')} shows how that stands, {marked(f'/cancel {code}')} stops it."


def _shut(seen: str, next_step: str, rule: str) -> Gate:
    return Gate(name="lock", passed=False, seen=seen, reason=Reason.LOCKED, next_step=next_step, rule=rule)
