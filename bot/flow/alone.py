"""Owns that of two requests for a locked environment one comes first, although both were judged at the same moment."""

from __future__ import annotations

from datetime import datetime

from bot.errors import Conflict
from bot.flow.ports import Unit
from bot.model.request import Request


async def alone(unit: Unit, request: Request, at: datetime) -> None:
    """Look once more, in the transaction that puts the request on its way.

    Raises `Conflict` when another one is on its way: whoever judges again finds the lock taken. The mark is what both
    of two transactions change, so that PostgreSQL lets only one of them through.
    """
    if request.environment is None:
        return
    await unit.marks.bump(f"locked:{request.connection}:{request.repository}:{request.environment}", at)
    where = (request.connection, request.repository, request.environment)
    if await unit.requests.on_its_way(*where, request.id) is not None:
        raise Conflict(f"Another request for {request.environment} is on its way since {request.code} was judged.")
