"""Puts together what the command line does with the audit trail: its keys, reading it out, and checking its chain.

Each function opens the database itself, and raises `BotError` for one that can not be used as it is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.errors import BotError, UserError
from bot.flow.seal import POSITION
from bot.jobs.timer import SystemTimer
from bot.model.audit import AuditEntry, AuditFilter, AuditHead, AuditKey
from bot.rules import audit_chain
from bot.rules.audit_chain import Flaw
from bot.store.database import Database
from bot.store.migrate import is_current
from bot.store.unit import Unit, Units

PAGE: Final = 500
"""Rows in memory at a time, however long the trail is."""

RESTORED: Final = "restored"

_SECRET: Final = b"signalbox audit chain 1"
_ID: Final = b"signalbox audit key id 1"
_ID_BYTES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of looking at the whole chain."""

    flaw: Flaw | None
    head: AuditHead
    unsealed: int
    oldest: datetime | None
    """Since when the oldest entry is open."""
    restored: Sequence[AuditEntry]
    """Links that say that the database was restored from a backup."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants to read, in the words that they typed."""

    since: datetime | None = None
    until: datetime | None = None
    repository: str | None = None
    person: str | None = None
    request: str | None = None


def audit_keys(secrets: Sequence[str]) -> Sequence[AuditKey]:
    """The keys of the chain, the one for new seals first: HKDF-SHA256 of each key in SECRET_KEY.

    The library is imported here: nobody waits for it who seals nothing. https://www.rfc-editor.org/rfc/rfc5869
    """
    if not secrets:
        return ()
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    def derived(secret: str, about: bytes, length: int) -> bytes:
        return HKDF(algorithm=SHA256(), length=length, salt=None, info=about).derive(secret.encode())

    return [AuditKey(id=derived(each, _ID, _ID_BYTES).hex(), secret=derived(each, _SECRET, 32)) for each in secrets]


async def verify(database_url: str, keys: Sequence[AuditKey], kept: AuditHead | None) -> Verdict:
    """Look at every link from the first one on; `kept` is a head that was kept elsewhere."""
    async with _units(database_url) as units:
        async with units.read() as unit:  # first, for the chain only grows from here on
            standing, reached = await unit.audit.standing(), await unit.marks.value(POSITION) or 0
        head, flaw, restored = await _walk(units, {key.id: key for key in keys}, kept)
    flaw = flaw or audit_chain.cut_off(head, max(reached, kept.position if kept else 0))
    return Verdict(flaw=flaw, head=head, unsealed=standing.unsealed, oldest=standing.oldest, restored=restored)


async def _walk(
    units: Units, keys: Mapping[str, AuditKey], kept: AuditHead | None
) -> tuple[AuditHead, Flaw | None, Sequence[AuditEntry]]:
    head, restored = audit_chain.START, list[AuditEntry]()
    while True:
        async with units.read() as unit:
            page = await unit.audit.links(head.position, PAGE)
        if not page:
            return head, None, restored
        restored += [entry for entry in page if entry.action == RESTORED]
        found = audit_chain.follow(head, page, keys)
        if isinstance(found, Flaw):
            return head, found, restored
        for link in (audit_chain.head_of(entry) for entry in page):
            flaw = audit_chain.replaced(link, kept) if kept and link.position == kept.position else None
            if flaw is not None:
                return head, flaw, restored
        head = found


async def export(database_url: str, wanted: Wanted, tell: Callable[[AuditEntry], None]) -> int:
    """Tell every entry that is wanted, page by page; how many there were.

    Raises `UserError` for a repository, person or request that nobody here knows.
    """
    async with _units(database_url) as units:
        async with units.read() as unit:
            chosen = await _chosen(unit, wanted)
        count = after = 0
        while True:
            async with units.read() as unit:
                page = await unit.audit.told(chosen, after, PAGE)
            for entry in page:
                tell(entry)
            if len(page) < PAGE:
                return count + len(page)
            count, after = count + len(page), page[-1].number


async def _chosen(unit: Unit, wanted: Wanted) -> AuditFilter:
    people = repositories = requests = None
    if wanted.person is not None and not (people := await unit.audit.people_named(wanted.person.removeprefix("@"))):
        raise UserError(f"Nobody here was ever known as {wanted.person!r}.")
    if wanted.repository is not None:
        every = [await unit.repositories.by_name(each.id, wanted.repository) for each in await unit.connections.all()]
        repositories = [(found.connection, found.id) for found in every if found is not None]
        if not repositories:
            raise UserError(f"No repository was ever known here as {wanted.repository!r}.")
    if wanted.request is not None:
        request = await unit.requests.by_code(wanted.request.upper())
        if request is None:
            raise UserError(f"There is no request {wanted.request!r}.")
        requests = [request.id]
    return AuditFilter(
        since=wanted.since, until=wanted.until, people=people, repositories=repositories, requests=requests
    )


@asynccontextmanager
async def _units(database_url: str) -> AsyncIterator[Units]:
    database = Database.open(database_url)
    try:
        if not await is_current(database):
            raise BotError(f"{database.label} is not at this version's schema: run `signalbox migrate` first.")
        yield Units(database, SystemTimer())
    finally:
        await database.close()
