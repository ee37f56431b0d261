"""Owns the load: a closed loop of HTTP/1.1 requests over kept connections, at the level of asyncio's protocols.

Each connection has one request in flight and sends the next one when the answer is there. Nothing of an HTTP library
stands between the clock and the socket, so that the client is not what is measured.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.load.figures import percentile

WARM_UP_SECONDS = 1.0


@dataclass(slots=True, kw_only=True)
class Tally:
    """What happened while it counted."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    taken: int = 0
    pause: float = 0.0
    broken: int = 0
    counting: bool = False
    running: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How one load went."""

    in_flight: int
    per_second: float
    p50_ms: float
    p99_ms: float
    taken: int
    """Answers of 2xx, also before and after it was counted: so many have to be recorded."""
    refused: int
    """Answers other than 2xx, and connections that broke."""
    client_cpu: float
    """Share of one core that this process took; near 1 the client is what was measured."""

    def raw(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


async def load(
    host: str, port: int, requests: Iterator[bytes], *, in_flight: int, seconds: float, pause: float = 0.0
) -> Load:
    """Send for so long after a warm-up, with a pause after each answer. Raises `OSError` when nobody listens."""
    loop, tally = asyncio.get_running_loop(), Tally(pause=pause)
    lines = [(await loop.create_connection(lambda: _Line(tally, requests), host, port))[1] for _ in range(in_flight)]
    await asyncio.sleep(WARM_UP_SECONDS)
    tally.counting = True
    begun, worked = time.perf_counter(), time.process_time()
    await asyncio.sleep(seconds)
    tally.counting = tally.running = False
    took, worked = time.perf_counter() - begun, time.process_time() - worked
    await asyncio.gather(*(line.closed for line in lines))
    good = sum(count for status, count in tally.statuses.items() if 200 <= status < 300)
    return Load(
        in_flight=in_flight,
        per_second=good / took,
        p50_ms=percentile(tally.seconds, 50) * 1000,
        p99_ms=percentile(tally.seconds, 99) * 1000,
        taken=tally.taken,
        refused=sum(tally.statuses.values()) - good + tally.broken,
        client_cpu=worked / took,
    )


class _Line(asyncio.Protocol):
    """One connection."""

    def __init__(self, tally: Tally, requests: Iterator[bytes]) -> None:
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._tally = tally
        self._requests = requests
        self._transport: asyncio.Transport | None = None
        self._answer = b""
        self._sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if not _whole(self._answer):
            return
        status = int(self._answer[9:12])
        self._tally.taken += 200 <= status < 300
        if self._tally.counting:
            self._tally.seconds.append(time.perf_counter() - self._sent)
            self._tally.statuses[status] += 1
        if self._tally.pause:
            asyncio.get_running_loop().call_later(self._tally.pause, self._send)
        else:
            self._send()

    def connection_lost(self, error: Exception | None) -> None:
        self._tally.broken += self._tally.running
        if not self.closed.done():
            self.closed.set_result(None)

    def _send(self) -> None:
        assert self._transport is not None
        if not self._tally.running:
            self._transport.close()
            return
        self._answer = b""
        request = next(self._requests)
        self._sent = time.perf_counter()
        self._transport.write(request)


def _whole(answer: bytes) -> bool:
    """Whether the answer is complete; the servers here always name its length, or send it in chunks."""
    head, end, body = answer.partition(b"\r\n\r\n")
    if not end:
        return False
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(body) >= int(line[15:])
    return body.endswith(b"0\r\n\r\n") or b"transfer-encoding" not in head.lower()
