"""Where things that a message names can be looked up."""

from __future__ import annotations

import pytest

from bot.model.decision import Denied, Gate, Reason
from bot.model.message import Message
from bot.rules import refuse
from bot.rules.places import Places, apart, furnished, noted, rule_url

GITHUB = "https://github.example"
HERE = Places(server_url=GITHUB, public_url="https://box.example", repository="acme/shop", command="/bot")


@pytest.mark.parametrize(
    ("rule", "url"),
    [
        ("acme/shop/.github/signalbox.yml line 12", "/acme/shop/blob/HEAD/.github/signalbox.yml#L12"),
        ("acme/.github/.github/signalbox.yml line 3", "/acme/.github/blob/HEAD/.github/signalbox.yml#L3"),
        ("/etc/signalbox.yml line 3", None),
        ("/srv/shop/.github/signalbox.yml line 3", None),
        ("acme/shop/.github/signalbox.yml", None),
        ("acme/../x/.github/signalbox.yml line 3", None),
        ("", None),
        (None, None),
    ],
)
def test_only_a_rule_in_a_repository_has_an_address(rule: str | None, url: str | None) -> None:
    assert rule_url(rule, GITHUB) == (f"{GITHUB}{url}" if url else None)


def test_a_note_keeps_its_rule() -> None:
    rule = "acme/shop/.github/signalbox.yml line 12"
    assert apart(noted("alice is not in acme/release.", rule)) == ("alice is not in acme/release.", rule)
    assert apart(noted("GitHub did not answer.", "")) == ("GitHub did not answer.", None)


@pytest.mark.parametrize(
    ("line", "page"),
    [
        ("/deploy production", "#deploy"),
        ("/ops deploy production", "#deploy"),
        ("/bot deploy production", "#deploy"),
        ("", ""),
    ],
)
def test_a_refusal_leads_to_its_command(line: str, page: str) -> None:
    gate = Gate(name="teams", passed=False, seen="no", reason=Reason.TEAM)
    message = furnished(refuse.refusal(line, Denied(gates=(gate,), gate=gate)), HERE)
    assert message.fields["catalog_url"] == f"https://box.example/repos/acme/shop/commands{page}"


def test_without_pages_nothing_leads_there() -> None:
    assert Places(server_url=GITHUB, public_url=None, repository="acme/shop").catalog("deploy") is None


def test_t22_what_is_hidden_leads_nowhere() -> None:
    gate = Gate(name="repository visible", passed=False, seen="hidden", reason=Reason.NOT_FOUND, next_step="Look.")
    message = furnished(refuse.refusal("/run x.yml", Denied(gates=(gate,), gate=gate)), HERE)
    assert message == Message(name="target_missing", fields={"line": "/run x.yml", "next_step": "Look."})


def test_a_note_says_what_why_what_next_and_which_rule() -> None:
    gate = Gate(
        name="teams", passed=False, seen="no", reason=Reason.TEAM, next_step="Ask acme/release.", rule="box.yml line 3"
    )
    assert refuse.noted(gate) == "no. Ask acme/release. The rule stands in box.yml line 3."
    assert refuse.in_short(refuse.refusal("/deploy", Denied(gates=(gate,), gate=gate))) == refuse.noted(gate)
