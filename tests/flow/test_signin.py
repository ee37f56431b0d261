"""Signing in to the pages: one browser, one sign-in, twelve hours, and only our own addresses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.errors import Unreachable
from bot.flow.link_browser import Callback
from bot.flow.signin import Departure, NotSignedIn, SignIn, local
from bot.model.people import GitHubAccount
from bot.store.mint import Mint
from bot.store.unit import Units
from tests.support import make
from tests.support.clock import FakeClock
from tests.support.store import clock, database, database_url, migrated, units

__all__ = ["clock", "database", "database_url", "migrated", "units"]

ALICE = make.account("alice", 1001)


@dataclass
class GitHub:
    """Knows who signs in by the code."""

    asked: list[tuple[str, str]] = field(default_factory=list)
    away: bool = False

    def authorize_url(self, *, state: str, challenge: str, redirect_uri: str) -> str:
        return f"https://github.example/login?state={state}&challenge={challenge}&redirect_uri={redirect_uri}"

    async def who(self, *, code: str, verifier: str, redirect_uri: str) -> GitHubAccount:
        self.asked.append((code, verifier))
        if self.away:
            raise Unreachable("GitHub did not answer")
        return ALICE


@pytest.fixture
def github() -> GitHub:
    return GitHub()


@pytest.fixture
def signin(units: Units, clock: FakeClock, github: GitHub) -> SignIn:
    return SignIn(units=units, github=github, clock=clock, mint=Mint(), public_url="https://box.example")


def back(leaving: Departure, **changes: str) -> Callback:
    """What GitHub sends the browser back with."""
    state = leaving.url.split("state=")[1].split("&")[0]
    return Callback(**{"state": state, "code": "c0de", "error": "", **changes})


@pytest.mark.parametrize(
    ("path", "leads"),
    [
        ("/repos/acme/shop/commands", "/repos/acme/shop/commands"),
        ("/repos/acme/shop/commands#deploy", "/repos/acme/shop/commands#deploy"),
        ("/", "/"),
        (None, "/"),
        ("", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/a//evil.example", "/"),
        ("/%09/evil.example", "/%09/evil.example"),
        ("/..//evil.example", "/"),
        ("/a\r\nLocation: x", "/"),
        ("javascript:alert(1)", "/"),
        ("/" + "a" * 500, "/"),
        ("/" + "a" * 499 + "!", "/"),
    ],
)
def test_only_our_own_addresses(path: str | None, leads: str) -> None:
    assert local(path) == leads


async def test_a_session_lasts_twelve_hours(signin: SignIn, clock: FakeClock) -> None:
    leaving = signin.leave("/repos/acme/shop/commands")
    arrived = await signin.arrive(leaving.kept, back(leaving))
    assert arrived.where == "/repos/acme/shop/commands"
    assert await signin.who(arrived.secret) == ALICE
    clock.advance(timedelta(hours=12).total_seconds() - 1)
    assert await signin.who(arrived.secret) == ALICE
    clock.advance(1)
    assert await signin.who(arrived.secret) is None


async def test_signing_out_ends_it(signin: SignIn) -> None:
    leaving = signin.leave(None)
    arrived = await signin.arrive(leaving.kept, back(leaving))
    await signin.end(arrived.secret)
    assert await signin.who(arrived.secret) is None
    assert await signin.who("") is None
    assert await signin.who("guessed") is None


async def test_another_browser_s_sign_in_is_not_taken(signin: SignIn, github: GitHub) -> None:
    mine, theirs = signin.leave(None), signin.leave(None)
    for kept, callback in (
        (mine.kept, back(theirs)),
        ("", back(mine)),
        (mine.kept, back(mine, state="")),
        ("..", back(mine, state="")),
        (mine.kept.split(".")[0], back(mine)),
    ):
        with pytest.raises(NotSignedIn):
            await signin.arrive(kept, callback)
    assert github.asked == []


async def test_the_verifier_is_the_one_of_the_challenge(signin: SignIn, github: GitHub) -> None:
    leaving = signin.leave(None)
    await signin.arrive(leaving.kept, back(leaving))
    assert github.asked == [("c0de", leaving.kept.split(".")[1])]
    assert leaving.kept.split(".")[1] not in leaving.url


@pytest.mark.parametrize("changes", [{"error": "access_denied"}, {"code": ""}])
async def test_who_cancels_is_not_signed_in(signin: SignIn, github: GitHub, changes: dict[str, str]) -> None:
    leaving = signin.leave(None)
    with pytest.raises(NotSignedIn, match="GitHub did not sign you in"):
        await signin.arrive(leaving.kept, back(leaving, **changes))
    assert github.asked == []


async def test_while_github_is_away_nobody_signs_in(signin: SignIn, github: GitHub) -> None:
    github.away = True
    leaving = signin.leave(None)
    with pytest.raises(NotSignedIn) as caught:
        await signin.arrive(leaving.kept, back(leaving))
    assert caught.value.service_away
