"""Owns the rules for what stands inside blocks: texts, options, confirm dialogs, buttons, menus and fields.

https://docs.slack.dev/reference/block-kit/block-elements
"""

from typing import Final

from bot.sandbox.slack.blocks.rules import (
    Complain,
    Rule,
    anything,
    both,
    by_type,
    flag,
    number,
    one_of,
    several,
    shape,
    text,
)

ID = text(255)


def plain(most: int, *, least: int = 1) -> Rule:
    return by_type({"plain_text": shape({"text": text(most, least=least)}, emoji=flag)})


def written(most: int, *, least: int = 1) -> Rule:
    """Plain text or mrkdwn."""
    body = text(most, least=least)
    return by_type({"plain_text": shape({"text": body}, emoji=flag), "mrkdwn": shape({"text": body}, verbatim=flag)})


CONFIRM: Final = shape(
    {"title": plain(100), "text": written(300), "confirm": plain(30), "deny": plain(30)},
    style=one_of("primary", "danger"),
)
OPTION: Final = shape(
    {"text": written(75), "value": text(150, least=0)}, description=written(75, least=0), url=text(3000)
)
GROUP: Final = shape({"label": plain(75), "options": several(OPTION, most=100)})


def one_source(value: object, at: str, complain: Complain) -> None:
    """A menu has options or groups of options, never both."""
    if isinstance(value, dict) and ("options" in value) == ("option_groups" in value):
        complain("must provide exactly one of options, option_groups", at)


def menu(*, many: bool, **more: Rule) -> Rule:
    most: dict[str, Rule] = {"max_selected_items": number} if many else {}
    common: dict[str, Rule] = {"action_id": ID, "placeholder": plain(150), "confirm": CONFIRM, "focus_on_load": flag}
    return shape(None, **common, **most, **more)


def static_menu(*, many: bool) -> Rule:
    chosen: dict[str, Rule] = {"initial_options": several(OPTION, most=100)} if many else {"initial_option": OPTION}
    options: dict[str, Rule] = {"options": several(OPTION, most=100), "option_groups": several(GROUP, most=100)}
    return both(menu(many=many, **options, **chosen), one_source)


def field(**more: Rule) -> Rule:
    common: dict[str, Rule] = {"action_id": ID, "placeholder": plain(150), "focus_on_load": flag}
    return shape(None, **common, dispatch_action_config=anything, **more)


def picker(**more: Rule) -> Rule:
    common: dict[str, Rule] = {"action_id": ID, "placeholder": plain(150), "confirm": CONFIRM, "focus_on_load": flag}
    return shape(None, **common, **more)


def choices(most: int, **more: Rule) -> Rule:
    common: dict[str, Rule] = {"action_id": ID, "confirm": CONFIRM, "focus_on_load": flag}
    return shape({"options": several(OPTION, most=most)}, **common, **more)


STYLE = one_of("primary", "danger")
BUTTON: Final = shape(
    {"text": plain(75)},
    action_id=ID,
    url=text(3000),
    value=text(2000, least=0),
    style=STYLE,
    confirm=CONFIRM,
    accessibility_label=text(75),
)
IMAGE: Final = shape({"image_url": text(3000), "alt_text": text(2000)})

ELEMENTS: Final[dict[str, Rule]] = {
    "button": BUTTON,
    "image": IMAGE,
    "overflow": shape({"options": several(OPTION, most=5)}, action_id=ID, confirm=CONFIRM),
    "checkboxes": choices(10, initial_options=several(OPTION, most=10)),
    "radio_buttons": choices(10, initial_option=OPTION),
    "static_select": static_menu(many=False),
    "multi_static_select": static_menu(many=True),
    "users_select": menu(many=False, initial_user=text(30)),
    "multi_users_select": menu(many=True, initial_users=several(text(30), most=100)),
    "conversations_select": menu(many=False, initial_conversation=text(30), response_url_enabled=flag, filter=anything),
    "multi_conversations_select": menu(many=True, filter=anything),
    "channels_select": menu(many=False, initial_channel=text(30), response_url_enabled=flag),
    "multi_channels_select": menu(many=True),
    "datepicker": picker(initial_date=text(10)),
    "timepicker": picker(initial_time=text(5), timezone=text(50)),
    "plain_text_input": field(initial_value=text(3000, least=0), multiline=flag, min_length=number, max_length=number),
    "number_input": field(is_decimal_allowed=flag, initial_value=text(30), min_value=text(30), max_value=text(30)),
    "email_text_input": field(initial_value=text(3000, least=0)),
    "url_text_input": field(initial_value=text(3000, least=0)),
}
PRESSED: Final = ("button", "overflow", "checkboxes", "radio_buttons", "datepicker", "timepicker")
SELECTED: Final = tuple(name for name in ELEMENTS if name.endswith("_select"))
TYPED: Final = tuple(name for name in ELEMENTS if name.endswith("_input"))
