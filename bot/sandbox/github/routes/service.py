"""About the server itself: limits, versions, and a word of wisdom."""

from bot.sandbox.github.calls import Answer, Call, Route
from bot.sandbox.github.limits import LIMIT, reset_at

VERSIONS = ("2022-11-28", "2026-03-10")


def rate_limit(call: Call) -> Answer:
    core = {"limit": LIMIT, "remaining": LIMIT, "reset": reset_at(call.world.clock()), "used": 0, "resource": "core"}
    search = core | {"limit": 30, "remaining": 30, "resource": "search"}
    return Answer({"resources": {"core": core, "search": search}, "rate": core})


def meta(call: Call) -> Answer:
    body: dict[str, object] = {"verifiable_password_authentication": call.world.enterprise}
    if call.world.enterprise:
        body["installed_version"] = call.world.version
    return Answer(body)


def versions(call: Call) -> Answer:
    return Answer(list(supported(call.world.enterprise)))


def supported(enterprise: bool) -> tuple[str, ...]:
    """This Enterprise Server is older than the second version."""
    return VERSIONS[:1] if enterprise else VERSIONS


ROUTES = (
    Route("GET", "/rate_limit", rate_limit),
    Route("GET", "/meta", meta),
    Route("GET", "/versions", versions),
)
