"""Slack: places of any surface for what is said, links of Slack accounts, default repositories of channels."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# A migration stays as it was written, so it names plain types and nothing of the bot's.
MOMENT = sa.BigInteger()
JSON = sa.Text()
OPEN_LINK = sa.text("unlinked_at IS NULL")
OPEN_ATTEMPT = sa.text("ended_at IS NULL")
MANY = 1_000


def upgrade() -> None:
    """Old rows are taken along; what stands on GitHub gets the address that it always had."""
    _repositories()
    _requests()
    _places("announcements")
    _announcements()
    _places("answers")
    _answers()
    _accounts()
    _link_attempts()
    _bindings()


def _repositories() -> None:
    """Names move between repositories: the one that was known by a name last has it."""
    op.add_column("repositories", sa.Column("named_at", MOMENT, nullable=False, server_default=sa.text("0")))


def _requests() -> None:
    """What a request is about no longer hangs on its having been asked for in a comment.

    Columns are only added: changing others would copy the table on SQLite, and drop the one that runs refer to.
    """
    op.add_column("requests", sa.Column("on_pull_request", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("requests", sa.Column("rerun", JSON))
    table = sa.table("requests", sa.column("id", sa.Uuid), sa.column("origin"), sa.column("on_pull_request"))
    asked_in = op.get_bind().execute(sa.select(table.c.id, table.c.origin)).all()
    on_pull_requests = [{"row": row.id} for row in asked_in if json.loads(row.origin)["on_pull_request"]]
    _each(sa.update(table).where(table.c.id == sa.bindparam("row")).values(on_pull_request=sa.true()), on_pull_requests)


def _places(name: str) -> None:
    """The three columns that named a thread on GitHub become one address."""
    op.add_column(name, sa.Column("place", sa.Text))
    op.add_column(name, sa.Column("address", JSON))
    table = sa.table(
        name,
        sa.column("id", sa.Uuid),
        sa.column("connection_id", sa.Uuid),
        sa.column("repository_id"),
        sa.column("number"),
        sa.column("place"),
        sa.column("address"),
    )
    rows = op.get_bind().execute(sa.select(table)).all()
    change = sa.update(table).where(table.c.id == sa.bindparam("row"))
    _each(change.values(place=sa.bindparam("key"), address=sa.bindparam("told")), [_address(row) for row in rows])


def _address(row: sa.Row[Any]) -> Mapping[str, Any]:
    thread = {
        "type": "github_thread",
        "connection": str(row.connection_id),
        "repository": row.repository_id,
        "number": row.number,
    }
    key = f"{row.connection_id}:{row.repository_id}:{row.number}"
    return {"row": row.id, "key": key, "told": json.dumps(thread, separators=(",", ":"))}


def _announcements() -> None:
    # Renamed types must be told to SQLite by copying the table: a `ts` of Slack in a BIGINT column would become a REAL.
    # https://www.sqlite.org/datatype3.html#determination_of_column_affinity
    with op.batch_alter_table("announcements") as table:
        table.drop_constraint("uq_announcements_place", type_="unique")
        table.drop_constraint("fk_announcements_connection_id_connections", type_="foreignkey")
        table.drop_column("connection_id")
        table.drop_column("repository_id")
        table.drop_column("number")
        table.alter_column("place", existing_type=sa.Text(), nullable=False)
        table.alter_column("address", existing_type=JSON, nullable=False)
        table.alter_column("message_id", existing_type=sa.BigInteger(), type_=sa.Text())
        table.create_unique_constraint("uq_announcements_place", ["request_id", "surface", "place"])
    op.create_index("ix_announcements_surface_message_id", "announcements", ["surface", "message_id"])


def _answers() -> None:
    with op.batch_alter_table("answers") as table:
        table.drop_constraint("fk_answers_connection_id_connections", type_="foreignkey")
        table.drop_column("connection_id")
        table.drop_column("repository_id")
        table.drop_column("number")
        table.alter_column("place", existing_type=sa.Text(), nullable=False)
        table.alter_column("address", existing_type=JSON, nullable=False)
        table.alter_column("message_id", existing_type=sa.BigInteger(), type_=sa.Text())


def _accounts() -> None:
    """An account has one open link, whoever's account it is."""
    op.drop_index("uq_accounts_open_github_link", "accounts")
    op.create_index(
        "uq_accounts_open_link",
        "accounts",
        ["provider", "connection_id", "external_id"],
        unique=True,
        sqlite_where=OPEN_LINK,
        postgresql_where=OPEN_LINK,
    )


def _link_attempts() -> None:
    op.create_table(
        "link_attempts",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("nonce_hash", sa.Text, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("slack_home", sa.Text, nullable=False),
        sa.Column("slack_user", sa.Text, nullable=False),
        sa.Column("slack_name", sa.Text, nullable=False),
        sa.Column("github_connection_id", sa.Uuid, nullable=False),
        sa.Column("browser_hash", sa.Text),
        sa.Column("state_hash", sa.Text),
        sa.Column("verifier", sa.Text),
        sa.Column("github_id", sa.BigInteger),
        sa.Column("github_login", sa.Text),
        sa.Column("slack_proven", sa.Boolean, nullable=False),
        sa.Column("code_hash", sa.Text),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("confirmed_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("version", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name="fk_link_attempts_connection_id_connections"
        ),
        sa.ForeignKeyConstraint(
            ["github_connection_id"], ["connections.id"], name="fk_link_attempts_github_connection_id_connections"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_link_attempts"),
        sa.UniqueConstraint("nonce_hash", name="uq_link_attempts_nonce_hash"),
    )
    op.create_index("ix_link_attempts_browser_hash", "link_attempts", ["browser_hash"])
    op.create_index(
        "uq_link_attempts_open",
        "link_attempts",
        ["connection_id", "slack_home", "slack_user"],
        unique=True,
        sqlite_where=OPEN_ATTEMPT,
        postgresql_where=OPEN_ATTEMPT,
    )


def _bindings() -> None:
    op.create_table(
        "bindings",
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("github_connection_id", sa.Uuid, nullable=False),
        sa.Column("repository_id", sa.BigInteger, nullable=False),
        sa.Column("guests", sa.Boolean, nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column("bound_by", sa.Uuid, nullable=False),
        sa.Column("bound_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["bound_by"], ["people.id"], name="fk_bindings_bound_by_people"),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name="fk_bindings_connection_id_connections"),
        sa.ForeignKeyConstraint(
            ["github_connection_id"], ["connections.id"], name="fk_bindings_github_connection_id_connections"
        ),
        sa.PrimaryKeyConstraint("connection_id", "channel", name="pk_bindings"),
    )


def _each(statement: sa.Update, rows: list[Any]) -> None:
    """Run it for every row, some at a time."""
    for start in range(0, len(rows), MANY):
        op.get_bind().execute(statement, rows[start : start + MANY])
