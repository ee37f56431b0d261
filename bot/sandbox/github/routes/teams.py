"""Teams of an organization, and who belongs to them."""

from bot.sandbox.github.accounts import Account
from bot.sandbox.github.apps import suffices
from bot.sandbox.github.callers import InstallationCaller, PersonCaller
from bot.sandbox.github.calls import Answer, Call, Route
from bot.sandbox.github.guard import ACCEPTED
from bot.sandbox.github.paging import listed
from bot.sandbox.github.refusals import Refused, not_found
from bot.sandbox.github.shapes import accounts
from bot.sandbox.github.shapes import teams as shape
from bot.sandbox.github.teams import Team

NEEDED = "members=read"


def team(call: Call) -> Answer:
    return Answer(shape.full(team_of(call)))


def membership(call: Call) -> Answer:
    """Who belongs to a team below belongs; who was only invited is pending; everybody else is not found."""
    found, account = team_of(call), call.world.find_account(call.params["username"]) or not_found()
    return Answer(shape.membership(found, account, found.membership_of(account) or not_found()))


def in_organization(call: Call) -> Answer:
    """Who owns an organization is its `admin`."""
    found = call.world.find_account(call.params["org"]) or not_found()
    check_insight(call, found)
    who = call.world.find_account(call.params["username"]) or not_found()
    if who.id not in found.members | found.owners:
        not_found()
    return Answer(shape.in_organization(call.world, found, who))


def members(call: Call) -> Answer:
    """Those of the teams below as well; nobody who was only invited."""
    found = team_of(call)
    active = [each for each in call.world.accounts.values() if is_active(found, each)]
    return listed(call, active, lambda each: accounts.account(call.world, each))


def is_active(team: Team, account: Account) -> bool:
    membership = team.membership_of(account)
    return membership is not None and membership.state == "active"


def team_of(call: Call) -> Team:
    organization = call.world.find_account(call.params["org"]) or not_found()
    check_insight(call, organization)
    return call.world.find_team(organization.login, call.params["team_slug"]) or not_found()


def check_insight(call: Call, organization: Account) -> None:
    """An installation looks into its own organization with `members: read`; people into those they are members of."""
    caller = call.caller
    if isinstance(caller, InstallationCaller):
        if caller.installation.account is not organization:
            not_found()
        if not suffices(caller.granted("members"), "read"):
            raise Refused(403, caller.refusal().message, headers={ACCEPTED: NEEDED})
        return
    if not isinstance(caller, PersonCaller):
        raise caller.refusal()
    if caller.person.id not in organization.members:
        not_found()


ROUTES = (
    Route("GET", "/orgs/{org}/memberships/{username}", in_organization),
    Route("GET", "/orgs/{org}/teams/{team_slug}", team),
    Route("GET", "/orgs/{org}/teams/{team_slug}/members", members),
    Route("GET", "/orgs/{org}/teams/{team_slug}/memberships/{username}", membership),
)
