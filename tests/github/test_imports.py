"""What the adapter costs at start."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("bot.github.edge", {"githubkit", "httpx", "markdown_it", "ruamel.yaml", "jwt"}),
        ("bot.github.inbound", {"githubkit", "httpx", "markdown_it", "ruamel.yaml", "jwt"}),
        ("bot.github.workflows", {"markdown_it", "ruamel.yaml", "githubkit_schemas.latest.models"}),
    ],
)
def test_nothing_heavy_is_imported_before_it_is_used(module: str, absent: set[str]) -> None:
    code = f"import {module}, sys; print(*sorted({absent!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
