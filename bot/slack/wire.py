"""Owns one exchange with Slack over HTTP: deadline, no cookies, no redirects; nothing is retried or waited for here.

slack_sdk brings the Web API's manners. Its own conveniences are switched off, each for a reason: its retry sleeps in
line, its debug log prints the body of a request, its proxy setting knows no exceptions (aiohttp's own does), and it
follows redirects.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import Unreachable

CALL_SECONDS: Final = 10.0

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def is_loopback(url: str) -> bool:
    """Whether the address is on this machine: the sandbox, never Slack itself."""
    return urlsplit(url).hostname in LOOPBACK


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, whatever it says. The body is empty when it was no JSON object."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]


class Wire:
    """The way to one Slack. Make it inside the loop, and close it."""

    def __init__(self, api_url: str, user_agent: str, timeout_seconds: float) -> None:
        """`api_url` is `https://slack.com/api/`, or a sandbox's."""
        self.api_url = api_url
        self._agent = user_agent
        self._seconds = timeout_seconds
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=timeout_seconds),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=not is_loopback(api_url),
        )

    async def send(self, method: str, token: str | None, arguments: Mapping[str, object]) -> Answer:
        """Call a method of the Web API. Raises `Unreachable` when no answer came; it may have taken effect even so."""
        try:
            sent = await self._client(token).api_call(method, data=_form(arguments))
            return Answer(status=sent.status_code, headers=sent.headers, body=_object(sent.data))
        except SlackApiError as error:
            return _refused(error)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._silent(error) from error
        except ValueError as error:  # bytes that are no text
            raise Unreachable("The answer does not have Slack's shape") from error

    async def post(self, url: str, body: Mapping[str, object]) -> tuple[int, Mapping[str, str], bytes]:
        """POST JSON to an address that Slack gave us; status, headers and body. Raises `Unreachable` when no answer
        came."""
        try:
            async with self._session.post(url, json=body, allow_redirects=False) as response:
                return response.status, response.headers, await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._silent(error) from None  # the error names the address, which whoever reads it could use

    async def aclose(self) -> None:
        """Close the connections."""
        await self._session.close()

    def _client(self, token: str | None) -> _Client:
        client = _Client(
            token=token,
            base_url=self.api_url,
            session=self._session,
            user_agent_prefix=self._agent,
            retry_handlers=[],
            logger=_SILENT,
        )
        client.proxy = None  # it read the environment, but not NO_PROXY
        return client

    def _silent(self, error: Exception) -> Unreachable:
        if isinstance(error, TimeoutError):
            return Unreachable(f"Slack did not answer within {self._seconds:g} seconds")
        return Unreachable(f"Slack did not answer ({type(error).__name__})")


_SILENT: Final = logging.Logger("slack_sdk", level=logging.CRITICAL + 1)
"""A logger of its own, without handlers: at DEBUG slack_sdk would print what it sends."""


class _Client(AsyncWebClient):
    async def _request(self, *, http_verb: str, api_url: str, req_args: dict[str, Any]) -> dict[str, Any]:
        """Without redirects; and what is no JSON object becomes an empty one, on which slack_sdk does not stumble."""
        closed = {**req_args, "allow_redirects": False}
        answer = await super()._request(http_verb=http_verb, api_url=api_url, req_args=closed)
        return {**answer, "data": _object(answer["data"])}


def _object(data: object) -> dict[str, Any]:
    return data if isinstance(data, dict) else {}


def _refused(error: SlackApiError) -> Answer:
    """The answer inside slack_sdk's error; a body that is no JSON at all comes as aiohttp's own response."""
    response = error.response
    if isinstance(response, aiohttp.ClientResponse):
        return Answer(status=response.status, headers=response.headers, body={})
    return Answer(status=response.status_code, headers=response.headers, body=_object(response.data))


def _form(arguments: Mapping[str, object]) -> dict[str, str]:
    """Every method takes a form, with JSON inside for what is no text. None is left out.

    https://docs.slack.dev/apis/web-api/#post_bodies
    """
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        for name, value in arguments.items()
        if value is not None
    }
