"""Owns apps and their installations: what an app may do, and on which repositories."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.sandbox.github.accounts import Account

# What a chat-ops app asks for; a test narrows it to see a refusal.
PERMISSIONS: Mapping[str, str] = {
    "actions": "write",
    "checks": "write",
    "contents": "read",
    "deployments": "write",
    "issues": "write",
    "members": "read",
    "metadata": "read",
    "pull_requests": "write",
    "statuses": "read",
}
EVENTS = (
    "check_run",
    "deployment",
    "deployment_protection_rule",
    "deployment_status",
    "issue_comment",
    "issues",
    "member",
    "membership",
    "organization",
    "pull_request",
    "pull_request_review",
    "push",
    "repository",
    "team",
    "workflow_dispatch",
    "workflow_job",
    "workflow_run",
)
RANK = {None: 0, "read": 1, "write": 2, "admin": 3}


@cache
def generated_key(number: int) -> str:
    """A private key for the n-th app. Kept for the process: making one costs a tenth of a second."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return pem.decode()


@cache
def public_key(private_key_pem: str) -> str:
    """Kept as well: reading a private key checks it, which takes longer than the rest of a request."""
    key = serialization.load_pem_private_key(private_key_pem.encode(), password=None)
    public = key.public_key()
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


@dataclass(slots=True, eq=False, kw_only=True)
class App:
    id: int
    slug: str
    client_id: str
    client_secret: str
    callback_urls: tuple[str, ...]
    private_key_pem: str
    webhook_secret: str
    webhook_url: str | None  # None: the app's webhook is switched off; set it when the bot listens
    webhook_content_type: str = "json"  # what the app says; deliveries are JSON all the same
    owner: Account
    bot: Account
    hook_id: int
    permissions: dict[str, str]
    events: tuple[str, ...]
    created_at: datetime
    installations: dict[int, "Installation"] = field(default_factory=dict)

    def installation_on(self, repository_id: int, owner_id: int) -> "Installation | None":
        candidates = (each for each in self.installations.values() if each.account.id == owner_id)
        return next((each for each in candidates if each.covers(repository_id)), None)


@dataclass(slots=True, eq=False, kw_only=True)
class Installation:
    id: int
    app: App
    account: Account
    permissions: dict[str, str]
    repository_ids: set[int] | None  # None: all repositories of the account
    created_at: datetime
    suspended_at: datetime | None = None

    def covers(self, repository_id: int) -> bool:
        return self.repository_ids is None or repository_id in self.repository_ids


def suffices(granted: str | None, needed: str) -> bool:
    return RANK.get(granted, 0) >= RANK[needed]
