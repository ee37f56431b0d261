"""Owns answers that are worth asking about again: a 304 costs GitHub nothing and is answered from here.

Keys name the identity that asked (`bot.github.transport` makes them): an ETag of one token must never fetch the body
that another one may see.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final

MOST_ENTRIES: Final = 500
MOST_BYTES: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """A body and the tag that GitHub gave it."""

    etag: str
    body: bytes


class Etags:
    """The answers used last, within bounds."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._bytes = 0

    def get(self, key: Hashable) -> Kept | None:
        """What is kept under `key`."""
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    def keep(self, key: Hashable, etag: str | None, body: bytes) -> None:
        """Keep an answer in place of the one before; one without a tag, or a huge one, is not kept."""
        self._forget(key)
        if not etag or len(body) > MOST_BYTES // 8:
            return
        self._kept[key] = Kept(etag, body)
        self._bytes += len(body)
        while len(self._kept) > MOST_ENTRIES or self._bytes > MOST_BYTES:
            self._forget(next(iter(self._kept)))

    def _forget(self, key: Hashable) -> None:
        if (kept := self._kept.pop(key, None)) is not None:
            self._bytes -= len(kept.body)
