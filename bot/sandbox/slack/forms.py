"""Owns fields of forms: what a filled-in element reports, and what a submitted view's answer does to it."""

from collections.abc import Mapping

from bot.sandbox.slack.blocks import check_view
from bot.sandbox.slack.channels import Channel
from bot.sandbox.slack.people import Person
from bot.sandbox.slack.refusals import Impossible, Refused
from bot.sandbox.slack.views import MOST_OPEN, View
from bot.sandbox.slack.world import World

Json = dict[str, object]
# What an element's value is called in payloads, and where its first value stands.
SIMPLE = {
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
}
ONE_OF = frozenset({"static_select", "radio_buttons", "overflow"})
SEVERAL_OF = frozenset({"multi_static_select", "checkboxes"})
TROUBLE = "We had some trouble connecting. Try again?"


def filled_in(element: Json, value: object) -> Json:
    """What this element reports. `value` None: as it was offered. Raises Impossible."""
    kind = str(element["type"])
    if kind in ONE_OF:
        return {"selected_option": element.get("initial_option") if value is None else option(element, str(value))}
    if kind in SEVERAL_OF:
        if value is None:
            return {"selected_options": element.get("initial_options", [])}
        wanted = value if isinstance(value, list | tuple | set) else [value]
        return {"selected_options": [option(element, str(each)) for each in wanted]}
    if kind in SIMPLE:
        name, initial = SIMPLE[kind]
        held = element.get(initial) if value is None else value
        return {name: held.id if isinstance(held, Person | Channel) else held}
    return {"value": element.get("initial_value") if value is None else str(value)}


def option(element: Json, wanted: str) -> Json:
    """The option with this value, or this text."""
    for each in options(element):
        text = each.get("text")
        if each.get("value") == wanted or (isinstance(text, dict) and text.get("text") == wanted):
            return each
    raise Impossible(f"{element['action_id']} does not offer {wanted}")


def options(element: Json) -> list[Json]:
    direct, groups = element.get("options"), element.get("option_groups")
    found = list(direct) if isinstance(direct, list) else []
    for group in groups if isinstance(groups, list) else []:
        found += group["options"]
    return found


def obey(world: World, view: View, answer: object) -> None:
    """Do with a submitted view what the app's ack says; an answer that Slack can not read shows as trouble.

    https://docs.slack.dev/surfaces/modals#response_actions
    """
    if answer is None:
        return world.views.close(view)
    if not isinstance(answer, Mapping):
        view.errors = {"": TROUBLE}
        return None
    try:
        react(world, view, answer)
    except Refused:
        view.errors = {"": TROUBLE}
    return None


def react(world: World, view: View, answer: Mapping[str, object]) -> None:
    match answer.get("response_action"):
        case "errors":
            view.errors = field_errors(view, answer.get("errors"))
        case "update":
            view.show(check_view(answer.get("view"), kinds=("modal",)))
        case "push":
            sent = check_view(answer.get("view"), kinds=("modal",))
            if len(world.views.of(view.person)) >= MOST_OPEN:
                raise Refused("push_limit_reached")
            world.views.open(view.installation, view.person, sent)
        case "clear":
            world.views.close(view, all_of_them=True)
        case _:
            raise Refused("invalid_arguments")


def field_errors(view: View, errors: object) -> dict[str, str]:
    """Each error belongs to an input block by its `block_id`."""
    known = {str(block["block_id"]) for block in view.wire if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not errors.keys() <= known:
        raise Refused("invalid_arguments")
    return {str(key): str(text) for key, text in errors.items()}
