"""The API's paths, by noun; every module ends in its `ROUTES`. `PAGES` lie beside the API: for browsers and files."""

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
    signin,
    threads,
    workflows,
)

ROUTES: tuple[Route, ...] = (
    *service.ROUTES,
    *apps.ROUTES,
    *signin.ROUTES,
    *deliveries.ROUTES,
    *people.ROUTES,
    *repositories.ROUTES,
    *contents.ROUTES,
    *threads.ROUTES,
    *comments.ROUTES,
    *workflows.ROUTES,
    *runs.ROUTES,
)

PAGES: tuple[Route, ...] = (*signin.PAGES, *runs.PAGES)
