"""Owns the address of the JSON Schema, which editors ask for while somebody writes a configuration."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from typing import Final

from aiohttp import ETag, web

PATH: Final = "/schema/signalbox.json"
TYPE: Final = "application/schema+json"
KEPT_SECONDS: Final = 3600


class SchemaFile:
    """`GET /schema/signalbox.json`, for everybody: it says nothing about this installation."""

    def __init__(self, document: Callable[[], bytes]) -> None:
        """`document` makes the schema, which takes a moment: it is asked for when the first visitor comes."""
        self._document = document

    @property
    def route(self) -> web.RouteDef:
        """Where it stands."""
        return web.get(PATH, self.page)

    async def page(self, request: web.Request) -> web.Response:
        """The schema; 304 to whoever has this one."""
        body = await asyncio.to_thread(self._document)
        tag = ETag(hashlib.sha256(body).hexdigest()[:32])
        known = any(each.value in (tag.value, "*") for each in request.if_none_match or ())
        response = web.Response(status=304) if known else web.Response(body=body, content_type=TYPE)
        response.etag = tag
        response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
        return response
