"""A GitHub made of respx routes, and the client that speaks to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import respx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.github.clients import Clients
from bot.github.transport import GitHubClient
from tests.support.clock import FakeClock
from tests.support.make import CONNECTION

API = "https://api.github.com"
APP_ID = 4242
TOKEN = "ghs_4242_first.token-of-the-tests"
RENAMED = {"id": 77, "name": "store", "full_name": "acme/store", "private": False, "default_branch": "main"}
"""What GitHub says when it is asked for the repository by its number."""
TOKENS_PATH = "/app/installations/5/access_tokens"


@pytest.fixture(scope="session")
def private_key() -> str:
    """The App's key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


@pytest.fixture
def clock() -> FakeClock:
    """Time that stands still."""
    return FakeClock()


@pytest.fixture
def github() -> Iterator[respx.MockRouter]:
    """GitHub: gives tokens that last an hour, and refuses any route that a test did not name."""
    with respx.mock(base_url=API, assert_all_called=False) as router:
        router.post(TOKENS_PATH, name="tokens").mock(return_value=token_answer())
        router.get("/repositories/77", name="by number").respond(200, json=RENAMED)
        yield router


def token_answer(value: str = TOKEN, expires_at: str = "2026-11-21T10:00:00Z") -> httpx.Response:
    """What GitHub says when it gives a token; the clock of the tests starts at nine."""
    return httpx.Response(201, json={"token": value, "expires_at": expires_at, "permissions": {}})


@pytest.fixture
async def client(github: respx.MockRouter, clock: FakeClock, private_key: str) -> AsyncIterator[GitHubClient]:
    """The App on github.com."""
    client = GitHubClient(
        connection=CONNECTION,
        api_url=API,
        app_id=APP_ID,
        private_key=private_key,
        clock=clock,
        user_agent="signalbox/test",
    )
    yield client
    await client.aclose()


@pytest.fixture
def clients(client: GitHubClient) -> Clients:
    """One connection."""
    return Clients(client)
