"""The finished text of every message: `finished/<sample>.md` is what people read, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.preview import SAMPLES
from bot.preview.things import OURS, SERVER
from bot.render.renderer import Renderer
from tests.render.github import seen

FINISHED = Path(__file__).with_name("finished")
TEMPLATES = Path(__file__).parents[2] / "templates"
RENDERER = Renderer(TEMPLATES, None)


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_whole_text(sample: str) -> None:
    assert RENDERER.github(SAMPLES[sample]) + "\n" == (FINISHED / f"{sample}.md").read_text(encoding="utf-8")


def test_every_template_has_a_finished_text() -> None:
    shown = {message.name for message in SAMPLES.values()}
    assert shown == {path.name.split(".")[0] for path in (TEMPLATES / "github").glob("[!_]*.md.j2")}
    assert {path.stem for path in FINISHED.iterdir()} == set(SAMPLES)


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_text_has_no_odd_ends(sample: str) -> None:
    text = RENDERER.github(SAMPLES[sample])
    found = seen(text)
    assert text == text.strip()
    assert "\n\n\n" not in text
    assert not any(line != line.rstrip() for line in text.splitlines())
    assert all(link.startswith((f"{SERVER}/acme/shop/", OURS, "https://acme.slack.com/")) for link in found.links)
    assert {name for kind, name in found.live} <= {"@alice", "@acme", "@octocat"}  # who asked, and who is asked


@pytest.mark.parametrize("sample", SAMPLES)
def test_no_sign_stands_without_a_word(sample: str) -> None:
    """An emoji says nothing to some readers, so words beside it say it again."""
    for line in RENDERER.github(SAMPLES[sample]).splitlines():
        for sign in "✅❌🔄⏳🚫⚪⛔❓⌛⚠":
            if sign in line:
                assert any(char.isalpha() for char in line.split(sign, 1)[1])
