"""Every other noun: what goes in comes out, and what may happen once happens once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from bot.errors import BotError, Conflict
from bot.model.address import Address
from bot.model.decision import Reason
from bot.model.repository import Visibility
from bot.model.run import Conclusion, Run, RunJob, RunStatus
from bot.store.schema import accounts, audit_entries, repositories, run_jobs
from bot.store.unit import Units
from tests.support import make
from tests.support.clock import FakeClock
from tests.support.rows import announcement, answer, place, save_request, thread
from tests.support.store import connection

GHES = UUID(int=9)


# --- connections and repositories ---------------------------------------------------------------------------------


async def test_a_connection_comes_back_and_keeps_its_slug(units: Units) -> None:
    renamed = replace(connection(name="com", api_url="https://api.acme.ghe.com"), app_id=2, app_slug=None)
    async with units.write() as unit:
        await unit.connections.save(renamed)
        await unit.connections.save(replace(connection(name="ghes"), id=GHES, app_id=None, app_slug=None))
    async with units.read() as unit:
        assert await unit.connections.get(make.CONNECTION) == replace(renamed, app_slug="signalbox")
        assert await unit.connections.by_name("github") is None
        assert [each.name for each in await unit.connections.all()] == ["ghes", "com", "slack"]


async def test_of_two_replicas_that_start_together_one_makes_the_connection(units: Units) -> None:
    with pytest.raises(Conflict, match="github"):
        async with units.write() as unit:
            await unit.connections.save(replace(connection(), id=GHES))
    async with units.read() as unit:
        assert [each.id for each in await unit.connections.all() if each.name == "github"] == [make.CONNECTION]


async def test_a_connection_that_is_not_there_is_our_fault(units: Units) -> None:
    async with units.read() as unit:
        with pytest.raises(BotError, match="no connection"):
            await unit.connections.get(GHES)


async def test_t8_a_repository_is_known_by_its_id_through_renames(units: Units) -> None:
    moved = make.repository(owner="acme-inc", name="store", private=True, default_branch="trunk", installation=None)
    async with units.write() as unit:
        await unit.repositories.save(make.repository())
        await unit.repositories.save(moved)
        await unit.repositories.save(make.repository(id=78))  # somebody took the old name
    async with units.read() as unit:
        assert await unit.repositories.get(make.CONNECTION, 77) == replace(moved, installation=5)
        assert await unit.repositories.get(make.CONNECTION, 78) == make.repository(id=78)
        assert await unit.repositories.get(GHES, 77) is None


async def test_t8_what_was_said_before_a_rename_and_comes_after_it_takes_nothing_back(
    units: Units, clock: FakeClock
) -> None:
    said_at, renamed_at = clock.now(), clock.now() + timedelta(seconds=9)
    clock.advance(60)
    async with units.write() as unit:
        await unit.repositories.save(make.repository(name="store", private=True), renamed_at)
        await unit.repositories.save(make.repository(name="shop", private=False), said_at)
        assert await unit.repositories.get(make.CONNECTION, 77) == make.repository(name="store", private=True)
        await unit.repositories.save(make.repository(name="mall"), renamed_at + timedelta(seconds=9))
        assert await unit.repositories.get(make.CONNECTION, 77) == make.repository(name="mall")


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ((True, Visibility.INTERNAL), Visibility.INTERNAL),
        ((False, Visibility.PUBLIC), Visibility.PUBLIC),
        ((True, None), Visibility.PRIVATE),  # this body does not say, an earlier one did
        ((False, None), None),  # nobody said since it is public
    ],
)
async def test_t14_who_can_read_a_repository_is_kept_as_long_as_it_can_be_so(
    units: Units, told: tuple[bool, Visibility | None], kept: Visibility | None
) -> None:
    private, visibility = told
    async with units.write() as unit:
        await unit.repositories.save(make.repository(private=True, visibility=Visibility.PRIVATE))
        await unit.repositories.save(make.repository(private=private, visibility=visibility))
    async with units.read() as unit:
        found = await unit.repositories.get(make.CONNECTION, 77)
    assert found is not None
    assert (found.private, found.visibility) == (private, kept)


async def test_a_name_means_the_repository_that_bore_it_last(units: Units, clock: FakeClock) -> None:
    async with units.write() as unit:
        await unit.repositories.save(make.repository(id=79, owner="Acme", name="Shop"))
        await unit.repositories.save(make.repository())
        assert await unit.repositories.by_name(make.CONNECTION, "ACME/shop") == make.repository(
            id=79, owner="Acme", name="Shop"
        )  # heard of in the same moment: the younger one
        clock.advance(1)
        await unit.repositories.save(make.repository())
        assert await unit.repositories.by_name(make.CONNECTION, "ACME/shop") == make.repository()
        clock.advance(1)
        await unit.repositories.save(make.repository(name="store"))
        assert await unit.repositories.by_name(make.CONNECTION, "acme/Store") == make.repository(name="store")


async def test_what_every_delivery_repeats_is_not_written_again_and_again(units: Units, clock: FakeClock) -> None:
    named_at = select(repositories.c.named_at)
    async with units.write() as unit:
        await unit.repositories.save(make.repository())
        [first] = await unit.repositories._sql.scalars(named_at)
        clock.advance(0.9)
        await unit.repositories.save(make.repository())
        assert list(await unit.repositories._sql.scalars(named_at)) == [first]
        await unit.repositories.save(make.repository(private=True))
        assert list(await unit.repositories._sql.scalars(named_at)) == [clock.now()]


@pytest.mark.parametrize("name", ["acme/sho", "acme", "acme/shop/x", "acme/%", "acme/sh_p", "", "/"])
async def test_a_name_that_is_not_quite_it_means_nothing(units: Units, name: str) -> None:
    async with units.write() as unit:
        await unit.repositories.save(make.repository())
        assert await unit.repositories.by_name(make.CONNECTION, name) is None
        assert await unit.repositories.by_name(GHES, "acme/shop") is None


@pytest.mark.parametrize(("named", "left"), [((77, 79), [None, 5, 6]), ((), [None, None, 6])])
async def test_an_installation_is_forgotten_where_it_no_longer_reaches(
    units: Units, named: tuple[int, ...], left: list[int | None]
) -> None:
    async with units.write() as unit:
        for id, installation in ((77, 5), (78, 5), (79, 6)):
            await unit.repositories.save(make.repository(id=id, installation=installation))
        await unit.repositories.forget_installation(make.CONNECTION, 5, named)
        found = [await unit.repositories.get(make.CONNECTION, id) for id in (77, 78, 79)]
    assert [each and each.installation for each in found] == left


# --- people -------------------------------------------------------------------------------------------------------


async def test_a_person_is_found_by_the_account_s_id_on_its_host(units: Units) -> None:
    alice = make.person()
    async with units.write() as unit:
        await unit.people.add(alice, make.NOON)
    async with units.read() as unit:
        assert await unit.people.get(alice.id) == alice
        assert await unit.people.by_github(make.account("renamed")) == alice
        assert await unit.people.by_github(make.account("alice", id=2)) is None
        assert await unit.people.by_github(replace(make.account(), connection=GHES)) is None
        assert await unit.people.get(UUID(int=2)) is None


async def test_a_rename_changes_the_label_of_the_open_link(units: Units) -> None:
    async with units.write() as unit:
        await unit.people.add(make.person(), make.NOON)
        await unit.people.rename(make.account("alice-b"))
        found = await unit.people.get(UUID(int=1001))
    assert found == make.person("alice-b")


async def test_t9_an_account_has_one_open_link_and_keeps_those_that_ended(units: Units) -> None:
    again = replace(make.person(), id=UUID(int=2))
    async with units.write() as unit:
        await unit.people.add(make.person(), make.NOON)
    with pytest.raises(Conflict, match="linked already"):
        async with units.write() as unit:
            await unit.people.add(again, make.at(1))
    async with units.write() as unit:
        connection = unit.people._sql
        await connection.execute(accounts.update().values(unlinked_at=make.at(2)))
        assert await unit.people.by_github(make.account()) is None
        await unit.people.add(again, make.at(3))
        await unit.people.rename(make.account("alice-b"))
        rows = (await connection.execute(select(accounts).order_by(accounts.c.linked_at))).all()
    assert [(row.person_id.int, row.login, row.unlinked_at) for row in rows] == [
        (1001, "alice", make.at(2)),
        (2, "alice-b", None),
    ]
    assert {(row.provider, row.method, row.confirmed_at == row.linked_at) for row in rows} == {("github", "seen", True)}


# --- heads --------------------------------------------------------------------------------------------------------


async def test_t4_heads_are_recorded_once_and_told_in_order(units: Units) -> None:
    first, second, third = make.head("a" * 40, -60, "opened"), make.head("b" * 40, -30), make.head("c" * 40, -30)
    back = make.head("a" * 40, -10)
    async with units.write() as unit:
        for head in (back, second, first, third, second, replace(first, source="activity")):
            await unit.heads.record(head)
        await unit.heads.record(replace(first, pull_request=8))
    async with units.read() as unit:
        assert await unit.heads.history(make.CONNECTION, 77, 7) == [first, second, third, back]
        assert await unit.heads.history(GHES, 77, 7) == []


# --- runs ---------------------------------------------------------------------------------------------------------


def job(id: int, **changes: object) -> RunJob:
    base = RunJob(
        id=id,
        name=f"job {id}",
        status=RunStatus.QUEUED,
        conclusion=None,
        started_at=None,
        completed_at=None,
        url=f"https://github.com/acme/shop/actions/runs/555/job/{id}",
    )
    return replace(base, **changes)  # type: ignore[arg-type]


async def test_a_run_comes_back_with_its_jobs_in_github_s_order(units: Units) -> None:
    await save_request(units)
    run = make.run(jobs=(job(3), job(1, status=RunStatus.IN_PROGRESS, started_at=make.at(1))))
    async with units.write() as unit:
        await unit.runs.add(run)
    async with units.read() as unit:
        assert await unit.runs.by_github(make.CONNECTION, 77, 555, 1) == run
        assert await unit.runs.by_github(make.CONNECTION, 77, 555, 2) is None
        assert await unit.runs.by_github(GHES, 77, 555, 1) is None
        assert await unit.runs.claimed(make.CONNECTION, 77, [554, 555]) == {555}
        assert await unit.runs.claimed(GHES, 77, [555]) == frozenset()


async def test_saving_a_run_brings_its_jobs_to_what_is_known_now(units: Units) -> None:
    await save_request(units)
    run = make.run(jobs=(job(1), job(2), job(3)))
    done = job(2, status=RunStatus.COMPLETED, conclusion=Conclusion.FAILURE, completed_at=make.at(9))
    later = replace(
        run,
        status=RunStatus.COMPLETED,
        conclusion=Conclusion.FAILURE,
        verified=True,
        jobs=(job(4), done, job(1)),
        updated_at=make.at(9),
        checked_at=make.at(10),
    )
    async with units.write() as unit:
        await unit.runs.add(run)
        await unit.runs.save(later)
        await unit.runs.save(later)
    async with units.read() as unit:
        assert await unit.runs.of_request(UUID(int=42)) == [later]


async def test_a_run_that_never_was_is_forgotten_with_its_jobs(units: Units) -> None:
    await save_request(units)
    first, refused = make.run(jobs=(job(1),)), make.run(id=UUID(int=60), attempt=2, jobs=(job(2), job(3)))
    async with units.write() as unit:
        await unit.runs.add(first)
        await unit.runs.add(refused)
        await unit.runs.remove(refused)
        await unit.runs.remove(refused)
    async with units.read() as unit:
        assert await unit.runs.of_request(UUID(int=42)) == [first]
        left = await unit.runs._sql.execute(select(run_jobs.c.github_id))
        assert left.scalars().all() == [1]


async def test_attempts_of_a_request_are_told_oldest_first(units: Units) -> None:
    await save_request(units)
    attempts: list[Run] = [make.run(id=UUID(int=60 - number), attempt=number, jobs=()) for number in (2, 1)]
    async with units.write() as unit:
        for attempt in attempts:
            await unit.runs.add(attempt)
    with pytest.raises(Conflict, match="attempt 2, is known already"):
        async with units.write() as unit:
            await unit.runs.add(make.run(id=UUID(int=1), attempt=2))
    async with units.read() as unit:
        assert [each.attempt for each in await unit.runs.of_request(UUID(int=42))] == [1, 2]
        assert await unit.runs.of_request(UUID(int=1)) == []


# --- announcements and answers ------------------------------------------------------------------------------------


PLACES: list[Address] = [
    thread(),
    place(),
    place(thread="1700000000.000100"),
    place(channel="", only_for="U1", response_url="https://hooks.slack.com/commands/T1/1/x"),
]


@pytest.mark.parametrize("address", PLACES)
async def test_an_announcement_comes_back_as_it_went(units: Units, address: Address) -> None:
    await save_request(units)
    place = announcement(address=address)
    async with units.write() as unit:
        await unit.announcements.add(place)
        shown = replace(
            place,
            message_id="1700000000.000100",
            attempted_at=make.at(1),
            text_hash="abc",
            shown_version=3,
            edits=1,
            edited_at=make.NOON,
        )
        saved = await unit.announcements.save(shown)
    assert saved == replace(shown, version=2)
    async with units.read() as unit:
        assert await unit.announcements.get(place.id) == saved
        assert await unit.announcements.of_request(UUID(int=42)) == [saved]
        assert await unit.announcements.get(UUID(int=1)) is None


async def test_a_request_has_one_living_message_per_place(units: Units) -> None:
    await save_request(units)
    async with units.write() as unit:
        await unit.announcements.add(announcement())
        await unit.announcements.add(announcement(id=UUID(int=1), address=thread(8)))
        await unit.announcements.add(announcement(id=UUID(int=3), address=place()))
        await unit.announcements.add(announcement(id=UUID(int=4), address=place(thread="1.2")))
    with pytest.raises(Conflict, match="shown there already"):
        async with units.write() as unit:
            await unit.announcements.add(announcement(id=UUID(int=2)))


async def test_a_living_message_moves_only_to_where_there_is_none(units: Units) -> None:
    await save_request(units)
    async with units.write() as unit:
        await unit.announcements.add(announcement(id=UUID(int=1), address=place("D1")))
        await unit.announcements.add(announcement(address=place()))
        moved = await unit.announcements.save(announcement(address=place("D2")))
    with pytest.raises(Conflict, match="shown there already"):
        async with units.write() as unit:
            await unit.announcements.save(replace(moved, address=place("D1")))
    async with units.read() as unit:
        assert await unit.announcements.get(moved.id) == moved


async def test_t20_an_answer_is_written_once_per_natural_key(units: Units) -> None:
    async with units.write() as unit:
        assert not await unit.answers.given("comment:1:1")
        assert await unit.answers.add(answer())
        assert await unit.answers.given("comment:1:1")
        assert not await unit.answers.add(answer(id=UUID(int=1), text="Something else"))
        assert await unit.answers.add(answer(id=UUID(int=2), natural_key="comment:1:2"))
        assert await unit.answers.get(UUID(int=1)) is None
        assert await unit.answers.get(UUID(int=45)) == answer()


@pytest.mark.parametrize("address", PLACES)
async def test_an_answer_comes_back_as_it_went(units: Units, address: Address) -> None:
    said = answer(address=address, text='{"text":"\\ud83d","blocks":[]}')
    async with units.write() as unit:
        await unit.answers.add(said)
    async with units.read() as unit:
        assert await unit.answers.get(said.id) == said


async def test_an_answer_remembers_its_message_and_forgets_its_words(units: Units) -> None:
    async with units.write() as unit:
        await unit.answers.add(answer())
        await unit.answers.attempting(UUID(int=45), make.at(1))
        await unit.answers.attempting(UUID(int=45), make.at(2))
        await unit.answers.posted(UUID(int=45), "1700000000.000100")
    async with units.read() as unit:
        posted = answer(attempted_at=make.at(2), message_id="1700000000.000100", text="")
        assert await unit.answers.get(UUID(int=45)) == posted


async def test_what_certainly_was_not_posted_is_not_looked_for(units: Units) -> None:
    async with units.write() as unit:
        await unit.answers.add(answer())
        await unit.answers.attempting(UUID(int=45), make.at(1))
        await unit.answers.attempting(UUID(int=45), None)
    async with units.read() as unit:
        assert await unit.answers.get(UUID(int=45)) == answer()


async def test_an_answer_that_was_not_posted_can_be_taken_back(units: Units) -> None:
    async with units.write() as unit:
        await unit.answers.add(answer(natural_key="said"))
        await unit.answers.add(answer(id=UUID(int=46), natural_key="unsaid", attempted_at=make.at(1)))
        await unit.answers.posted(UUID(int=45), "1")
        for key in ("said", "unsaid", "nothing"):
            await unit.answers.withdraw(key)
        assert await unit.answers.given("said")
        assert not await unit.answers.given("unsaid")


# --- audit --------------------------------------------------------------------------------------------------------


async def write(units: Units, **changes: object) -> None:
    entry = {
        "action": "command_refused",
        "at": make.NOON,
        "person": UUID(int=1001),
        "connection": make.CONNECTION,
        "repository": 77,
        "request": None,
        "reason": Reason.PERMISSION,
        "facts": {"seen": "read"},
    }
    async with units.write() as unit:
        await unit.audit.write(**(entry | changes))  # type: ignore[arg-type]


async def test_t25_entries_are_numbered_in_order_and_written_unsealed(units: Units) -> None:
    await write(units)
    await write(units, action="request_opened", person=None, connection=None, repository=None, reason=None, facts={})
    async with units.write() as unit:
        connection = unit.audit._sql
        rows = (await connection.execute(select(audit_entries))).all()
        assert [(row.number, row.action, row.reason, row.facts, row.seal, row.sealed_at) for row in rows] == [
            (1, "command_refused", "permission", {"seen": "read"}, None, None),
            (2, "request_opened", None, {}, None, None),
        ]
        await connection.execute(audit_entries.delete().where(audit_entries.c.number == 2))
    await write(units)
    async with units.read() as unit:
        numbers = (await unit.audit._sql.execute(select(audit_entries.c.number))).scalars().all()
    assert numbers == [1, 3]  # the gap shows


async def test_t26_commands_are_counted_per_person_repository_and_time(units: Units) -> None:
    for changes in (
        {},
        {"action": "query_answered", "reason": None},
        {"repository": 78},
        {"person": UUID(int=2)},
        {"at": make.NOON - timedelta(minutes=5)},
    ):
        await write(units, **changes)
    async with units.read() as unit:
        assert await unit.audit.count_commands(UUID(int=1001), 77, make.NOON) == 2
        assert await unit.audit.count_commands(UUID(int=1001), 77, make.NOON - timedelta(hours=1)) == 3
        assert await unit.audit.count_commands(UUID(int=3), 77, make.NOON) == 0


async def test_t22_another_repository_is_one_that_the_app_reaches_and_of_that_owner_if_there_is_one(
    units: Units, clock: FakeClock
) -> None:
    async with units.write() as unit:
        assert await unit.repositories.another(make.CONNECTION, "acme") is None
        await unit.repositories.save(make.repository(id=76, installation=None))
        assert await unit.repositories.another(make.CONNECTION, "acme") is None
        await unit.repositories.save(make.repository())
        clock.advance(1)
        await unit.repositories.save(make.repository(id=78, owner="other"))
        for owner, found in (("ACME", 77), ("other", 78), ("", 78)):
            another = await unit.repositories.another(make.CONNECTION, owner)
            assert another is not None
            assert another.id == found
        assert await unit.repositories.another(GHES, "acme") is None
