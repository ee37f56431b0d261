"""What `verify` says of a chain, by table: whole, edited, cut, swapped, sealed by somebody else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from bot.model.audit import AuditEntry, AuditHead, AuditKey
from bot.rules import audit_chain
from bot.rules.audit_chain import Flaw, Harm
from tests.support import make

KEY = AuditKey(id="01234567", secret=b"k" * 32)
OTHER = AuditKey(id="89abcdef", secret=b"o" * 32)
KEYS = {KEY.id: KEY}


def entry(number: int, **changes: Any) -> AuditEntry:
    told = AuditEntry(
        number=number,
        action="request_opened",
        at=make.at(number),
        person=UUID(int=1001),
        connection=make.CONNECTION,
        repository=77,
        request=UUID(int=7),
        reason=None,
        facts={"text": f"run {number}", "sha": make.SHA},
    )
    return replace(told, **changes)


def chain(*entries: AuditEntry, key: AuditKey = KEY, after: AuditHead = audit_chain.START) -> list[AuditEntry]:
    links: list[AuditEntry] = []
    for one in entries:
        links.append(audit_chain.sealed(one, after, key, make.at(60)))
        after = audit_chain.head_of(links[-1])
    return links


FIVE = chain(*map(entry, (1, 2, 4, 3, 5)))  # PostgreSQL shows numbers late; the chain has positions of its own


def at(position: int, **changes: Any) -> Callable[[Sequence[AuditEntry]], list[AuditEntry]]:
    """One entry is edited."""
    return lambda links: [replace(link, **changes) if n == position else link for n, link in enumerate(links, 1)]


def of_seal(position: int, **changes: Any) -> Callable[[Sequence[AuditEntry]], list[AuditEntry]]:
    """A seal is edited."""

    def edit(links: Sequence[AuditEntry]) -> list[AuditEntry]:
        seal = links[position - 1].sealed
        assert seal is not None
        return at(position, sealed=replace(seal, **changes))(links)

    return edit


def without(*positions: int) -> Callable[[Sequence[AuditEntry]], list[AuditEntry]]:
    return lambda links: [link for n, link in enumerate(links, 1) if n not in positions]


def moved_up(position: int) -> Callable[[Sequence[AuditEntry]], list[AuditEntry]]:
    """An entry is taken out, and those behind it close the gap."""

    def edit(links: Sequence[AuditEntry]) -> list[AuditEntry]:
        left = without(position)(links)
        return [replace(link, sealed=replace(link.sealed, position=n)) for n, link in enumerate(left, 1) if link.sealed]

    return edit


def swapped(first: int, second: int) -> Callable[[Sequence[AuditEntry]], list[AuditEntry]]:
    """Two entries change their places, each with its own seal."""

    def edit(links: Sequence[AuditEntry]) -> list[AuditEntry]:
        order = list(links)
        order[first - 1], order[second - 1] = order[second - 1], order[first - 1]
        return [
            replace(link, sealed=replace(link.sealed, position=n)) for n, link in enumerate(order, 1) if link.sealed
        ]

    return edit


def test_a_whole_chain_leads_to_its_head() -> None:
    assert audit_chain.follow(audit_chain.START, FIVE, KEYS) == audit_chain.head_of(FIVE[-1])
    assert audit_chain.follow(audit_chain.START, [], KEYS) == audit_chain.START


def test_a_chain_is_followed_page_by_page() -> None:
    head = audit_chain.follow(audit_chain.START, FIVE[:2], KEYS)
    assert isinstance(head, AuditHead)
    assert audit_chain.follow(head, FIVE[2:], KEYS) == audit_chain.head_of(FIVE[-1])


@pytest.mark.parametrize(
    ("edit", "harm", "position"),
    [
        (at(2, action="request_refused"), Harm.EDITED, 2),
        (at(2, at=make.at(99)), Harm.EDITED, 2),
        (at(2, person=UUID(int=1002)), Harm.EDITED, 2),
        (at(2, person=None), Harm.EDITED, 2),
        (at(2, connection=None), Harm.EDITED, 2),
        (at(2, repository=78), Harm.EDITED, 2),
        (at(2, request=None), Harm.EDITED, 2),
        (at(2, reason="team"), Harm.EDITED, 2),
        (at(2, number=22), Harm.EDITED, 2),
        (at(2, facts={"text": "run 2", "sha": "0" * 40}), Harm.EDITED, 2),
        (at(2, facts={}), Harm.EDITED, 2),
        (of_seal(2, seal="0" * 64), Harm.EDITED, 2),
        (of_seal(2, seal=""), Harm.EDITED, 2),
        (of_seal(2, sealed_at=make.at(61)), Harm.EDITED, 2),
        (of_seal(2, key=OTHER.id), Harm.UNKNOWN_KEY, 2),
        (of_seal(2, key=""), Harm.UNKNOWN_KEY, 2),
        (without(1), Harm.MISSING, 1),
        (without(3), Harm.MISSING, 3),
        (without(2, 3, 4), Harm.MISSING, 2),
        (moved_up(1), Harm.EDITED, 1),
        (moved_up(3), Harm.EDITED, 3),
        (swapped(2, 3), Harm.OUT_OF_ORDER, 2),
        (swapped(1, 5), Harm.OUT_OF_ORDER, 1),
        (lambda links: [*links[:2], *chain(entry(9), key=KEY, after=audit_chain.head_of(links[0])), *links[3:]],
         Harm.MISSING, 3),
        (lambda links: [*chain(entry(9)), *links[1:]], Harm.EDITED, 2),
    ],
)  # fmt: skip
def test_t25_what_was_done_to_a_chain_is_found(
    edit: Callable[[Sequence[AuditEntry]], list[AuditEntry]], harm: Harm, position: int
) -> None:
    found = audit_chain.follow(audit_chain.START, edit(FIVE), KEYS)
    assert isinstance(found, Flaw)
    assert (found.harm, found.position) == (harm, position)


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (
            at(3, facts={}),
            "Entry 4 at position 3 (request_opened, 2026-11-21 12:00:04 UTC) is not what was sealed there: it was "
            "edited, or what stood before it was taken out.",
        ),
        (without(3), "Position 3 is missing from the chain."),
        (without(2, 3), "Positions 2 to 3 are missing from the chain."),
        (
            swapped(2, 3),
            "Entry 4 at position 2 (request_opened, 2026-11-21 12:00:04 UTC) stands where entry 2 was sealed: they are "
            "out of order.",
        ),
        (
            of_seal(5, key="deadbeef"),
            "Entry 5 at position 5 (request_opened, 2026-11-21 12:00:05 UTC) was sealed with the key deadbeef, which "
            "is not derived from any key in SECRET_KEY. Keep old keys there, behind the new one.",
        ),
    ],
)
def test_it_is_said_in_plain_words(edit: Callable[[Sequence[AuditEntry]], list[AuditEntry]], sentence: str) -> None:
    found = audit_chain.follow(audit_chain.START, edit(FIVE), KEYS)
    assert isinstance(found, Flaw)
    assert found.sentence.replace(f"{make.NOON:%Y-%m-%d}", "2026-11-21") == sentence


def test_who_lacks_the_key_can_not_seal() -> None:
    forged = chain(*map(entry, (1, 2)), key=AuditKey(id=KEY.id, secret=b"guessed" * 5))
    found = audit_chain.follow(audit_chain.START, forged, KEYS)
    assert isinstance(found, Flaw)
    assert (found.harm, found.position) == (Harm.EDITED, 1)


def test_keys_are_rotated() -> None:
    first = chain(entry(1), entry(2))
    both = [*first, *chain(entry(3), key=OTHER, after=audit_chain.head_of(first[-1]))]
    assert audit_chain.follow(audit_chain.START, both, KEYS | {OTHER.id: OTHER}) == audit_chain.head_of(both[-1])
    found = audit_chain.follow(audit_chain.START, both, {OTHER.id: OTHER})
    assert isinstance(found, Flaw)
    assert (found.harm, found.position) == (Harm.UNKNOWN_KEY, 1)


def test_t25_a_cut_off_end_is_found_by_how_far_the_chain_reached() -> None:
    end = audit_chain.head_of(FIVE[2])
    assert audit_chain.cut_off(end, 3) is None
    assert audit_chain.cut_off(end, 2) is None
    one, more, all_of_it = (audit_chain.cut_off(*each) for each in ((end, 4), (end, 6), (AuditHead(), 2)))
    assert one is not None
    assert more is not None
    assert all_of_it is not None
    assert (one.harm, one.position) == (Harm.TRUNCATED, 4)
    assert one.sentence.endswith("reached position 4: 1 sealed entry was taken away at the end.")
    assert more.sentence.endswith("reached position 6: 3 sealed entries were taken away at the end.")
    assert all_of_it.sentence.startswith("The chain has no link at all, but it reached position 2")


def test_t25_an_end_that_was_written_anew_is_found_by_a_head_that_was_kept() -> None:
    kept = audit_chain.head_of(FIVE[2])
    anew = chain(entry(8), after=audit_chain.head_of(FIVE[1]))
    assert audit_chain.replaced(kept, kept) is None
    found = audit_chain.replaced(audit_chain.head_of(anew[0]), kept)
    assert found is not None
    assert (found.harm, found.position) == (Harm.TRUNCATED, 3)


@pytest.mark.parametrize(
    ("text", "position"),
    [
        (f"7:{'ab' * 32}", 7),
        (f" 7:{'AB' * 32}\n", 7),
        (f"7:{'ab' * 31}", None),
        (f"-7:{'ab' * 32}", None),
        (f"{'7' * 19}:{'ab' * 32}", None),
        ("7", None),
        ("", None),
    ],
)
def test_a_head_is_read_as_it_is_logged(text: str, position: int | None) -> None:
    found = audit_chain.read_head(text)
    assert found == (AuditHead(position=position, seal="ab" * 32) if position else None)
    assert found is None or audit_chain.read_head(str(found)) == found


def test_the_order_of_a_fact_s_keys_does_not_matter_and_nothing_else_is_lost() -> None:
    link = chain(entry(1, facts={"b": 1, "a": {"y": None, "x": "ä\ud800\0"}}))[0]
    same = replace(link, facts={"a": {"x": "ä\ud800\0", "y": None}, "b": 1})
    assert audit_chain.canonical(link, "") == audit_chain.canonical(same, "")
    for other in ({"b": "1", "a": {"x": "ä\ud800\0", "y": None}}, {"b": 1, "a": {"x": "ä\ud800\0"}}, {"b": True}):
        assert audit_chain.canonical(replace(link, facts=other), "") != audit_chain.canonical(link, "")


def test_the_canonical_form_stays_what_it_is() -> None:
    """Seals of years ago are made of it: another form needs another number in it."""
    link = chain(entry(1, at=make.NOON, facts={"sha": "abc"}))[0]
    before = audit_chain.canonical(replace(link, at=make.NOON + timedelta(microseconds=1)), "ff")
    micro = int(make.NOON.timestamp()) * 1_000_000
    assert (
        before
        == (
            f'{{"action":"request_opened","at":{micro + 1},"before":"ff","connection":"{make.CONNECTION}",'
            '"facts":{"sha":"abc"},"form":1,"key":"01234567","number":1,"person":"00000000-0000-0000-0000-0000000003e9",'
            '"position":1,"reason":null,"repository":77,"request":"00000000-0000-0000-0000-000000000007",'
            f'"sealed_at":{micro + 60_000_000}}}'
        ).encode()
    )


def test_a_key_does_not_show_its_secret() -> None:
    assert repr(KEY) == "<AuditKey 01234567>"
