"""Names for new things."""

from __future__ import annotations

import re
from uuid import RFC_4122, UUID

from bot.store.mint import Mint

MANY = 2_000


def test_ids_are_uuid7_of_the_standard_library_and_sort_by_time() -> None:
    ids = [Mint().id() for _ in range(MANY)]
    assert all(type(each) is UUID and each.version == 7 and each.variant == RFC_4122 for each in ids)
    assert len(set(ids)) == MANY
    assert ids == sorted(ids)


def test_codes_are_six_symbols_that_nobody_misreads() -> None:
    codes = [Mint().code() for _ in range(MANY)]
    assert all(re.fullmatch(r"[B-DF-HJ-KM-NP-TV-Z][2-9B-DF-HJ-KM-NP-TV-Z]{5}", each) for each in codes)
    assert len({each[1] for each in codes}) == 28
    assert len({each[0] for each in codes}) == 20


def test_t31_keys_are_128_bits_in_hex() -> None:
    keys = {Mint().key() for _ in range(MANY)}
    assert len(keys) == MANY
    assert all(re.fullmatch(r"[0-9a-f]{32}", each) for each in keys)


def test_t5_nonces_are_256_bits_that_an_address_takes_as_they_are() -> None:
    nonces = {Mint().nonce() for _ in range(MANY)}
    assert len(nonces) == MANY
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", each) for each in nonces)


def test_t5_secret_codes_are_40_bits_that_people_can_read_and_type() -> None:
    codes = {Mint().secret_code() for _ in range(MANY)}
    assert len(codes) == MANY
    assert all(re.fullmatch(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}", each) for each in codes)
    for place in (0, 1, 2, 3, 5, 6, 7, 8):
        assert len({each[place] for each in codes}) == 32
