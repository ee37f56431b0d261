"""What a comment looks like in a terminal."""

from __future__ import annotations

import pytest

from bot.transcript import headline, readable

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
