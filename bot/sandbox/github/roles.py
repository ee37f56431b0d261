"""Owns repository roles and what each may do with every permission of the API."""

from enum import StrEnum


class Role(StrEnum):
    """Ordered from nothing to everything."""

    NONE = "none"
    READ = "read"
    TRIAGE = "triage"
    WRITE = "write"
    MAINTAIN = "maintain"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        return list(Role).index(self)

    def reaches(self, other: "Role") -> bool:
        return self.rank >= other.rank


# `permission` knows four words; the finer role is only in `role_name`.
LEGACY = {Role.MAINTAIN: Role.WRITE, Role.TRIAGE: Role.READ}


def legacy(role: Role) -> Role:
    return LEGACY.get(role, role)


# What a person needs for a write; reading needs `read` everywhere. Whoever can read may comment.
WRITING = {
    "issues": Role.READ,
    "pull_requests": Role.READ,
    "contents": Role.WRITE,
    "actions": Role.WRITE,
    "deployments": Role.WRITE,
    "statuses": Role.WRITE,
    "administration": Role.ADMIN,
}


def level(role: Role, permission: str) -> str | None:
    """The level a person with this role has, as an app's permission would say it."""
    if not role.reaches(Role.READ):
        return None
    return "write" if role.reaches(WRITING.get(permission, Role.ADMIN)) else "read"


FLAGS = {"pull": Role.READ, "triage": Role.TRIAGE, "push": Role.WRITE, "maintain": Role.MAINTAIN, "admin": Role.ADMIN}


def flags(role: Role) -> dict[str, bool]:
    """The `permissions` object of collaborators and repositories."""
    return {name: role.reaches(needed) for name, needed in FLAGS.items()}
