"""Which configuration is in force: whatever GitHub answers, there are never fewer gates than before (T13)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.errors import NotFound, RateLimited, Refused, Unreachable, Unwelcome, UpstreamError
from bot.flow.config_layer import HIDDEN, ConfigLayer, Reader
from bot.flow.configure import Configure
from bot.flow.second_person import SecondPerson
from bot.model.config import Config, ConfigFault, ConfigFile, Effective, Environment, KeptConfig, Layer
from bot.model.inbound import RepositoryChanged
from bot.model.merge import Merge
from bot.model.people import GitHubAccount, Role
from bot.model.repository import Repository
from bot.model.snapshot import Review, ReviewState
from bot.rules import superseding
from bot.store.database import Database
from bot.store.schema import audit_entries
from bot.store.unit import Units
from tests.support import make
from tests.support.clock import FakeClock

SHOP = make.repository()
FILE = f"{SHOP.full_name}/.github/signalbox.yml"
ORGANISATION = "acme/.github/.github/signalbox.yml"
A_MINUTE = 61


def file(words: str) -> ConfigFile:
    """A file whose words are gates of production: `reviews lock`."""
    return ConfigFile(blob=words.replace(" ", "").encode().hex().ljust(40, "0"), data=words.encode(), public=True)


def read(data: bytes, *, layer: Layer, file: str) -> Config | Sequence[ConfigFault]:
    words = data.decode().split()
    if "broken" in words:
        return [ConfigFault(problem='unknown key "reviwes"', line=7, column=5, suggestion='Did you mean "reviews"?')]
    production = Environment(name="production", reviews="reviews" in words, lock="lock" in words)
    return Config(environments={"production": production})


def widens(old: Config, new: Config) -> Sequence[str]:
    before, after = old.environment("production"), new.environment("production")
    gone = [name for name in ("reviews", "lock") if getattr(before, name) and not getattr(after, name)]
    return [f"Production needs no {name} any more." for name in gone]


@dataclass
class Files:
    """GitHub's files: a `ConfigFile`, None, or the error it answers with."""

    repository: ConfigFile | UpstreamError | None = None
    organisation: ConfigFile | UpstreamError | None = None
    asked: int = 0
    gate: asyncio.Event | None = None
    began: asyncio.Event = field(default_factory=asyncio.Event)

    async def of_repository(self, repository: Repository, *, commit: str | None = None) -> ConfigFile | None:
        self.asked += 1
        self.began.set()
        if self.gate:
            await self.gate.wait()
        return self._answer(self.repository)

    async def of_organisation(self, repository: Repository) -> ConfigFile | None:
        return self._answer(self.organisation)

    def _answer(self, answer: ConfigFile | UpstreamError | None) -> ConfigFile | None:
        if isinstance(answer, UpstreamError):
            raise answer
        return answer


@dataclass
class GitHub:
    """How a file came to be, and who else is there."""

    merged: Merge | UpstreamError | None = None
    roles: dict[int, Role] = field(default_factory=dict)
    asked: int = 0

    async def merge(self, repository: Repository) -> Merge | None:
        self.asked += 1
        if isinstance(self.merged, UpstreamError):
            raise self.merged
        return self.merged

    async def touched(self, repository: Repository, number: int) -> bool:
        raise AssertionError

    async def others(self, repository: Repository, account: int) -> bool:
        return any(role >= Role.WRITE for id, role in self.roles.items() if id != account)

    async def role(self, repository: Repository, account: GitHubAccount, *, fresh: bool) -> Role:
        assert fresh
        return self.roles.get(account.id, Role.NONE)

    def drop(self, connection: object, repository: int | None) -> None:
        raise AssertionError

    async def find(self, connection: object, owner: str, name: str) -> Repository | None:
        return make.repository(id=78, owner=owner, name=name)


@dataclass
class World:
    files: Files
    github: GitHub
    configure: Configure
    clock: FakeClock
    units: Units

    async def gates(self) -> tuple[set[str], Effective]:
        """What production asks for, and the whole."""
        effective = await self.configure(SHOP)
        production = effective.config.environment("production")
        return {name for name in ("reviews", "lock") if getattr(production, name)}, effective

    async def showed(self, *files: str | None) -> tuple[set[str], Effective]:
        """The last of these, after the others."""
        *before, last = (None if words is None else file(words) for words in files)
        for answer in before:
            await self.shows(answer)
        return await self.shows(last)

    async def kept(self) -> KeptConfig:
        """What is kept of the repository's own file."""
        async with self.units.read() as unit:
            kept = await unit.configs.get(make.CONNECTION, SHOP.id, Layer.REPOSITORY)
        assert kept is not None
        return kept

    async def shows(self, answer: ConfigFile | UpstreamError | None) -> tuple[set[str], Effective]:
        """A minute later GitHub answers so."""
        self.files.repository = answer
        self.clock.advance(A_MINUTE)
        return await self.gates()


@pytest.fixture
async def world(units: Units, clock: FakeClock) -> AsyncIterator[World]:
    async with units.write() as unit:
        await unit.repositories.save(SHOP)
    files, github = Files(), GitHub()
    second = SecondPerson(github, github, github, clock)
    layer = ConfigLayer(units, files, Reader(read), second, clock, widens)
    configure = Configure(units, layer, clock, shared=True)
    yield World(files, github, configure, clock, units)
    await configure.aclose()


ERRORS = [
    pytest.param(Refused("Resource not accessible", status=403), id="403"),
    pytest.param(Unreachable("Broken", status=500), id="500"),
    pytest.param(Unreachable("No answer in time"), id="timeout"),
    pytest.param(RateLimited("Slow down", status=429, retry_after=60), id="429"),
    pytest.param(NotFound("The repository", status=404), id="404 of the repository"),
    pytest.param(Unwelcome("Bad credentials", status=401), id="401"),
]


async def test_t13_first_seen_it_is_in_force_as_it_is(world: World) -> None:
    gates, effective = await world.shows(file("reviews"))
    assert (gates, effective.remarks, effective.broken) == ({"reviews"}, (), None)


async def test_without_any_file_nothing_is_configured(world: World) -> None:
    assert await world.configure(SHOP) == Effective(config=Config())


@pytest.mark.parametrize("error", ERRORS)
async def test_t13_unreadable_keeps_the_last_good_one_and_says_so(world: World, error: UpstreamError) -> None:
    await world.shows(file("reviews lock"))
    gates, effective = await world.shows(error)
    assert gates == {"reviews", "lock"}
    assert effective.remarks == (f"GitHub did not show {FILE}, the last one known is in force.",)
    assert effective.broken is None
    gates, effective = await world.shows(file("reviews lock"))
    assert (gates, effective.remarks) == ({"reviews", "lock"}, ())


@pytest.mark.parametrize("error", [Unreachable("No answer"), RateLimited("Slow down"), Unwelcome("Bad credentials")])
async def test_t13_unreadable_and_never_known_the_command_waits(world: World, error: UpstreamError) -> None:
    world.files.repository = error
    with pytest.raises(type(error)):
        await world.configure(SHOP)


@pytest.mark.parametrize("error", [Refused("Resource not accessible", status=403), NotFound("Not there", status=404)])
async def test_t13_refused_for_ever_and_never_known_no_gate_can_be_told(world: World, error: UpstreamError) -> None:
    world.files.repository = error
    assert (await world.configure(SHOP)).broken == f"GitHub does not show {FILE}: {error}"


async def test_an_answer_that_failed_is_not_believed(world: World) -> None:
    await world.shows(file("lock"))
    await world.shows(Unreachable("No answer"))
    world.files.repository = file("lock reviews")
    assert (await world.gates())[0] == {"lock", "reviews"}


async def test_t13_a_broken_file_leaves_the_last_good_one(world: World) -> None:
    await world.shows(file("reviews"))
    gates, effective = await world.shows(file("broken"))
    assert gates == {"reviews"}
    assert effective.remarks == (
        f'{FILE} is broken: unknown key "reviwes" (line 7, column 5). Did you mean "reviews"? The last good one stays '
        "in force.",
    )


async def test_t13_a_broken_file_that_was_never_good_is_no_gate_known(world: World) -> None:
    _, effective = await world.shows(file("broken"))
    assert effective.broken is not None
    assert effective.broken.startswith(f'{FILE} is broken: unknown key "reviwes" (line 7, column 5).')
    assert (await world.shows(file("reviews")))[0] == {"reviews"}


async def test_t13_what_is_stricter_is_in_force_at_once(world: World) -> None:
    await world.shows(file("reviews"))
    gates, effective = await world.shows(file("reviews lock"))
    assert (gates, effective.remarks) == ({"reviews", "lock"}, ())


@pytest.mark.parametrize(
    ("newer", "gates", "word"), [("lock", {"reviews", "lock"}, "A newer"), (None, {"reviews"}, "")]
)
async def test_t13_what_is_wider_or_gone_waits(world: World, newer: str | None, gates: set[str], word: str) -> None:
    await world.shows(file("reviews"))
    for _ in range(3):
        found, effective = await world.shows(None if newer is None else file(newer))
        assert found == gates
        [remark] = effective.remarks
        named = "gone" if newer is None else file(newer).blob[:12]
        assert remark == (
            f"{word or 'The removal of'} {FILE} ({named}) waits, for it lets through more: Production needs no reviews "
            "any more. Until somebody else with write has approved its pull request, the stricter of old and new is in "
            f"force. Where nobody else has write, an admin types `/config confirm {named}`."
        )


async def test_t13_what_waits_and_asks_for_nothing_more_is_over_when_it_is_taken_back(world: World) -> None:
    await world.shows(file("reviews lock"))
    before = await world.kept()
    await world.shows(file("reviews"))
    gates, effective = await world.shows(file("reviews lock"))
    assert (gates, effective.remarks) == ({"reviews", "lock"}, ())
    assert await world.kept() == before


BOTH = {"reviews", "lock"}


@pytest.mark.parametrize(
    ("shown", "gates", "superseded", "waits"),
    [
        pytest.param(["reviews", "lock", "reviews"], BOTH, ["lock"], True, id="taken back"),
        pytest.param(["reviews", "lock", None], BOTH, ["lock"], True, id="removed"),
        pytest.param(["reviews", "lock", "nothing"], BOTH, ["lock"], True, id="a newer one"),
        pytest.param(["reviews", "lock", "lock"], BOTH, [], True, id="the same"),
        pytest.param(["reviews", "lock", "reviews", "lock"], BOTH, ["lock"], True, id="back and forth"),
        pytest.param(["reviews", "lock", None, "nothing", "reviews"], BOTH, ["lock", "nothing"], True, id="all of it"),
        pytest.param(["reviews", None, "lock", "reviews"], BOTH, ["lock"], True, id="removed before"),
        pytest.param(["reviews", "lock", "broken", "reviews"], BOTH, ["lock"], True, id="broken in between"),
        pytest.param(["reviews", "lock", "reviews", "reviews lock"], BOTH, [], False, id="as strict as all"),
        pytest.param([None, "lock", None, "reviews", "lock"], BOTH, ["reviews"], True, id="nothing at first"),
        pytest.param(["reviews", "nothing", "reviews"], {"reviews"}, [], False, id="only wider"),
        pytest.param(["reviews", None, "reviews"], {"reviews"}, [], False, id="there again"),
    ],
)
async def test_t13_what_was_stricter_in_a_file_that_waited_stays(
    world: World, shown: list[str | None], gates: set[str], superseded: list[str], waits: bool
) -> None:
    found, effective = await world.showed(*shown)
    assert found == gates
    kept = await world.kept()
    assert kept.superseded == tuple(words.encode() for words in superseded)
    assert (kept.waiting_since is not None, bool(effective.remarks)) == (waits, waits)


async def test_t13_the_way_back_is_called_so_with_what_it_takes(world: World) -> None:
    _, effective = await world.showed("reviews", "lock", "reviews")
    named = file("reviews").blob[:12]
    assert effective.remarks == (
        f"The way back to the earlier {FILE} ({named}) waits, for it lets through more: Production needs no lock any "
        "more. Until somebody else with write has approved its pull request, the strictest of old, new and what waited "
        f"in between is in force. Where nobody else has write, an admin types `/config confirm {named}`.",
    )


async def test_t13_a_second_person_lets_go_of_all_that_waited(world: World) -> None:
    world.github.roles = {1002: Role.WRITE}
    await world.shows(file("reviews"))
    await world.shows(file("lock"))
    world.github.merged = merge(file("nothing").blob)
    gates, effective = await world.shows(file("nothing"))
    assert (gates, effective.remarks) == (set(), ())
    assert (await world.kept()).superseded == ()


@pytest.mark.parametrize("answer", [Unreachable("No answer"), file("broken")])
async def test_t13_what_waited_stays_while_github_is_away_too(world: World, answer: ConfigFile | UpstreamError) -> None:
    for words in ("reviews", "lock", "nothing"):
        await world.shows(file(words))
    assert (await world.shows(answer))[0] == BOTH


async def test_t13_after_many_that_waited_later_ones_wait_with_all_they_ask(world: World) -> None:
    """Whoever pushes a lot neither drops a rule that holds, nor fills the database."""
    await world.shows(file("reviews"))
    for number in range(superseding.MOST + 2):
        assert (await world.shows(file(f"nothing {number}")))[0] == {"reviews"}
    full = (await world.kept()).superseded
    assert full == tuple(f"nothing {number}".encode() for number in range(superseding.MOST))
    gates, effective = await world.shows(file("lock"))
    assert gates == {"reviews"}
    assert "the strictest of the 11 files before it is in force, and nothing of it." in effective.remarks[0]
    kept = await world.kept()
    assert (kept.superseded, kept.waiting_blob) == (full, file("lock").blob)
    assert (await world.shows(file("broken")))[0] == {"reviews"}
    gates, effective = await world.shows(file("reviews lock"))
    assert (gates, effective.remarks) == (BOTH, ())


async def test_t13_what_waited_and_can_not_be_read_any_more_is_no_gate_known(world: World) -> None:
    for words in ("reviews", "lock", "nothing"):
        await world.shows(file(words))
    async with world.units.write() as unit:
        await unit.configs.save(replace(await world.kept(), superseded=(b"broken",)))
    for answer in (file("nothing"), file("reviews"), Unreachable("No answer")):
        _, effective = await world.shows(answer)
        assert (effective.broken or "").startswith("This version of Signalbox can not read what was in force as")


@pytest.mark.parametrize("answer", [Unreachable("No answer"), file("broken")])
async def test_t13_while_something_waits_and_github_is_away_the_stricter_of_both_stays(
    world: World, answer: ConfigFile | UpstreamError
) -> None:
    await world.shows(file("reviews"))
    await world.shows(file("lock"))
    assert (await world.shows(answer))[0] == {"reviews", "lock"}


def merge(blob: str | None, **changes: object) -> Merge:
    """Alice's pull request that brought the file, with Bob's approval of its last head."""
    review = Review(author=1002, login="bob", state=ReviewState.APPROVED, sha="d" * 40, can_push=False)
    base = Merge(number=9, head_sha="d" * 40, blob=blob, people=frozenset({1001}), reviews=(review,))
    return replace(base, **changes)  # type: ignore[arg-type]


async def test_t13_a_second_persons_review_lets_it_pass(world: World) -> None:
    world.github.roles = {1001: Role.ADMIN, 1002: Role.WRITE}
    await world.shows(file("reviews"))
    world.github.merged = merge(file("lock").blob)
    gates, effective = await world.shows(file("lock"))
    assert (gates, effective.remarks) == ({"lock"}, ())
    kept = await world.kept()
    assert (kept.blob, kept.waiting_since) == (file("lock").blob, None)


async def test_t13_the_removal_of_the_file_passes_the_same_way(world: World) -> None:
    world.github.roles = {1002: Role.WRITE}
    await world.shows(file("reviews"))
    world.github.merged = merge(None)
    assert (await world.shows(None))[0] == set()


BOB = merge(None).reviews[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"blob": "e" * 40},
        {"people": frozenset({1001, 1002})},
        {"reviews": ()},
        {"reviews": (replace(BOB, sha="c" * 40),)},
        {"reviews": (replace(BOB, state=ReviewState.DISMISSED),)},
        {"reviews": (replace(BOB, state=ReviewState.CHANGES_REQUESTED),)},
        {"reviews": (replace(BOB, author=1003, login="carol"),)},
        {"reviews": (replace(BOB, author=None),)},
    ],
    ids=["other file", "own change", "none", "older commit", "dismissed", "changes requested", "no write", "ghost"],
)
async def test_t13_no_other_review_does(world: World, changes: dict[str, object]) -> None:
    world.github.roles = {1001: Role.ADMIN, 1002: Role.WRITE, 1003: Role.TRIAGE}
    await world.shows(file("reviews"))
    world.github.merged = merge(**{"blob": file("lock").blob, **changes})  # type: ignore[arg-type]
    assert (await world.shows(file("lock")))[0] == {"reviews", "lock"}


async def test_t13_not_to_know_who_approved_is_no_yes_and_asked_once_a_minute(world: World) -> None:
    await world.shows(file("reviews"))
    world.github.merged = Unreachable("No answer")
    await world.shows(file("lock"))
    for _ in range(3):
        assert (await world.configure(SHOP, fresh=True)).remarks
    assert world.github.asked == 1
    world.clock.advance(A_MINUTE)
    await world.configure(SHOP, fresh=True)
    assert world.github.asked == 2


async def test_what_does_not_wait_costs_no_question_about_its_history(world: World) -> None:
    await world.shows(file("reviews"))
    await world.shows(file("reviews lock"))
    assert world.github.asked == 0


async def test_t13_gates_of_the_organisation_wait_as_well(world: World) -> None:
    world.files.organisation = file("reviews")
    await world.shows(file("lock"))
    world.files.organisation = None
    gates, effective = await world.shows(file("lock"))
    assert gates == {"reviews", "lock"}
    assert effective.remarks[0].startswith(f"The removal of {HIDDEN} (gone) waits")


async def test_it_is_believed_for_a_minute_and_asked_once_by_many(world: World) -> None:
    world.files.gate = asyncio.Event()
    many = [asyncio.create_task(world.configure(SHOP)) for _ in range(5)]
    await asyncio.sleep(0)
    world.files.gate.set()
    await asyncio.gather(*many)
    await world.configure(SHOP)
    assert world.files.asked == 1
    world.clock.advance(timedelta(seconds=59).total_seconds())
    await world.configure(SHOP)
    assert world.files.asked == 1
    await world.configure(SHOP, fresh=True)
    assert world.files.asked == 2


@pytest.mark.parametrize("repository", [SHOP.id, None])
async def test_a_push_drops_what_is_believed_at_once(world: World, repository: int | None) -> None:
    await world.shows(file("reviews"))
    world.files.repository = file("reviews lock")
    assert (await world.gates())[0] == {"reviews"}
    world.configure.drop(make.CONNECTION, 78)
    assert (await world.gates())[0] == {"reviews"}
    await world.configure.changed(make.CONNECTION, repository)
    assert (await world.gates())[0] == {"reviews", "lock"}


@pytest.mark.parametrize(
    ("name", "ref", "asked_again"),
    [
        ("shop", "refs/heads/main", True),
        ("shop", None, True),
        ("shop", "refs/heads/feature", False),
        ("shop", "refs/tags/main", False),
        (".github", "refs/heads/main", True),
        (".GitHub", None, True),
        ("other", "refs/heads/main", False),
    ],
)
async def test_news_of_a_repository_count_where_its_file_may_be_part_of_them(
    world: World, name: str, ref: str | None, asked_again: bool
) -> None:
    await world.gates()
    told = make.repository(name=name, id=SHOP.id if name == "shop" else 79)
    await world.configure.told(RepositoryChanged(repository=told, pushed_ref=ref))
    await world.gates()
    assert world.files.asked == 1 + asked_again


async def test_an_answer_from_before_the_push_is_not_believed(world: World) -> None:
    world.files.repository, world.files.gate = file("reviews"), asyncio.Event()
    early = asyncio.create_task(world.configure(SHOP))
    await world.files.began.wait()
    world.configure.drop(make.CONNECTION, SHOP.id)
    world.files.gate.set()
    await early
    world.files.repository = file("reviews lock")
    assert (await world.gates())[0] == {"reviews", "lock"}


async def test_other_replicas_notice(world: World) -> None:
    other = Configure(world.units, world.configure.layer, world.clock, shared=True)
    await other(SHOP)
    asked = world.files.asked
    await other(SHOP)
    assert world.files.asked == asked
    await world.configure.changed(make.CONNECTION, SHOP.id)
    await other(SHOP)
    assert world.files.asked == asked + 1


async def test_a_new_version_that_can_not_read_the_old_file_knows_no_gate(world: World) -> None:
    await world.shows(file("reviews"))
    async with world.units.write() as unit:
        kept = await unit.configs.get(make.CONNECTION, SHOP.id, Layer.REPOSITORY)
        assert kept is not None
        await unit.configs.save(replace(kept, blob="f" * 40, data=b"broken"))
    _, effective = await world.shows(file("lock"))
    assert effective.broken == (
        f"This version of Signalbox can not read what was in force as {FILE}. An admin may put the newer one in force: "
        f"`/config confirm {file('lock').blob[:12]}`."
    )


async def test_every_change_is_in_the_audit(world: World, database: Database) -> None:
    await world.shows(file("reviews"))
    await world.shows(file("lock"))
    await world.shows(file("lock"))
    async with database.reading.begin() as connection:
        statement = select(audit_entries.c.action, audit_entries.c.facts).order_by(audit_entries.c.number)
        entries = [(row.action, row.facts) for row in await connection.execute(statement)]
    absent = {"before": None, "blob": None, "waiting": None}
    reviews, lock = file("reviews").blob, file("lock").blob
    assert sorted(entries[:2], key=str) == [
        ("config_in_force", {**absent, "layer": "organisation"}),
        ("config_in_force", {**absent, "layer": "repository", "blob": reviews}),
    ]
    assert entries[2:] == [
        ("config_waits", {"layer": "repository", "before": reviews, "blob": reviews, "waiting": lock})
    ]
