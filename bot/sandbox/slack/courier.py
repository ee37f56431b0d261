"""Owns one request to an app: its encoding, its signature over the raw bytes, and what came back."""

import hmac
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

import aiohttp
import msgspec

from bot.sandbox.slack.deliveries import Attempt, Delivery, Json, Kind, Reason

RESPONSE_LIMIT = 256_000
FORM = "application/x-www-form-urlencoded"


def encoded(kind: Kind, payload: Json) -> tuple[bytes, str]:
    """The body and its content type: a form for commands, a form around JSON for presses, JSON for events."""
    if kind == "slash_commands":
        return urlencode(payload).encode(), FORM
    body = msgspec.json.encode(payload)
    if kind == "interactive":
        return urlencode({"payload": body.decode()}).encode(), FORM
    return body, "application/json"


def headers_of(body: bytes, content_type: str, secret: str, now: datetime) -> dict[str, str]:
    """https://docs.slack.dev/authentication/verifying-requests-from-slack"""
    timestamp = str(int(now.timestamp()))
    return {
        "Accept": "application/json,*/*",
        "Content-Type": content_type,
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": sign(secret, timestamp, body),
    }


def sign(secret: str, timestamp: str, body: bytes) -> str:
    return "v0=" + hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, "sha256").hexdigest()


def retry_headers(number: int, reason: str) -> dict[str, str]:
    return {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason} if number else {}


async def post(
    session: aiohttp.ClientSession,
    delivery: Delivery,
    *,
    now: datetime,
    seconds: float,
    retry: tuple[int, Reason] = (0, ""),
) -> Attempt:
    """One try. Anything but 200 within the time is a failure."""
    body, content_type = encoded(delivery.kind, delivery.payload)
    headers = headers_of(body, content_type, delivery.app.signing_secret, now) | retry_headers(*retry)
    try:
        return await answered(session, delivery, body, headers, seconds, now)
    except TimeoutError:
        return Attempt(number=retry[0], at=now, reason="http_timeout")
    except (aiohttp.ClientError, OSError):
        return Attempt(number=retry[0], at=now, reason="connection_failed")


async def answered(
    session: aiohttp.ClientSession,
    delivery: Delivery,
    body: bytes,
    headers: Mapping[str, str],
    seconds: float,
    now: datetime,
) -> Attempt:
    """Events may be answered with any 2xx, what a person waits for only with 200."""
    timeout, url = aiohttp.ClientTimeout(total=seconds), str(delivery.app.request_url)
    good = range(200, 300) if delivery.kind == "events_api" else (200,)
    async with session.post(url, data=body, headers=headers, allow_redirects=False, timeout=timeout) as response:
        return Attempt(
            number=len(delivery.attempts),
            at=now,
            reason="" if response.status in good else "http_error",
            status=response.status,
            headers=response.headers,  # case does not matter in them
            body=await response.content.read(RESPONSE_LIMIT),
        )
