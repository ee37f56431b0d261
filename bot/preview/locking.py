"""Owns an example of each message about locks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from uuid import UUID

from bot.model.lock import EVERYTHING, Holder, Lock
from bot.model.message import Message
from bot.model.request import RequestState
from bot.preview.things import CONNECTION, NOON, later, request
from bot.rules import lock_words

MINE: Final = Lock(
    id=UUID(int=6),
    connection=CONNECTION,
    repository=7,
    environment="production",
    holder=Holder.PERSON,
    person=UUID(int=3),
    request=None,
    code="",
    login="alice",
    reason="database upgrade",
    place=None,
    pull_request=None,
    at=NOON,
    expires_at=later(7_200),
)
WHOLE: Final = replace(MINE, environment=EVERYTHING, reason="", expires_at=None, pull_request=12)
RUNS: Final = replace(MINE, holder=Holder.REQUEST, code="K7QX2M", reason="", expires_at=None, request=UUID(int=2))
WAITS: Final = request(RequestState.WAITING, waiting_for="lock", code="ABCDEF", environment="production")

LOCKING: Final[Mapping[str, Message]] = {
    "locked": lock_words.taken(MINE, changed=False),
    "locked-again": lock_words.taken(replace(MINE, expires_at=later(10_000)), changed=True),
    "locked-everything": lock_words.taken(WHOLE, changed=False),
    "unlocked": lock_words.unlocked("production", MINE, login="alice", mine=True, left=()),
    "unlocked-by-another": lock_words.unlocked("production", MINE, login="bob", mine=False, left=(RUNS, WHOLE)),
    "unlocked-a-request": lock_words.unlocked("production", RUNS, login="bob", mine=False, left=()),
    "unlocked-nothing": lock_words.unlocked(EVERYTHING, None, login="bob", mine=False, left=()),
    "lock-taken-away": lock_words.ended(MINE, why="unlocked", by="bob", slack_user=None),
    "lock-of-a-request-taken-away": lock_words.ended(RUNS, why="unlocked", by="bob", slack_user=None),
    "lock-expired": lock_words.ended(MINE, why="expired", by=None, slack_user="U012ALICE"),
    "lock-closed": lock_words.ended(WHOLE, why="closed", by=None, slack_user=None),
    "lock-restored": lock_words.ended(MINE, why="restored", by=None, slack_user=None),
    "locks": lock_words.listed("acme/shop", (WHOLE, MINE, RUNS), (WAITS,), NOON),
    "locks-none": lock_words.listed("acme/shop", (), (), NOON),
}
