"""What is told to the instruments: words are bounded, zeros are told, and a late event loop shows."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from bot import measure
from bot.measure import Measure
from bot.model.request import RequestState
from bot.store.jobs import Figures, KindFigures
from bot.web.metrics import MOST_WORDS, OTHER, Metrics, Words
from tests.support import make


class Bench:
    def __init__(self) -> None:
        self.metrics = Metrics("1.2.3")
        self.measure = Measure(self.metrics)

    def value(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(f"signalbox_{name}", labels)

    def series(self, name: str) -> int:
        return sum(len(family.samples) for family in self.metrics.registry.collect() if family.name == name)


@pytest.fixture
def bench() -> Bench:
    return Bench()


# --- words ---------------------------------------------------------------------------------------------------------

HOSTILE = ["", " ", "Push", "a b", "x" * 65, 'x"} 1\nevil{a="', "päng", "../etc", "{x}", "\x00", "acme/shop"]


@pytest.mark.parametrize("word", ["push", "workflow_run", "message.im", "404", "not_in_channel"])
def test_plain_words_stay(word: str) -> None:
    assert Words()(word) == word


@pytest.mark.parametrize("word", HOSTILE)
def test_what_is_no_plain_word_is_other(word: str) -> None:
    assert Words()(word) == OTHER


def test_new_words_end_somewhere_and_old_ones_stay() -> None:
    words = Words(most=2)
    assert [words(word) for word in ("a", "b", "c", "a", "d")] == ["a", "b", OTHER, "a", OTHER]


def test_however_many_events_are_made_up_the_series_are_bounded(bench: Bench) -> None:
    for number in range(10 * MOST_WORDS):
        bench.measure.heard_slack(f"event_{number}", "recorded")
        bench.measure.asked_slack("chat.postMessage", f"error_{number}", 0.1)
    assert bench.series("signalbox_slack_calls") <= 2 * (MOST_WORDS + 1)
    assert bench.series("signalbox_deliveries") <= 4 * (MOST_WORDS + 1) + 4
    assert bench.value("deliveries_total", event=OTHER, result="recorded") == 9 * MOST_WORDS


def test_what_alerts_wait_for_begins_at_zero(bench: Bench) -> None:
    assert bench.value("deliveries_total", event="unknown", result="unsigned") == 0
    assert bench.value("requests_total", state="voided", reason="run_mismatch") == 0
    bench.measure.heard_slack("command", "recorded")
    assert bench.value("deliveries_total", event="command", result="not_stored") == 0


# --- gauges --------------------------------------------------------------------------------------------------------


def test_jobs_are_told_by_kind_and_those_that_are_gone_are_none(bench: Bench) -> None:
    some = KindFigures(ready=3, due=2, held=1, oldest_due=make.at(-30))
    bench.measure.backlog(Figures(kinds={"dispatch": some}), make.NOON)
    found = [bench.value(f"jobs_{state}", kind="dispatch") for state in ("ready", "due", "held")]
    assert (found, bench.value("oldest_due_job_seconds", kind="dispatch")) == ([3, 2, 1], 30)
    bench.measure.backlog(Figures(kinds={}), make.NOON)
    found = [bench.value(f"jobs_{state}", kind="dispatch") for state in ("ready", "due", "held")]
    assert (found, bench.value("oldest_due_job_seconds", kind="dispatch")) == ([0, 0, 0], 0)


def test_a_kind_that_was_only_tried_has_none(bench: Bench) -> None:
    bench.measure.attempted("react", "done", 0.01)
    bench.measure.backlog(Figures(kinds={}), make.NOON)
    assert bench.value("jobs_held", kind="react") == 0
    assert bench.value("job_seconds_count", kind="react", result="done") == 1


def test_open_requests_go_back_to_zero(bench: Bench) -> None:
    bench.measure.open_requests({(RequestState.WAITING, "upstream"): 4})
    assert bench.value("requests_open", state="waiting", waiting_for="upstream") == 4
    assert bench.value("requests_open", state="running", waiting_for="") == 0
    bench.measure.open_requests({})
    assert bench.value("requests_open", state="waiting", waiting_for="upstream") == 0


# --- what happens --------------------------------------------------------------------------------------------------


def test_a_request_that_ends_is_counted_and_timed(bench: Bench) -> None:
    ended = make.request(state=RequestState.FAILED, reason=None, created_at=make.at(0), ended_at=make.at(90))
    bench.measure.moved(ended)
    assert bench.value("requests_total", state="failed", reason="") == 1
    assert bench.value("request_seconds_sum", state="failed") == 90


def test_a_request_that_goes_on_is_not(bench: Bench) -> None:
    before = bench.series("signalbox_requests")
    bench.measure.moved(make.request(state=RequestState.QUEUED, ended_at=None))
    assert bench.series("signalbox_requests") == before


@pytest.mark.parametrize(("status", "word"), [(200, "200"), (502, "502"), (None, "0")])
def test_calls_to_github_are_told_by_template_and_status(bench: Bench, status: int | None, word: str) -> None:
    bench.measure.asked_github("GET", "/repos/{owner}/{repo}", status, 0.2)
    assert bench.value("github_calls_total", method="GET", route="/repos/{owner}/{repo}", status=word) == 1


async def test_a_loop_that_is_held_up_shows(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """It asks at 10 s to be woken at once, and is woken 0.3 s later; then the clock stops."""
    monkeypatch.setattr(measure, "LAG_EVERY_SECONDS", 0.0)
    moments = iter([10.0, 10.3])
    monkeypatch.setattr(asyncio, "get_running_loop", lambda: SimpleNamespace(time=lambda: next(moments)))
    with pytest.raises(RuntimeError, match="StopIteration"):
        await bench.measure.lag()
    assert bench.value("event_loop_lag_seconds_sum") == pytest.approx(0.3)
    assert bench.value("event_loop_lag_seconds_bucket", le="0.25") == 0
