"""What an operator's monitoring sees of a day at acme."""

from __future__ import annotations

from pathlib import Path

import aiohttp

from tests.support.slack_story import SlackStory, talking
from tests.support.story import ENTERPRISE, Story


async def test_deliveries_commands_jobs_and_calls_are_counted_without_names(story: Story) -> None:
    await story.types("alice", "/run deploy.yml environment=staging")
    await story.types("rita", "/run deploy.yml environment=staging")
    await story.github.runs[-1].play()
    await story.passes(2)
    text = await _page(story, "/metrics")
    for line in (
        'signalbox_deliveries_total{event="issue_comment",result="recorded"} 2.0',
        'signalbox_commands_total{action="request_opened",reason=""} 1.0',
        'signalbox_commands_total{action="command_refused",reason="permission"} 1.0',
        'signalbox_requests_total{reason="",state="succeeded"} 1.0',
        'signalbox_jobs_total{kind="dispatch",result="done"} 1.0',
        'signalbox_jobs_held{kind="dispatch"} 0.0',
        'signalbox_requests_open{state="running",waiting_for=""} 0.0',
        'signalbox_request_seconds_count{state="succeeded"} 1.0',
        'signalbox_job_seconds_count{kind="dispatch",result="done"} 1.0',
        "signalbox_database_up 1.0",
        "signalbox_dispatch_seconds_count 1.0",
    ):
        assert line in text, line
    dispatched = 'route="/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches",status="%s"} 1.0'
    assert dispatched % (204 if ENTERPRISE else 200) in text
    assert not any(name in text for name in ("alice", "rita", "acme", "shop", "feature"))


async def test_whether_socket_mode_is_connected_is_told(tmp_path: Path) -> None:
    async with talking(tmp_path, socket_mode=True) as chat:
        await chat.slack.sockets.connected(chat.app)
        await chat.ops("alice", "help")
        assert "signalbox_slack_socket_connected 1.0" in await _page(chat, "/metrics")
        chat.app.request_url = "http://127.0.0.1:9/from-now-on-by-http"
        await chat.slack.sockets.stop()
        while "signalbox_slack_socket_connected 0.0" not in (page := await _page(chat, "/metrics")):
            assert "signalbox_slack_socket_connected 1.0" in page


async def test_where_slack_calls_by_http_there_is_no_connection_to_watch(chat: SlackStory) -> None:
    assert "signalbox_slack_socket" not in await _page(chat, "/metrics")


async def test_readiness(story: Story) -> None:
    assert await _page(story, "/readyz") == '{"ready": true, "database": "ok", "engine": "ok"}'


async def _page(story: Story, path: str) -> str:
    async with aiohttp.ClientSession() as browser, browser.get(f"{story.bot.url}{path}") as answer:
        return await answer.text()
