"""The API's paths, by noun; every module ends in its `ROUTES`. `PAGES` lie beside the API: for browsers and files."""

from bot.sandbox.github.calls import Route
from bot.sandbox.github.routes import (
    apps,
    checks,
    comments,
    contents,
    deliveries,
    deployments,
    environments,
    graphql,
    history,
    people,
    pulls,
    repositories,
    runs,
    service,
    signin,
    teams,
    threads,
    workflows,
    writing,
)

ROUTES: tuple[Route, ...] = (
    *service.ROUTES,
    *graphql.ROUTES,
    *apps.ROUTES,
    *signin.ROUTES,
    *deliveries.ROUTES,
    *people.ROUTES,
    *teams.ROUTES,
    *checks.ROUTES,  # before `commits/{ref}`, which takes every path below it
    *history.ROUTES,
    *repositories.ROUTES,
    *contents.ROUTES,
    *writing.ROUTES,
    *threads.ROUTES,
    *pulls.ROUTES,
    *comments.ROUTES,
    *workflows.ROUTES,
    *runs.ROUTES,
    *deployments.ROUTES,
    *environments.ROUTES,
)

PAGES: tuple[Route, ...] = (*signin.PAGES, *runs.PAGES)
