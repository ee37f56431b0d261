"""What every test run has: at its end, what in the code is getting large."""

from __future__ import annotations

import pytest

from tests.house.sizes import getting_large


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print it when sizes were tested; here, because with several workers only this process has a terminal."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind)]
    if any(report.nodeid.startswith("tests/house/test_sizes.py") for report in reports):
        for line in getting_large():
            terminalreporter.write_line(line)
