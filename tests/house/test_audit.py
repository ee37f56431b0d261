"""Nothing is asked, decided or done without an entry of the audit, and docs/security.md names each of them (T25)."""

from __future__ import annotations

import ast
import re
import typing
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest

from bot.model import intent
from bot.model.intent import Intent
from bot.model.request import RequestState
from tests.house.source import modules, tree
from tests.house.test_docs import rows, section

RUNS: Final = frozenset({"request_opened", "request_waiting", "command_refused"})

ENTRIES: Final[Mapping[type, frozenset[str]]] = {
    intent.Dispatch: RUNS,
    intent.Rerun: RUNS,
    intent.Rollback: RUNS,
    intent.Decide: frozenset({"cancel_asked", "vote_cast", "vote_asked", "vote_refused"}),
    intent.Link: frozenset({"link_asked", "account_linked", "account_unlinked", "link_refused"}),
    intent.Use: frozenset({"channel_bound", "channel_unbound", "channel_refused"}),
    intent.Trust: frozenset({"fork_trusted", "fork_distrusted"}),
    intent.Confirm: frozenset({"config_confirmed"}),
    intent.Lock: frozenset({"lock_taken", "lock_changed"}),
    intent.Unlock: frozenset({"lock_taken_away"}),
    intent.Query: frozenset({"query_answered"}),
}
"""What each intent leaves behind; a new one needs its line here, and code that writes it."""

AT_A_TERMINAL: Final = frozenset({"job_retried", "job_dropped", "pruned", "restored", "maintenance_ended"})

WRITERS: Final = frozenset({"write", "note", "reply", "audit", "_note", "note_generation"})
"""Functions that put an entry into the audit trail, or have it put there."""

SLACK_LEFT: Final = frozenset({"app_uninstalled", "tokens_revoked"})
"""What `left.event` can be."""

MOVE: Final = Path("bot/flow/move.py")
SAME_STATE: Final = frozenset({Path("bot/flow/vote.py"), Path("bot/flow/rejudge.py")})
"""These save requests in the state that they are in."""

STATE: Final = "f'request_{after.state}'"


def written(source: ast.AST) -> Iterator[str]:
    """The words of all entries that some code writes."""
    for node in ast.walk(source):
        if isinstance(node, ast.Call) and _name(node.func) in WRITERS:
            yield from _words([*node.args[1:3], *(each.value for each in node.keywords if each.arg == "action")])
        elif isinstance(node, ast.Assign) and [_name(each) for each in node.targets] == ["action"]:
            yield from _words([node.value])


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _words(nodes: Sequence[ast.expr]) -> Iterator[str]:
    """Constants, and what an f-string makes of the state of a request."""
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.IfExp):
            yield from _words([node.body, node.orelse])
        elif ast.unparse(node) == STATE:
            yield from (f"request_{state}" for state in RequestState)
        elif ast.unparse(node) == "left.event":
            yield from SLACK_LEFT


def all_written() -> frozenset[str]:
    """Of everybody who has a transaction."""
    paths = [path for path in modules("bot") if path.parts[1] in ("flow", "jobs", "keeping.py")]
    return frozenset(word for path in paths for word in written(tree(path)))


def test_every_intent_leaves_an_entry() -> None:
    assert ENTRIES.keys() == {*typing.get_args(Intent)}
    assert {kind.__name__: words - all_written() for kind, words in ENTRIES.items() if words - all_written()} == {}


def test_what_operators_do_leaves_an_entry() -> None:
    assert all_written() >= AT_A_TERMINAL


def test_every_change_of_state_leaves_an_entry() -> None:
    """One function saves requests in another state, and it writes one for each."""
    saving = {path for path in modules("bot") if path.parts[1] == "flow" and "unit.requests.save(" in _text(path)}
    assert saving - SAME_STATE == {MOVE}
    assert {f"request_{state}" for state in RequestState} <= set(written(tree(MOVE)))


def _text(path: Path) -> str:
    return ast.unparse(tree(path))


def test_the_page_names_every_entry() -> None:
    cells = [row[0] for row in rows(section("docs/security.md", "What writes which entry"))]
    named = [word for cell in cells for word in re.findall(r"`(\w+)`", cell)]
    assert len(named) == len(set(named))
    assert sorted(named) == sorted(all_written())


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("unit.audit.write(action='a', at=now)", ["a"]),
        ("note(unit, asker, action='a' if x else 'b')", ["a", "b"]),
        ("self.reply(asker, message, action='a')", ["a"]),
        ("self._note(unit, 'a', person)", ["a"]),
        ("audit(unit, lock, 'a', now)", ["a"]),
        ("action = 'a' if x else 'b' if y else 'c'", ["a", "b", "c"]),
        ("log.info('x', extra={'action': 'a'})", []),
        ("HeadMoved(action='opened')", []),
    ],
)
def test_how_entries_are_found(source: str, words: list[str]) -> None:
    assert [*written(ast.parse(source))] == words
