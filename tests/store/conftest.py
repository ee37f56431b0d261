"""A database for each test: SQLite and PostgreSQL, unless the test is marked with the only one that it is about."""

from __future__ import annotations

from tests.support.databases import database_url
from tests.support.databases import on_each as pytest_generate_tests
from tests.support.store import clock, database, migrated, units

__all__ = ["clock", "database", "database_url", "migrated", "pytest_generate_tests", "units"]
