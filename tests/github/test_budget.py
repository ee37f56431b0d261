"""How much may be asked of GitHub, and who goes first."""

from __future__ import annotations

from math import isnan

import pytest

from bot.errors import RateLimited
from bot.github.budget import APP, MOST_ACCOUNTS, NAMES, Budget, Turn
from tests.support.clock import START, FakeClock

RESET = int(START.timestamp()) + 1800
HERE, ELSEWHERE = 5, 6


@pytest.fixture
def budget(clock: FakeClock) -> Budget:
    """Of a host that has told of its limits."""
    budget = Budget(clock, jitter=lambda: 0.0)
    budget.hear(HERE, headers(5000))
    return budget


def headers(remaining: int, *, reset: int = RESET, resource: str = "core") -> dict[str, str]:
    return {
        "x-ratelimit-limit": "5000",
        "x-ratelimit-remaining": str(remaining),
        "x-ratelimit-reset": str(reset),
        "x-ratelimit-resource": resource,
    }


def burst(
    budget: Budget, turn: Turn, *, method: str = "PATCH", content: bool = True, installation: int = HERE
) -> tuple[int, float]:
    """How many go out now, and how long the next one has to wait."""
    for sent in range(2_000):
        try:
            budget.take(installation, method, turn, content=content)
        except RateLimited as error:
            return sent, error.retry_after or 0.0
    return 2_000, 0.0


def test_the_last_part_of_a_minute_is_for_what_can_not_wait(budget: Budget, clock: FakeClock) -> None:
    assert burst(budget, Turn.LATER) == (50, 60.0)
    assert burst(budget, Turn.NORMAL) == (16, 60.0)
    assert burst(budget, Turn.FIRST) == (12, 60.0)
    clock.advance(60)
    assert burst(budget, Turn.FIRST) == (78, 60.0)


def test_a_write_costs_five_points_and_a_read_one(budget: Budget) -> None:
    assert burst(budget, Turn.NORMAL, method="POST", content=False)[0] == 156
    assert burst(budget, Turn.FIRST, method="GET", content=False)[0] == 100


def test_an_hour_has_a_limit_of_its_own(budget: Budget, clock: FakeClock) -> None:
    sent = 0
    for _ in range(20):
        sent += burst(budget, Turn.LATER)[0]
        clock.advance(60)
    assert sent == 350
    assert budget.left("content_hour") == 140


def test_one_installation_leaves_the_others_alone(budget: Budget) -> None:
    burst(budget, Turn.FIRST)
    assert burst(budget, Turn.FIRST, installation=ELSEWHERE)[0] == 78


def test_those_who_wait_do_not_all_come_back_at_once(budget: Budget, clock: FakeClock) -> None:
    for _ in range(25):
        budget.take(HERE, "PATCH", Turn.LATER, content=True)
        budget.take(HERE, "PATCH", Turn.LATER, content=True)
        clock.advance(1)
    waits = [burst(budget, Turn.LATER)[1] for _ in range(100)]
    assert waits == sorted(waits)
    assert waits[0] == 35.0
    assert waits[49] == 59.0
    assert waits[99] > 60.0
    assert max(waits.count(each) for each in waits) == 2


def test_githubs_own_count_stops_all_but_what_can_not_wait(budget: Budget, clock: FakeClock) -> None:
    budget.hear(HERE, headers(400))
    assert burst(budget, Turn.LATER) == (0, 1800.0)
    budget.hear(HERE, headers(90))
    assert burst(budget, Turn.NORMAL) == (0, 1800.0)
    budget.take(HERE, "POST", Turn.FIRST, content=False)
    budget.hear(HERE, headers(0))
    assert burst(budget, Turn.FIRST) == (0, 1800.0)
    clock.advance(1800)
    assert burst(budget, Turn.LATER)[0] == 50


def test_an_answer_that_was_overtaken_changes_nothing(budget: Budget) -> None:
    budget.hear(HERE, headers(3000))
    budget.hear(HERE, headers(3010))
    assert budget.left("hour") == 3000
    budget.hear(HERE, headers(4999, reset=RESET + 3600))
    assert budget.left("hour") == 4999
    budget.hear(HERE, headers(1, reset=RESET + 3600, resource="search"))
    assert budget.left("hour") == 4999


@pytest.mark.parametrize("told", [{}, {"x-ratelimit-limit": "soon"}])
def test_a_host_without_limits_is_not_spared(clock: FakeClock, told: dict[str, str]) -> None:
    budget = Budget(clock)
    budget.hear(HERE, told)
    assert burst(budget, Turn.LATER) == (2_000, 0.0)


def test_a_pause_is_for_everybody_and_grows_when_it_did_not_help(budget: Budget, clock: FakeClock) -> None:
    for seconds in (60, 120, 240):
        budget.pause(HERE, 60)
        budget.pause(HERE, 60)  # one that was out at the same time
        assert burst(budget, Turn.FIRST) == (0, seconds)
        clock.advance(seconds)
    budget.hear(HERE, headers(4000))
    budget.pause(HERE, 60)
    assert burst(budget, Turn.FIRST) == (0, 60.0)


def test_no_pause_is_longer_than_two_hours(budget: Budget, clock: FakeClock) -> None:
    for _ in range(9):
        budget.pause(HERE, 3600)
        clock.advance(7200)
    assert burst(budget, Turn.FIRST)[0] == 78


def test_a_pause_ends_a_little_later_than_told_and_not_for_all_at_the_same_moment(clock: FakeClock) -> None:
    budget = Budget(clock, jitter=lambda: 1.0)
    budget.pause(HERE, 60)
    assert burst(budget, Turn.FIRST) == (0, 63.0)


def test_what_is_left_is_that_of_the_installation_that_has_least(budget: Budget) -> None:
    assert {name: budget.left(name) for name in NAMES} == {
        "points": 880,
        "content_minute": 78,
        "content_hour": 490,
        "hour": 5000,
    }
    budget.take(ELSEWHERE, "POST", Turn.NORMAL, content=True)
    budget.take(HERE, "GET", Turn.NORMAL, content=False)
    assert (budget.left("points"), budget.left("content_minute")) == (875, 77)


def test_nothing_is_known_before_github_told_it(clock: FakeClock) -> None:
    assert isnan(Budget(clock).left("hour"))


def test_installations_of_the_past_are_forgotten(budget: Budget, clock: FakeClock) -> None:
    for number in range(MOST_ACCOUNTS):
        budget.take(number, "GET", Turn.NORMAL, content=False)
    clock.advance(7201)
    budget.take(-1, "GET", Turn.NORMAL, content=False)
    assert len(budget._accounts) == 1


def test_what_github_told_of_2100_installations_outlives_all_the_others(budget: Budget, clock: FakeClock) -> None:
    paused, spent, often, busy = 10_001, 10_002, 10_003, 10_004
    budget.pause(APP, 7200)
    budget.pause(often, 60)
    clock.advance(61)
    budget.pause(paused, 7200)
    budget.hear(spent, headers(0, reset=RESET + 7200))
    for number in range(1, 2_101):
        budget.take(number, "GET", Turn.NORMAL, content=False)
        clock.advance(1)
    burst(budget, Turn.FIRST, installation=busy)
    clock.advance(3_000)  # by now the first thousand and more count for nothing
    for number in range(20_000, 22_100):
        budget.take(number, "GET", Turn.NORMAL, content=False)
    assert {APP, paused, spent, often, busy, 2_100} <= budget._accounts.keys()
    assert not set(range(1, 1_500)) & budget._accounts.keys()
    for installation in (APP, paused, spent):
        assert burst(budget, Turn.FIRST, installation=installation)[0] == 0
    budget.pause(often, 60)
    assert burst(budget, Turn.FIRST, installation=often) == (0, 120.0)


def test_however_many_are_in_use_they_are_not_looked_through_each_time(
    budget: Budget, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    forget = Budget._forget

    def counted(self: Budget) -> None:
        looks.append(1)
        forget(self)

    monkeypatch.setattr(Budget, "_forget", counted)
    for number in range(20_000):
        budget.take(number, "GET", Turn.NORMAL, content=False)
    assert len(budget._accounts) == 20_000
    assert len(looks) == 4  # at 2, 4, 8 and 16 thousand


def test_a_clock_that_was_set_back_stops_nothing(budget: Budget, clock: FakeClock) -> None:
    burst(budget, Turn.LATER)
    clock.advance(-1800)
    assert burst(budget, Turn.LATER)[0] == 50
