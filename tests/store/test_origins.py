"""Natural keys and the JSON of origins (T20)."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BotError
from bot.model.origin import CheckOrigin, CommentOrigin, Origin, SlackOrigin, SlackVia
from bot.store.origins import from_json, to_columns

small = st.integers(min_value=1, max_value=3)  # so that two of them often meet
moments = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))
origins = st.builds(
    CommentOrigin,
    connection=st.integers(min_value=1, max_value=2).map(lambda number: UUID(int=number)),
    repository=small,
    number=small,
    on_pull_request=st.booleans(),
    comment=small,
    line=small,
    created_at=moments,
    url=st.text(),
    via_app=st.booleans(),
)

words = st.text(max_size=3)
slack_origins = st.builds(
    SlackOrigin,
    connection=st.integers(min_value=1, max_value=2).map(lambda number: UUID(int=number)),
    via=st.sampled_from(SlackVia),
    team=words,
    user=words,
    channel=words,
    thread=st.none() | words,
    message=st.none() | words,
    occurrence=small.map(lambda number: f"{number}.{number}"),
    created_at=moments,
)

presses = st.builds(
    CheckOrigin,
    connection=st.integers(min_value=1, max_value=2).map(lambda number: UUID(int=number)),
    repository=small,
    number=st.none() | small,
    check_run=small,
    identifier=st.sampled_from(["approve", "reject"]),
    created_at=st.sampled_from([datetime(2026, 1, 1, 0, 0, 0, second, tzinfo=UTC) for second in (1, 2)]),
)


@given(origins, origins)
def test_t20_two_origins_share_a_key_when_they_are_the_same_line(one: CommentOrigin, other: CommentOrigin) -> None:
    def line(origin: CommentOrigin) -> tuple[UUID, int, int, int]:
        return origin.connection, origin.repository, origin.comment, origin.line

    assert (one.natural_key == other.natural_key) == (line(one) == line(other))


@given(slack_origins, slack_origins)
def test_t20_two_origins_share_a_key_when_they_are_the_same_deed(one: SlackOrigin, other: SlackOrigin) -> None:
    def deed(origin: SlackOrigin) -> tuple[UUID, SlackVia, str]:
        return origin.connection, origin.via, origin.occurrence

    assert (one.natural_key == other.natural_key) == (deed(one) == deed(other))


@given(presses, presses)
def test_t20_two_origins_share_a_key_when_they_are_the_same_press(one: CheckOrigin, other: CheckOrigin) -> None:
    def press(origin: CheckOrigin) -> tuple[UUID, int, str, datetime]:
        return origin.connection, origin.check_run, origin.identifier, origin.created_at

    assert (one.natural_key == other.natural_key) == (press(one) == press(other))


@given(origins | slack_origins | presses)
def test_an_origin_comes_back_as_it_went(origin: Origin) -> None:
    assert from_json(to_columns(origin)["origin"]) == origin


def test_an_origin_of_a_later_version_is_refused() -> None:
    with pytest.raises(BotError, match="does not know the origin carrier_pigeon"):
        from_json({"type": "carrier_pigeon"})
