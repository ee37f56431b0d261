"""Runs: stepped by hand, played by plan, cancelled, run again, listed and filtered."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.github import JobPlan, Plan, Refused, Repository, Run, SandboxGitHub
from bot.sandbox.github.filters import period
from bot.sandbox.github.steps import steps_of
from tests.sandbox.github.support import FILES, Client, Listener

HERE = "/repos/acme/shop/actions"
STAGING = {"environment": "staging"}


@pytest.fixture
async def run(github: SandboxGitHub, shop: Repository, listener: Listener) -> Run:
    run = await github.dispatches("alice", shop, "deploy.yml", inputs=STAGING)
    listener.heard.clear()
    return run


def states(run: Run) -> list[tuple[str, str, str | None]]:
    return [(job.name, job.status, job.conclusion) for job in run.jobs if job.born]


async def test_a_run_goes_step_by_step(run: Run, listener: Listener) -> None:
    assert (run.status, states(run)) == ("queued", [("build (3.11)", "queued", None), ("build (3.12)", "queued", None)])
    await run.start()
    await run.start_job("build (3.11)")
    assert states(run)[0] == ("build (3.11)", "in_progress", None)
    await run.finish_job("build (3.11)")
    assert len(states(run)) == 2  # the other build is still needed
    await run.finish_job("build (3.12)")
    assert states(run)[2] == ("Ship it", "queued", None)
    await run.wait_job("ship")
    assert states(run)[2] == ("Ship it", "waiting", None)
    await run.finish()
    assert (run.status, run.conclusion) == ("completed", "success")
    assert listener.events == [
        "workflow_run.in_progress",
        "workflow_job.in_progress",
        "workflow_job.completed",
        "workflow_job.in_progress",
        "workflow_job.completed",
        "workflow_job.queued",
        "workflow_job.waiting",
        "workflow_job.in_progress",
        "workflow_job.completed",
        "workflow_job.queued",
        "workflow_job.in_progress",
        "workflow_job.completed",
        "workflow_run.completed",
    ]


async def test_a_job_waits_for_its_needs(run: Run) -> None:
    with pytest.raises(ValueError, match="job 'Ship it' is unborn"):
        await run.start_job("ship")
    with pytest.raises(ValueError, match="'build' names 2 of the jobs"):
        await run.start_job("build")
    with pytest.raises(ValueError, match="'paint' names 0 of the jobs"):
        await run.start_job("paint")


async def test_a_run_plays_its_plan(github: SandboxGitHub, shop: Repository, run: Run) -> None:
    shop.plans["deploy.yml"] = Plan([JobPlan("build (3.12)", conclusion="failure", log="boom\n")])
    await run.play()
    assert states(run) == [
        ("build (3.11)", "completed", "success"),
        ("build (3.12)", "completed", "failure"),
        ("Ship it", "completed", "skipped"),
        ("tidy", "completed", "success"),  # `if: always()`
    ]
    assert (run.status, run.conclusion) == ("completed", "failure")
    assert run.job("build (3.12)").log == "boom\n"


async def test_a_run_can_play_another_plan(run: Run) -> None:
    await run.play(Plan([JobPlan("ship", conclusion="failure")]))
    assert (run.job("ship").conclusion, run.conclusion) == ("failure", "failure")


async def test_a_run_can_end_otherwise(run: Run) -> None:
    await run.start_job("build (3.11)")
    await run.finish("timed_out")
    assert run.conclusion == "timed_out"
    assert all(job.done for job in run.jobs)


async def test_a_run_is_cancelled_once(shop: Repository, run: Run, client: Client) -> None:
    token, path = client.as_installation(shop), f"{HERE}/runs/{run.id}/cancel"
    await run.start_job("build (3.11)")
    assert (await token.post(path)).status_code == 202
    assert (run.status, run.conclusion) == ("completed", "cancelled")
    assert [job.conclusion for job in run.jobs] == ["cancelled", "cancelled", "skipped", "cancelled"]
    again = await token.post(path)
    assert (again.status_code, again.json()["message"]) == (409, "Cannot cancel a workflow run that is completed.")


async def test_a_stubborn_run_takes_its_time(shop: Repository, run: Run, client: Client) -> None:
    run.stubborn = True
    assert (await client.as_installation(shop).post(f"{HERE}/runs/{run.id}/cancel")).status_code == 202
    assert run.status == "queued"
    await run.finish("cancelled")
    assert run.conclusion == "cancelled"


async def test_a_run_is_run_again(shop: Repository, run: Run, client: Client, listener: Listener) -> None:
    token, path = client.as_installation(shop), f"{HERE}/runs/{run.id}"
    busy = await token.post(f"{path}/rerun")
    assert (busy.status_code, busy.json()["message"]) == (403, "This workflow is already running")
    await run.play()
    listener.heard.clear()
    assert (await token.post(f"{path}/rerun")).status_code == 201
    told = await token.get(path)
    assert (told["run_attempt"], told["status"], told["conclusion"]) == (2, "queued", None)
    assert (told["actor"]["login"], told["triggering_actor"]["login"]) == ("alice", "signalbox[bot]")
    await client.github.settled()
    assert listener.events == ["workflow_run.requested", "workflow_job.queued", "workflow_job.queued"]
    assert {each.payload[each.event.split(".")[0]]["run_attempt"] for each in listener.heard} == {2}
    assert listener.heard[0].payload["workflow_run"]["triggering_actor"]["login"] == "signalbox[bot]"
    first = await token.get(f"{path}/attempts/1")
    assert (first["run_attempt"], first["status"], first["conclusion"]) == (1, "completed", "success")
    assert first["triggering_actor"]["login"] == "alice"
    assert (await token.get(f"{path}/attempts/2"))["status"] == "queued"
    for missing in ("attempts/0", "attempts/3"):
        assert (await token.send("GET", f"{path}/{missing}")).status_code == 404
    await run.play()
    assert (await token.get(f"{path}/attempts/1/jobs"))["total_count"] == 4
    assert (await token.get(f"{path}/jobs", filter="all"))["total_count"] == 8
    assert (await token.send("GET", f"{path}/attempts/3/jobs")).status_code == 404


async def test_only_what_failed_is_run_again(github: SandboxGitHub, shop: Repository, run: Run) -> None:
    shop.plans["deploy.yml"] = Plan([JobPlan("ship", conclusion="failure")])
    await run.play()
    await run.rerun(by="alice", failed_only=True)
    assert states(run) == [
        ("build (3.11)", "completed", "success"),
        ("build (3.12)", "completed", "success"),
        ("Ship it", "queued", None),  # and tidy, which succeeded but needs it, comes after it once more
    ]
    assert run.job("build (3.11)").completed_at == run.attempts[1][0].completed_at
    shop.plans.clear()
    await run.play()
    assert states(run)[2:] == [("Ship it", "completed", "success"), ("tidy", "completed", "success")]
    with pytest.raises(Refused, match="no failed jobs"):
        await run.rerun(by="alice", failed_only=True)


async def test_a_run_is_too_old_to_be_run_again_after_a_month(client: Client) -> None:
    times = [datetime(2026, 11, 21, 12, tzinfo=UTC)]
    async with SandboxGitHub(clock=lambda: times[0]) as github:
        github.register_app()
        shop = github.repository("acme/shop", files=FILES, roles={"alice": "write"})
        run = await github.dispatches("alice", shop, "deploy.yml", inputs=STAGING)
        await run.play()
        times[0] += timedelta(days=30)
        await run.rerun(by="alice")
        await run.play()
        times[0] += timedelta(seconds=1)
        with pytest.raises(Refused, match="created over a month ago"):
            await run.rerun(by="alice")


async def test_jobs_show_their_steps(shop: Repository, run: Run, client: Client) -> None:
    await run.finish_job("build (3.11)")
    await run.finish_job("build (3.12)")
    await run.finish_job("ship", "failure")
    told = (await client.as_installation(shop).get(f"{HERE}/jobs/{run.job('ship').id}"))["steps"]
    assert [(step["name"], step["conclusion"]) for step in told] == [
        ("Set up job", "success"),
        ("Run actions/checkout@v4", "success"),
        ("Ship", "failure"),
        ("Complete job", "success"),
    ]


async def test_a_plan_names_the_steps_and_which_of_them_fails(shop: Repository, run: Run) -> None:
    plan = JobPlan("ship", conclusion="failure", steps=("Check", "Send", "Report"), failing="Send", log="no way")
    await run.play(Plan([plan]))
    assert [(step.name, step.conclusion) for step in steps_of(run.job("ship"))] == [
        ("Set up job", "success"),
        ("Check", "success"),
        ("Send", "failure"),
        ("Report", "skipped"),
        ("Complete job", "success"),
    ]


async def test_runs_are_filtered(client: Client) -> None:
    times = [datetime(2026, 11, 21, 12, tzinfo=UTC)]
    async with SandboxGitHub(clock=lambda: times[0]) as github:
        github.register_app()
        shop = github.repository("acme/shop", files=FILES, roles={"alice": "write", "bob": "write"})
        shop.write("feature", None, "Feature", "alice")
        first = await github.dispatches("alice", shop, "deploy.yml", inputs=STAGING)
        times[0] += timedelta(hours=1)
        second = await github.dispatches("bob", shop, "deploy.yml", ref="feature", inputs=STAGING)
        await second.play()
        token = Client(github, client.http).as_installation(shop)
        for query, expected in (
            ({}, [second, first]),
            ({"actor": "Alice"}, [first]),
            ({"branch": "feature"}, [second]),
            ({"status": "success"}, [second]),
            ({"status": "queued"}, [first]),
            ({"head_sha": first.head_sha}, [first]),
            ({"event": "push"}, []),
            ({"created": ">=2026-11-21T13:00:00Z"}, [second]),
            ({"created": "2026-11-21"}, [second, first]),
            ({"per_page": "1", "page": "2"}, [first]),
        ):
            told = await token.get(f"{HERE}/runs", **query)
            assert [each["id"] for each in told["workflow_runs"]] == [each.id for each in expected], query


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        (">=2026-11-21T12:00:00Z", "2026-11-21T12:00:00", "2026-11-21T11:59:59"),
        (">2026-11-21T12:00:00Z", "2026-11-21T12:00:01", "2026-11-21T12:00:00"),
        ("<=2026-11-21", "2026-11-21T23:59:59", "2026-11-22T00:00:00"),
        ("<2026-11-21", "2026-11-20T23:59:59", "2026-11-21T00:00:00"),
        ("2026-11-20..2026-11-21", "2026-11-21T23:59:59", "2026-11-22T00:00:00"),
        ("2026-11-20T00:00:00+01:00..*", "2026-11-19T23:00:00", "2026-11-19T22:59:59"),
    ],
)
def test_periods_are_written_as_in_search(text: str, inside: str, outside: str) -> None:
    first, last = period(text)
    assert first <= datetime.fromisoformat(inside).replace(tzinfo=UTC) <= last
    assert not first <= datetime.fromisoformat(outside).replace(tzinfo=UTC) <= last


def test_nonsense_is_no_period() -> None:
    with pytest.raises(Refused, match="422"):
        period("yesterday")


async def test_runs_play_by_themselves(github: SandboxGitHub, shop: Repository) -> None:
    github.autoplay, github.speed = True, 1_000_000
    run = await github.dispatches("alice", shop, "deploy.yml", inputs=STAGING)
    await github.played()
    assert (run.status, run.conclusion) == ("completed", "success")


async def test_a_cancelled_run_stops_playing(github: SandboxGitHub, shop: Repository) -> None:
    github.autoplay, github.speed = True, 0.001
    run = await github.dispatches("alice", shop, "deploy.yml", inputs=STAGING)
    await run.cancel(by="alice")
    github.speed = 1_000_000
    assert run.conclusion == "cancelled"
