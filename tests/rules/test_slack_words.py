"""What Slack does to typed text is undone, and nothing else."""

import pytest

from bot.rules.slack_words import plain, without_call


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("run deploy.yml", "run deploy.yml"),
        ("run x.yml note=a&amp;b", "run x.yml note=a&b"),
        ("run x.yml note=&lt;none&gt;", "run x.yml note=<none>"),
        ("run x.yml note=&amp;lt;", "run x.yml note=&lt;"),
        ("run x.yml host=<http://example.com|example.com>", "run x.yml host=example.com"),
        ("run x.yml url=<https://example.com/a>", "run x.yml url=https://example.com/a"),
        ("explain as <@U012AB3CD|alice> run x.yml", "explain as <@U012AB3CD> run x.yml"),
        ("run x.yml where=<#C012AB3CD|general>", "run x.yml where=#general"),
        ("status <#C012AB3CD|12>", "status #12"),
        ("say <!channel|@channel>", "say @channel"),
        ("mail <mailto:a@example.com|a@example.com>", "mail a@example.com"),
        ("<", "<"),
        ("a > b", "a > b"),
    ],
)
def test_typed_again(sent: str, typed: str) -> None:
    assert plain(sent) == typed


@pytest.mark.parametrize(
    ("words", "bare"),
    [
        ("status", "status"),
        ("/ops status", "status"),
        ("/ops   run deploy.yml", "run deploy.yml"),
        ("/ops", ""),
        ("/opsy status", "/opsy status"),
        ("run /ops", "run /ops"),
    ],
)
def test_the_slash_command_may_be_typed_in_a_message_too(words: str, bare: str) -> None:
    assert without_call(words, "/ops") == bare
