"""Backup, restore and prune as an operator types them: docs/operating.md word for word."""

from __future__ import annotations

import re
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.rules.retention import KEPT_FOR
from bot.store.migrate import upgrade
from tests.test_cli import serving, signalbox


def typed(folder: Path, *words: str) -> Result:
    """The same without a process of its own, where nothing else runs."""
    return CliRunner().invoke(main, list(words), env={"DATABASE_URL": f"sqlite:///{folder / 'cli.db'}"})


def counts(text: str) -> dict[str, int]:
    """The figures that are printed, by their words."""
    return {words.strip(): int(count) for count, words in re.findall(r"^ *(\d+)  (.*)$", text, re.MULTILINE)}


@pytest.mark.slow
def test_from_a_backup_to_the_end_of_maintenance(tmp_path: Path) -> None:
    with serving(tmp_path):
        saved = signalbox(tmp_path, "backup", "copy.db")
        assert re.fullmatch(r"copy\.db has the whole database, [\d,]+ bytes\. Only you can read it; .*\n", saved.stdout)
        assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
        again = signalbox(tmp_path, "backup", "copy.db")
        assert (again.returncode, again.stderr) == (
            1,
            "copy.db exists already, and a backup is not written over another one.\n",
        )
        refused = signalbox(tmp_path, "restore", "copy.db")
        assert refused.returncode == 1
        assert "Another Signalbox (process " in refused.stderr
    restored = signalbox(tmp_path, "restore", "copy.db")
    assert restored.returncode == 0, restored.stderr
    [aside] = tmp_path.glob("cli.db.before-restore-*")
    assert f"What was the database until now is {aside}." in restored.stdout
    assert set(counts(restored.stdout).values()) == {0}
    assert "`signalbox restore --done` ends the maintenance, while it serves." in restored.stdout
    with serving(tmp_path):
        assert signalbox(tmp_path, "restore", "--done").stdout == "Commands count again.\n"
    assert signalbox(tmp_path, "restore", "--done").stdout == "There was no maintenance to end.\n"


def test_a_database_that_was_put_back_by_other_means_is_renewed(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path / 'cli.db'}")
    renewed = typed(tmp_path, "restore", "--renew")
    assert renewed.exit_code == 0, renewed.stderr
    assert "What was the database" not in renewed.stdout
    assert typed(tmp_path, "restore", "--done").stdout == "Commands count again.\n"


@pytest.mark.parametrize("words", [(), ("copy.db", "--done"), ("--done", "--renew")])
def test_a_restore_does_one_thing(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = typed(tmp_path, "restore", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("Name one thing to do:\n  - signalbox restore FILE\n")


def test_pruning_says_how_much_there_was_and_is(tmp_path: Path) -> None:
    path = tmp_path / "cli.db"
    upgrade(f"sqlite:///{path}")
    row = "'01890000000070008000000000000005', ?, 'g', 'workflow_run', 'x', ?, 1, NULL"
    with closing(sqlite3.connect(path)) as rows, rows:
        connection = "01890000000070008000000000000001"
        rows.execute("INSERT INTO connections VALUES (?, 'github', 'https://a', 'https://b', 1, NULL)", (connection,))
        facts = '{"repository":{"id":77},"sender":{"id":1001},"workflow_run":{"id":5}}'
        rows.execute(f"INSERT INTO deliveries VALUES ({row})", (connection, facts))
    too_old = {f"{what.replace('_', ' ')} too old" for what in KEPT_FOR}
    before = counts(typed(tmp_path, "prune", "--dry-run").stdout)
    assert before == dict.fromkeys(too_old, 0)  # not read for its facts yet, so it is kept
    after = typed(tmp_path, "prune").stdout
    figures = {"deliveries": 1, "delivery facts": 1, "repository events": 1}
    words = [
        f"{figures.get(what.replace('_', ' '), 0):8}  {what.replace('_', ' ')} too old, 0 left\n" for what in KEPT_FOR
    ]
    assert after == "".join(words)
    with closing(sqlite3.connect(path)) as rows:
        assert rows.execute("SELECT count(*) FROM deliveries").fetchone() == (0,)


def test_pruning_leaves_more_of_the_history_when_it_is_not_told_otherwise(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path / 'cli.db'}")
    done = typed(tmp_path, "prune", "--older-than", "soon")
    assert done.exit_code == 2
    assert "'soon' is not a number of days, such as 90d." in done.stderr
    assert typed(tmp_path, "prune", "--older-than", "90d").exit_code == 0


@pytest.mark.parametrize("words", [("backup", "copy.db"), ("restore", "copy.db"), ("prune",), ("restore", "--done")])
def test_without_a_database_a_sentence_says_so(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = typed(tmp_path, *words)
    assert done.exit_code == 1
    assert "Traceback" not in done.stderr
    assert re.search(r"There is no database|run `signalbox migrate` first", done.stderr)
    assert list(tmp_path.glob("*.db")) == []
