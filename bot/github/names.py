"""Owns what a repository is called now: its number stays, its name and its owner may change (T8)."""

from __future__ import annotations

from dataclasses import replace

from bot.errors import Refused
from bot.github.facts import RepositoryFacts
from bot.model.repository import Repository, Visibility


def moved(known: Repository, facts: RepositoryFacts, installation: int) -> Repository:
    """The repository under the labels that GitHub answered with when it was asked by number.

    Raises `Refused` when the answer is about another repository, and when the name is the one we had: then GitHub
    would point us there for ever.
    """
    owner, _, name = facts.full_name.partition("/")
    if facts.id != known.id or not owner or not name:
        raise Refused("GitHub answered about another repository.", status=200)
    if (owner.casefold(), name.casefold()) == (known.owner.casefold(), known.name.casefold()):
        raise Refused("GitHub says that the repository has moved, and not where to; nothing was followed.", status=301)
    return replace(
        known,
        owner=owner,
        name=name,
        private=facts.private,
        visibility=Visibility.of(facts.visibility),
        default_branch=facts.default_branch or known.default_branch,
        installation=installation,
    )
