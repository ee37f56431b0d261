"""Owns the webhook bodies of the load: distinct, signed, as large as GitHub's real ones, with text of our own."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass

BODY_BYTES = 12_700  # what an `issue_comment` of a pull request in an organisation's repository measures
DISTINCT = 2_000

MEANS_LITTLE = "/shrug I would not know either"
"""Starts like a command, so it is recorded and read; no command is called so, so nothing comes of it."""

FILLER = "This paragraph describes the change at some length, as people do when a reviewer asked them to. "


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A request up to its GUID, and the rest of it."""

    head: bytes
    tail: bytes


def parcels(specimen: bytes, *, secret: str, host: str, path: str) -> list[Parcel]:
    """Distinct requests made of one comment's body, each with its own signature."""
    body = json.loads(specimen)
    body["comment"]["body"] = MEANS_LITTLE
    body["issue"]["body"] = ""
    missing = max(0, BODY_BYTES - len(_encoded(body)))
    body["issue"]["body"] = (FILLER * (missing // len(FILLER) + 1))[:missing]
    made = []
    for number in range(DISTINCT):
        body["comment"]["id"] = 492_700_400 + number
        made.append(_parcel(_encoded(body), secret, host, path))
    return made


def requests(ring: list[Parcel]) -> Iterator[bytes]:
    """Whole requests without end; a parcel comes round again, its GUID never does."""
    for number in itertools.count():
        parcel = ring[number % len(ring)]
        guid = f"5c0fee00-0000-4000-8000-{number:012x}"
        yield parcel.head + guid.encode() + parcel.tail


def _parcel(body: bytes, secret: str, host: str, path: str) -> Parcel:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: GitHub-Hookshot/bench\r\nAccept: */*\r\n"
        f"Content-Type: application/json\r\nX-GitHub-Event: issue_comment\r\nX-GitHub-Hook-ID: 1\r\n"
        f"X-Hub-Signature-256: sha256={signature}\r\nContent-Length: {len(body)}\r\nX-GitHub-Delivery: "
    )
    return Parcel(head=head.encode(), tail=b"\r\n\r\n" + body)


def _encoded(body: object) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()
