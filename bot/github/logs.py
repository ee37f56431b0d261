"""Owns fetching a job's log: GitHub points to a file elsewhere, of which only the end is kept.

https://docs.github.com/en/rest/actions/workflow-jobs#download-job-logs-for-a-workflow-run
The file lies on a host that is not GitHub's API and opens to whoever has its address, so it gets to see neither our
token nor anything else of us, and no second redirect is followed.
"""

from __future__ import annotations

import asyncio
import ipaddress
from typing import Final

import httpx

from bot.errors import NotFound, Refused, Unreachable
from bot.github import readings, scopes
from bot.github.clients import Clients
from bot.github.facts import JobFacts, StepFacts
from bot.model.repository import Repository
from bot.model.run import Conclusion, JobLog, Step

KEPT_BYTES: Final = 256 * 1024
MOST_BYTES: Final = 32 * 1024 * 1024
FETCH_SECONDS: Final = 20.0

_JOB: Final = "/repos/{owner}/{repo}/actions/jobs/{job_id}"
_GONE: Final = frozenset({404, 410})
_BAD: Final = frozenset({Conclusion.FAILURE, Conclusion.TIMED_OUT, Conclusion.CANCELLED})


class _Job(JobFacts, frozen=True):
    steps: list[StepFacts] | None = None


class Logs:
    """It satisfies `bot.flow.ports.Logs`."""

    def __init__(
        self, clients: Clients, *, user_agent: str, timeout_seconds: float = FETCH_SECONDS, most_bytes: int = MOST_BYTES
    ) -> None:
        """`clients` speak for the connections; `timeout_seconds` is for the file, from its first byte to its last."""
        self._clients = clients
        self._user_agent = user_agent
        self._seconds = timeout_seconds
        self._most = most_bytes

    async def of_job(self, repository: Repository, job: int) -> JobLog | None:
        """The end of the job's log; None when there is none: it is too old, or the job is gone or never ran.

        Raises `Refused` for an answer about another job, for a log that is too large and for an address that is not
        followed, and what a call raises.
        """
        client = self._clients.of(repository.connection)
        try:
            answer = await client.request("GET", _JOB, repository=repository, permissions=scopes.READ_RUNS, job_id=job)
            facts = answer.read(_Job)
            if facts.id != job:
                raise Refused("GitHub answered about another job.", status=answer.status)
            address = await client.pointer(
                _JOB + "/logs", repository=repository, permissions=scopes.READ_RUNS, job_id=job
            )
        except (NotFound, Refused) as error:
            if error.status in _GONE:
                return None
            raise
        text = await self._fetch(_followed(address, client.base_url))
        return None if text is None else _log(facts, text)

    async def _fetch(self, url: httpx.URL) -> str | None:
        headers = {"User-Agent": self._user_agent, "Accept-Encoding": "identity"}
        try:
            async with (
                asyncio.timeout(self._seconds),
                httpx.AsyncClient(headers=headers, timeout=None, follow_redirects=False) as http,
                http.stream("GET", url) as response,
            ):
                return await self._end_of(response)
        except httpx.HTTPError as error:
            # Its words may hold the address, which opens the log to whoever reads it.
            raise Unreachable(f"The log could not be fetched ({type(error).__name__})") from None
        except TimeoutError as error:
            raise Unreachable(f"The log did not arrive within {self._seconds:g} seconds") from error

    async def _end_of(self, response: httpx.Response) -> str | None:
        if response.status_code in _GONE:
            return None
        if not response.is_success:
            raise Unreachable(f"The log's host answered {response.status_code}", status=response.status_code)
        end, count = bytearray(), 0
        async for part in response.aiter_bytes():
            count += len(part)
            if count > self._most:
                raise Refused("The log is too large to be fetched.")
            end += part
            del end[:-KEPT_BYTES]
        if count > KEPT_BYTES:
            del end[: end.find(b"\n") + 1]
        return end.decode(errors="replace")


def _followed(address: str, api: httpx.URL) -> httpx.URL:
    """The address as it may be fetched: https, or plain http between programs of one machine. Raises `Refused`."""
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise Refused("GitHub points to an address that can not be read.") from error
    plainly = api.scheme == "http" and _loopback(api) and url.scheme == "http" and _loopback(url)
    if not url.host or url.userinfo or not (url.scheme == "https" or plainly):
        raise Refused("GitHub points to an address that is not followed.")
    return url


def _loopback(url: httpx.URL) -> bool:
    try:
        return ipaddress.ip_address(url.host).is_loopback
    except ValueError:
        return url.host == "localhost"


def _log(facts: _Job, text: str) -> JobLog:
    steps = [readings.step(each) for each in facts.steps or ()]
    failed = _failed(steps)
    step = failed.name if failed is not None else None
    return JobLog(job=facts.name, step=step, text=text, url=facts.html_url or "", failed=failed)


def _failed(steps: list[Step]) -> Step | None:
    """The first that went wrong; what follows it mostly went wrong because of it."""
    ended_badly = [step for step in steps if step.conclusion in _BAD]
    failures = [step for step in ended_badly if step.conclusion is Conclusion.FAILURE]
    return next(iter(failures or ended_badly), None)
