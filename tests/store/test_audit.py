"""The audit trail on both databases: sealed, verified, read out, and tampered with by somebody who may write to it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, insert, select, text, update

from bot.auditing import PAGE, Wanted, audit_keys, export, verify
from bot.errors import Conflict, UserError
from bot.flow.seal import AGAIN, BATCH, POSITION, ROUNDS, Seal
from bot.model.audit import AuditEntry, AuditHead, AuditKey
from bot.model.decision import Reason
from bot.rules.audit_chain import Harm
from bot.store.database import Database
from bot.store.schema import audit_entries as table
from bot.store.unit import Unit, Units
from tests.support import make
from tests.support.clock import FakeClock
from tests.support.rows import save_request

NEW, OLD = "n" * 32, "o" * 32
KEYS = audit_keys([NEW])


async def write(units: Units, many: int = 1, **changes: Any) -> None:
    entry: dict[str, Any] = {
        "action": "command_refused",
        "at": make.NOON,
        "person": UUID(int=1001),
        "connection": make.CONNECTION,
        "repository": 77,
        "request": None,
        "reason": Reason.PERMISSION,
        "facts": {"seen": "read", "name": "ä\u2028\0"},
    }
    async with units.write() as unit:
        for _ in range(many):
            await unit.audit.write(**(entry | changes))


def sealing(units: Units, clock: FakeClock, key: AuditKey | None = KEYS[0]) -> Seal:
    return Seal(units, clock, key)


async def rows(database: Database) -> list[Any]:
    async with database.reading.connect() as connection:
        return list(await connection.execute(select(table).order_by(table.c.position)))


async def tampered(database: Database, *statements: Any) -> None:
    """What somebody does who can write to the database, and has no key."""
    async with database.writing.begin() as connection:
        for statement in statements:
            await connection.execute(statement)


async def sealed(units: Units, clock: FakeClock, many: int) -> None:
    await write(units, many)
    assert await sealing(units, clock)({}) is None


async def test_t25_entries_are_sealed_in_order_and_verified(
    units: Units, clock: FakeClock, database: Database, database_url: str
) -> None:
    assert (await verify(database_url, KEYS, None)).head == AuditHead()
    await write(units, 3)
    await write(units, person=None, connection=None, repository=None, reason=None, facts={}, request=UUID(int=5))
    before = await verify(database_url, KEYS, None)
    assert (before.flaw, before.unsealed, before.oldest) == (None, 4, make.NOON)
    assert await sealing(units, clock)({}) is None
    found = await rows(database)
    assert [(row.number, row.position, row.seal_key, row.sealed_at) for row in found] == [
        (number, number, KEYS[0].id, clock.now()) for number in (1, 2, 3, 4)
    ]
    verdict = await verify(database_url, KEYS, None)
    assert (verdict.flaw, verdict.head, verdict.unsealed) == (None, AuditHead(position=4, seal=found[3].seal), 0)


async def test_an_entry_that_shows_late_is_a_later_link(
    units: Units, clock: FakeClock, database: Database, database_url: str
) -> None:
    await write(units, 3)
    early = insert(table).values(number=-1, action="late", at=make.NOON, facts={})
    await sealing(units, clock)({})
    await tampered(
        database, early
    )  # as when a transaction with a smaller number commits after a greater one was sealed
    await write(units)
    await sealing(units, clock)({})
    assert [(row.position, row.number) for row in await rows(database)] == [(1, 1), (2, 2), (3, 3), (4, -1), (5, 4)]
    assert (await verify(database_url, KEYS, None)).flaw is None


async def test_much_is_sealed_in_batches_and_attempts(
    units: Units, clock: FakeClock, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.flow.seal.BATCH", 4)
    monkeypatch.setattr("bot.flow.seal.ROUNDS", 2)
    monkeypatch.setattr("bot.auditing.PAGE", 3)
    await write(units, 10)
    seal = sealing(units, clock)
    assert await seal({}) == clock.now() + AGAIN
    assert await seal({}) is None
    verdict = await verify(database_url, KEYS, None)
    assert (verdict.flaw, verdict.head.position) == (None, 10)
    assert min(BATCH, ROUNDS, PAGE) > 10


async def test_without_a_key_nothing_is_sealed_and_nothing_is_lost(
    units: Units, clock: FakeClock, database_url: str
) -> None:
    await write(units, 2)
    assert await sealing(units, clock, None)({}) is None
    assert (await verify(database_url, KEYS, None)).unsealed == 2
    await sealing(units, clock)({})  # SECRET_KEY is set later: sealed from the first one on
    assert (await verify(database_url, KEYS, None)).head.position == 2


@pytest.mark.parametrize(
    ("statements", "harm", "position"),
    [
        ([update(table).where(table.c.position == 3).values(facts={"seen": "admin"})], Harm.EDITED, 3),
        ([update(table).where(table.c.position == 3).values(person_id=UUID(int=1002))], Harm.EDITED, 3),
        ([update(table).where(table.c.position == 3).values(seal=None)], Harm.EDITED, 3),
        ([update(table).where(table.c.position == 3).values(sealed_at=None)], Harm.EDITED, 3),
        ([update(table).where(table.c.position == 3).values(seal_key=None)], Harm.UNKNOWN_KEY, 3),
        ([update(table).where(table.c.position == 3).values(position=None)], Harm.MISSING, 3),
        ([delete(table).where(table.c.position == 3)], Harm.MISSING, 3),
        ([delete(table).where(table.c.position == 1)], Harm.MISSING, 1),
        ([delete(table).where(table.c.position > 3)], Harm.TRUNCATED, 4),
        ([delete(table)], Harm.TRUNCATED, 1),
        (
            [
                update(table).where(table.c.position == 2).values(position=0),
                update(table).where(table.c.position == 3).values(position=2),
                update(table).where(table.c.position == 0).values(position=3),
            ],
            Harm.OUT_OF_ORDER,
            2,
        ),
    ],
)
async def test_t25_what_was_done_to_the_rows_is_found(
    units: Units,
    clock: FakeClock,
    database: Database,
    database_url: str,
    statements: Sequence[Any],
    harm: Harm,
    position: int,
) -> None:
    await sealed(units, clock, 5)
    await tampered(database, *statements)
    flaw = (await verify(database_url, KEYS, None)).flaw
    assert flaw is not None
    assert (flaw.harm, flaw.position) == (harm, position)


async def test_t25_a_cut_off_end_stays_a_gap_and_a_kept_head_finds_it(
    units: Units, clock: FakeClock, database: Database, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    await sealed(units, clock, 5)
    kept = (await verify(database_url, KEYS, None)).head
    await tampered(database, delete(table).where(table.c.position > 3))
    await sealed(units, clock, 2)
    assert [record.action for record in caplog.records if record.levelno == logging.ERROR] == ["audit_truncated"]  # type: ignore[attr-defined]
    assert [row.position for row in await rows(database)] == [1, 2, 3, 6, 7]
    flaw = (await verify(database_url, KEYS, None)).flaw
    assert flaw is not None
    assert (flaw.harm, flaw.position) == (Harm.MISSING, 4)
    # Whoever mends what the database remembers is found by the head that was kept.
    await tampered(
        database,
        delete(table).where(table.c.position > 3),
        text("UPDATE marks SET value = 3 WHERE name = :mark").bindparams(mark=POSITION),
    )
    assert (await verify(database_url, KEYS, None)).flaw is None
    short = (await verify(database_url, KEYS, kept)).flaw
    assert short is not None
    assert (short.harm, short.position) == (Harm.TRUNCATED, 4)
    await sealed(units, clock, 4)
    assert (await verify(database_url, KEYS, None)).flaw is None
    anew = (await verify(database_url, KEYS, kept)).flaw
    assert anew is not None
    assert (anew.harm, anew.position) == (Harm.TRUNCATED, 5)


async def test_a_head_that_was_kept_fits_a_chain_that_grew(units: Units, clock: FakeClock, database_url: str) -> None:
    await sealed(units, clock, 2)
    kept = (await verify(database_url, KEYS, None)).head
    await sealed(units, clock, 2)
    assert (await verify(database_url, KEYS, kept)).flaw is None


async def test_keys_are_rotated_and_all_that_sealed_are_needed(
    units: Units, clock: FakeClock, database_url: str
) -> None:
    (old,) = audit_keys([OLD])
    await write(units, 2)
    await sealing(units, clock, old)({})
    await sealed(units, clock, 2)
    both = audit_keys([NEW, OLD])
    assert (both[0], both[1]) == (KEYS[0], old)
    assert (await verify(database_url, both, None)).head.position == 4
    flaw = (await verify(database_url, KEYS, None)).flaw
    assert flaw is not None
    assert (flaw.harm, flaw.position) == (Harm.UNKNOWN_KEY, 1)


async def test_t25_sealers_at_once_make_one_chain(
    units: Units, clock: FakeClock, database: Database, database_url: str
) -> None:
    other = Database.open(database_url)
    replicas = [units, Units(other, clock)]
    await write(units, 20)

    async def seal(replica: Units) -> int:
        lost = 0
        while True:
            try:
                await sealing(replica, clock)({})
            except Conflict:
                lost += 1
            else:
                return lost

    for _ in range(5):
        await asyncio.gather(*[seal(replica) for replica in replicas * 3], write(units, 3), write(replicas[1], 3))
    await seal(units)
    await other.close()
    assert [row.position for row in await rows(database)] == list(range(1, 51))
    verdict = await verify(database_url, KEYS, None)
    assert (verdict.flaw, verdict.head.position, verdict.unsealed) == (None, 50, 0)


@pytest.mark.postgresql
async def test_t25_of_two_sealers_that_read_the_same_head_one_must_begin_again(units: Units, clock: FakeClock) -> None:
    await write(units, 2)

    async def beside_another(slow: Unit) -> None:
        assert (await slow.audit.head()).position == 0
        await sealing(units, clock)({})
        await slow.marks.put(POSITION, 1, clock.now())

    with pytest.raises(Conflict):
        async with units.write() as slow:
            await beside_another(slow)


async def test_killed_while_sealing_nothing_is_half_sealed(units: Units, clock: FakeClock, database_url: str) -> None:
    await write(units, 3)

    async def killed() -> None:
        async with units.write() as unit:
            await unit.marks.put(POSITION, 3, clock.now())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await killed()
    verdict = await verify(database_url, KEYS, None)
    assert (verdict.flaw, verdict.unsealed) == (None, 3)
    await sealing(units, clock)({})
    assert (await verify(database_url, KEYS, None)).head.position == 3


async def test_the_head_is_logged_while_the_chain_grows_and_now_and_then(
    units: Units, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.flow.seal")
    seal = sealing(units, clock)

    async def passes(seconds: float, many: int) -> list[Any]:
        clock.advance(seconds)
        caplog.clear()
        await write(units, many)
        await seal({})
        return [getattr(record, "position", None) for record in caplog.records]

    assert await passes(0, 0) == []
    assert await passes(5, 2) == [2]
    assert await passes(5, 1) == []
    assert await passes(60, 0) == [3]
    assert await passes(60, 0) == []
    assert await passes(3600, 0) == [3]
    async with units.read() as unit:
        assert caplog.records[0].seal == (await unit.audit.head()).seal  # type: ignore[attr-defined]


async def test_how_the_trail_stands_is_counted(units: Units, clock: FakeClock) -> None:
    async with units.read() as unit:
        standing = await unit.audit.standing()
    assert (standing.position, standing.unsealed, standing.oldest) == (0, 0, None)
    await sealed(units, clock, 2)
    await write(units, at=make.at(30))
    await write(units, at=make.at(20), action="run_unasked")
    async with units.read() as unit:
        standing = await unit.audit.standing()
        assert (standing.position, standing.unsealed, standing.oldest) == (2, 2, make.at(20))
        assert await unit.audit.count_since("run_unasked", make.NOON) == 1
        assert await unit.audit.count_since("run_unasked", make.at(21)) == 0


async def told(database_url: str, **wanted: Any) -> list[int]:
    found: list[AuditEntry] = []
    count = await export(database_url, Wanted(**wanted), found.append)
    assert count == len(found)
    return [entry.number for entry in found]


async def test_what_is_wanted_is_read_out_page_by_page(
    units: Units, clock: FakeClock, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.auditing.PAGE", 2)
    request = await save_request(units)
    async with units.write() as unit:
        await unit.repositories.save(make.repository())
    await write(units, person=request.person)  # 1
    await write(units, at=make.at(10), repository=78, person=None)  # 2
    await write(units, person=None, request=request.id, at=make.at(20))  # 3
    await write(units, at=make.at(30), repository=None, connection=None, person=None)  # 4
    assert await told(database_url) == [1, 2, 3, 4]
    assert await told(database_url, since=make.at(10)) == [2, 3, 4]
    assert await told(database_url, until=make.at(20)) == [1, 2]
    assert await told(database_url, repository="ACME/Shop") == [1, 3]
    assert await told(database_url, request=request.code.lower()) == [3]
    assert await told(database_url, person="@Alice") == [1, 3]
    assert await told(database_url, person=str(request.person), since=make.at(15)) == [3]
    assert await told(database_url, since=clock.now() + timedelta(days=1)) == []


@pytest.mark.parametrize("wanted", [{"repository": "acme/other"}, {"person": "nobody"}, {"request": "AAAAAA"}])
async def test_what_nobody_knows_is_said_and_not_an_empty_answer(
    units: Units, database_url: str, wanted: dict[str, str]
) -> None:
    with pytest.raises(UserError, match=r"known here|ever known|no request"):
        await told(database_url, **wanted)


async def test_facts_read_back_as_they_were_sealed(units: Units, clock: FakeClock, database_url: str) -> None:
    facts = {"z": [1, {"b": None, "a": 1.5}], "a": "\ud800\0ä", "big": 2**53 + 1}
    await write(units, facts=facts)
    await sealing(units, clock)({})
    assert (await verify(database_url, KEYS, None)).flaw is None
    found: list[AuditEntry] = []
    await export(database_url, Wanted(), found.append)
    assert json.dumps(found[0].facts, sort_keys=True) == json.dumps(facts, sort_keys=True)
