"""Owns near misses: how far two words are apart, and which known word was probably meant.

Our own because rules take no third party. A guess is offered to the person, never acted on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable


def distance(a: str, b: str) -> int:
    """How many letters to insert, drop, change or swap with their neighbour to get from `a` to `b`.

    Damerau-Levenshtein in the variant that never edits a swapped pair again (optimal string alignment).
    """
    older: list[int] = []
    newer = list(range(len(b) + 1))
    for row, left in enumerate(a, start=1):
        oldest, older, newer = older, newer, [row]
        for column, right in enumerate(b, start=1):
            cost = min(older[column] + 1, newer[column - 1] + 1, older[column - 1] + (left != right))
            if row > 1 and column > 1 and left == b[column - 2] and a[row - 2] == right:
                cost = min(cost, oldest[column - 2] + 1)
            newer.append(cost)
    return newer[-1]


def nearest(word: str, options: Iterable[str], *, limit: int = 2) -> str | None:
    """The option that is at most `limit` edits away from `word`, whatever their capitals; None without one.

    The closest wins, ties go by the alphabet, and a word that shares no letter with an option is never near it.
    """
    typed = word.casefold()
    best: tuple[int, str] | None = None
    for option in options:
        known = option.casefold()
        longest = max(len(typed), len(known))
        if abs(len(typed) - len(known)) > limit:
            continue
        apart = distance(typed, known)
        if apart <= limit and (apart < longest or longest == 0):
            best = min(best or (apart, option), (apart, option))
    return best[1] if best else None


def likely(word: str, options: Collection[str]) -> str | None:
    """What was probably meant by `word`: the only option that begins with it, else the nearest one; None without any.

    Somebody who types `prod` has mostly been told `production` elsewhere; it is offered, and never done for them.
    """
    typed = word.casefold()
    begun = {option for option in options if typed and option.casefold().startswith(typed)}
    return begun.pop() if len(begun) == 1 else nearest(word, options)
