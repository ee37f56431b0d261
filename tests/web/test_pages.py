"""Pages, health, metrics, and what every answer carries."""

from __future__ import annotations

import asyncio
import dataclasses
import platform
from html.parser import HTMLParser

import aiohttp
import pytest
from aiohttp import web

from bot.settings import Settings
from bot.web import app as web_app
from bot.web import health, metrics
from bot.web.pages import Fact, StartPage
from tests.web.conftest import Backstage, Client, Open

HTML = {"Accept": "text/html,application/xhtml+xml"}


class Words(HTMLParser):
    """The text that a reader sees, one entry per piece, and the tags and attributes that carry it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.words += [" ".join(data.split())] if data.strip() else []


async def words(client: Client, path: str = "/") -> Words:
    return Words(await (await client.get(path, headers=HTML)).text())


async def test_the_start_page_of_a_finished_setup(client: Client) -> None:
    assert (await words(client)).words == [
        "Signalbox",
        "Signalbox",
        "Ready",
        "Ask in a comment or in Slack, and the workflow runs.",
        "Signalbox reads commands in pull requests, issues and Slack. It checks with GitHub that you may, pins the "
        "exact commit, starts the GitHub Actions workflow, and keeps one reply up to date until the run ends.",
        "Try it",
        "Write one of these lines in a comment on a pull request or an issue:",
        "/help",
        "lists the commands",
        "/run ci.yml",
        "runs a workflow that has",
        "workflow_dispatch",
        "/status",
        "says how your requests are doing",
        "Configured",
        "Database",
        "SQLite",
        "Signalbox 1.2.3 ·",
        "readiness",
        "·",
        "metrics",
        "Every variable is explained in",
        "docs/config.md",
        "of the source.",
    ]


async def test_the_start_page_says_what_is_missing_and_how_to_get_it(client: Client, behind: Backstage) -> None:
    missing = Settings.from_env({}).missing()
    behind.page = StartPage(version="1.2.3", configured=(), missing=missing)
    seen = (await words(client)).words
    assert "Setup is not finished" in seen
    assert "Try it" not in seen
    steps = [step for gap in missing for step in gap.steps]
    for step in steps:
        assert step.text in seen
        assert set(step.variables) <= set(seen)
    assert [word for word in seen if word.startswith("openssl")] == ["openssl rand -hex 32"]


async def test_text_is_escaped(client: Client, behind: Backstage) -> None:
    fact = Fact(title="<script>alert(1)</script>", text='"><img src=x onerror=alert(1)>')
    behind.page = dataclasses.replace(behind.page, configured=(fact,))
    seen = await words(client)
    assert "script" not in seen.tags
    assert "onerror" not in seen.attributes
    assert "<script>alert(1)</script>" in seen.words


@pytest.mark.parametrize("path", ["/", "/nothing"])
async def test_pages_have_neither_script_nor_style_of_their_own(client: Client, behind: Backstage, path: str) -> None:
    behind.page = dataclasses.replace(behind.page, missing=Settings.from_env({}).missing())
    seen = await words(client, path)
    assert not seen.tags & {"script", "style", "iframe", "object", "form"}
    assert not [name for name in seen.attributes if name == "style" or name.startswith("on")]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/static/signalbox.css", 200),
        ("GET", "/healthz", 200),
        ("GET", "/readyz", 200),
        ("GET", "/metrics", 200),
        ("GET", "/nothing", 404),
        ("DELETE", "/", 405),
        ("POST", "/github/webhooks", 400),
    ],
)
async def test_every_answer_carries_the_security_headers(client: Client, method: str, path: str, status: int) -> None:
    answer = await client.request(method, path)
    assert answer.status == status
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self';")
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert answer.headers["Server"] == "Signalbox"


async def test_browsers_are_held_to_https_only_where_there_is_https(serve: Open) -> None:
    client = await serve(https=False)
    assert "Strict-Transport-Security" not in (await client.get("/")).headers


async def test_the_files_of_the_pages_are_served_and_nothing_else_is(client: Client) -> None:
    css = await client.get("/static/signalbox.css")
    assert (css.status, css.content_type) == (200, "text/css")
    assert "prefers-color-scheme: dark" in await css.text()
    icon = await client.get("/static/signalbox.svg")
    assert (icon.status, icon.content_type) == (200, "image/svg+xml")
    for name in ("start.html.j2", "..%2F..%2Fbot%2Fsettings.py", "signalbox.js"):
        assert (await client.get(f"/static/{name}")).status == 404


async def test_what_is_not_there_is_a_page_for_people_and_a_line_for_programs(client: Client) -> None:
    assert (await words(client, "/nothing")).words == [
        "There is nothing here · Signalbox",
        "Signalbox",
        "404",
        "There is nothing here",
        "Go to the start page",
        ", which says what works here and what is missing.",
    ]
    line = await client.get("/nothing")
    assert (line.status, line.content_type, await line.text()) == (404, "text/plain", "There is nothing here.\n")


async def test_a_wrong_method_names_the_right_one(client: Client) -> None:
    answer = await client.get("/github/webhooks")
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")
    assert await answer.text() == "That is not how this address is used.\n"


async def test_a_page_that_fails_tells_no_inner_details(serve: Open) -> None:
    def broken() -> StartPage:
        raise RuntimeError("a secret path")

    client = await serve(start=broken)
    answer = await client.get("/", headers=HTML)
    assert answer.status == 500
    assert "a secret path" not in await answer.text()


async def test_alive_asks_nobody(serve: Open) -> None:
    client = await serve(ready={})
    answer = await client.get("/healthz")
    assert (answer.status, await answer.json()) == (200, {"alive": True})


async def test_ready_names_each_part(client: Client) -> None:
    answer = await client.get("/readyz")
    assert (answer.status, await answer.json()) == (200, {"ready": True, "database": "ok", "engine": "ok"})


async def no() -> bool:
    return False


async def raises() -> bool:
    raise OSError("no such file: /var/lib/secret-path")


async def hangs() -> bool:
    await asyncio.Event().wait()
    return True


@pytest.mark.parametrize("check", [no, raises, hangs])
async def test_one_part_that_is_not_ready_is_enough(
    serve: Open, behind: Backstage, check: health.Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "CHECK_SECONDS", 0.01)
    client = await serve(ready={"database": check, "engine": behind.yes})
    answer = await client.get("/readyz")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert await answer.json() == {"ready": False, "database": "not ready", "engine": "ok"}


async def test_metrics_are_in_the_text_format(client: Client, behind: Backstage) -> None:
    behind.metrics.jobs.labels("dispatch", "done").inc()
    behind.metrics.requests.labels("refused", "permission").inc()
    behind.metrics.github_calls.labels("GET", "/repos/{owner}/{repo}", "200").inc()
    behind.metrics.jobs_held.labels("dispatch").set(2)
    answer = await client.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    text = await answer.text()
    assert f'signalbox_build_info{{python="{platform.python_version()}",version="1.2.3"}} 1.0' in text
    assert 'signalbox_jobs_total{kind="dispatch",result="done"} 1.0' in text
    assert 'signalbox_requests_total{reason="permission",state="refused"} 1.0' in text
    assert 'signalbox_github_calls_total{method="GET",route="/repos/{owner}/{repo}",status="200"} 1.0' in text
    assert 'signalbox_jobs_held{kind="dispatch"} 2.0' in text


async def test_figures_from_the_database_are_as_of_now(client: Client, behind: Backstage) -> None:
    async def refresh() -> None:
        behind.metrics.jobs_due.labels("dispatch").set(7)

    behind.metrics.refresh = refresh
    text = await (await client.get("/metrics")).text()
    assert 'signalbox_jobs_due{kind="dispatch"} 7.0' in text
    assert "signalbox_database_up 1.0" in text


@pytest.mark.parametrize("hang", [False, True])
async def test_the_other_metrics_are_shown_while_the_database_is_broken(
    client: Client, behind: Backstage, hang: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "REFRESH_SECONDS", 0.01)

    async def refresh() -> None:
        if hang:
            await asyncio.Event().wait()
        raise OSError("disk gone")

    behind.metrics.refresh = refresh
    answer = await client.get("/metrics")
    assert answer.status == 200
    text = await answer.text()
    assert "signalbox_build_info" in text
    assert "signalbox_database_up 0.0" in text


async def test_the_runner_serves_on_a_port_of_its_own(behind: Backstage) -> None:
    application = web_app.create(
        github=None, record=behind.keep, ready={}, start=lambda: behind.page, metrics=behind.metrics, https=False
    )
    runner = web_app.runner(application)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        async with aiohttp.ClientSession() as session, session.get(f"http://{host}:{port}/healthz") as answer:
            assert answer.status == 200
    finally:
        await runner.cleanup()
