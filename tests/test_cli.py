"""The command line as an operator meets it: real processes, a real database, signals."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.jobs.timer import SystemTimer
from bot.model.job import Job
from bot.store.database import Database
from bot.store.jobs import Waiting
from bot.store.migrate import upgrade
from bot.store.unit import Units

pytestmark = pytest.mark.slow

PATIENCE_SECONDS = 30
ROOT = Path(__file__).resolve().parents[1]


def environment(folder: Path, more: Mapping[str, str]) -> dict[str, str]:
    """Only what a process needs, so that nothing of this machine's environment plays along."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "DATABASE_URL": f"sqlite:///{folder / 'cli.db'}", **more}


def signalbox(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", *words]
    return subprocess.run(
        command, cwd=folder, env=environment(folder, more), capture_output=True, text=True, timeout=PATIENCE_SECONDS
    )


@contextmanager
def serving(folder: Path, **more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`signalbox serve` at a port of the system's choice, once its log says where."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"],
        cwd=folder,
        env=environment(folder, {"PORT": "0", **more}),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        lines = iter(process.stderr.readline, "")
        said = next((line for line in lines if "serves at" in line), "")
        found = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert found, "it ended before it listened"
        yield process, found[0]
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def read(url: str, path: str) -> tuple[int, str]:
    with urllib.request.urlopen(f"{url}{path}", timeout=PATIENCE_SECONDS) as answer:
        return answer.status, answer.read().decode()


def test_without_credentials_it_serves_and_says_what_is_missing(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, url):
        assert json.loads(read(url, "/readyz")[1]) == {"ready": True, "database": "ok", "engine": "ok"}
        page = read(url, "/")[1]
        for name in ("GITHUB_APP_ID", "GITHUB_APP_PRIVATE_KEY", "GITHUB_WEBHOOK_SECRET", "settings/apps/new?"):
            assert name in page
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == 0
        assert process.stderr is not None
        written = process.stderr.read()
    assert "Stopping" in written
    assert "Traceback" not in written


def test_a_second_one_on_the_same_database_is_refused_and_jobs_can_be_listed_beside_it(tmp_path: Path) -> None:
    with serving(tmp_path):
        second = signalbox(tmp_path, "serve", PORT="0")
        assert second.returncode == 1
        assert "Another Signalbox (process " in second.stderr
        assert "Traceback" not in second.stderr
        listed = signalbox(tmp_path, "jobs", "list")
        assert (listed.returncode, listed.stdout) == (0, "0 jobs.\n")
        migrated = signalbox(tmp_path, "migrate")
        assert migrated.returncode == 1
        assert "Another Signalbox" in migrated.stderr


def test_manifests_are_printed_for_this_server(tmp_path: Path) -> None:
    address = {"PUBLIC_URL": "https://box.example.com", "SLACK_COMMAND": "/box"}
    github = json.loads(signalbox(tmp_path, "manifest", "github", **address).stdout)
    assert github["hook_attributes"]["url"] == "https://box.example.com/github/webhooks"
    slack = json.loads(signalbox(tmp_path, "manifest", "slack", **address).stdout)
    assert slack["features"]["slash_commands"][0]["command"] == "/box"
    assert slack["settings"]["socket_mode_enabled"] is False
    sockets = json.loads(signalbox(tmp_path, "manifest", "slack", SLACK_APP_TOKEN="xapp-1").stdout)
    assert sockets["settings"]["socket_mode_enabled"] is True
    link = signalbox(tmp_path, "manifest", "slack", "--socket-mode", "--link").stdout
    assert link.startswith("https://api.slack.com/apps?new_app=1&manifest_json=%7B")


@pytest.mark.parametrize("words", [("github",), ("slack",), ("slack", "--socket-mode", "--sign-in")])
def test_a_manifest_that_needs_the_address_says_so(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = signalbox(tmp_path, "manifest", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "PUBLIC_URL is missing: " in done.stderr


def test_every_fault_of_the_environment_is_named_at_once(tmp_path: Path) -> None:
    started = signalbox(tmp_path, "serve", PORT="abc", SWEEP_SECONDS="soon", GITHUB_APP_ID="x")
    assert started.returncode == 2
    for sentence in (
        'PORT must be a whole number from 0 to 65535, got "abc"',
        'SWEEP_SECONDS must be a whole number of seconds from 1 to 86400, got "soon"',
        'GITHUB_APP_ID must be the App\'s number, digits only, got "x"',
        "GITHUB_WEBHOOK_SECRET is missing",
    ):
        assert sentence in started.stderr
    assert not (tmp_path / "cli.db").exists()


def test_where_migrating_at_start_is_switched_off_the_way_is_told(tmp_path: Path) -> None:
    started = signalbox(tmp_path, "serve", PORT="0", MIGRATE_ON_START="false")
    assert started.returncode == 1
    assert "run `signalbox migrate` first" in started.stderr
    assert signalbox(tmp_path, "migrate").stdout == "The database is at the newest schema.\n"


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_postgresql_out_of_reach_is_told_without_its_password(tmp_path: Path, command: str) -> None:
    ended = signalbox(tmp_path, command, PORT="0", DATABASE_URL="postgresql://bot:hunter2@127.0.0.1:1/box")
    assert ended.returncode == 1
    assert "PostgreSQL can not be reached" in ended.stderr
    assert "hunter2" not in ended.stderr


@pytest.mark.parametrize("words", [("jobs", "retry"), ("jobs", "drop", "--yes")])
def test_a_job_that_is_not_held_can_not_be_retried_or_dropped(tmp_path: Path, words: tuple[str, ...]) -> None:
    upgrade(f"sqlite:///{tmp_path / 'cli.db'}")
    unknown = signalbox(tmp_path, *words, "01890000-0000-7000-8000-000000000001")
    assert unknown.returncode == 1
    assert "There is no held job 01890000-0000-7000-8000-000000000001." in unknown.stderr
    nonsense = signalbox(tmp_path, *words, "soon")
    assert nonsense.returncode == 1
    assert "Traceback" not in nonsense.stderr


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path / 'cli.db'}")
    with closing(sqlite3.connect(tmp_path / "cli.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    for words in (("serve",), ("migrate",), ("jobs", "list")):
        done = signalbox(tmp_path, *words, PORT="0")
        assert (done.returncode, "schema" in done.stderr) == (1, True), done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [("serve",), ("migrate",), ("jobs", "list")])
@pytest.mark.parametrize("place", ["a folder", "no database", "out of reach"])
def test_a_database_that_can_not_be_used_is_told_in_a_sentence(
    tmp_path: Path, place: str, words: tuple[str, ...]
) -> None:
    (tmp_path / "a folder").mkdir()
    (tmp_path / "no database").write_text("Dear diary, " * 20)
    where = "/dev/null/signalbox.db" if place == "out of reach" else str(tmp_path / place)
    done = signalbox(tmp_path, *words, PORT="0", DATABASE_URL=f"sqlite:///{where}")
    assert done.returncode == 1
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def test_a_folder_that_is_not_there_yet_is_made(tmp_path: Path) -> None:
    with serving(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path / 'new' / 'cli.db'}") as (_, url):
        assert read(url, "/readyz")[0] == 200


def test_jobs_of_a_database_that_is_not_there_make_none(tmp_path: Path) -> None:
    done = signalbox(tmp_path, "jobs", "list")
    assert (done.returncode, "run `signalbox migrate` first" in done.stderr) == (1, True)
    assert not (tmp_path / "cli.db").exists()


def test_a_port_that_is_taken_is_told_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = signalbox(tmp_path, "serve", PORT=str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "HOST and PORT can not be listened on" in done.stderr
    assert "Traceback" not in done.stderr


async def test_retrying_a_held_delivery_says_what_it_does_not_undo(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'cli.db'}"
    upgrade(url)
    database = Database.open(url)
    try:
        async with Units(database, SystemTimer()).write() as unit:
            job = Job(kind="delivery", key="1", payload={"v": 1, "delivery": "1"})
            (stored,) = await unit.jobs.enqueue([job], SystemTimer().now())
            await unit.jobs.hold([Waiting(job=stored, due=stored.run_at, tries=8, error="BotError: a bug")])
    finally:
        await database.close()
    again = signalbox(tmp_path, "jobs", "retry", str(stored.id))
    assert again.stdout == (
        f"Job {stored.id} is due now. Commands in it whose authors were told that they were not run stay so: their "
        "authors type them again.\n"
    )
