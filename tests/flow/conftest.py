"""A real database for steps."""

from __future__ import annotations

from tests.support.store import clock, database, database_url, migrated, units

__all__ = ["clock", "database", "database_url", "migrated", "units"]
