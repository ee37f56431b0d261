"""People: by login, by number, and what they may do in a repository."""

from bot.sandbox.github.accounts import Account, Kind
from bot.sandbox.github.callers import PersonCaller
from bot.sandbox.github.calls import Answer, Call, Route
from bot.sandbox.github.paging import listed
from bot.sandbox.github.refusals import Refused, not_found
from bot.sandbox.github.roles import FLAGS, legacy
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


def collaborators(call: Call) -> Answer:
    """Whoever has a role here; with `permission` those who may at least that much."""
    affiliation, wanted = call.query.get("affiliation", "all"), FLAGS[call.query.get("permission", "pull")]
    accounts = [call.world.accounts[number] for number in sorted({*call.repository.roles, *owner_of(call)})]
    found = [each for each in accounts if call.repository.role_of(each).reaches(wanted)]
    if affiliation == "outside":
        found = [each for each in found if each.id not in call.repository.owner.members]
    return listed(call, found, lambda each: shape.collaborator(call.world, each, call.repository.role_of(each)))


def owner_of(call: Call) -> set[int]:
    owner = call.repository.owner
    return set() if owner.is_organization else {owner.id}


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
    Route("GET", "/repos/{owner}/{repo}/collaborators", collaborators, ("metadata=read",)),
    Route("GET", "/repos/{owner}/{repo}/collaborators/{username}/permission", permission, ("metadata=read",)),
)
