"""What will be said: the name of a template and its fields. Words live in templates, escaping in render."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`name` is `<noun>_<past event>`; `templates/<surface>/<name>.<format>.j2` renders it."""

    name: str
    fields: Mapping[str, object]
