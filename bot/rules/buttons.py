"""Owns which buttons stand below a request's message in each of its states. A button decides nothing: it asks.

What can not be done any more has no button: pressing one and being told so helps nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bot.model.decision import Reason
from bot.model.message import Button, ButtonStyle
from bot.model.request import Request, RequestState
from bot.rules.lifecycle import APPROVAL, FINAL

APPROVE: Final = "approve"
REJECT: Final = "reject"
CANCEL: Final = "cancel"
RERUN: Final = "rerun"
RERUN_FAILED: Final = "rerun_failed"
SHOW: Final = "show"

_RAN: Final = frozenset({RequestState.SUCCEEDED, RequestState.FAILED, RequestState.CANCELLED})
"""Ends after which running the same again makes sense: `voided` and `lost` want a look first."""


def of(request: Request, *, run_url: str | None) -> tuple[Button, ...]:
    """The buttons of the request as it stands. `run_url` is the page of its run; None while there is none."""
    value = str(request.id)
    buttons: list[Button] = list(_votes(request, value))
    if request.state not in FINAL and request.reason is not Reason.CANCELLED_BY_PERSON:
        buttons.append(_cancel(request, value))
    if request.state in _RAN and run_url is not None:
        buttons.append(Button(action=RERUN, label="Re-run", value=value))
    if request.state is RequestState.FAILED and run_url is not None:
        buttons.append(Button(action=RERUN_FAILED, label="Re-run failed", value=value))
    if run_url is not None:
        buttons.append(Button(action=SHOW, label="Show on GitHub", value=value, url=run_url))
    return tuple(buttons)


def _votes(request: Request, value: str) -> Iterator[Button]:
    """Whether somebody may say it is judged when they do."""
    if request.state is RequestState.WAITING and request.waiting_for == APPROVAL:
        yes, no = f"This is your yes to request {request.code}.", f"This ends request {request.code}."
        yield Button(action=APPROVE, label="Approve", value=value, style=ButtonStyle.PRIMARY, confirm=yes)
        yield Button(action=REJECT, label="Reject", value=value, confirm=no)


def _cancel(request: Request, value: str) -> Button:
    question = f"This stops request {request.code} for everybody who waits for it."
    return Button(action=CANCEL, label="Cancel", value=value, style=ButtonStyle.DANGER, confirm=question)
