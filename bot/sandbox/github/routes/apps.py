"""The app's own endpoints: itself, its installations, and their tokens."""

import msgspec

from bot.sandbox.github.apps import Installation
from bot.sandbox.github.callers import InstallationCaller
from bot.sandbox.github.calls import Answer, Call, Route
from bot.sandbox.github.paging import counted, listed
from bot.sandbox.github.refusals import Refused, not_found, unprocessable
from bot.sandbox.github.shapes import apps as shape
from bot.sandbox.github.shapes import repositories

UNREACHABLE = "There is at least one repository that does not exist or is not accessible to the parent installation."


class TokenWish(msgspec.Struct):
    repositories: list[str] | None = None
    repository_ids: list[int] | None = None
    permissions: dict[str, str] | None = None


def own_app(call: Call) -> Answer:
    return Answer(shape.own_app(call.world, call.app))


def installations(call: Call) -> Answer:
    return listed(call, list(call.app.installations.values()), lambda each: shape.installation(call.world, each))


def one_installation(call: Call) -> Answer:
    return Answer(shape.installation(call.world, installation_of(call)))


def repository_installation(call: Call) -> Answer:
    found = call.app.installation_on(call.repository.id, call.repository.owner.id)
    return Answer(shape.installation(call.world, found or not_found()))


def create_token(call: Call) -> Answer:
    installation, wish = installation_of(call), call.json(TokenWish)
    chosen = chosen_repositories(call, installation, wish)
    made = call.world.tokens.for_installation(installation, repository_ids=chosen, permissions=wish.permissions)
    return Answer(shape.token(call.world, made), 201)


def chosen_repositories(call: Call, installation: Installation, wish: TokenWish) -> set[int] | None:
    """By name or number; one that is out of reach spoils the whole request."""
    if wish.repositories is None and wish.repository_ids is None:
        return None
    owned = [each for each in call.world.repositories.values() if each.owner.id == installation.account.id]
    reachable = [each for each in owned if installation.covers(each.id)]
    by_name = {each.name.lower(): each.id for each in reachable}
    by_id = {each.id: each.id for each in reachable}
    chosen = [by_name.get(name.lower()) for name in wish.repositories or ()]
    chosen += [by_id.get(number) for number in wish.repository_ids or ()]
    if not chosen or None in chosen:
        unprocessable(UNREACHABLE)
    return {number for number in chosen if number is not None}


def installation_of(call: Call) -> Installation:
    return call.app.installations.get(call.number("installation_id")) or not_found()


def installation_repositories(call: Call) -> Answer:
    caller = token_of(call)
    reachable = [each for each in call.world.repositories.values() if caller.reaches(each)]
    return counted(call, "repositories", reachable, repositories.whole)


def revoke_token(call: Call) -> Answer:
    call.world.tokens.revoke(token_of(call).token)
    return Answer(status=204)


def token_of(call: Call) -> InstallationCaller:
    if not isinstance(call.caller, InstallationCaller):
        raise Refused(403, "You must authenticate with an installation access token.")
    return call.caller


ROUTES = (
    Route("GET", "/app", own_app),
    Route("GET", "/app/installations", installations),
    Route("GET", "/app/installations/{installation_id}", one_installation),
    Route("POST", "/app/installations/{installation_id}/access_tokens", create_token),
    Route("GET", "/repos/{owner}/{repo}/installation", repository_installation),
    Route("GET", "/installation/repositories", installation_repositories),
    Route("DELETE", "/installation/token", revoke_token),
)
