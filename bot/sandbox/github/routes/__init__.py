"""The API's paths, by noun; every module ends in its `ROUTES`."""

from bot.sandbox.github.calls import Route
from bot.sandbox.github.routes import (
    apps,
    comments,
    contents,
    deliveries,
    people,
    repositories,
    runs,
    service,
    threads,
    workflows,
)

ROUTES: tuple[Route, ...] = (
    *service.ROUTES,
    *apps.ROUTES,
    *deliveries.ROUTES,
    *people.ROUTES,
    *repositories.ROUTES,
    *contents.ROUTES,
    *threads.ROUTES,
    *comments.ROUTES,
    *workflows.ROUTES,
    *runs.ROUTES,
)
