"""What every engine promises."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from bot.errors import BotError, Conflict, RateLimited, Refused, Unreachable
from bot.jobs.policy import Policy
from bot.model.job import Job
from tests.jobs.bench import Bench

SECOND = timedelta(seconds=1)


async def test_a_job_is_done_once_and_is_gone(bench: Bench) -> None:
    work = bench.worker()
    async with bench.running():
        await bench.enqueue(payload={"v": 1, "who": "alice", "ids": [1, None]})
        await bench.engine.settled()
        await bench.after(3600)
    assert work.seen == [{"v": 1, "who": "alice", "ids": [1, None]}]
    assert await bench.rows() == []
    assert bench.results == [("work", "done")]


async def test_a_job_that_lay_there_before_the_start_is_done(bench: Bench) -> None:
    await bench.enqueue()
    work = bench.worker()
    async with bench.running():
        await bench.engine.settled()
    assert len(work.seen) == 1


async def test_a_job_of_a_transaction_that_fails_never_was(bench: Bench) -> None:
    work = bench.worker()

    async def fail() -> None:
        async with bench.units.write() as unit:
            await unit.enqueue(Job(kind="work", key="1", payload={"v": 1}))
            raise ZeroDivisionError

    async with bench.running():
        with pytest.raises(ZeroDivisionError):
            await fail()
        await bench.engine.settled()
    assert work.seen == []


async def test_a_job_waits_for_its_moment(bench: Bench) -> None:
    work = bench.worker()
    async with bench.running():
        await bench.enqueue(at=bench.clock.now() + 60 * SECOND)
        await bench.after(59)
        assert work.seen == []
        due = await bench.after(1)
    assert work.moments == [due]


async def test_a_job_may_bring_another_in_its_own_transaction(bench: Bench) -> None:
    async def next_one() -> None:
        await bench.enqueue(kind="later", key="x")

    bench.worker(next_one)
    later = bench.worker(kind="later")
    async with bench.running():
        await bench.enqueue()
        await bench.engine.settled()
    assert len(later.seen) == 1


# --- one key -------------------------------------------------------------------------------------------------------


async def test_asking_again_for_a_waiting_key_brings_it_forward_and_never_back(bench: Bench) -> None:
    work = bench.worker()
    start = bench.clock.now()
    async with bench.running():
        for seconds in (60, 10, 30):
            await bench.enqueue(at=start + seconds * SECOND, payload={"v": 1, "asked": seconds})
        assert len(await bench.rows()) == 1
        await bench.after(9)
        assert work.seen == []
        await bench.after(1)
        await bench.after(3600)
    assert work.moments == [start + 10 * SECOND]
    assert work.seen == [{"v": 1, "asked": 60}]


async def test_a_key_that_is_asked_for_while_it_runs_runs_once_more(bench: Bench) -> None:
    async def ask() -> None:
        for _ in range(3):
            await bench.enqueue()

    work = bench.worker(ask)
    async with bench.running():
        await bench.enqueue()
        await bench.engine.settled()
    assert len(work.seen) == 2
    assert await bench.rows() == []


async def test_once_more_means_when_it_was_asked_for(bench: Bench) -> None:
    start = bench.clock.now()

    async def ask() -> None:
        for seconds in (60, 20, 40):
            await bench.enqueue(at=start + seconds * SECOND)

    work = bench.worker(ask)
    async with bench.running():
        await bench.enqueue()
        await bench.engine.settled()
        assert len(work.seen) == 1
        await bench.after(20)
        await bench.after(3600)
    assert work.moments == [start, start + 20 * SECOND]


async def test_a_job_that_waits_on_is_brought_forward_by_what_was_asked_meanwhile(bench: Bench) -> None:
    start = bench.clock.now()

    async def ask() -> Any:
        await bench.enqueue(at=start + 5 * SECOND)
        return start + 60 * SECOND

    work = bench.worker(ask)
    async with bench.running():
        await bench.enqueue()
        await bench.engine.settled()
        await bench.after(5)
    assert work.moments == [start, start + 5 * SECOND]


async def test_two_keys_and_two_kinds_do_not_meet(bench: Bench) -> None:
    work, play = bench.worker(), bench.worker(kind="play")
    async with bench.running():
        for kind, key in (("work", "1"), ("work", "2"), ("play", "1")):
            await bench.enqueue(key, kind=kind)
        await bench.engine.settled()
    assert (len(work.seen), len(play.seen)) == (2, 1)


# --- failing -------------------------------------------------------------------------------------------------------


async def test_failures_are_retried_with_a_growing_pause_up_to_the_cap(bench: Bench) -> None:
    failures = [Unreachable(), Unreachable(), ValueError("a bug"), Unreachable(), Unreachable()]
    work = bench.worker(*failures, policy=Policy(backoff_cap_seconds=6))
    start = bench.clock.now()
    async with bench.running():
        await bench.enqueue()
        await bench.engine.settled()
        for _ in range(25):
            await bench.after(1)
    assert [(moment - start).total_seconds() for moment in work.moments] == [0, 1, 3, 7, 13, 19]
    assert bench.results == [("work", "retried")] * 5 + [("work", "done")]
    assert await bench.rows() == []


async def test_what_an_upstream_refuses_is_held_at_once(bench: Bench) -> None:
    """Another try would be told the same, and a person is needed."""
    bench.worker(Refused("No"))
    async with bench.running():
        await bench.enqueue()
        await bench.engine.settled()
    assert bench.results == [("work", "held")]
    assert [(row.state, row.attempts) for row in await bench.rows()] == [("held", 1)]


async def test_who_lost_a_race_decides_again_at_once_and_nothing_failed(bench: Bench) -> None:
    work = bench.worker(Conflict("Somebody else was quicker."), Conflict("Again."))
    async with bench.running():
        await bench.enqueue()
        await bench.engine.settled()
    assert len(work.seen) == 3
    assert bench.results == [("work", "done")]


async def test_a_retry_shows_what_went_wrong(bench: Bench) -> None:
    bench.worker(Unreachable("GitHub did not answer."))
    async with bench.running():
        await bench.enqueue()
        await bench.engine.settled()
        (row,) = await bench.rows()
    assert (row.state, row.attempts, row.last_error) == ("ready", 1, "Unreachable: GitHub did not answer.")


async def test_what_an_upstream_asks_to_wait_is_waited(bench: Bench) -> None:
    work = bench.worker(RateLimited("Slow down.", retry_after=90))
    async with bench.running():
        await bench.enqueue()
        await bench.engine.settled()
        await bench.after(90)
        assert len(work.seen) == 1
        await bench.after(1)
    assert len(work.seen) == 2


async def test_keeping_an_upstreams_pace_is_no_attempt_however_often(bench: Bench) -> None:
    too_soon = [RateLimited("Not yet.", retry_after=10) for _ in range(5)]
    work = bench.worker(*too_soon, policy=Policy(attempts=2))
    async with bench.running():
        await bench.enqueue()
        await bench.engine.settled()
        for _ in range(4):
            await bench.after(11)
        (row,) = await bench.rows()
        assert (row.state, row.attempts, row.last_error) == ("ready", 0, "RateLimited: Not yet.")
        await bench.after(11)
    assert len(work.seen) == 6
    assert await bench.rows() == []


async def test_a_limit_that_an_upstream_itself_names_is_an_attempt(bench: Bench) -> None:
    work = bench.worker(
        *[RateLimited("Slow down.", status=429, retry_after=10) for _ in range(2)], policy=Policy(attempts=2)
    )
    async with bench.running():
        await bench.enqueue()
        await bench.engine.settled()
        await bench.after(11)
    assert len(work.seen) == 2
    assert [row.state for row in await bench.rows()] == ["held"]


async def test_an_attempt_that_takes_too_long_has_failed(bench: Bench) -> None:
    work = bench.worker(asyncio.Event().wait, policy=Policy(deadline_seconds=0))  # type: ignore[arg-type]
    async with bench.running():
        await bench.enqueue()
        await bench.engine.settled()
        (row,) = await bench.rows()
    assert len(work.seen) == 1
    assert row.last_error is not None
    assert row.last_error.startswith("TimeoutError")


async def test_a_job_that_says_when_to_go_on_counts_no_attempt_and_forgets_failures(bench: Bench) -> None:
    start = bench.clock.now()
    steps = (Unreachable(), start + 60 * SECOND, Unreachable(), start + 120 * SECOND, Unreachable())
    work = bench.worker(*steps, policy=Policy(attempts=2))
    async with bench.running():
        await bench.enqueue()
        await bench.engine.settled()
        for _ in range(125):
            await bench.after(1)
    assert [(moment - start).total_seconds() for moment in work.moments] == [0, 1, 60, 61, 120, 121]
    assert [result for _, result in bench.results] == ["retried", "again", "retried", "again", "retried", "done"]


# --- held ----------------------------------------------------------------------------------------------------------


class Told:
    """Notes whom it was told about."""

    def __init__(self, error: Exception | None = None) -> None:
        self.calls: list[tuple[Mapping[str, Any], Exception]] = []
        self._error = error

    async def __call__(self, payload: Mapping[str, Any], error: Exception) -> None:
        self.calls.append((payload, error))
        if self._error is not None:
            raise self._error


async def held(bench: Bench, told: Told) -> Exception:
    """Let a job fail for the last time."""
    last = Refused("No, and no again.")
    bench.worker(Unreachable(), last, policy=Policy(attempts=2), on_held=told)
    await bench.enqueue(payload={"v": 1, "who": "alice"})
    return last


@pytest.mark.parametrize("error", [None, ZeroDivisionError("telling failed")])
async def test_after_the_last_attempt_a_job_is_held_and_the_flow_is_told_once(
    bench: Bench, error: Exception | None
) -> None:
    told = Told(error)
    async with bench.running():
        last = await held(bench, told)
        await bench.engine.settled()
        assert told.calls == []
        await bench.after(1)
        await bench.after(3600)
    (row,) = await bench.rows()
    assert (row.state, row.attempts, row.last_error) == ("held", 2, "Refused: No, and no again.")
    assert told.calls == [({"v": 1, "who": "alice"}, last)]
    assert bench.results[-1] == ("work", "held")


async def test_telling_that_a_job_is_held_may_lose_a_race_too(bench: Bench) -> None:
    calls: list[Exception] = []

    async def told(payload: Mapping[str, Any], error: Exception) -> None:
        calls.append(error)
        if len(calls) < 3:
            raise Conflict("Somebody else was quicker.")

    bench.worker(Refused("No."), on_held=told)
    async with bench.running():
        await bench.enqueue()
        await bench.engine.settled()
    assert len(calls) == 3
    assert [row.state for row in await bench.rows()] == ["held"]


async def test_asking_for_a_held_key_leaves_it_held(bench: Bench) -> None:
    async with bench.running():
        await held(bench, Told())
        await bench.engine.settled()
        await bench.after(1)
        before = await bench.rows()
        await bench.enqueue()
        await bench.after(3600)
        assert await bench.rows() == before
    assert [row.state for row in before] == ["held"]


async def test_a_held_job_that_is_retried_has_all_its_attempts_again(bench: Bench) -> None:
    async with bench.running():
        await held(bench, Told())
        await bench.engine.settled()
        await bench.after(1)
        (row,) = await bench.rows()
        async with bench.units.write() as unit:
            (stored,) = await unit.jobs.all("held")
            assert await unit.jobs.retry(UUID(stored.id), bench.clock.now())
            assert not await unit.jobs.retry(UUID(stored.id), bench.clock.now())
        await bench.after(5)
    assert row.state == "held"
    assert await bench.rows() == []
    assert bench.results[-1] == ("work", "done")


async def test_only_a_held_job_can_be_dropped(bench: Bench) -> None:
    await bench.enqueue("waiting", kind="other")
    async with bench.running():
        await held(bench, Told())
        await bench.engine.settled()
        await bench.after(1)
    async with bench.units.write() as unit:
        dropped = {row.key: await unit.jobs.drop(UUID(row.id)) for row in await unit.jobs.all()}
    assert dropped == {"1": True, "waiting": False}
    assert [row.key for row in await bench.rows()] == ["waiting"]


# --- what is not ours, what stops, what crashes ---------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "version"), [("unheard_of", 1), ("work", 3)])
async def test_kinds_and_versions_that_nobody_here_knows_are_left_alone(bench: Bench, kind: str, version: int) -> None:
    work = bench.worker(versions=frozenset({1, 2}))
    async with bench.running():
        await bench.enqueue("strange", kind=kind, payload={"v": version})
        await bench.enqueue("known", payload={"v": 2})
        await bench.engine.settled()
        await bench.after(3600)
    assert work.seen == [{"v": 2}]
    assert [(row.key, row.state, row.attempts) for row in await bench.rows()] == [("strange", "ready", 0)]


async def test_a_job_that_a_crash_interrupts_runs_again_and_its_failure_is_not_counted(bench: Bench) -> None:
    begun = asyncio.Event()

    async def hang() -> None:
        begun.set()
        await asyncio.Event().wait()

    first = bench.worker(hang)
    await bench.enqueue()
    crashing = asyncio.create_task(bench.engine.run())
    await begun.wait()
    crashing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await crashing
    bench.another()
    second = bench.worker()
    async with bench.running():
        await bench.engine.settled()
    assert (len(first.seen), len(second.seen)) == (1, 1)
    assert bench.results == [("work", "done")]


async def test_stopping_waits_for_what_runs_and_starts_nothing_new(bench: Bench) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        await go_on.wait()
        await bench.enqueue("next")

    worker = bench.worker(work)
    async with bench.running():
        await bench.enqueue("first")
        await begun.wait()
        bench.engine.stop()
        await asyncio.sleep(0)
        go_on.set()
    assert len(worker.seen) == 1
    assert [row.key for row in await bench.rows()] == ["next"]


async def test_stopping_does_not_wait_for_ever_and_keeps_the_row(bench: Bench) -> None:
    begun = asyncio.Event()

    async def hang() -> None:
        begun.set()
        await asyncio.Event().wait()

    bench.another(grace_seconds=0.0)
    bench.worker(hang)
    async with bench.running():
        await bench.enqueue()
        await begun.wait()
    (row,) = await bench.rows()
    assert (row.state, row.attempts) == ("ready", 0)


async def test_waiting_for_an_engine_that_stopped_is_an_error(bench: Bench) -> None:
    async with bench.running():
        await bench.engine.settled()
    with pytest.raises(BotError, match="stopped"):
        await bench.engine.settled()


async def test_a_kind_has_one_handler(bench: Bench) -> None:
    bench.worker()
    with pytest.raises(BotError, match="Two handlers"):
        bench.worker()


# --- what comes round ----------------------------------------------------------------------------------------------


async def test_every_so_many_seconds(bench: Bench) -> None:
    work = bench.worker()
    bench.engine.every("sweep", 60, "work")
    start = bench.clock.now()
    async with bench.running():
        await bench.engine.settled()
        for _ in range(4):
            await bench.after(45)
        (row,) = await bench.rows()
    assert [(moment - start).total_seconds() for moment in work.moments] == [90, 180]
    assert (row.key, row.run_at) == ("sweep", start + 240 * SECOND)
    assert work.seen == [{"v": 1}, {"v": 1}]


async def test_by_a_crontab_line_in_utc(bench: Bench) -> None:
    work = bench.worker()
    bench.engine.every("export", "30 9 * * *", "work")  # the clock starts at 9:00
    start = bench.clock.now()
    async with bench.running():
        await bench.engine.settled()
        await bench.after(1799)
        assert work.moments == []
        await bench.after(1)
        await bench.after(86_399)
        await bench.after(1)
    assert work.moments == [start + 1800 * SECOND, start + (1800 + 86_400) * SECOND]


async def test_a_restart_neither_skips_nor_doubles_a_round(bench: Bench) -> None:
    bench.worker()
    bench.engine.every("sweep", 60, "work")
    start = bench.clock.now()
    async with bench.running():
        await bench.engine.settled()
        await bench.after(50)
    bench.another()
    work = bench.worker()
    bench.engine.every("sweep", 60, "work")
    async with bench.running():
        await bench.after(10)
    bench.clock.advance(3600)  # down for an hour: sixty rounds are one
    bench.another()
    late = bench.worker()
    bench.engine.every("sweep", 60, "work")
    async with bench.running():
        await bench.engine.settled()
    assert work.moments == [start + 60 * SECOND]
    assert late.moments == [start + 3660 * SECOND]


async def test_a_shorter_interval_counts_from_the_restart(bench: Bench) -> None:
    bench.worker()
    bench.engine.every("sweep", 3600, "work")
    async with bench.running():
        await bench.engine.settled()
    bench.another()
    work = bench.worker()
    bench.engine.every("sweep", 60, "work")
    async with bench.running():
        await bench.engine.settled()
        await bench.after(60)
    assert len(work.seen) == 1


async def test_a_round_that_fails_for_the_last_time_waits_for_the_next(bench: Bench) -> None:
    told = Told()
    work = bench.worker(Unreachable(), Unreachable(), policy=Policy(attempts=2), on_held=told)
    bench.engine.every("sweep", 60, "work")
    start = bench.clock.now()
    async with bench.running():
        await bench.engine.settled()
        await bench.after(60)
        await bench.after(1)
        await bench.after(59)
        assert len(work.seen) == 2
        await bench.after(1)
        (row,) = await bench.rows()
    assert [(moment - start).total_seconds() for moment in work.moments] == [60, 61, 121]
    assert told.calls == []
    assert (row.state, row.attempts) == ("ready", 0)


@pytest.mark.parametrize("when", ["every day", "61 * * * *", 0, -5.0])
async def test_a_schedule_that_can_not_be_read_is_refused(bench: Bench, when: float | str) -> None:
    with pytest.raises(BotError, match="schedule of sweep"):
        bench.engine.every("sweep", when, "work")


# --- figures -------------------------------------------------------------------------------------------------------


async def test_figures_tell_what_there_is_to_do(bench: Bench) -> None:
    start = bench.clock.now()
    async with bench.running():
        await held(bench, Told())
        await bench.engine.settled()
        await bench.after(1)
        await bench.enqueue("a", kind="nobody", at=start - 30 * SECOND)
        await bench.enqueue("b", kind="nobody", at=start - 10 * SECOND)
        await bench.enqueue("c", kind="nobody", at=start + 3600 * SECOND)
        figures = await bench.engine.figures()
    assert (figures.ready, figures.due, figures.held, figures.oldest_due) == (3, 2, 1, start - 30 * SECOND)
