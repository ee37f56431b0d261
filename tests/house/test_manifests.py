"""Files that platforms read: app.json, heroku.yml, Dockerfile.

https://devcenter.heroku.com/articles/app-json-schema
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from bot.settings import Settings
from bot.variables import VARIABLES
from tests.house.source import ROOT

KNOWN: dict[str, type] = {
    "addons": list,
    "buildpacks": list,
    "description": str,
    "env": dict,
    "environments": dict,
    "formation": dict,
    "healthchecks": dict,
    "image": str,
    "keywords": list,
    "logo": str,
    "name": str,
    "repository": str,
    "scripts": dict,
    "stack": str,
    "success_url": str,
    "website": str,
}
"""Heroku's keys, and `healthchecks`, which Dokku reads from the same file."""

MANIFEST: dict[str, Any] = json.loads((ROOT / "app.json").read_text(encoding="utf-8"))
ENV: dict[str, dict[str, Any]] = MANIFEST["env"]


def test_app_json_has_only_keys_that_platforms_know() -> None:
    assert {key for key, value in MANIFEST.items() if not isinstance(value, KNOWN.get(key, ()))} == set()


@pytest.mark.parametrize("name", ENV)
def test_a_variable_of_app_json_has_heroku_s_shape(name: str) -> None:
    entry = ENV[name]
    assert re.fullmatch(r"[A-Z][A-Z0-9_]*", name)
    assert all(isinstance(entry.get(key, ""), str) for key in ("description", "value"))
    assert set(entry) <= {"description", "value", "required", "generator"}
    assert entry["required"] is False, "Signalbox starts without anything and says what is missing"
    assert entry.get("generator", "secret") == "secret"
    assert not ("value" in entry and "generator" in entry)


def test_secrets_that_we_make_up_are_generated_and_no_secret_has_a_value() -> None:
    assert {name for name, entry in ENV.items() if "generator" in entry} == {"SECRET_KEY", "GITHUB_WEBHOOK_SECRET"}
    secret = {variable.name for variable in VARIABLES if variable.secret}
    assert [name for name, entry in ENV.items() if name in secret and "value" in entry] == []


def test_the_server_starts_with_what_app_json_sets() -> None:
    environ = {name: entry["value"] for name, entry in ENV.items() if "value" in entry}
    generated = {name: "0" * 64 for name, entry in ENV.items() if "generator" in entry}
    settings = Settings.from_env({**environ, **generated, "PORT": "5000"})
    assert (settings.host, settings.port, settings.github) == ("0.0.0.0", 5000, None)


def test_one_web_process_runs_and_its_health_is_asked_where_we_answer() -> None:
    assert MANIFEST["formation"]["web"]["quantity"] == 1
    assert [check["path"] for check in MANIFEST["healthchecks"]["web"]] == ["/readyz"]


def test_heroku_builds_the_dockerfile() -> None:
    assert MANIFEST["stack"] == "container"
    assert re.search(r"^    web: Dockerfile$", (ROOT / "heroku.yml").read_text(encoding="utf-8"), re.MULTILINE)


def test_heroku_brings_postgresql_and_each_release_migrates_it() -> None:
    assert MANIFEST["addons"] == ["heroku-postgresql"]
    release = (ROOT / "heroku.yml").read_text(encoding="utf-8").partition("\nrelease:\n")[2]
    assert release.split() == ["image:", "web", "command:", "-", "signalbox", "migrate"]


def test_the_container_checks_hashes_and_does_not_run_as_root() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "pip install --require-hashes --requirement requirements/${PACKAGES}.txt" in dockerfile
    assert "ARG PACKAGES=postgres\n" in dockerfile
    instructions = re.findall(r"^([A-Z]+)", dockerfile, re.MULTILINE)
    assert instructions.index("USER") < instructions.index("CMD")
    assert "/healthz" in dockerfile
    for folder in re.findall(r"^COPY (\w+) \1$", dockerfile, re.MULTILINE):
        assert (ROOT / folder).is_dir()
