"""The JSON and the keys of addresses."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BotError
from bot.model.address import Address, CheckPlace, DeploymentPlace, GitHubThread, SlackPlace
from bot.store.addresses import from_json, to_columns

connections = st.integers(min_value=1, max_value=2).map(lambda number: UUID(int=number))
small = st.integers(min_value=1, max_value=2)  # so that two of them often meet
words = st.none() | st.sampled_from(["1.2", "1.3"])
threads = st.builds(GitHubThread, connection=connections, repository=small, number=small)
places = st.builds(
    SlackPlace,
    connection=connections,
    channel=st.sampled_from(["", "C1", "C2"]),
    thread=words,
    only_for=st.none() | st.sampled_from(["U1", "U2"]),
    response_url=st.none() | st.text(),
)

shas = st.sampled_from(["a" * 40, "b" * 40])
checks = st.builds(CheckPlace, connection=connections, repository=small, sha=shas)
deployments = st.builds(
    DeploymentPlace,
    connection=connections,
    repository=small,
    sha=shas,
    environment=st.sampled_from(["production", "Production", "a:b"]),
)
addresses = threads | places | checks | deployments


@given(addresses)
def test_an_address_comes_back_as_it_went(address: Address) -> None:
    columns = to_columns(address)
    assert from_json(columns["address"]) == address
    assert (columns["surface"], columns["place"]) == (address.surface, address.key)


@given(addresses, addresses)
def test_two_addresses_share_a_key_when_they_are_the_same_place(one: Address, other: Address) -> None:
    """But for how to get there: a response URL leads to the same place."""

    def where(address: Address) -> tuple[object, ...]:
        match address:
            case GitHubThread():
                return address.surface, address.connection, address.repository, address.number
            case SlackPlace():
                return address.surface, address.connection, address.channel, address.thread, address.only_for
            case CheckPlace():
                return address.surface, address.connection, address.repository, address.sha
            case DeploymentPlace():
                record = address.connection, address.repository, address.sha
                return address.surface, *record, address.environment.casefold()

    assert ((one.surface, one.key) == (other.surface, other.key)) == (where(one) == where(other))


def test_an_address_of_a_later_version_is_refused() -> None:
    with pytest.raises(BotError, match="does not know the address billboard"):
        from_json({"type": "billboard"})
