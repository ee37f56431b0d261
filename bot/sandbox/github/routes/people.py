"""People: by login, by number, and what they may do in a repository."""

from bot.sandbox.github.accounts import Account, Kind
from bot.sandbox.github.callers import PersonCaller
from bot.sandbox.github.calls import Answer, Call, Route
from bot.sandbox.github.refusals import Refused, not_found
from bot.sandbox.github.roles import legacy
from bot.sandbox.github.shapes import accounts as shape


def by_login(call: Call) -> Answer:
    return Answer(shape.full_account(call.world, call.world.find_account(call.params["username"]) or not_found()))


def by_number(call: Call) -> Answer:
    return Answer(shape.full_account(call.world, call.world.accounts.get(call.number("account_id")) or not_found()))


def myself(call: Call) -> Answer:
    if not isinstance(call.caller, PersonCaller):
        raise call.caller.refusal()
    return Answer(shape.full_account(call.world, call.caller.person))


def permission(call: Call) -> Answer:
    """Somebody without access is answered with `none`; only who is no person at all is not found."""
    person = person_named(call)
    role = call.repository.role_of(person)
    user = shape.collaborator(call.world, person, role)
    return Answer({"permission": legacy(role).value, "role_name": role.value, "user": user})


def person_named(call: Call) -> Account:
    login = call.params["username"]
    found = call.world.find_account(login)
    if found is None or found.kind is not Kind.USER:
        raise Refused(404, f"{login} is not a user")
    return found


ROUTES = (
    Route("GET", "/user", myself),
    Route("GET", "/user/{account_id}", by_number),
    Route("GET", "/users/{username}", by_login),
    Route("GET", "/repos/{owner}/{repo}/collaborators/{username}/permission", permission, ("metadata=read",)),
)
