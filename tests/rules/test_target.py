"""What a command in Slack is about."""

import pytest

from bot.rules.target import Named, split


@pytest.mark.parametrize(
    ("words", "rest", "name", "number"),
    [
        ("run acme/shop#7 deploy.yml environment=staging", "run deploy.yml environment=staging", "acme/shop", 7),
        ("run acme/shop deploy.yml", "run deploy.yml", "acme/shop", None),
        ("status #7", "status", None, 7),
        ("use acme/shop", "use", "acme/shop", None),
        ("explain run acme/shop#7 deploy.yml", "explain run deploy.yml", "acme/shop", 7),
        ("explain acme/shop run deploy.yml", "explain run deploy.yml", "acme/shop", None),
        ("explain /run acme/shop deploy.yml", "explain run deploy.yml", "acme/shop", None),
        ("RUN acme/shop.js x.yml", "RUN x.yml", "acme/shop.js", None),
        ("run\u00a0acme/shop\u200b deploy.yml", "run deploy.yml", "acme/shop", None),
    ],
)
def test_the_first_word_after_the_verb(words: str, rest: str, name: str | None, number: int | None) -> None:
    assert split(words) == (rest, Named(name=name, number=number))


@pytest.mark.parametrize(
    "words",
    [
        "status",
        "run deploy.yml acme/shop",
        "run .github/workflows/deploy.yml",
        "run name=acme/shop",
        "run 'acme/shop' x.yml",
        "run acme/shop/more x.yml",
        "run acme/.. x.yml",
        "run acme/. x.yml",
        "run -acme/shop x.yml",
        "run #0 x.yml",
        "run # x.yml",
        "run #12345678901 x.yml",
        "run https://github.com/acme/shop x.yml",
        "",
    ],
)
def test_anything_else_is_no_target(words: str) -> None:
    assert split(words) == (words, None)
