"""The one address of the GraphQL API. What executes it is loaded with the first request."""

from bot.sandbox.github.calls import Answer, Call, Route

PATH = "/graphql"


def post(call: Call) -> Answer:
    from bot.sandbox.github.graphql.execution import answer

    return answer(call)


ROUTES = (Route("POST", PATH, post, prefixed=False),)
