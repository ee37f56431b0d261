"""What an operator reads of `signalbox audit`: exit codes, sentences, files for other programs."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, update

from bot.auditing import audit_keys
from bot.cli import main
from bot.flow.answer import Reply
from bot.flow.renew import renew
from bot.flow.seal import Seal
from bot.render.renderer import Renderer
from bot.store.database import Database
from bot.store.mint import Mint
from bot.store.schema import audit_entries
from bot.store.unit import Units
from bot.wiring import TEMPLATES
from tests.support import make
from tests.support.clock import FakeClock
from tests.support.store import clock, database, database_url, migrated, units

__all__ = ["clock", "database", "database_url", "migrated", "units"]

KEY = "k" * 32

Typed = Callable[..., Result]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, database_url: str) -> Typed:
    """Type a command beside this database, with SECRET_KEY."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SECRET_KEY", KEY)
    return lambda *words: CliRunner().invoke(main, ["audit", *words])


async def write(units: Units, *texts: str, **changes: Any) -> None:
    entry: dict[str, Any] = {"action": "query_answered", "at": make.NOON, "facts": {}} | dict.fromkeys(
        ("person", "connection", "repository", "request", "reason")
    )
    for text in texts:
        async with units.write() as unit:
            await unit.audit.write(**(entry | {"facts": {"text": text, "login": "alice"}} | changes))


async def seal(units: Units, clock: FakeClock) -> None:
    await Seal(units, clock, audit_keys([KEY])[0])({})


async def test_a_chain_is_verified_and_its_head_kept(
    typed: Typed, units: Units, clock: FakeClock, database: Database
) -> None:
    async def said(*words: str) -> Result:
        return await asyncio.to_thread(typed, *words)

    assert (await said("verify")).output == "Nothing is sealed so far.\n"
    await write(units, "one", "two", "three")
    await seal(units, clock)
    await write(units, "four")
    whole = await said("verify")
    assert whole.exit_code == 0
    first, second = whole.output.splitlines()
    assert first.startswith("The chain is whole, from position 1 to 3. Its head: 3:")
    assert second == (
        "1 entry is not sealed yet, the oldest of 2026-11-21 12:00:00 UTC: `signalbox serve` with SECRET_KEY seals in "
        "seconds."
    )
    head = first.rpartition(" ")[2]
    assert (await said("verify", "--head", head)).exit_code == 0
    async with database.writing.begin() as connection:
        await connection.execute(delete(audit_entries).where(audit_entries.c.number > 2))
    cut = await said("verify", "--head", head)
    assert cut.exit_code == 1
    assert cut.output == (
        "truncated: The chain ends at position 2, but it reached position 3: "
        "1 sealed entry was taken away at the end.\n"
    )
    async with database.writing.begin() as connection:
        await connection.execute(update(audit_entries).where(audit_entries.c.number == 1).values(facts={"text": "1"}))
    edited = await said("verify")
    assert edited.exit_code == 1
    assert edited.output.startswith("edited: Entry 1 at position 1 (query_answered, 2026-11-21 12:00:00 UTC) is not")


async def test_t23_after_a_restore_the_chain_goes_on_and_verify_says_so(
    typed: Typed, units: Units, clock: FakeClock
) -> None:
    await write(units, "one")
    await seal(units, clock)
    clock.advance(timedelta(hours=1).total_seconds())
    await renew(Reply(units, Renderer(TEMPLATES, None), clock, Mint()))
    await seal(units, clock)
    told = await asyncio.to_thread(typed, "verify")
    assert told.exit_code == 0
    assert (
        told.output.splitlines()[0]
        == f"Restored from a backup at {clock.now():%Y-%m-%d %H:%M:%S} UTC (generation 1, position 2)."
    )
    assert "from position 1 to 2" in told.output
    lost = await asyncio.to_thread(typed, "verify", "--head", f"2:{'ab' * 32}")
    assert lost.exit_code == 1
    assert "another seal than the head that was kept" in lost.output
    assert "is only in the database that the restore kept aside" in lost.output


@pytest.mark.parametrize("head", ["3", "3:zz", "three", f"3:{'a' * 63}"])
def test_a_head_that_can_not_be_read_is_refused(typed: Typed, head: str) -> None:
    refused = typed("verify", "--head", head)
    assert refused.exit_code == 2
    assert refused.output.startswith("--head can not be read:")


def test_without_secret_key_nothing_can_be_verified(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY")
    refused = typed("verify")
    assert refused.exit_code == 2
    assert "SECRET_KEY is missing" in refused.output


async def test_entries_are_read_out(typed: Typed, units: Units) -> None:
    await write(units, "one", "=two")
    await write(units, "three", at=make.at(24 * 3600), facts={"text": "three", "login": "=1+1"})
    lines = await asyncio.to_thread(typed, "export", "--from", "2026-11-21", "--to", "2026-11-22")
    assert [json.loads(line)["facts"]["text"] for line in lines.stdout.splitlines()] == ["one", "=two"]
    assert lines.stderr == "2 entries.\n"
    sheet = await asyncio.to_thread(typed, "export", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(sheet.stdout)))
    assert [row["login"] for row in rows] == ["alice", "alice", "'=1+1"]
    unknown = await asyncio.to_thread(typed, "export", "--repository", "acme/none")
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert unknown.stderr == "No repository was ever known here as 'acme/none'.\n"


def test_keys_are_derived_and_differ() -> None:
    """Pinned: another derivation would make every chain there is unreadable."""
    first, second = audit_keys([KEY, "o" * 32])
    assert first.id == "1ec85950"
    assert first.secret.hex() == "e7bef2fb72147929996d43cca699782eb164fbb412dd94b341443d387d4a6b33"
    assert first.id != second.id
    assert first.secret != second.secret
    assert KEY.encode() not in first.secret
    assert audit_keys([]) == ()
