"""What a comment looks like in a terminal."""

from __future__ import annotations

import pytest

from bot.transcript import headline, readable, readable_blocks

COMMENT = """\
✅ **Deploy passed** in 2 s · [run](https://github.test/runs/1) · `CODE`

| Job | State | Time |
| :-- | :-- | --: |
| [build](https://github.test/job/1) | ✅ passed | 41 s |
| ship | ✅ passed | 2 m |

Type `/run x environment=<staging>` again.

<!-- signalbox:0189 -->"""


def test_a_comment_reads_like_a_page() -> None:
    assert readable(COMMENT) == (
        "✅ Deploy passed in 2 s · run · `CODE`\n\n"
        "  Job    State     Time\n"
        "  build  ✅ passed  41 s\n"
        "  ship   ✅ passed  2 m\n\n"
        "Type `/run x environment=<staging>` again."
    )


def test_the_headline() -> None:
    assert headline(COMMENT) == "✅ Deploy passed in 2 s · run · `CODE`"


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        (r"\#1 and \<b\>", "#1 and <b>"),
        ("@\u2060everyone", "@everyone"),
        ("<details><summary>12 jobs</summary>\n\nmore\n</details>", "12 jobs\n\nmore"),
        ("", ""),
    ],
)
def test_escapes_and_tags(markdown: str, text: str) -> None:
    assert readable(markdown) == text


def section(text: str) -> dict[str, object]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def button(label: str) -> dict[str, object]:
    return {"type": "button", "action_id": label, "text": {"type": "plain_text", "text": label, "emoji": False}}


def test_blocks_read_like_a_page() -> None:
    blocks: list[dict[str, object]] = [
        section("✅ *Deploy passed* in 2 s · `K7QX2M`"),
        section(
            "<@U012ALICE> (alice) asked for <https://github.test/acme/shop|deploy.\u2060yml>\nwith `dry_run=false`"
        ),
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "_12 more lines._", "verbatim": True}]},
        {"type": "actions", "elements": [button("Cancel"), button("Re-run")]},
    ]
    assert readable_blocks(blocks) == (
        "✅ Deploy passed in 2 s · `K7QX2M`\n\n"
        "@U012ALICE (alice) asked for deploy.yml\nwith `dry_run=false`\n\n"
        "12 more lines.\n\n"
        "[Cancel] [Re-run]"
    )


@pytest.mark.parametrize(
    ("mrkdwn", "text"),
    [
        ("&lt;b&gt; &amp;amp; `a &lt; b`", "<b> &amp; `a < b`"),
        ("```\n$ pytest -q\n*E* 1 &lt; 2\n```", "$ pytest -q\nE 1 < 2"),
        ("<!date^1767268800^{date_short_pretty} at {time}|1 Jan 2026, 12:00 UTC>", "1 Jan 2026, 12:00 UTC"),
        ("<https://github.test>", "https://github.test"),
        ("3 * 4 and snake_case_name", "3 * 4 and snake_case_name"),
        ("@\u2060everyone", "@everyone"),
    ],
)
def test_mrkdwn_reads_like_a_page(mrkdwn: str, text: str) -> None:
    assert readable_blocks([section(mrkdwn)]) == text


def test_no_blocks_are_no_lines() -> None:
    assert readable_blocks([]) == ""
    assert readable_blocks([{"type": "divider"}]) == ""
