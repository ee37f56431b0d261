"""The buttons below a request, in each of its states."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model.decision import Reason
from bot.model.message import ButtonStyle
from bot.model.request import RequestState
from bot.preview.things import request
from bot.rules import buttons

URL = "https://github.com/acme/shop/actions/runs/5"
S = RequestState

TABLE = {
    S.RECEIVED: (["cancel"], ["cancel", "show"]),
    S.WAITING: (["cancel"], ["cancel", "show"]),
    S.QUEUED: (["cancel"], ["cancel", "show"]),
    S.DISPATCHING: (["cancel"], ["cancel", "show"]),
    S.RUNNING: (["cancel"], ["cancel", "show"]),
    S.REFUSED: ([], ["show"]),
    S.REJECTED: ([], ["show"]),
    S.EXPIRED: ([], ["show"]),
    S.VOIDED: ([], ["show"]),
    S.LOST: ([], ["show"]),
    S.CANCELLED: ([], ["rerun", "show"]),
    S.SUCCEEDED: ([], ["rerun", "show"]),
    S.FAILED: ([], ["rerun", "rerun_failed", "show"]),
}
"""Without a run, and with one."""


def actions(state: RequestState, run_url: str | None, reason: Reason | None = None) -> list[str]:
    return [button.action for button in buttons.of(request(state, reason=reason), run_url=run_url)]


def test_the_table_knows_every_state() -> None:
    assert set(TABLE) == set(RequestState)


def test_what_waits_for_an_approval_can_be_said_yes_or_no_to() -> None:
    waiting = replace(request(S.WAITING), waiting_for="approval")
    assert [button.action for button in buttons.of(waiting, run_url=None)] == ["approve", "reject", "cancel"]
    locked = replace(request(S.WAITING), waiting_for="lock")
    assert [button.action for button in buttons.of(locked, run_url=None)] == ["cancel"]


@pytest.mark.parametrize("state", RequestState)
def test_what_can_be_pressed(state: RequestState) -> None:
    assert (actions(state, None), actions(state, URL)) == TABLE[state]


@pytest.mark.parametrize("state", RequestState)
def test_what_is_being_stopped_can_not_be_stopped_again(state: RequestState) -> None:
    assert "cancel" not in actions(state, URL, Reason.CANCELLED_BY_PERSON)


@pytest.mark.parametrize("state", RequestState)
def test_every_button_says_what_it_is_about(state: RequestState) -> None:
    asked = request(state)
    assert all(button.value == str(asked.id) for button in buttons.of(asked, run_url=URL))


def test_stopping_asks_first() -> None:
    cancel, *_ = buttons.of(replace(request(S.RUNNING), code="ABCDEF"), run_url=URL)
    assert cancel.style is ButtonStyle.DANGER
    assert cancel.confirm == "This stops request ABCDEF for everybody who waits for it."
    assert cancel.url is None


def test_the_page_of_the_run_is_opened() -> None:
    assert buttons.of(request(S.RUNNING), run_url=URL)[-1].url == URL
