"""What was asked for before a restore may have happened already, and does not count after it (T23)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.model.inbound import CheckButtonPressed, CheckRerunWanted, CommandReceived, CommentChanged, Inbound
from bot.rules import restoring
from tests.support.clock import START
from tests.support.make import CONNECTION, SHA, account, origin, repository

HERE = {"repository": repository(), "check_run": 3, "sha": SHA, "name": "Signalbox", "external_id": "k", "at": START}

ASKED = [
    CommandReceived(origin=origin(created_at=START), repository=repository(), author=account(), line="/run x"),
    CheckButtonPressed(**HERE, identifier="approve", account=account()),  # type: ignore[arg-type]
    CheckRerunWanted(**HERE, account=account()),  # type: ignore[arg-type]
]


@pytest.mark.parametrize("said", ASKED, ids=[type(each).__name__ for each in ASKED])
def test_t23_what_somebody_asked_for_before_it_is_outdated(said: Inbound) -> None:
    assert restoring.outdated(said, START)
    assert not restoring.outdated(said, START - timedelta(seconds=1))


def test_t23_news_are_never_outdated() -> None:
    changed = CommentChanged(
        connection=CONNECTION, repository=77, comment=9001, action="deleted", by=None, at=START - timedelta(days=1)
    )
    assert not restoring.outdated(changed, START)
