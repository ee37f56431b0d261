"""The address of the JSON Schema."""

from __future__ import annotations

import json

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.web.schema import PATH, SchemaFile

DOCUMENT = b'{"title": "A schema"}\n'


class Maker:
    """Makes the schema, and counts how often."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> bytes:
        self.asked += 1
        return DOCUMENT


async def open_client(made: Maker) -> TestClient[web.Request, web.Application]:
    app = web.Application()
    app.add_routes([SchemaFile(made).route])
    return TestClient(TestServer(app))


async def test_the_schema_is_made_when_somebody_asks() -> None:
    made = Maker()
    async with await open_client(made) as client:
        assert made.asked == 0
        answer = await client.get(PATH)
        assert (answer.status, await answer.read(), made.asked) == (200, DOCUMENT, 1)
        assert answer.headers["Content-Type"] == "application/schema+json"
        assert answer.headers["Cache-Control"] == "public, max-age=3600"
        assert json.loads(DOCUMENT)["title"] == "A schema"


@pytest.mark.parametrize(("known", "status"), [("{}", 304), ("W/{}", 304), ("*", 304), ('"other"', 200)])
async def test_who_has_it_is_told_so(known: str, status: int) -> None:
    async with await open_client(Maker()) as client:
        tag = (await client.get(PATH)).headers["ETag"]
        answer = await client.get(PATH, headers={"If-None-Match": known.format(tag)})
        assert (answer.status, answer.headers["ETag"]) == (status, tag)
        assert await answer.read() == (b"" if status == 304 else DOCUMENT)


async def test_nothing_can_be_sent_there() -> None:
    async with await open_client(Maker()) as client:
        assert (await client.post(PATH, data=b"{}")).status == 405
