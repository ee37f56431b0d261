"""Owns the names of new things: ids, the codes people type, and the secrets nobody guesses."""

from __future__ import annotations

import secrets
from uuid import UUID

from uuid_utils.compat import uuid7

CODE_LENGTH = 6
# Crockford's base32 without 0 and 1, which are read as O, I and L, and without the vowels, which make words.
# https://www.crockford.com/base32.html
CODE_LETTERS = "BCDFGHJKMNPQRSTVWXYZ"
CODE_SYMBOLS = "23456789" + CODE_LETTERS
KEY_BYTES = 16
NONCE_BYTES = 32
# All 36 letters and digits without 0, 1, I and O: 32 are left, so that each is worth five bits.
SECRET_SYMBOLS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
SECRET_HALF = 4


def new_id() -> UUID:
    """A UUIDv7: unique everywhere, and sorted by time, so that indexes grow at their end."""
    return uuid7()


class Mint:
    """Ids, codes and keys from the system's own randomness."""

    def id(self) -> UUID:
        """A UUIDv7."""
        return new_id()

    def code(self) -> str:
        """Six symbols for people, such as `K7QX2M`. The first is a letter, so that no code reads as a number."""
        return secrets.choice(CODE_LETTERS) + "".join(secrets.choice(CODE_SYMBOLS) for _ in range(CODE_LENGTH - 1))

    def key(self) -> str:
        """128 random bits in hex (T31)."""
        return secrets.token_hex(KEY_BYTES)

    def nonce(self) -> str:
        """256 random bits, safe in an address."""
        return secrets.token_urlsafe(NONCE_BYTES)

    def secret_code(self) -> str:
        """40 random bits for people to type, such as `K7QX-2MEB`. It is read without case and hyphen (T5)."""
        halves = ("".join(secrets.choice(SECRET_SYMBOLS) for _ in range(SECRET_HALF)) for _ in range(2))
        return "-".join(halves)
