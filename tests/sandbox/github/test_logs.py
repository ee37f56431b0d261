"""Logs of jobs: GitHub's form, kept for ninety days, behind addresses that open once."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.github import Run, SandboxGitHub
from tests.sandbox.github.support import FILES, Client

HERE = "/repos/acme/shop/actions/jobs"


class Times:
    """The clock of what happens, and that of addresses."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        self.signed = self.now


@pytest.fixture
def times() -> Times:
    return Times()


@pytest.fixture
async def github(times: Times) -> AsyncIterator[SandboxGitHub]:
    github = SandboxGitHub(clock=lambda: times.now, auth_clock=lambda: times.signed)
    github.register_app()
    async with github:
        yield github


@pytest.fixture
async def run(github: SandboxGitHub, times: Times) -> Run:
    """Its ship job checked out, and fails four seconds later."""
    shop = github.repository("acme/shop", private=True, files=FILES, roles={"alice": "write"})
    run = await github.dispatches("alice", shop, "deploy.yml", inputs={"environment": "staging"})
    await run.finish_job("build (3.11)")
    await run.finish_job("build (3.12)")
    await run.start_job("ship")
    times.now += timedelta(seconds=4)
    await run.finish_job("ship", "failure", log="packing\nno ship\n")
    return run


async def address(run: Run, client: Client) -> str:
    found = await client.as_installation(run.repository).send("GET", f"{HERE}/{run.job('ship').id}/logs")
    assert found.status_code == 302
    return found.headers["Location"]


async def test_a_log_has_githubs_form(run: Run, client: Client) -> None:
    told = await client.http.get(await address(run, client))
    assert told.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert told.text.startswith("\ufeff2026-11-21T12:00:00.0000000Z Current runner version")
    lines = told.text.removeprefix("\ufeff").splitlines()
    assert all(re.match(r"2026-11-21T12:00:0\d\.0000000Z ", line) for line in lines)
    assert [line[20:] for line in lines if line[17:19] == "02"] == [
        "0000000Z ##[group]Run Ship",
        "0000000Z \x1b[36;1mShip\x1b[0m",
        "0000000Z shell: /usr/bin/bash -e {0}",
        "0000000Z ##[endgroup]",
        "0000000Z packing",
        "0000000Z no ship",
        "0000000Z ##[error]Process completed with exit code 1.",
    ]


async def test_the_times_of_steps_are_those_of_their_lines(run: Run, client: Client) -> None:
    job = await client.as_installation(run.repository).get(f"{HERE}/{run.job('ship').id}")
    assert [(step["name"], step["started_at"][17:19], step["completed_at"][17:19]) for step in job["steps"]] == [
        ("Set up job", "00", "01"),
        ("Run actions/checkout@v4", "01", "02"),
        ("Ship", "02", "03"),
        ("Complete job", "03", "04"),
    ]


async def test_an_address_opens_once(run: Run, client: Client) -> None:
    once = await address(run, client)
    assert (await client.http.get(once)).status_code == 200
    assert (await client.http.get(once)).status_code == 403


async def test_an_address_opens_for_a_minute(run: Run, client: Client, times: Times) -> None:
    late = await address(run, client)
    times.signed += timedelta(minutes=1)
    assert (await client.http.get(late)).status_code == 403


async def test_an_address_opens_only_its_own_log(run: Run, client: Client) -> None:
    other = (await address(run, client)).replace(str(run.job("ship").id), str(run.jobs[0].id))
    assert (await client.http.get(other)).status_code == 403


async def test_who_shows_a_token_is_sent_away(run: Run, client: Client) -> None:
    where, token = await address(run, client), client.as_installation(run.repository).authorization
    assert (await client.http.get(where, headers=token)).status_code == 400


async def test_no_log_before_the_end_nor_without_a_runner_nor_after_ninety_days(
    run: Run, client: Client, times: Times
) -> None:
    token = client.as_installation(run.repository)
    await run.finish()
    await run.rerun(by="alice")
    assert (await token.send("GET", f"{HERE}/{run.jobs[0].id}/logs")).status_code == 404
    await run.finish_job("build (3.11)", "failure")
    await run.finish_job("build (3.12)")
    assert run.job("ship").conclusion == "skipped"
    assert (await token.send("GET", f"{HERE}/{run.job('ship').id}/logs")).status_code == 404
    old = run.attempts[1][0].id
    assert (await token.send("GET", f"{HERE}/{old}/logs")).status_code == 302
    times.now += timedelta(days=90)
    assert (await token.send("GET", f"{HERE}/{old}/logs")).status_code == 410


async def test_the_journal_keeps_no_signature(run: Run, client: Client) -> None:
    where = await address(run, client)
    await client.http.get(where)
    signature = where.rpartition("=")[2]
    assert all(signature not in f"{each.query} {each.response_headers}" for each in client.github.journal)
