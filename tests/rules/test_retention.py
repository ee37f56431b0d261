"""How long things are kept is what docs/operating.md says."""

from __future__ import annotations

from bot.rules.retention import KEPT_FOR
from tests.house.test_docs import rows, section


def test_the_documentation_names_each_with_its_time_and_reason() -> None:
    table = rows(section("docs/operating.md", "What is kept, and for how long"))
    documented = {row[0].strip("`"): row[1] for row in table if "day" in row[1]}
    assert documented == {what: f"{span.days} day{'s' * (span.days != 1)}" for what, span in KEPT_FOR.items()}
    assert [row for row in table if not all(row)] == []
