"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# A migration stays as it was written, so it names plain types and nothing of the bot's.
MOMENT = sa.BigInteger()
JSON = sa.Text()
COUNTED = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN_GITHUB_LINK = sa.text("provider = 'github' AND unlinked_at IS NULL")


def upgrade() -> None:
    """Build them, each after those it refers to."""
    _hosts()
    _people()
    _work()
    _heads()
    _requests()
    _request_indexes()
    _runs()
    _replies()
    _audit()


def _hosts() -> None:
    """GitHub hosts and their repositories."""
    op.create_table(
        "connections",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("api_url", sa.Text, nullable=False),
        sa.Column("server_url", sa.Text, nullable=False),
        sa.Column("app_id", sa.BigInteger),
        sa.Column("app_slug", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_connections"),
        sa.UniqueConstraint("name", name="uq_connections_name"),
    )
    op.create_table(
        "repositories",
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("github_id", sa.BigInteger, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("default_branch", sa.Text, nullable=False),
        sa.Column("installation_id", sa.BigInteger),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name="fk_repositories_connection_id_connections"
        ),
        sa.PrimaryKeyConstraint("connection_id", "github_id", name="pk_repositories"),
    )


def _people() -> None:
    """People and the history of their accounts."""
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("connection_id", sa.Uuid),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("linked_at", MOMENT, nullable=False),
        sa.Column("unlinked_at", MOMENT),
        sa.Column("confirmed_at", MOMENT),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name="fk_accounts_connection_id_connections"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_accounts_person_id_people"),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
    )
    op.create_index("ix_accounts_connection_id_external_id", "accounts", ["connection_id", "external_id"])
    op.create_index("ix_accounts_person_id", "accounts", ["person_id"])
    op.create_index(
        "uq_accounts_open_github_link",
        "accounts",
        ["connection_id", "external_id"],
        unique=True,
        sqlite_where=OPEN_GITHUB_LINK,
        postgresql_where=OPEN_GITHUB_LINK,
    )


def _work() -> None:
    """What came in, and what must happen."""
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("guid", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("action", sa.Text),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name="fk_deliveries_connection_id_connections"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("connection_id", "guid", name="uq_deliveries_connection_id_guid"),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("payload_version", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("run_at", MOMENT, nullable=False),
        sa.Column("again_at", MOMENT),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("last_error", sa.Text),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("kind", "key", name="uq_jobs_kind_key"),
    )
    op.create_index("ix_jobs_state_run_at", "jobs", ["state", "run_at"])


def _heads() -> None:
    """Where pull requests' heads were."""
    op.create_table(
        "heads",
        sa.Column("id", COUNTED, autoincrement=True, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("repository_id", sa.BigInteger, nullable=False),
        sa.Column("pull_request", sa.BigInteger, nullable=False),
        sa.Column("sha", sa.Text, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name="fk_heads_connection_id_connections"),
        sa.PrimaryKeyConstraint("id", name="pk_heads"),
        sa.UniqueConstraint("connection_id", "repository_id", "pull_request", "sha", "since", name="uq_heads_once"),
    )


def _requests() -> None:
    """What people asked to run."""
    op.create_table(
        "requests",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("origin_key", sa.Text, nullable=False),
        sa.Column("origin", JSON, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("repository_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.BigInteger),
        sa.Column("comment_id", sa.BigInteger),
        sa.Column("line", sa.Integer),
        sa.Column("command", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("workflow_id", sa.BigInteger),
        sa.Column("workflow_path", sa.Text, nullable=False),
        sa.Column("workflow_name", sa.Text, nullable=False),
        sa.Column("inputs", JSON, nullable=False),
        sa.Column("environment", sa.Text),
        sa.Column("pin_ref", sa.Text),
        sa.Column("pin_sha", sa.Text),
        sa.Column("pin_source", sa.Text),
        sa.Column("pin_pull_request", sa.BigInteger),
        sa.Column("pin_workflow_blob", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("waiting_for", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("judged_at", MOMENT),
        sa.Column("dispatched_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("version", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name="fk_requests_connection_id_connections"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_requests_person_id_people"),
        sa.PrimaryKeyConstraint("id", name="pk_requests"),
        sa.UniqueConstraint("code", name="uq_requests_code"),
        sa.UniqueConstraint("key", name="uq_requests_key"),
        sa.UniqueConstraint("origin_key", name="uq_requests_origin_key"),
    )


def _request_indexes() -> None:
    """Ways to find requests again."""
    op.create_index(
        "ix_requests_connection_id_repository_id_comment_id",
        "requests",
        ["connection_id", "repository_id", "comment_id"],
    )
    op.create_index(
        "ix_requests_connection_id_repository_id_created_at",
        "requests",
        ["connection_id", "repository_id", "created_at"],
    )
    op.create_index(
        "ix_requests_connection_id_repository_id_number_created_at",
        "requests",
        ["connection_id", "repository_id", "number", "created_at"],
    )
    op.create_index("ix_requests_person_id", "requests", ["person_id"])
    op.create_index("ix_requests_state", "requests", ["state"])
    op.create_index("ix_requests_touched", "requests", ["connection_id", "repository_id", "workflow_id", "environment"])


def _runs() -> None:
    """What ran."""
    op.create_table(
        "runs",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("repository_id", sa.BigInteger, nullable=False),
        sa.Column("github_id", sa.BigInteger, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("request_id", sa.Uuid, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("conclusion", sa.Text),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("verified", sa.Boolean, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("checked_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name="fk_runs_connection_id_connections"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_runs_request_id_requests"),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        sa.UniqueConstraint(
            "connection_id",
            "repository_id",
            "github_id",
            "attempt",
            name="uq_runs_connection_id_repository_id_github_id_attempt",
        ),
    )
    op.create_index("ix_runs_request_id", "runs", ["request_id"])
    op.create_table(
        "run_jobs",
        sa.Column("run_id", sa.Uuid, nullable=False),
        sa.Column("github_id", sa.BigInteger, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("conclusion", sa.Text),
        sa.Column("started_at", MOMENT),
        sa.Column("completed_at", MOMENT),
        sa.Column("url", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_run_jobs_run_id_runs", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "github_id", name="pk_run_jobs"),
    )


def _replies() -> None:
    """What was said, and where."""
    op.create_table(
        "announcements",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("request_id", sa.Uuid, nullable=False),
        sa.Column("surface", sa.Text, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("repository_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("attempted_at", MOMENT),
        sa.Column("text_hash", sa.Text),
        sa.Column("shown_version", sa.Integer, nullable=False),
        sa.Column("edits", sa.Integer, nullable=False),
        sa.Column("edited_at", MOMENT),
        sa.Column("version", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name="fk_announcements_connection_id_connections"
        ),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_announcements_request_id_requests"),
        sa.PrimaryKeyConstraint("id", name="pk_announcements"),
        sa.UniqueConstraint(
            "request_id", "surface", "connection_id", "repository_id", "number", name="uq_announcements_place"
        ),
    )
    op.create_table(
        "answers",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("natural_key", sa.Text, nullable=False),
        sa.Column("surface", sa.Text, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("repository_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("attempted_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name="fk_answers_connection_id_connections"),
        sa.PrimaryKeyConstraint("id", name="pk_answers"),
        sa.UniqueConstraint("natural_key", name="uq_answers_natural_key"),
    )


def _audit() -> None:
    """What was asked, decided and done."""
    op.create_table(
        "audit_entries",
        sa.Column("number", COUNTED, autoincrement=True, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("person_id", sa.Uuid),
        sa.Column("connection_id", sa.Uuid),
        sa.Column("repository_id", sa.BigInteger),
        sa.Column("request_id", sa.Uuid),
        sa.Column("reason", sa.Text),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("seal", sa.Text),
        sa.Column("sealed_at", MOMENT),
        sa.PrimaryKeyConstraint("number", name="pk_audit_entries"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_audit_entries_person_id_repository_id_at", "audit_entries", ["person_id", "repository_id", "at"]
    )
    op.create_index("ix_audit_entries_request_id", "audit_entries", ["request_id"])
