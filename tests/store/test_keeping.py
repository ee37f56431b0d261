"""What stays of deliveries, and what goes when it is old: the steps over a real database."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from bot.errors import BadPayload
from bot.flow.keep import BATCH, Keep
from bot.flow.prune import Prune
from bot.model.delivery import Delivery
from bot.model.job import Job
from bot.model.repository_event import RepositoryEvent
from bot.model.request import RequestState
from bot.rules import retention
from bot.store.database import Database
from bot.store.migrate import upgrade
from bot.store.schema import deliveries, link_attempts, repository_events, run_jobs
from bot.store.unit import Units
from tests.support import make
from tests.support.clock import FakeClock
from tests.support.rows import answer, delivery, place, save_request

DAY = 24 * 60 * 60


def fact(delivery: Delivery) -> RepositoryEvent | None:
    """Of a delivery whose facts name a repository."""
    found = json.loads(delivery.facts)
    if "repository" not in found:
        return None
    if found["repository"] == "unreadable":
        raise BadPayload("no such thing")
    return RepositoryEvent(
        delivery=delivery.id,
        connection=delivery.connection,
        repository=found["repository"],
        received_at=delivery.received_at,
        event=delivery.event,
        action=delivery.action,
        actor=1001,
        sha=make.SHA,
        happened_at=delivery.received_at - timedelta(seconds=1),
    )


def about(repository: Any = 77, **changes: Any) -> Delivery:
    return delivery(**{"guid": str(new()), "facts": json.dumps({"repository": repository}).encode()} | changes)


def new() -> UUID:
    return delivery().id


def job_of(delivery: UUID) -> Job:
    return Job(kind="delivery", key=str(delivery), payload={"v": 1, "delivery": str(delivery)})


async def recorded(units: Units, *arrived: Delivery, done: bool = True) -> None:
    """They came in; `done`: their jobs have happened, too."""
    await units.record([(each, job_of(each.id)) for each in arrived])
    if done:
        async with units.write() as unit:
            await unit.jobs.finish(await unit.jobs.ready(frozenset({("delivery", 1)}), 10_000))


async def rows(database: Database, table: Any, *columns: Any) -> list[Any]:
    async with database.reading.begin() as connection:
        return [tuple(row) for row in await connection.execute(select(*(columns or table.c)).select_from(table))]


@pytest.fixture
def keep(units: Units, clock: FakeClock) -> Keep:
    clock.advance((make.at(600) - clock.now()).total_seconds())
    return Keep(units, {make.CONNECTION: fact}, clock)


# --- facts of repositories' events ----------------------------------------------------------------------------------


async def test_what_a_delivery_says_of_its_repository_is_kept_once(
    keep: Keep, units: Units, database: Database
) -> None:
    first, other = about(), about(78, received_at=make.at(1), event="push", action=None)
    await recorded(units, first, other)
    assert await keep({}) is None
    async with database.writing.begin() as connection:  # as after a crash before the mark was written
        await connection.execute(text("DELETE FROM marks"))
    assert await keep({}) is None
    kept = repository_events.c
    found = await rows(database, repository_events, kept.delivery_id, kept.repository_id, kept.event, kept.happened_at)
    assert sorted(found) == sorted([(first.id, 77, "issue_comment", make.at(-1)), (other.id, 78, "push", make.at(0))])


async def test_more_than_a_batch_of_one_moment_is_kept_too(keep: Keep, units: Units, database: Database) -> None:
    await recorded(units, about(received_at=make.at(-1)), *[about() for _ in range(BATCH + 5)])
    while await keep({}) is not None:
        pass
    assert await rows(database, repository_events, func.count()) == [(BATCH + 6,)]


async def test_what_is_still_coming_in_is_left_for_the_next_round(
    keep: Keep, units: Units, database: Database, clock: FakeClock
) -> None:
    await recorded(units, about(received_at=clock.now() - timedelta(seconds=59)))
    await keep({})
    assert await rows(database, repository_events, func.count()) == [(0,)]
    clock.advance(1)
    await keep({})
    assert await rows(database, repository_events, func.count()) == [(1,)]


async def test_slack_s_and_unreadable_deliveries_leave_no_fact_and_stop_nothing(
    keep: Keep, units: Units, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    slack = about(connection=make.SLACK, event="command")
    await recorded(units, slack, about("unreadable"), delivery("installation", facts=b'{"action":"x"}'), about())
    await keep({})
    assert await rows(database, repository_events, repository_events.c.repository_id) == [(77,)]
    assert [record.__dict__["action"] for record in caplog.records] == ["facts_not_kept"]


@pytest.mark.parametrize("words", [0, 1, 100])
async def test_facts_lie_compressed_where_it_is_worth_it_and_read_as_before(
    units: Units, database: Database, words: int
) -> None:
    made = about(facts=json.dumps({"repository": 77, "text": "again and " * words}).encode())
    await recorded(units, made, done=False)
    async with units.read() as unit:
        assert await unit.deliveries.get(made.id) == made
    [(facts, packed)] = await rows(database, deliveries, deliveries.c.facts, deliveries.c.packed)
    assert (facts, packed) == (made.facts, None) if words < 100 else (facts == b"" and len(packed) < 100)


# --- months on PostgreSQL ---------------------------------------------------------------------------------------------


@pytest.fixture
async def no_months(units: Units) -> None:
    """Migrating made some, whichever those are now."""
    async with units.write() as unit:
        await unit.partitions.drop(make.NOON + timedelta(days=36_500))


@pytest.mark.postgresql
@pytest.mark.usefixtures("no_months")
async def test_migrating_makes_months_too(units: Units, database_url: str) -> None:
    await asyncio.to_thread(upgrade, database_url)
    async with units.write() as unit:
        assert len(await unit.partitions.drop(make.NOON + timedelta(days=36_500))) == 4


@pytest.mark.postgresql
@pytest.mark.usefixtures("no_months")
async def test_months_are_made_ahead_and_take_what_lay_in_none(
    keep: Keep, units: Units, database: Database, clock: FakeClock
) -> None:
    await recorded(units, about())
    async with units.write() as unit:
        await unit.repository_events.add([event for event in [fact(about())] if event])
    assert await _partition_of(database) == {"repository_events_default"}
    await keep({})
    assert await _partition_of(database) == {"repository_events_2026_11"}
    async with units.write() as unit:
        assert await unit.partitions.make_ahead(clock.now()) == []
        assert await unit.partitions.make_ahead(make.NOON + timedelta(days=20)) == ["repository_events_2027_03"]


@pytest.mark.postgresql
@pytest.mark.usefixtures("no_months")
async def test_a_month_that_is_over_goes_as_a_whole_and_what_is_in_no_month_goes_by_row(
    keep: Keep, units: Units, database: Database, clock: FakeClock
) -> None:
    old = about(received_at=make.NOON - timedelta(days=500))
    await recorded(units, old, about())
    await keep({})
    assert await _partition_of(database) == {"repository_events_default", "repository_events_2026_11"}
    await Prune(units, clock, retention.KEPT_FOR)({})
    assert await _partition_of(database) == {"repository_events_2026_11"}
    clock.advance(430 * DAY)
    await Prune(units, clock, retention.KEPT_FOR)({})
    assert await _partition_of(database) == set()
    async with database.reading.begin() as connection:
        found = await connection.execute(text("SELECT to_regclass('repository_events_2026_11')"))
        assert found.scalar_one() is None


async def _partition_of(database: Database) -> set[str]:
    async with database.reading.begin() as connection:
        found = await connection.execute(text("SELECT DISTINCT tableoid::regclass::text FROM repository_events"))
        return set(found.scalars())


# --- pruning ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def prune(units: Units, clock: FakeClock) -> Prune:
    return Prune(units, clock, retention.KEPT_FOR)


async def left(database: Database) -> dict[str, int]:
    """Rows by what they are; `facts` is how many deliveries still have theirs."""
    tables = {"deliveries": deliveries, "link_attempts": link_attempts, "run_jobs": run_jobs}
    tables["repository_events"] = repository_events
    found = {name: (await rows(database, table, func.count()))[0][0] for name, table in tables.items()}
    facts = await rows(database, deliveries, deliveries.c.facts, deliveries.c.packed)
    return found | {"facts": sum(1 for plain, packed in facts if plain or packed)}


async def passes(clock: FakeClock, span: timedelta, then: timedelta = timedelta(0)) -> None:
    """Until so long after noon."""
    clock.advance((make.NOON + span + then - clock.now()).total_seconds())


A_LITTLE = timedelta(minutes=15)


async def test_deliveries_lose_their_facts_first_and_their_guid_when_nobody_can_repeat_them(
    keep: Keep, prune: Prune, units: Units, database: Database, clock: FakeClock
) -> None:
    await recorded(units, about(), about(connection=make.SLACK))
    await keep({})
    for span, facts, guids in [
        (timedelta(days=3), 2, 2),
        (timedelta(days=3) + A_LITTLE, 0, 2),
        (timedelta(days=8), 0, 2),
        (timedelta(days=8) + A_LITTLE, 0, 0),
    ]:
        await passes(clock, span)
        await prune({})
        found = await left(database)
        assert (found["facts"], found["deliveries"], found["repository_events"]) == (facts, guids, 1)


async def test_t20_a_guid_stays_as_long_as_github_can_send_it_again(
    keep: Keep, prune: Prune, units: Units, clock: FakeClock
) -> None:
    first = about()
    await recorded(units, first)
    await keep({})
    await passes(clock, timedelta(days=7), A_LITTLE)
    await prune({})
    again = about(guid=first.guid)
    assert await units.record([(again, job_of(again.id))]) == set()


async def test_a_delivery_whose_job_is_not_done_stays_whole(
    keep: Keep, prune: Prune, units: Units, database: Database, clock: FakeClock
) -> None:
    await recorded(units, about())
    await recorded(units, held := about(received_at=make.at(1)), done=False)
    await keep({})
    await passes(clock, timedelta(days=30))
    await prune({})
    async with units.read() as unit:
        assert await unit.deliveries.get(held.id) == held
    assert (await left(database))["deliveries"] == 1


async def test_nothing_is_pruned_before_it_was_read_for_its_facts(
    prune: Prune, units: Units, database: Database, clock: FakeClock
) -> None:
    await recorded(units, about())
    await passes(clock, timedelta(days=30))
    await prune({})
    assert (await left(database))["deliveries"] == 1


@pytest.mark.parametrize(
    ("message_id", "kept_for", "words"), [("", timedelta(days=1), ""), (None, timedelta(days=7), "Did you mean /run?")]
)
async def test_answers_lose_their_words_and_the_way_to_one_person_but_not_their_key(
    prune: Prune,
    units: Units,
    clock: FakeClock,
    message_id: str | None,
    kept_for: timedelta,
    words: str,
) -> None:
    private = place(only_for="U1", response_url="https://hooks.slack.com/commands/1/2/3")
    async with units.write() as unit:
        await unit.answers.add(answer(address=private))
        if message_id is not None:
            await unit.answers.posted(UUID(int=45), message_id)
    for span, text_left, way in [(kept_for, words, private.response_url), (kept_for + A_LITTLE, "", None)]:
        await passes(clock, span)
        await prune({})
        async with units.read() as unit:
            found = await unit.answers.get(UUID(int=45))
            assert await unit.answers.given("comment:1:1")
        assert found == answer(address=place(only_for="U1", response_url=way), message_id=message_id, text=text_left)


async def test_attempts_to_link_go_a_day_after_they_began(
    prune: Prune, units: Units, database: Database, clock: FakeClock
) -> None:
    async with units.write() as unit:
        await unit.link_attempts.add(make.link_attempt())
    for span, count in [(timedelta(days=1), 1), (timedelta(days=1) + A_LITTLE, 0)]:
        await passes(clock, span)
        await prune({})
        assert (await left(database))["link_attempts"] == count


async def test_jobs_of_a_run_go_long_after_its_request_ended_and_the_run_stays(
    prune: Prune, units: Units, database: Database, clock: FakeClock
) -> None:
    ended = {"state": RequestState.SUCCEEDED, "ended_at": make.NOON}
    over = await save_request(units, **ended)
    going = await save_request(
        units, id=UUID(int=43), code="K7QX2N", key="1" * 32, origin=make.origin(line=2), state=RequestState.RUNNING
    )
    async with units.write() as unit:
        await unit.runs.add(make.run(jobs=(make.job(),)))
        await unit.runs.add(make.run(id=UUID(int=99), request=going.id, github_id=6, jobs=(make.job(id=2),)))
    for span, count in [(timedelta(days=100), 2), (timedelta(days=100) + A_LITTLE, 1)]:
        await passes(clock, span)
        await prune({})
        assert (await left(database))["run_jobs"] == count
    async with units.read() as unit:
        assert len(await unit.runs.of_request(over.id)) == 1


async def test_an_operator_may_shorten_history_and_nothing_else(
    keep: Keep, units: Units, database: Database, clock: FakeClock
) -> None:
    await recorded(units, about())
    await keep({})
    await passes(clock, timedelta(days=2))
    shortened = Prune(units, clock, retention.kept_for(timedelta(days=1)))
    before = await left(database)
    counts = await shortened.counts()
    assert {what: count for what, count in counts.items() if count} == {"repository_events": 1}
    assert await left(database) == before
    await shortened.all()
    assert await left(database) == before | {"repository_events": 0}
    assert not any((await shortened.counts()).values())


async def test_much_of_it_goes_in_several_attempts(
    keep: Keep, units: Units, database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.flow.prune.MOST", 200)
    await recorded(units, *[about() for _ in range(250)])
    while await keep({}) is not None:
        pass
    await passes(clock, timedelta(days=9))
    prune = Prune(units, clock, retention.KEPT_FOR)
    assert await prune({}) == clock.now() + timedelta(seconds=1)
    assert (await left(database))["facts"] == 50
    await prune.all()
    assert (await left(database))["deliveries"] == 0


@pytest.mark.sqlite
async def test_the_file_shrinks(keep: Keep, prune: Prune, units: Units, database: Database, clock: FakeClock) -> None:
    async def pages() -> int:
        async with database.reading.begin() as connection:
            return int((await connection.execute(text("PRAGMA page_count"))).scalar_one())

    big = "x" * 3_000
    await recorded(units, *[about(event=big) for _ in range(300)])
    await keep({})
    before = await pages()
    await passes(clock, timedelta(days=9))
    await prune.all()
    assert await pages() < before - 200


@pytest.mark.parametrize(("words", "span"), [("90d", timedelta(days=90)), ("1d", timedelta(days=1))])
def test_a_span_is_written_in_days(words: str, span: timedelta) -> None:
    assert retention.days(words) == span


@pytest.mark.parametrize("words", ["", "0d", "-1d", "90", "3h", "1.5d", "1000000d", "90d\n", "\u0663d"])
def test_what_is_no_span_is_none(words: str) -> None:
    assert retention.days(words) is None
